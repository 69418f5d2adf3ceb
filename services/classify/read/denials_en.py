"""English sentences that say nobody was killed or hurt; "no immediate reports of casualties" says nothing."""

from collections.abc import Iterator, Sequence

from services.classify.read.claims import Claim, ClaimKind, Fact
from services.classify.read.number_words import words
from services.classify.read.phrases_en import Phrases
from services.classify.read.verbs_en import Verb

_BOTH = (Fact.KILLED, Fact.WOUNDED)
_NOUNS: dict[str, tuple[Fact, ...]] = {
    "casualties": _BOTH, "casualty": _BOTH, "deaths": (Fact.KILLED,), "fatalities": (Fact.KILLED,), "injuries": (Fact.WOUNDED,),
    "victims": (Fact.KILLED,), "wounded": (Fact.WOUNDED,), "dead": (Fact.KILLED,), "death": (Fact.KILLED,), "injured": (Fact.WOUNDED,),
}  # fmt: skip
_UNKNOWN = words(
    "immediate immediately reports report word details information claim other further new more confirmed toll figures official yet"
)
_ENDS = frozenset({".", ",", "but", "when", "after"})
_REACH = 8


def denied_in(phrases: Phrases, verbs: Sequence[Verb]) -> Iterator[tuple[Claim, tuple[int, ...]]]:
    """Yield each denial and the starts of the verbs it takes up."""
    for at, key in enumerate(phrases.keys):
        facts: tuple[Fact, ...] = ()
        taken: tuple[int, ...] = ()
        start, end = at, at
        if key in {"no", "without", "any"} and "also" not in phrases.keys[:at]:
            facts, end = _of_nouns(phrases, at)
            taken = tuple(verb.start for verb in verbs if at < verb.start <= end)
        elif key in {"nobody", "none"} or (key == "one" and phrases.key(at - 1) == "no"):
            verb = next((v for v in verbs if at < v.start <= at + 4), None)
            if verb is not None:
                facts, taken, end = _of_verb(phrases, verb, verbs), (verb.start,), verb.start
                start -= key == "one"
        for fact in facts:
            yield (
                Claim(fact=fact, kind=ClaimKind.NONE, best=0, low=0, high=0, start=start, end=end + 1, parts=(0,)),
                taken,
            )


def _of_verb(phrases: Phrases, verb: Verb, verbs: Sequence[Verb]) -> tuple[Fact, ...]:
    near = {other.fact for other in verbs if verb.start <= other.start <= verb.end + 2}
    if near == {Fact.WOUNDED}:  # nobody hurt: nobody dead either
        return _BOTH if phrases.key(verb.start) in {"hurt", "injured"} else (Fact.WOUNDED,)
    return tuple(fact for fact in _BOTH if fact in near)


def _of_nouns(phrases: Phrases, at: int) -> tuple[tuple[Fact, ...], int]:
    if phrases.key(at) == "any" and not {"not", "without", "never"} & set(phrases.keys[max(0, at - 5) : at]):
        return (), at
    found: list[Fact] = []
    end = at
    for position in range(at + 1, min(at + _REACH, len(phrases.keys))):
        key = phrases.key(position)
        if key in _UNKNOWN and not found:
            return (), at
        if key in _NOUNS:
            found += _NOUNS[key]
            end = position
        elif phrases.keys[position : position + 3] == ["loss", "of", "life"]:
            found.append(Fact.KILLED)
            end = position + 2
        elif key in _ENDS or (found and key not in {"or", "and", "no"}):
            break
    return tuple(dict.fromkeys(found)), end
