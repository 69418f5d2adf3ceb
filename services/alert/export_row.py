"""One incident as one row of a table, whatever the table's format (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.alert.routing import Message
from services.alert.words import PlaceWords, Telling, cleaned, headline, web_address
from shared.events.facts import Count
from shared.events.incident import IncidentChange, Status

Cell = str | int | float | bool | None
_MAX_CELL = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """An incident's state with the times of its first change and of the one that made it so: publication, or a desk's decision."""

    state: IncidentChange
    first_change: datetime | None
    last_change: datetime | None


COLUMNS: Mapping[str, str] = {
    "incident_id": "#event+id",
    "revision": "#meta+revision",
    "status": "#status",
    "withdrawn": "#status+withdrawn",
    "held": "#status+held",
    "event_type": "#event+type",
    "event_group": "#event+group",
    "occurred_on": "#date+occurred",
    "time_precision": "#date+occurred+precision",
    "place": "#loc+name",
    "place_precision": "#loc+precision",
    "lat": "#geo+lat",
    "lon": "#geo+lon",
    "geonameid": "#loc+code+geonames",
    "country": "#country+code",
    "admin1": "#adm1+code",
    "admin1_name": "#adm1+name",
    "admin2": "#adm2+code",
    "admin2_name": "#adm2+name",
    "admin3": "#adm3+code",
    "killed": "#affected+killed",
    "killed_low": "#affected+killed+min",
    "killed_high": "#affected+killed+max",
    "wounded": "#affected+injured",
    "wounded_low": "#affected+injured+min",
    "wounded_high": "#affected+injured+max",
    "attackers_killed": "#affected+killed+attackers",
    "attackers_killed_low": "#affected+killed+attackers+min",
    "attackers_killed_high": "#affected+killed+attackers+max",
    "perpetrator": "#org+perpetrator",
    "claimed": "#indicator+claimed",
    "severity": "#severity",
    "confidence": "#indicator+confidence+num",
    "sources": "#meta+sources+num",
    "origins": "#meta+origins+num",
    "outlets": "#meta+source+name",
    "urls": "#meta+url",
    "first_seen": "#date+reported+first",
    "last_seen": "#date+reported+last",
    "first_change": "#date+updated+first",
    "last_change": "#date+updated+last",
    "split_from": "#event+id+split_from",
    "merged_into": "#event+id+merged_into",
    "headline": "#description+en",
}
"""Names of the columns and their HXL hashtags, in order."""


def row_of(exported: Exported, names: PlaceWords) -> dict[str, Cell]:
    """Return the row, a cell for each of ``COLUMNS``; what is not known is None."""
    state = exported.state
    place = state.place
    tolls = state.casualties
    return {
        "incident_id": state.incident_id,
        "revision": state.revision,
        "status": state.status.value,
        "withdrawn": state.status is not Status.ACTIVE,
        "held": state.held,
        "event_type": state.event_type.value if state.event_type else None,
        "event_group": state.event_group.value if state.event_group else None,
        "occurred_on": state.occurred_on.isoformat() if state.occurred_on else None,
        "time_precision": "day" if state.occurred_on else "unknown",
        "place": cleaned(place.name) if place else None,
        "place_precision": place.precision.value if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "geonameid": place.geonameid if place else None,
        "country": place.country if place else None,
        "admin1": place.admin1 if place else None,
        "admin1_name": names.display_name(place.admin1, "en") if place and place.admin1 else None,
        "admin2": place.admin2 if place else None,
        "admin2_name": names.display_name(place.admin2, "en") if place and place.admin2 else None,
        "admin3": place.admin3 if place else None,
        **_toll("killed", tolls.killed),
        **_toll("wounded", tolls.wounded),
        **_toll("attackers_killed", tolls.attackers_killed),
        "perpetrator": cleaned(state.perpetrator, limit=100),
        "claimed": state.claimed,
        "severity": state.severity.value,
        "confidence": round(state.confidence, 3),
        "sources": state.source_count,
        "origins": state.origins,
        "outlets": _joined("; ", (cleaned(source.outlet, limit=100) for source in state.sources)),
        "urls": _joined(" ", (web_address(source.url) or "" for source in state.sources)),
        "first_seen": time_words(state.first_seen),
        "last_seen": time_words(state.last_seen),
        "first_change": time_words(exported.first_change),
        "last_change": time_words(exported.last_change),
        "split_from": state.split_from,
        "merged_into": state.merged_into,
        "headline": headline(state, Telling(message=Message.ALERT, language="en"), names),
    }


def time_words(at: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC, None for none."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _toll(name: str, count: Count | None) -> dict[str, Cell]:
    return {
        name: count.best if count else None,
        f"{name}_low": count.low if count else None,
        f"{name}_high": count.high if count else None,
    }


def _joined(separator: str, words: Iterable[str]) -> str:
    return separator.join(dict.fromkeys(word for word in words if word))[:_MAX_CELL]
