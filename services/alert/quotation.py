"""Which of the sources' own words an alert shows: few, whole, each with who said it (pure).

Evidence serves proof: much of it is a word or two, or what a title says already. A reader wants a sentence. Where there is
none, nothing is shown; a fragment in quotation marks says less than nothing.
"""

from dataclasses import dataclass

from shared.events.incident import IncidentChange, Source, SourcedEvidence
from shared.letters import fold

MOST = 3
"""Quotes in one story."""
_TELLING_FACTS = ("kind", "event_type")
"""Their evidence is the clause that tells the attack; that of other facts is often cut out around a number."""
_WHO_COUNTED = "counted_by"
"""Its evidence is who said something, without what: never a quote."""
_FEWEST_WORDS = dict.fromkeys(_TELLING_FACTS, 4)
_FEWEST_WORDS_OF_OTHERS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotation:
    """The words of one source, as it wrote them."""

    source: Source
    text: str


def quotations(state: IncidentChange, *, language: str) -> tuple[Quotation, ...]:
    """Return at most three, of different sources, those in the reader's language first; empty where nothing good exists."""
    sources = {source.telling or source.item_id: source for source in state.sources}
    titles = [_comparable(source.title) for source in state.sources]
    whole: dict[str, SourcedEvidence] = {}
    for one in _by_worth(state):
        if one.item_id in sources and _is_whole(one):
            whole.setdefault(_comparable(one.text), one)
    of_source: dict[str, Quotation] = {}
    for words, one in whole.items():
        others = (*titles, *(other for other in whole if other != words))
        if not any(words in other for other in others):
            of_source.setdefault(one.item_id, Quotation(source=sources[one.item_id], text=one.text))
    return tuple(sorted(of_source.values(), key=lambda one: one.source.lang != language)[:MOST])


def _by_worth(state: IncidentChange) -> list[SourcedEvidence]:
    """What tells the attack first; within that the newest, as linking orders it."""
    return sorted(state.evidence, key=lambda one: one.fact not in _TELLING_FACTS)


def _is_whole(evidence: SourcedEvidence) -> bool:
    if evidence.fact == _WHO_COUNTED:
        return False
    return len(evidence.text.split()) >= _FEWEST_WORDS.get(evidence.fact, _FEWEST_WORDS_OF_OTHERS)


def _comparable(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())
