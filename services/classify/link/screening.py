"""What of a report is fit to be linked: impossible facts are taken out and counted, the rest goes on.

Nothing here raises: a report is data of others.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec

from services.classify.link.geography import OTHER_DISTRICT, relate
from services.classify.link.settings import LinkSettings
from services.classify.link.signature import compact
from shared.events.facts import GROUP_OF, Casualties, Count, Evidence, Place, Precision
from shared.events.incident import Contribution, Source
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, Kind, Report

FIRST_YEAR, LAST_YEAR = 1980, 2090
"""Publications outside are faults of a feed's clock (1970, 2099); nothing is linked at such a time."""

MAX_CLUES, MAX_CLUE_CHARACTERS = 48, 40
"""What a telling keeps of a report's clues, which are fewer and shorter."""

BOUNDS: dict[str, tuple[float, float, float, float]] = {
    "AE": (22.5, 26.5, 51.0, 56.8), "AF": (29.3, 38.6, 60.4, 75.0), "BH": (25.5, 26.5, 50.2, 50.9),
    "CY": (34.4, 35.8, 32.1, 34.7), "EG": (21.9, 31.8, 24.6, 37.0), "IL": (29.4, 33.5, 34.1, 36.0),
    "IQ": (28.9, 37.6, 38.6, 48.8), "IR": (24.9, 39.9, 43.9, 63.5), "JO": (29.1, 33.5, 34.8, 39.4),
    "KW": (28.4, 30.2, 46.4, 48.6), "LB": (33.0, 34.8, 35.0, 36.7), "OM": (16.5, 26.6, 51.8, 60.0),
    "PK": (23.5, 37.3, 60.7, 77.3), "PS": (31.1, 32.7, 34.1, 35.7), "QA": (24.4, 26.3, 50.6, 51.8),
    "SA": (16.2, 32.3, 34.4, 55.8), "SY": (32.2, 37.4, 35.5, 42.5), "TR": (35.7, 42.3, 25.5, 44.9),
    "YE": (12.0, 19.1, 42.4, 54.7),
}  # fmt: skip
"""Latitude and longitude ranges of countries of the region, widened by a tenth of a degree; a point outside is a misread place."""


class Flag(StrEnum):
    """Why something of a report was kept out; also the label of the counter."""

    IMPOSSIBLE_PUBLICATION = "impossible_publication"
    IMPOSSIBLE_DATE = "impossible_date"
    POINT_OUTSIDE_COUNTRY = "point_outside_country"
    ABSURD_TOLL = "absurd_toll"
    STALE_VERSION = "stale_version"
    ARCHIVE_STORY = "archive_story"
    LOW_CONFIDENCE = "low_confidence"
    NO_PLACE_TO_OPEN = "no_place_to_open"
    REACTION_TOO_VAGUE = "reaction_too_vague"
    NOTHING_TO_RETRACT = "nothing_to_retract"
    UNKNOWN_INCIDENT = "unknown_incident"
    REFUSED_BY_RULE = "refused_by_rule"


@dataclass(frozen=True, kw_only=True, slots=True)
class Screened:
    """The attacks of a report that may be linked, the main one first, and what was kept out."""

    contributions: tuple[Contribution, ...]
    flags: tuple[Flag, ...]


def screen(report: Report, settings: LinkSettings) -> Screened:
    """Return the report's attacks with impossible facts taken out; none for kind other, a withdrawn item or an impossible publication time."""
    if not is_possible(aware(report.published)):
        return Screened(contributions=(), flags=(Flag.IMPOSSIBLE_PUBLICATION,))
    if report.change is ItemChange.WITHDRAWN:
        return Screened(contributions=(), flags=())
    flags: list[Flag] = []
    found: list[Contribution] = []
    if report.kind is not Kind.OTHER:
        main = screen_facts(report, aware(report.published), 1.0, [], settings) if report.other_events else report
        # ``parts``: events of other link regions travel in records of their own and must not be linked twice.
        for number, facts in enumerate((report, *report.other_events)):
            if report.parts is not None and number not in report.parts:
                continue
            telling = _contribution(report, facts, number, flags, settings)
            if number == 0 or not repeats(main, telling.facts):
                found.append(telling)
    return Screened(contributions=tuple(found), flags=tuple(dict.fromkeys(flags)))


def _contribution(
    report: Report, facts: AttackFacts, number: int, flags: list[Flag], settings: LinkSettings
) -> Contribution:
    published = aware(report.published)
    is_main = number == 0
    source = Source(
        item_id=report.item_id if is_main else f"{report.item_id}#{number}",
        event_id=report.event_id,
        feed=report.feed,
        outlet=report.outlet,
        tier=report.tier,
        origin=report.outlet,
        url=report.url if len(report.url) <= settings.max_url else "",
        title=report.title[: settings.max_text],
        time=published,
        kind=report.kind if is_main else Kind.REPORT,
        lang=report.lang,
    )
    factor = 1.0 if is_main else settings.further_event_factor
    return Contribution(
        source=source,
        facts=screen_facts(facts, published, factor, flags, settings),
        version=report.version,
        signature=compact(report.signature) if is_main else b"",
        backfill=report.backfill,
    )


