"""Rows with the columns of ACLED's data export, as far as news alone can fill them (pure).

``fatalities`` is killed plus attackers killed: ACLED counts all who died, we keep the attackers apart. It is empty where no source
gives a number; ACLED would write 0. ``inter1``, ``inter2`` and ``interaction`` need a coder's knowledge of the actors and stay empty.
``tags`` says what no longer stands (``status=retracted``). ``geo_precision``: 1 a town or village, 2 a district, 3 a governorate or
country; ``time_precision``: 1 the day, 2 the day of the first report, for want of another.
"""

from collections.abc import Mapping
from datetime import UTC, date

from services.alert.export_row import Cell, Exported, row_of
from services.alert.words import PlaceWords
from shared.events.facts import Count, EventGroup, EventType, Precision
from shared.events.incident import Status

COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso", "region", "country",
    "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source", "source_scale", "notes",
    "fatalities", "tags", "timestamp",
)  # fmt: skip
_TYPES: Mapping[EventGroup, str] = {
    EventGroup.BATTLES: "Battles",
    EventGroup.EXPLOSIONS_REMOTE_VIOLENCE: "Explosions/Remote violence",
    EventGroup.VIOLENCE_AGAINST_CIVILIANS: "Violence against civilians",
}
_SUB_TYPES: Mapping[EventType, str] = {
    EventType.ARMED_CLASH: "Armed clash",
    EventType.GOVERNMENT_REGAINS_TERRITORY: "Government regains territory",
    EventType.NON_STATE_OVERTAKES_TERRITORY: "Non-state actor overtakes territory",
    EventType.CHEMICAL_WEAPON: "Chemical weapon",
    EventType.AIR_DRONE_STRIKE: "Air/drone strike",
    EventType.SUICIDE_BOMB: "Suicide bomb",
    EventType.SHELLING_ARTILLERY_MISSILE: "Shelling/artillery/missile attack",
    EventType.REMOTE_EXPLOSIVE_LANDMINE_IED: "Remote explosive/landmine/IED",
    EventType.GRENADE: "Grenade",
    EventType.SEXUAL_VIOLENCE: "Sexual violence",
    EventType.ATTACK: "Attack",
    EventType.ABDUCTION: "Abduction/forced disappearance",
}
_ISO = {
    "AE": 784, "AF": 4, "AM": 51, "AZ": 31, "BH": 48, "CY": 196, "EG": 818, "GE": 268, "IL": 376, "IQ": 368, "IR": 364, "JO": 400,
    "KW": 414, "LB": 422, "LY": 434, "OM": 512, "PK": 586, "PS": 275, "QA": 634, "SA": 682, "SD": 729, "SY": 760, "TR": 792, "YE": 887,
}  # fmt: skip
_PRECISION = {Precision.EXACT: 1, Precision.TOWN: 1, Precision.SUBDISTRICT: 2, Precision.DISTRICT: 2}


def acled_row(exported: Exported, names: PlaceWords) -> dict[str, Cell]:
    """Return the row, a cell for each of ``COLUMNS``; what is not known is None."""
    state, place = exported.state, exported.state.place
    plain = row_of(exported, names)
    day: date = state.occurred_on or state.first_seen.astimezone(UTC).date()
    killed, attackers = state.casualties.killed, state.casualties.attackers_killed
    country = place.country if place else None
    is_against_civilians = state.event_group is EventGroup.VIOLENCE_AGAINST_CIVILIANS
    last = exported.last_change or state.last_seen
    return dict.fromkeys(COLUMNS) | {
        "event_id_cnty": state.incident_id,
        "event_date": day.isoformat(),
        "year": day.year,
        "time_precision": 1 if state.occurred_on else 2,
        "disorder_type": "Political violence",
        "event_type": _TYPES[state.event_group] if state.event_group else None,
        "sub_event_type": _SUB_TYPES[state.event_type] if state.event_type else None,
        "actor1": plain["perpetrator"],
        "actor2": "Civilians" if is_against_civilians else None,
        "civilian_targeting": "Civilian targeting" if is_against_civilians else None,
        "iso": _ISO.get(country or ""),
        "country": names.display_name(country, "en") if country else None,
        "admin1": plain["admin1_name"],
        "admin2": plain["admin2_name"],
        "admin3": plain["admin3"],
        "location": plain["place"],
        "latitude": plain["lat"],
        "longitude": plain["lon"],
        "geo_precision": _PRECISION.get(place.precision, 3) if place else None,
        "source": plain["outlets"],
        "notes": plain["headline"],
        "fatalities": None if killed is None and attackers is None else _best(killed) + _best(attackers),
        "tags": None if state.status is Status.ACTIVE else f"status={state.status.value}",
        "timestamp": int(last.timestamp()),
    }


def _best(count: Count | None) -> int:
    return 0 if count is None else count.best
