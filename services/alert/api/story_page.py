"""One incident's story as rows to be laid out (pure): what each source said and when, how the toll moved, what was corrected, who was told."""

from dataclasses import dataclass
from datetime import datetime

from services.alert import phrases
from services.alert.api import page_words
from services.alert.ledger import DeliveryRow
from services.alert.routing import Message
from services.alert.watch import Language
from services.alert.words import PlaceWords, Telling, cleaned, isolated, toll, web_address
from shared.events.incident import IncidentChange, Source, Status, TollEntry

_LONGEST_WORDS = 300
_MOST_WORDS = 6
"""Quoted passages of one source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Words of a source and what they say."""

    what_for: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """One source: who, when, what sort of story, its title and the words that were read out of it."""

    outlet: str
    at: str
    kind: str
    lang: str
    title: str
    url: str
    words: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TollRow:
    """What one source said of the toll."""

    at: str
    outlet: str
    toll: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One revision in an incident's history."""

    at: str
    change: str
    outlet: str
    facts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SentRow:
    """One delivery to the reader's own tenant."""

    at: str
    endpoint: str
    message: str
    state: str


def telling_of(state: IncidentChange, language: Language) -> Telling:
    """Return how the page tells a state: what does not stand is told as such."""
    message = {
        Status.RETRACTED: Message.RETRACTION,
        Status.WITHDRAWN: Message.WITHDRAWAL,
        Status.MERGED: Message.MERGED,
    }.get(state.status, Message.ALERT)
    return Telling(message=message, language=language)


def source_rows(state: IncidentChange, language: Language) -> tuple[SourceRow, ...]:
    """Return the sources, newest first, each with its own words."""
    words: dict[str, list[Said]] = {}
    for one in state.evidence:
        kept = words.setdefault(one.item_id, [])
        text = cleaned(one.text, limit=_LONGEST_WORDS)
        what_for = page_words.fact_name(one.fact, language)
        if len(kept) < _MOST_WORDS and text and all((each.text, each.what_for) != (text, what_for) for each in kept):
            kept.append(Said(what_for=what_for, text=text))
    return tuple(
        SourceRow(
            outlet=isolated(source.outlet or source.feed, language),
            at=minute(source.time),
            kind=page_words.SOURCE_KIND[source.kind][language],
            lang=source.lang if source.lang in page_words.SOURCE_LANGUAGE else "",
            title=cleaned(source.title),
            url=web_address(source.url) or "",
            words=tuple(words.get(source.telling or source.item_id, ())),
        )
        for source in reversed(state.sources)
    )


def toll_rows(tolls: tuple[TollEntry, ...], language: Language) -> tuple[TollRow, ...]:
    """Return what each source said of the toll, oldest first."""
    return tuple(
        TollRow(at=minute(one.time), outlet=isolated(one.outlet, language), toll=toll(one.casualties, language))
        for one in sorted(tolls, key=lambda one: one.time)
    )


def steps(history: list[IncidentChange], language: Language, names: PlaceWords) -> tuple[Step, ...]:
    """Return what each revision did, in order."""
    return tuple(_step(change, language, names) for change in history)


def sent_rows(deliveries: list[DeliveryRow], language: Language) -> tuple[SentRow, ...]:
    """Return who was told, newest first; the tenant's own part of a name is left out."""
    return tuple(
        SentRow(
            at=minute(one.created_at),
            endpoint=isolated(one.endpoint_id.rpartition(".")[2], language),
            message=page_words.MESSAGE.get(str(one.message), page_words.OTHER_MESSAGE)[language],
            state=page_words.DELIVERY[one.status][language],
        )
        for one in deliveries
    )


def minute(at: datetime) -> str:
    """Return a time as the page shows it."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _step(change: IncidentChange, language: Language, names: PlaceWords) -> Step:
    source = _source_of(change)
    is_by_desk = any(one.desk is not None for one in change.contributions)
    arrow = "→" if language == "en" else "←"
    return Step(
        at=minute(source.time if source else change.last_seen),
        change=page_words.CHANGE[change.change][language],
        outlet=page_words.DESK[language] if is_by_desk else isolated(source.outlet, language) if source else "",
        facts=tuple(
            f"{page_words.fact_name(one.fact, language)}: {page_words.fact_value(one.fact, one.before, language, names)}"
            f" {arrow} {page_words.fact_value(one.fact, one.after, language, names)}"
            for one in change.changed
        ),
    )


def _source_of(change: IncidentChange) -> Source | None:
    return next((one for one in reversed(change.sources) if (one.telling or one.item_id) == change.item_id), None)


def vague(state: IncidentChange, language: Language) -> str:
    """Return "the district only" where the place is no finer, else nothing."""
    place = state.place
    if place is None or place.precision in ("exact", "town"):
        return ""
    return phrases.PRECISION[place.precision][language]