def repeats(main: AttackFacts, further: AttackFacts) -> bool:
    """Whether a further attack of an item is its main one again, told more finely or with the rest of its toll.

    It is another one when the places exclude each other, the days or the groups differ, or both give a figure and not the same.
    """
    place = relate(main.place, further.place)
    if place.is_conflict or place is OTHER_DISTRICT:
        return False
    if main.event_group and further.event_group and main.event_group is not further.event_group:
        return False
    if main.occurred_on and further.occurred_on and main.occurred_on != further.occurred_on:
        return False
    tolls = (
        (main.casualties.killed, further.casualties.killed),
        (main.casualties.wounded, further.casualties.wounded),
        (main.casualties.attackers_killed, further.casualties.attackers_killed),
    )
    return all(one is None or other is None or one.best == other.best for one, other in tolls)


def screen_facts(
    facts: AttackFacts, published: datetime, factor: float, flags: list[Flag], settings: LinkSettings
) -> AttackFacts:
    """Return the facts without the impossible ones, each of which adds a flag."""
    return AttackFacts(
        event_type=facts.event_type,
        event_group=GROUP_OF[facts.event_type] if facts.event_type else facts.event_group,
        place=_place(facts.place, flags),
        occurred_on=_date(facts.occurred_on, published, flags),
        casualties=_casualties(facts.casualties, flags, settings),
        perpetrator=facts.perpetrator or "unknown",
        claimed=facts.claimed,
        targets=facts.targets[:12],
        clues=tuple(clue[:MAX_CLUE_CHARACTERS] for clue in facts.clues[:MAX_CLUES]),
        weapons=facts.weapons[:12],
        is_back_reference=facts.is_back_reference,
        confidence=round(min(1.0, max(0.0, facts.confidence)) * factor, 4),
        evidence=tuple(_cut(piece, settings.max_text) for piece in facts.evidence[: settings.max_told_evidence]),
    )


def _cut(piece: Evidence, limit: int) -> Evidence:
    if len(piece.text) <= limit:
        return piece
    return msgspec.structs.replace(piece, text=piece.text[:limit], end=piece.start + limit)


def aware(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken for UTC, one that no calendar holds in UTC for the calendar's end."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def is_possible(published: datetime) -> bool:
    """Whether news can have been published then, as far as that can be told without a clock."""
    return FIRST_YEAR <= published.year <= LAST_YEAR


def _date(occurred_on: date | None, published: datetime, flags: list[Flag]) -> date | None:
    """The date, unless it lies after publication (a day's grace for the local calendar) or before any news on the net."""
    if occurred_on is None:
        return None
    if occurred_on.year < FIRST_YEAR or occurred_on > published.date() + timedelta(days=1):
        flags.append(Flag.IMPOSSIBLE_DATE)
        return None
    return occurred_on


def _place(place: Place | None, flags: list[Flag]) -> Place | None:
    """The place; without its point where that lies off the globe or outside the country it is said to be in."""
    if place is None or (place.lat is None and place.lon is None):
        return place
    if place.lat is not None and place.lon is not None and _is_inside(place.country, place.lat, place.lon):
        return place
    flags.append(Flag.POINT_OUTSIDE_COUNTRY)
    precision = Precision.DISTRICT if place.admin2 else Precision.GOVERNORATE if place.admin1 else Precision.COUNTRY
    return msgspec.structs.replace(place, lat=None, lon=None, geonameid=None, precision=precision)


def _is_inside(country: str | None, lat: float, lon: float) -> bool:
    south, north, west, east = BOUNDS.get(country or "", (-90.0, 90.0, -180.0, 180.0))
    return south <= lat <= north and west <= lon <= east


def _casualties(told: Casualties, flags: list[Flag], settings: LinkSettings) -> Casualties:
    return Casualties(
        killed=_count(told.killed, settings.max_killed, flags),
        wounded=_count(told.wounded, settings.max_wounded, flags),
        attackers_killed=_count(told.attackers_killed, settings.max_killed, flags),
        counted_by=told.counted_by,
    )


def _count(count: Count | None, limit: int, flags: list[Flag]) -> Count | None:
    if count is None:
        return None
    if not 0 <= count.best <= limit or count.low < 0 or count.high > 10 * limit:
        flags.append(Flag.ABSURD_TOLL)
        return None
    low, high = min(count.low, count.best), max(count.high, count.best)
    return count if (low, high) == (count.low, count.high) else Count(best=count.best, low=low, high=high)
