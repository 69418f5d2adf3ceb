"""The right facts of an attack as a person of the desk writes them, read into ``AttackFacts`` (pure).

What is not given stays as it was: a correction of the toll says nothing about the place.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place
from shared.events.report import AttackFacts
from shared.geo.named_place import PlaceWordsError

FIRST_YEAR = 1980
"""No attack is corrected to be older; linking's bound."""
_TOLL = re.compile(r"(\d{1,6})(?:\s*(?:-|–|to)\s*(\d{1,6}))?")
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,59}")


class CorrectionError(ValueError):
    """A fact cannot be right or cannot be read; the text names it, what was written and what is accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """The facts as they were written; None for those left out."""

    killed: str | None = None
    wounded: str | None = None
    attackers_killed: str | None = None
    place: str | None = None
    occurred_on: str | None = None
    event_type: str | None = None
    perpetrator: str | None = None
    claimed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionRules:
    """What is accepted; the bounds are linking's, which refuses the same again. ``prefix`` stands before the names of facts in sentences (``--`` on the command line).

    ``perpetrators`` None: any slug.
    """

    max_killed: int = 3_000
    max_wounded: int = 20_000
    perpetrators: tuple[str, ...] | None = None
    prefix: str = ""


def read_correction(
    said: Correction, place_of: Callable[[str], Place], rules: CorrectionRules, *, now: datetime
) -> AttackFacts:
    """Return the facts; raises ``CorrectionError`` for what is unreadable, impossible, or nothing at all.

    ``place_of`` reads a place's words and raises ``PlaceWordsError``.
    """
    p = rules.prefix
    if said.claimed and said.perpetrator is None:
        raise CorrectionError(f"{p}claimed says that the perpetrator claimed it: name them with {p}perpetrator")
    if said == Correction():
        names = [p + name for name in ("killed", "wounded", "attackers-killed", "place", "date", "event-type")]
        raise CorrectionError(f"nothing to correct: give {', '.join(names)} or {p}perpetrator")
    event_type = _event_type(said.event_type, p)
    try:
        place = place_of(said.place) if said.place is not None else None
    except PlaceWordsError as error:
        raise CorrectionError(f"{p}place: {error}") from error
    return AttackFacts(
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else None,
        place=place,
        occurred_on=_day(said.occurred_on, now, p),
        casualties=Casualties(
            killed=_toll(f"{p}killed", said.killed, rules.max_killed),
            wounded=_toll(f"{p}wounded", said.wounded, rules.max_wounded),
            attackers_killed=_toll(f"{p}attackers-killed", said.attackers_killed, rules.max_killed),
        ),
        perpetrator=_perpetrator(said.perpetrator, rules),
        claimed=said.claimed,
        confidence=1.0,
    )


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


def _day(written: str | None, now: datetime, prefix: str) -> date | None:
    if written is None:
        return None
    try:
        day = date.fromisoformat(written.strip())
    except ValueError as error:
        raise CorrectionError(f"{prefix}date is {written!r}; a day such as 2026-06-13 is accepted") from error
    if day.year < FIRST_YEAR or day > now.date() + timedelta(days=1):
        raise CorrectionError(f"{prefix}date is {day}; a day from {FIRST_YEAR} to today is accepted")
    return day


def _event_type(written: str | None, prefix: str) -> EventType | None:
    if written is None:
        return None
    slug = written.strip().lower().replace(" ", "_").replace("-", "_")
    if slug in set(EventType):
        return EventType(slug)
    raise CorrectionError(f"{prefix}event-type is {written!r}; {_nearest(slug, tuple(EventType))}")


def _perpetrator(written: str | None, rules: CorrectionRules) -> str:
    if written is None:
        return "unknown"
    slug = written.strip().lower().replace(" ", "_").replace("-", "_")
    if slug == "unknown":
        raise CorrectionError(
            f"{rules.prefix}perpetrator cannot be made unknown again: a correction says what is right"
        )
    if slug in rules.perpetrators if rules.perpetrators is not None else _SLUG.fullmatch(slug):
        return slug
    accepted = _nearest(slug, rules.perpetrators) if rules.perpetrators else "a slug such as isis is accepted"
    raise CorrectionError(f"{rules.prefix}perpetrator is {written!r}; {accepted}")


def _nearest(slug: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(slug, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"one of these is accepted: {', '.join(known)}"
