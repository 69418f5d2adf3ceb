"""What two texts share beyond the facts: names, rare words, sites and victims that few attacks have (``Report.clues``).

Facts are read wrongly now and then; that a shepherd called Rahim was shot is in the words whatever the reader made of the place.
Each clue says how rare it is (its first digit, a natural logarithm), so the sum of what two texts share grows with how unlikely
it is that two attacks share it. Texts of one language share ordinary words by chance, so more is asked of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from services.classify.link.incident import Profile
from shared.events.incident import Contribution, Reason

FOUND_FROM = 4
"""Rarity from which a clue is looked up; commoner ones only add to what is found."""
LEAST_SHARED = 7
"""What the clues that are looked up, two at least, must be worth together for an incident to be found by them: one may be a chance."""
MOST = 3.0
"""The most that clues weigh: about an equal rare toll, an equal target and an equal type together; no place is overcome without other facts."""
SAME_SLOPE, SAME_FREE = 0.18, 3
"""Weight of each point that texts of one language share beyond so many, which they share by chance."""
CROSS_SLOPE, CROSS_FREE = 0.3, 1
"""The same across languages, where only names, concepts and numbers can meet."""

Clues = dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What a telling and an incident share, the most that any telling of it does: ``words`` without names of well-known places, ``all`` with them.

    The names of the district and its town are in every text about them; they speak where the places as read do not agree.
    """

    words: float = 0.0
    all: float = 0.0


NOTHING = Shared()


_WORTH = {str(rarity): rarity - 1 for rarity in range(1, 9)}
"""What sharing a clue is worth: its rarity but one; a clue of no known form is worth nothing."""
_FOUND_BY = {rarity: worth for rarity, worth in _WORTH.items() if int(rarity) >= FOUND_FROM}


def clues_of(telling: Contribution) -> Clues:
    """Return the telling's clues with what each is worth."""
    return {clue: _WORTH.get(clue[:1], 0) for clue in telling.facts.clues}


def looked_up(clues: Iterable[str]) -> list[tuple[str, int]]:
    """The clues by which an incident is found, and what each is worth."""
    return [(clue, _FOUND_BY[clue[0]]) for clue in clues if clue[:1] in _FOUND_BY and clue[1:2] != "w"]


def shared(telling: Contribution, mine: Clues, known: Profile) -> Shared:
    """Return what the telling with the clues ``mine`` shares with the incident."""
    words = everything = 0.0
    lang = telling.source.lang
    for other, clues in known.clues:
        both = clues.intersection(mine)
        if not both:
            continue
        is_same = other == lang
        skipped = _NOT_WITHIN.get(lang, "") if is_same else ""
        places = rest = 0
        for clue in both:
            form = clue[1]
            if form == "p":
                places += mine[clue]
            elif form not in skipped:
                rest += mine[clue]
        words = max(words, _weight(rest, is_same_language=is_same))
        everything = max(everything, _weight(rest + places, is_same_language=is_same))
    return Shared(words=words, all=everything)


_NOT_WITHIN = {"ar": "n", "ckb": "n"}
"""Where no letter says what is a name, every word is a clue twice; within one language its word counts."""


def _weight(total: int, *, is_same_language: bool) -> float:
    if is_same_language:
        return round(min(MOST, max(0.0, SAME_SLOPE * (total - SAME_FREE))), 2)
    return round(min(MOST, max(0.0, CROSS_SLOPE * (total - CROSS_FREE))), 2)


@lru_cache(maxsize=1024)
def clue_reason(weight: float) -> Reason:
    """The reason that a weight of clues is."""
    return Reason(name="shared words and names", weight=weight)
