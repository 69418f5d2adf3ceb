"""What sort of story an item is: report, update, reaction, retraction, or none of these.

A small trained model (``services/classify/train``) weighs the concepts and words of headline and lead. Where neither holds a word of
an attack, of what follows one or of who makes them, it is not asked; and the less plainly an attack is told, the surer it must be.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from operator import mul

from services.classify.read.features import features_of
from services.classify.read.quotes import quote_of, telling_hit
from services.classify.read.triggers import STRONG, Marks, distinct
from shared.events.facts import Evidence
from shared.events.report import Kind

_CERTAINLY_OTHER = 0.99
_PLAIN_OTHER_FROM = 0.8
_OTHER_FROM = 0.38
_DOUBTFUL_OTHER_FROM = 0.25
_CAUTIOUS_OTHER_FROM = 0.15
_UNTOLD_OTHER_FROM = 0.05
"""The probability of other from which a text is taken for it: where the headline tells an attack and whom it hit and nothing else,
where an attack is told plainly, where weak words stand beside sport or science, where attacks are metaphors, where none is named.

Chosen by leaving one stream out, at fewer than one false alarm in 1,000 items of ordinary news."""
_LEAST_ATTACK = 0.9
"""The attack strength below which headline and lead tell of no attack: one weak word alone ("strike") is less."""


@dataclass(frozen=True, kw_only=True)
class KindReading:
    """The kind, the probability that it is right, every kind's probability, and the words that decided."""

    kind: Kind
    confidence: float
    probabilities: Mapping[Kind, float]
    evidence: tuple[Evidence, ...]


class KindModel:
    """The trained weights: a row of one number a kind for every feature."""

    def __init__(self, *, kinds: Sequence[str], weights: Mapping[str, Sequence[float]]) -> None:
        self._kinds = tuple(Kind(kind) for kind in kinds)
        self._weights = {name: tuple(row) for name, row in weights.items()}

    @classmethod
    def load(cls) -> "KindModel":
        """Return the shipped model."""
        file = resources.files("services.classify.read") / "data" / "kind_model.json"
        model = json.loads(file.read_text(encoding="utf-8"))
        return cls(kinds=model["kinds"], weights=model["weights"])

    def probabilities(self, features: Mapping[str, float]) -> dict[Kind, float]:
        """Return each kind's probability; the sum is 1."""
        known = [(row, value) for name, value in features.items() if (row := self._weights.get(name)) is not None]
        values = [value for _, value in known]
        columns = zip(*(row for row, _ in known), strict=True)
        scores = [math.fsum(map(mul, column, values)) for column in columns] or [0.0] * len(self._kinds)
        top = max(scores)
        raised = [math.exp(score - top) for score in scores]
        whole = sum(raised)
        return {kind: value / whole for kind, value in zip(self._kinds, raised, strict=True)}

    def weights_for(self, kind: Kind, features: Mapping[str, float], *, most: int = 8) -> tuple[tuple[str, float], ...]:
        """Return the features that spoke most for or against ``kind``, the weightiest first."""
        at = self._kinds.index(kind)
        spoke = ((name, self._weights[name][at] * value) for name, value in features.items() if name in self._weights)
        return tuple(sorted(spoke, key=lambda pair: (-abs(pair[1]), pair[0]))[:most])

    def read(self, marks: Marks, *, is_old: bool, is_back_reference: bool) -> KindReading:
        """Return the kind from the text alone; headline and lead decide."""
        if not _may_tell_of_attack(marks):
            return KindReading(
                kind=Kind.OTHER, confidence=_CERTAINLY_OTHER, probabilities={Kind.OTHER: _CERTAINLY_OTHER}, evidence=()
            )
        features = features_of(marks, is_old=is_old, is_back_reference=is_back_reference)
        found = self.probabilities(features)
        limit = _PLAIN_OTHER_FROM if _is_plain(features) else _limit(marks)
        kind = _decided(found, marks, limit=limit, is_old=is_old or "past_year" in features)
        return KindReading(kind=kind, confidence=found[kind], probabilities=found, evidence=_evidence(marks, kind))


def _decided(found: Mapping[Kind, float], marks: Marks, *, limit: float, is_old: bool) -> Kind:
    """The likeliest kind, but other where it is likely enough: a false alarm costs more than the shade between two kinds of news."""
    if found[Kind.OTHER] >= limit or any("neg.archive" in one.concepts for one in marks.marked):
        return Kind.OTHER
    if is_old and any(one.concepts & _OLD_NEWS for one in marks.title):
        return Kind.OTHER
    if _is_explained(marks):
        return Kind.OTHER
    kind: Kind = max((one for one in found if one is not Kind.OTHER), key=lambda one: found[one])
    if kind is Kind.RETRACTION and not any(one.concepts & {"ret.deny", "ret.correct"} for one in marks.head):
        kind = max((one for one in found if one is not Kind.RETRACTION), key=lambda one: found[one])
    return Kind.OTHER if kind is Kind.REPORT and _is_made_safe(marks) else kind


