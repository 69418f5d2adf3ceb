"""What those who were told of an incident have read already: whose deed it was, and the names of places.

A change of state that only repeats it tells nobody anything (docs/adr/0012, 0022, 0025). An alert quotes the headlines of its sources,
so what stands there has been read, even where our reading of it was coarser than the words.
"""

from collections.abc import Iterable
from functools import lru_cache

from services.classify.link.kinship import STATES
from services.classify.link.picture import STATING
from shared.events.facts import Place
from shared.events.incident import Contribution
from shared.geo.names import skeleton, words_of

_ALOUD = frozenset({"title", "summary"})
"""Fields that tell the news itself; further down names stand as background ("ISIS has killed here before")."""
_SURE = 0.8
_LEAST_SOUNDS = 3
"""A name with fewer consonants is met by chance in any headline."""
_LEAST_SOUNDS_OF_NAMES = 2
"""Fewer words stand in a name, such as "Jalawla and Khanaqin"."""
_MOST_WORDS = 4


def named_perpetrator(tellings: Iterable[Contribution], perpetrator: str) -> str | None:
    """Return the perpetrator if so much was said of him that a claim tells nobody anything, else None.

    Enough are two origins, one for the forces of a state, or one that is read surely and names him where it tells the news.
    """
    naming = [c for c in tellings if c.source.kind in STATING and c.facts.perpetrator == perpetrator]
    needed = 1 if perpetrator in STATES else 2
    if len({c.source.origin for c in naming}) >= needed or any(_is_aloud(c, "perpetrator") for c in naming):
        return perpetrator
    return None


def _is_aloud(telling: Contribution, fact: str) -> bool:
    return telling.facts.confidence >= _SURE and any(
        piece.fact == fact and piece.field in _ALOUD for piece in telling.facts.evidence
    )


def is_place_told(place: Place, tellings: Iterable[Contribution]) -> bool:
    """Whether the name of the place, in whatever script, stands in a headline of the tellings or in the name of a place they told."""
    sounds = skeleton(place.name)
    stating = [c for c in tellings if c.source.kind in STATING]
    names = [c.facts.place.name for c in stating if c.facts.place and len(sounds) >= _LEAST_SOUNDS_OF_NAMES]
    titles = [c.source.title for c in stating if len(sounds) >= _LEAST_SOUNDS]
    return any(sounds in _sounds_of(text) for text in (*names, *titles))


@lru_cache(maxsize=4_096)
def _sounds_of(text: str) -> frozenset[str]:
    """The skeletons of every run of up to four words."""
    words = words_of(text)
    return frozenset(
        skeleton(" ".join(words[at : at + length]))
        for at in range(len(words))
        for length in range(1, min(_MOST_WORDS, len(words) - at) + 1)
    )
