"""The measures themselves: precision and recall, macro F1, B-cubed, shares, distances."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Precision, recall and their harmonic mean; 0 where nothing was there to find or nothing was found."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of_counts(cls, *, right: float, wrong: float, missed: float) -> "Rates":
        """Return the rates of ``right`` found, ``wrong`` found and ``missed``."""
        precision = right / (right + wrong) if right + wrong else 0.0
        recall = right / (right + missed) if right + missed else 0.0
        return cls.of_rates(precision, recall)

    @classmethod
    def of_rates(cls, precision: float, recall: float) -> "Rates":
        """Return the rates with the F1 that follows from them."""
        total = precision + recall
        return cls(precision=precision, recall=recall, f1=2 * precision * recall / total if total else 0.0)


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of how many; ``value`` is None where there was nothing to judge, which is not the same as 0."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.right / self.of if self.of else None


def share(flags: Iterable[bool]) -> Share:
    """Return how many of the flags are set."""
    seen = list(flags)
    return Share(right=sum(seen), of=len(seen))


def binary(pairs: Iterable[tuple[bool, bool]]) -> Rates:
    """Return the rates of (true, predicted) flags."""
    counts = Counter(pairs)
    return Rates.of_counts(right=counts[True, True], wrong=counts[False, True], missed=counts[True, False])


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return the mean F1 over the labels that the truth holds, each counting alike; None without pairs."""
    labels = sorted({truth for truth, _ in pairs})
    scores = [binary((truth == label, found == label) for truth, found in pairs).f1 for label in labels]
    return sum(scores) / len(scores) if scores else None


def confusion(pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Return for each true label how often each label was given."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, found in pairs:
        table[truth][found] += 1
    return dict(table)


def b_cubed(truth: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Rates:
    """Return B-cubed rates of a clustering: for each item, how much of its cluster belongs with it and how much of what belongs with it is there."""
    true_groups, found_groups = _groups(truth), _groups({item: found[item] for item in truth})
    precision = recall = 0.0
    for item in truth:
        both = len(true_groups[truth[item]] & found_groups[found[item]])
        precision += both / len(found_groups[found[item]])
        recall += both / len(true_groups[truth[item]])
    count = len(truth) or 1
    return Rates.of_rates(precision / count, recall / count)


def _groups(of: Mapping[str, Hashable]) -> dict[Hashable, set[str]]:
    groups: dict[Hashable, set[str]] = defaultdict(set)
    for item, group in of.items():
        groups[group].add(item)
    return groups