def _is_plain(features: Mapping[str, float]) -> bool:
    """Whether the headline tells an attack and whom it hit, and of no court, sport, statement or past year."""
    return {"t:plain", "t:harm"} <= features.keys() and not {"past_year", "old"} & features.keys()


def _limit(marks: Marks) -> float:
    if not _tells_of_attack(marks):
        return _UNTOLD_OTHER_FROM
    if _is_other_world(marks):
        return _CAUTIOUS_OTHER_FROM
    concepts = frozenset[str]().union(*(one.concepts for one in marks.head))
    return _DOUBTFUL_OTHER_FROM if concepts & _OTHER_WORLDS and not concepts & STRONG else _OTHER_FROM


_OTHER_WORLDS = frozenset({"neg.sport", "neg.screen", "neg.science"})
_OLD_NEWS = frozenset({"neg.court", "neg.anniversary", "neg.grave", "neg.compensate", "neg.screen", "neg.stats"})


def _is_explained(marks: Marks) -> bool:
    """Whether a bang is said to have been a drill, gas or old munitions, nobody is hurt, and no report is denied."""
    concepts = frozenset[str]().union(*(one.concepts for one in marks.head))
    if "ret.gas" not in concepts or concepts & {"ret.deny", "ret.correct", "victim.killed"}:
        return False
    return not concepts & (STRONG - {"atk.blast", "atk.shell", "atk.ied"})


def _is_made_safe(marks: Marks) -> bool:
    """Whether all that is told of a bomb is that it was found, taken apart or blown up by those who found it.

    Not where anybody is hurt or anything attacked, and not where something else went off: a second bomb is often found.
    """
    safe = [(one, hit) for one in marks.head for hit in one.of("neg.safe")]
    concepts = frozenset[str]().union(*(one.concepts for one in marks.head))
    if not safe or concepts & STRONG - _DEVICES or concepts & _TELLS_MORE:
        return False
    return all(
        any(at is one and other.first <= hit.last and hit.first <= other.last for at, other in safe)
        for one in marks.head
        for hit in one.of("weak.explosion")
    )


_DEVICES = frozenset({"atk.ied", "atk.mine", "atk.car_bomb"})
_TELLS_MORE = frozenset(
    {"victim.killed", "victim.wounded", "weak.killed", "weak.attack", "tgt.energy", "upd.claim", "sep.other"}
)


def _is_other_world(marks: Marks) -> bool:
    """Whether the words are at home where attacks are metaphors: sport, screen, or hardly any word of an attack at all."""
    if max((one.attack_strength for one in marks.head), default=0.0) < _LEAST_ATTACK:
        return True
    return any(distinct(marks.head, concept) >= 2 for concept in ("neg.sport", "neg.screen"))


def _may_tell_of_attack(marks: Marks) -> bool:
    """Whether headline or lead hold a word that news of attacks, or of what follows them, is made of: without one the model is not asked."""
    return any(hit.concept.startswith(_OF_AFTERMATHS) for one in marks.head for hit in one.hits)


def _tells_of_attack(marks: Marks) -> bool:
    """Whether headline or lead hold a word of an attack or of those it hit."""
    return any(hit.concept.startswith(_OF_ATTACKS) for one in marks.head for hit in one.hits)


_OF_ATTACKS = ("atk.", "weak.", "victim.")
_OF_AFTERMATHS = (*_OF_ATTACKS, "react.", "ret.", "upd.", "who.", "neg.politic", "neg.operation")


_SPEAKS_FOR = {
    Kind.REPORT: ("atk.", "weak."),
    Kind.UPDATE: ("upd.",),
    Kind.REACTION: ("react.",),
    Kind.RETRACTION: ("ret.",),
    Kind.OTHER: ("neg.",),
}


def _evidence(marks: Marks, kind: Kind) -> tuple[Evidence, ...]:
    """The sentence of the lead, else the headline, that speaks for the kind."""
    found = telling_hit(marks.head, _SPEAKS_FOR[kind])
    if found is None:
        return ()
    marked, hit = found
    return (quote_of(marks.document, "kind", marked.sentence, hit),)
