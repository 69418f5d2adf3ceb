"""Reports for tests, one line each: places by name, tolls as pairs, times as hours after a fixed noon."""

from datetime import UTC, date, datetime, timedelta

from shared import ids
from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place, Precision
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, DeskAction, Kind, Report

NOON = datetime(2026, 4, 11, 12, 0, tzinfo=UTC)
TODAY = date(2026, 4, 11)

PLACES: dict[str, Place] = {
    "Diyala": Place(name="Diyala", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG10"),
    "Kirkuk": Place(name="Kirkuk", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG13"),
    "Iraq": Place(name="Iraq", precision=Precision.COUNTRY, country="IQ"),
    "Muqdadiya": Place(
        name="Muqdadiya", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q02"
    ),
    "Khanaqin": Place(name="Khanaqin", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05"),
    "Khanaqin town": Place(
        name="Khanaqin", geonameid=93709, lat=34.348, lon=45.391, precision=Precision.TOWN, country="IQ",
        admin1="IQG10", admin2="IQG10Q05",
    ),
    "Imam Ways": Place(
        name="Imam Ways", geonameid=1, lat=34.170, lon=45.330, precision=Precision.EXACT, country="IQ",
        admin1="IQG10", admin2="IQG10Q05",
    ),
    "Tulul": Place(
        name="Tulul", geonameid=2, lat=34.300, lon=45.150, precision=Precision.EXACT, country="IQ",
        admin1="IQG10", admin2="IQG10Q05",
    ),
    "Shirwa": Place(
        name="Shirwa", geonameid=3, lat=34.900, lon=44.600, precision=Precision.EXACT, country="IQ",
        admin1="IQG16", admin2="IQG16Q07",
    ),
    "Daquq": Place(name="Daquq", precision=Precision.DISTRICT, country="IQ", admin1="IQG13", admin2="IQG13Q02"),
    "Baquba town": Place(
        name="Baquba", geonameid=98717, lat=33.745, lon=44.643, precision=Precision.TOWN, country="IQ",
        admin1="IQG10", admin2="IQG10Q04",
    ),
    "Kirkuk town": Place(
        name="Kirkuk", geonameid=94787, lat=35.468, lon=44.392, precision=Precision.TOWN, country="IQ",
        admin1="IQG13", admin2="IQG13Q03",
    ),
    "Hama": Place(name="Hama", lat=35.13, lon=36.75, precision=Precision.TOWN, country="SY"),
}  # fmt: skip


def count(best: int | None, low: int | None = None, high: int | None = None) -> Count | None:
    """A count, None for None."""
    if best is None:
        return None
    return Count(best=best, low=best if low is None else low, high=best if high is None else high)


def facts(
    place: str | Place | None = "Imam Ways",
    *,
    event_type: EventType | None = EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    on: date | None = TODAY,
    killed: int | None = None,
    wounded: int | None = None,
    perpetrator: str = "unknown",
    claimed: bool = False,
    targets: tuple[str, ...] = (),
    weapons: tuple[str, ...] = (),
    back: bool = False,
    confidence: float = 0.9,
    clues: tuple[str, ...] = (),
) -> AttackFacts:
    """One attack."""
    return AttackFacts(
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else None,
        place=PLACES[place] if isinstance(place, str) else place,
        occurred_on=on,
        casualties=Casualties(killed=count(killed), wounded=count(wounded)),
        perpetrator=perpetrator,
        claimed=claimed,
        targets=targets,
        weapons=weapons,
        is_back_reference=back,
        confidence=confidence,
        clues=clues,
    )


def told(
    name: str,
    main: AttackFacts | None = None,
    *,
    hours: float = 0.0,
    kind: Kind = Kind.REPORT,
    outlet: str | None = None,
    tier: int = 3,
    version: int = 1,
    change: ItemChange | None = None,
    backfill: bool = False,
    test: bool = False,
    others: tuple[AttackFacts, ...] = (),
    signature: tuple[int, ...] = (),
    title: str = "",
    lang: str = "en",
    published: datetime | None = None,
    desk: DeskAction | None = None,
) -> Report:
    """The report of item ``name`` of outlet ``outlet`` (one of its own unless given), ``hours`` after noon."""
    main = main if main is not None else facts()
    item = ids.derive("i", name)
    return Report(
        item_id=item,
        event_id=ids.item_event_id(item, f"{version}"),
        version=version,
        change=change or (ItemChange.NEW if version == 1 else ItemChange.TEXT),
        kind=kind,
        backfill=backfill,
        test=test,
        lang=lang,
        feed=f"{outlet or name}-feed",
        outlet=outlet or f"outlet-{name}",
        tier=tier,
        url=f"https://news.example/{name}",
        title=title or name,
        published=published or NOON + timedelta(hours=hours),
        signature=signature,
        other_events=others,
        desk=desk,
        event_type=main.event_type,
        event_group=main.event_group,
        place=main.place,
        occurred_on=main.occurred_on,
        casualties=main.casualties,
        perpetrator=main.perpetrator,
        claimed=main.claimed,
        targets=main.targets,
        weapons=main.weapons,
        is_back_reference=main.is_back_reference,
        confidence=main.confidence,
        evidence=main.evidence,
        clues=main.clues,
    )
