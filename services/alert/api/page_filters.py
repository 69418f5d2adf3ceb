"""The filters of the list and the map as a browser's form sends them (pure): what does not parse is left out, never an error page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from services.alert import phrases
from services.alert.api import page_words
from services.alert.incident_filter import IncidentFilter, at_least, searchable
from services.alert.places import PlaceError, read_place
from services.alert.ports import PlaceBook
from services.alert.search import MAX_TEXT, Sought, seek
from services.alert.watch import Language
from services.alert.words import PlaceWords
from shared.events.facts import EventType
from shared.events.incident import Severity

_DAYS = (1, 3, 7, 30, 90, 365)
_LONGEST_AREA = 80
GOVERNORATES = tuple(f"IQG{number:02d}" for number in range(1, 19))
_COUNTRIES = ("IQ", "SY", "IR", "TR")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What stands in the form; empty where nothing is chosen."""

    q: str = ""
    area: str = ""
    type: str = ""
    severity: str = ""
    days: str = ""

    @property
    def query(self) -> str:
        """The form as the beginning of an address's query, ``&`` at its end; empty where nothing is chosen."""
        said = {"q": self.q, "area": self.area, "type": self.type, "min_severity": self.severity, "days": self.days}
        chosen = {name: value for name, value in said.items() if value}
        return f"{urlencode(chosen)}&" if chosen else ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return not self.query


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the form offers: values with their words."""

    areas: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    severities: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked for. ``is_area_unknown``: the area is no place, so all are shown, and that is told."""

    chosen: Chosen
    wanted: IncidentFilter
    sought: Sought | None
    is_area_unknown: bool


def read_form(said: Mapping[str, str], book: PlaceBook, *, now: datetime, with_held: bool) -> Asked:
    """Return what a form asks for."""
    chosen = Chosen(
        q=said.get("q", "").strip()[:MAX_TEXT],
        area=said.get("area", "").strip()[:_LONGEST_AREA],
        type=_one_of(said.get("type", ""), tuple(EventType)),
        severity=_one_of(said.get("min_severity", ""), tuple(Severity)),
        days=_one_of(said.get("days", ""), tuple(str(count) for count in _DAYS)),
    )
    try:
        areas = searchable(read_place(chosen.area, book)) if chosen.area else ()
        is_unknown = bool(chosen.area) and not areas
    except PlaceError:
        areas, is_unknown = (), True
    return Asked(
        chosen=chosen,
        wanted=IncidentFilter(
            areas=areas,
            types=(EventType(chosen.type),) if chosen.type else (),
            severities=at_least(Severity(chosen.severity)) if chosen.severity else (),
            since=now - timedelta(days=int(chosen.days)) if chosen.days else None,
            held=None if with_held else False,
        ),
        sought=seek(chosen.q, book) if chosen.q else None,
        is_area_unknown=is_unknown,
    )


def choices(chosen: Chosen, language: Language, names: PlaceWords) -> Choices:
    """Return what the form offers; an area that was typed into the address stays among them."""
    known = [(code, name) for code in (*GOVERNORATES, *_COUNTRIES) if (name := names.display_name(code, language))]
    typed = [(chosen.area, chosen.area)] if chosen.area and chosen.area not in dict(known) else []
    return Choices(
        areas=(*typed, *known),
        types=tuple((one.value, phrases.EVENT[one][language]) for one in EventType),
        severities=tuple((one.value, phrases.SEVERITY[one][language]) for one in Severity if one is not Severity.MINOR),
        days=tuple((str(count), page_words.days(count, language)) for count in _DAYS),
    )


def _one_of(said: str, known: tuple[str, ...]) -> str:
    return next((str(one) for one in known if one == said), "")
