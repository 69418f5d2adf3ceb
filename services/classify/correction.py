"""The right facts of an attack as a person of the desk writes them on the command line, read into ``AttackFacts``.

What is not given stays as it was: a correction of the toll says nothing about the place.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources

from services.classify.link.screening import FIRST_YEAR, Flag, screen_facts
from services.classify.link.settings import LinkSettings
from services.classify.named_place import PlaceWordsError, read_place
from services.classify.read.lexicon import parse
from shared.events.facts import GROUP_OF, Casualties, Count, EventType
from shared.events.report import AttackFacts
from shared.geo.gazetteer import Gazetteer

_TOLL = re.compile(r"(\d{1,6})(?:\s*(?:-|–|to)\s*(\d{1,6}))?")


class CorrectionError(ValueError):
    """A fact cannot be right or cannot be read; the text names the option, what was written and what is accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """The options as they were written; None for those left out."""

    killed: str | None = None
    wounded: str | None = None
    attackers_killed: str | None = None
    place: str | None = None
    occurred_on: str | None = None
    event_type: str | None = None
    perpetrator: str | None = None
    claimed: bool = False


def read_correction(
    said: Correction, gazetteer: Gazetteer, settings: LinkSettings, *, now: datetime, country: str | None = None
) -> AttackFacts:
    """Return the facts; raises ``CorrectionError`` for what is unreadable, impossible, or nothing at all."""
    if said.claimed and said.perpetrator is None:
        raise CorrectionError("--claimed says that the perpetrator claimed it: name them with --perpetrator")
    if said == Correction():
        raise CorrectionError(
            "nothing to correct: give --killed, --wounded, --attackers-killed, --place, --date, --event-type or --perpetrator"
        )
    event_type = _event_type(said.event_type)
    try:
        place = read_place(said.place, gazetteer, country=country) if said.place is not None else None
    except PlaceWordsError as error:
        raise CorrectionError(f"--place: {error}") from error
    facts = AttackFacts(
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else None,
        place=place,
        occurred_on=_day(said.occurred_on, now),
        casualties=Casualties(
            killed=_toll("--killed", said.killed, settings.max_killed),
            wounded=_toll("--wounded", said.wounded, settings.max_wounded),
            attackers_killed=_toll("--attackers-killed", said.attackers_killed, settings.max_killed),
        ),
        perpetrator=_perpetrator(said.perpetrator),
        claimed=said.claimed,
        confidence=1.0,
    )
    flags: list[Flag] = []
    screen_facts(facts, now, 1.0, flags, settings)
    if Flag.POINT_OUTSIDE_COUNTRY in flags and place is not None:
        raise CorrectionError(f"--place: the point {place.lat:g}, {place.lon:g} lies outside {place.country}")
    return facts


def known_perpetrators() -> tuple[str, ...]:
    """Return the slugs that reports and watches use."""
    listed = (resources.files("services.classify.read") / "data" / "actors.txt").read_text(encoding="utf-8")
    return tuple(sorted(parse(listed)))


def _toll(option: str, written: str | None, limit: int) -> Count | None:
    if written is None:
        return None
    read = _TOLL.fullmatch(written.strip())
    if read is None:
        raise CorrectionError(
            f"{option} is {written!r}; a number is accepted, or a range such as 5-7, of which the first is best"
        )
    best = int(read[1])
    high = int(read[2] or best)
    if high < best:
        raise CorrectionError(f"{option} is {written!r}: the range ends below where it begins")
    if high > limit:
        raise CorrectionError(f"{option} is {written!r}; up to {limit} is accepted")
    return Count(best=best, low=best, high=high)


def _day(written: str | None, now: datetime) -> date | None:
    if written is None:
        return None
    try:
        day = date.fromisoformat(written.strip())
    except ValueError as error:
        raise CorrectionError(f"--date is {written!r}; a day such as 2026-06-13 is accepted") from error
    if day.year < FIRST_YEAR or day > now.date() + timedelta(days=1):
        raise CorrectionError(f"--date is {day}; a day from {FIRST_YEAR} to today is accepted")
    return day


def _event_type(written: str | None) -> EventType | None:
    if written is None:
        return None
    slug = written.strip().lower().replace(" ", "_").replace("-", "_")
    if slug in set(EventType):
        return EventType(slug)
    raise CorrectionError(f"--event-type is {written!r}; {_nearest(slug, tuple(EventType))}")


def _perpetrator(written: str | None) -> str:
    if written is None:
        return "unknown"
    slug = written.strip().lower().replace(" ", "_").replace("-", "_")
    known = known_perpetrators()
    if slug == "unknown":
        raise CorrectionError("--perpetrator cannot be made unknown again: a correction says what is right")
    if slug in known:
        return slug
    raise CorrectionError(f"--perpetrator is {written!r}; {_nearest(slug, known)}")


def _nearest(slug: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(slug, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"one of these is accepted: {', '.join(known)}"
