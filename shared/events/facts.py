"""The facts of an attack as one text states them; shared by reports and incidents."""

from enum import StrEnum

import msgspec


class EventType(StrEnum):
    """ACLED's sub-event types of the three groups that alert (ACLED codebook, October 2024)."""

    ARMED_CLASH = "armed_clash"
    GOVERNMENT_REGAINS_TERRITORY = "government_regains_territory"
    NON_STATE_OVERTAKES_TERRITORY = "non_state_overtakes_territory"
    CHEMICAL_WEAPON = "chemical_weapon"
    AIR_DRONE_STRIKE = "air_drone_strike"
    SUICIDE_BOMB = "suicide_bomb"
    SHELLING_ARTILLERY_MISSILE = "shelling_artillery_missile"
    REMOTE_EXPLOSIVE_LANDMINE_IED = "remote_explosive_landmine_ied"
    GRENADE = "grenade"
    SEXUAL_VIOLENCE = "sexual_violence"
    ATTACK = "attack"
    ABDUCTION = "abduction"


class EventGroup(StrEnum):
    """ACLED's event types (groups of sub-event types) that alert."""

    BATTLES = "battles"
    EXPLOSIONS_REMOTE_VIOLENCE = "explosions_remote_violence"
    VIOLENCE_AGAINST_CIVILIANS = "violence_against_civilians"


GROUP_OF: dict[EventType, EventGroup] = {
    EventType.ARMED_CLASH: EventGroup.BATTLES,
    EventType.GOVERNMENT_REGAINS_TERRITORY: EventGroup.BATTLES,
    EventType.NON_STATE_OVERTAKES_TERRITORY: EventGroup.BATTLES,
    EventType.CHEMICAL_WEAPON: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.AIR_DRONE_STRIKE: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.SUICIDE_BOMB: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.SHELLING_ARTILLERY_MISSILE: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.REMOTE_EXPLOSIVE_LANDMINE_IED: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.GRENADE: EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    EventType.SEXUAL_VIOLENCE: EventGroup.VIOLENCE_AGAINST_CIVILIANS,
    EventType.ATTACK: EventGroup.VIOLENCE_AGAINST_CIVILIANS,
    EventType.ABDUCTION: EventGroup.VIOLENCE_AGAINST_CIVILIANS,
}


class Precision(StrEnum):
    """How finely a place is known, finest first.

    ``EXACT`` is the named village or site itself; ``TOWN`` near it, or a town; below ``SUBDISTRICT`` there is no point.
    """

    EXACT = "exact"
    TOWN = "town"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    GOVERNORATE = "governorate"
    COUNTRY = "country"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A gazetteer row that the name could also have meant."""

    name: str
    geonameid: int | None = None
    lat: float | None = None
    lon: float | None = None
    admin1: str | None = None
    admin2: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an attack happened.

    ``name`` is as the text wrote it. ``admin1`` to ``admin3`` are OCHA COD-AB p-codes in Iraq and ISO 3166-2 codes (admin1
    only) elsewhere. ``lat`` and ``lon`` are WGS 84 degrees, null where only a district or governorate is known.
    ``candidates`` is filled when the name could not be settled.
    """

    name: str
    geonameid: int | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    admin3: str | None = None
    candidates: tuple[Candidate, ...] = ()


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A number of people with its range; ``low <= best <= high``."""

    best: int
    low: int
    high: int


class CountedBy(StrEnum):
    """Who counted the dead and hurt, as the text says. ``OTHER``: media, monitors, aid groups; ``UNKNOWN``: the text names nobody."""

    OFFICIAL = "official"
    MEDICAL = "medical"
    POLICE = "police"
    """Police, army and other security forces."""
    WITNESS = "witness"
    """Residents, relatives and others who saw it."""
    CLAIMANT = "claimant"
    """Those who did it."""
    OTHER = "other"
    UNKNOWN = "unknown"


class Casualties(msgspec.Struct, frozen=True, kw_only=True):
    """The toll. ``killed`` is victims including security forces; ``attackers_killed`` is apart. Null means no number was given.

    ``counted_by`` is who counted the killed, else the wounded; null where nothing is counted or nobody asked (older releases).
    """

    killed: Count | None = None
    wounded: Count | None = None
    attackers_killed: Count | None = None
    counted_by: CountedBy | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The exact words behind a fact: ``item.<field>[start:end] == text``, offsets in Unicode code points of the field as received.

    ``fact`` names what the words support: kind, event_type, place, killed, wounded, attackers_killed, counted_by, occurred_on,
    perpetrator.
    """

    fact: str
    field: str
    text: str
    start: int
    end: int
