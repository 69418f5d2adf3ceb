"""What a text surely names, units and countries, and what a reading of a name comes to: the ground that the choice stands on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.classify.read.place_reading import Reading
from services.classify.read.place_words import Level, Role
from shared.geo.rows import Entry, EntryKind

HOME = "IQ"
_KNOWN_SITE = 50
_ASIDE = (Role.BACKGROUND, Role.MOVEMENT, Role.ROAD, Role.CORRECTED)
_FINENESS = {
    EntryKind.COUNTRY: 0, EntryKind.REGION: 1, EntryKind.GOVERNORATE: 2, EntryKind.DISTRICT: 3, EntryKind.SUBDISTRICT: 3.6,
    EntryKind.TOWN: 4, EntryKind.VILLAGE: 5, EntryKind.SITE: 5,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A reading with the entry it means; ``entry`` is None when the name could not be settled, ``rivals`` says between which."""

    reading: Reading
    entry: Entry | None
    rivals: tuple[Entry, ...] = ()

    @property
    def fineness(self) -> float:
        """0 for a country to 5 for a village or site; an unsettled name is as fine as its kind."""
        if self.entry is None:
            return 5
        if self.entry.kind is EntryKind.SITE and self.entry.lat is None:
            return 3 if self.entry.admin2 else 2
        return _FINENESS[self.entry.kind]


STRIKERS = frozenset({"TR", "IR", "IL", "RU", "US"})
"""Countries whose armies strike abroad: where they are named, a place of another country may still be the scene."""


@dataclass(kw_only=True)
class Context:
    """The units and countries that the text names, with how much each counts."""

    units: list[tuple[Reading, Entry]] = field(default_factory=list)
    sites: list[tuple[Reading, Entry]] = field(default_factory=list)
    """Known mountains, fields and bases of Iraq: they speak for places of their own district."""
    towns: list[tuple[Reading, Entry]] = field(default_factory=list)
    """Towns of Iraq with a point: they speak for places around them (``place_near``)."""
    countries: dict[str, float] = field(default_factory=dict)

    def places_elsewhere(self, country: str, reading: Reading) -> bool:
        """Whether the text names countries or their divisions as places, and never ``country``."""
        named = {unit.country for other, unit in self.units if other.mention.key != reading.mention.key} | {
            code
            for code, weight in self.countries.items()
            if weight >= 1 and not (code in STRIKERS and reading.role is Role.SCENE)
        }
        return bool(named) and country not in named and self.countries.get(country, 0.0) == 0

    def is_abroad(self) -> bool:
        """Whether the text names another country or its division as a place, and nothing of Iraq."""
        if self.countries.get(HOME, 0.0) >= 1 or any(unit.country == HOME for _, unit in self.units):
            return False
        return any(weight >= 2 for code, weight in self.countries.items() if code not in STRIKERS) or any(
            other.role is Role.SCENE and not other.mention.is_weak for other, _ in self.units
        )

    def foreign(self) -> bool:
        """Whether the text speaks of another country and not of Iraq."""
        others = sum(weight for code, weight in self.countries.items() if code != HOME)
        return others > 0 and others > self.countries.get(HOME, 0.0)


def context_of(readings: Sequence[Reading], actors: dict[str, float], home: str | None) -> Context:
    """Gather what the text surely names: governorates, districts and countries; ``actors`` are countries by adjective."""
    context = Context()
    for code, weight in actors.items():
        context.countries[code] = context.countries.get(code, 0.0) + weight
    if home is not None:
        context.countries[home] = context.countries.get(home, 0.0) + 0.3
    for reading in readings:
        mention = reading.mention
        weight = 0.1 if reading.role is Role.ACTOR else 0.3 if reading.role in _ASIDE else 1.0
        for match in mention.matches:
            entry = match.entry
            if entry.kind is EntryKind.COUNTRY and not (mention.is_weak and reading.role is Role.PLAIN):
                context.countries[entry.country] = context.countries.get(entry.country, 0.0) + 2 * weight
            elif entry.country == HOME and entry.rank >= 90 and not mention.is_weak:
                context.countries[HOME] = context.countries.get(HOME, 0.0) + weight
            if (
                match.is_short
                or entry.rank < (_KNOWN_SITE if entry.kind is EntryKind.SITE else 60)
                or (mention.is_weak and reading.role is Role.PLAIN and reading.level is None)
            ):
                continue
            stated = reading.level in (Level.SUBDISTRICT, Level.DISTRICT, Level.GOVERNORATE)
            if entry.kind in (EntryKind.GOVERNORATE, EntryKind.DISTRICT) or (
                entry.kind is EntryKind.SUBDISTRICT and stated
            ):
                if entry.kind is EntryKind.SUBDISTRICT and reading.level is not Level.SUBDISTRICT:
                    continue
                context.units.append((reading, entry))
            elif entry.kind is EntryKind.SITE and entry.country == HOME and entry.admin2 is not None:
                context.sites.append((reading, entry))
            elif entry.kind is EntryKind.TOWN and entry.country == HOME and entry.lat is not None:
                context.towns.append((reading, entry))
    return context
