"""Decides which gazetteer place a name means.

How well known each bearer is, whether it is of the kind that the wording states, and whether the units that the text names contain
it; a village's name counts only where the wording or the district beside it makes it a place. Which of the places is the attack's
own is decided in ``place_scene``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.classify.read.place_asides import heads_the_title
from services.classify.read.place_mentions import Mention
from services.classify.read.place_roles import Reading
from services.classify.read.place_words import LEVELS, PLACED, STOPS, Level, Nearness, Role
from services.classify.read.text import TokenKind
from shared.geo.gazetteer import Gazetteer, Match, contains, same_place
from shared.geo.names import skeleton
from shared.geo.rows import Entry, EntryKind

_UNITS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_WANTED: dict[Level, dict[EntryKind, float]] = {
    Level.VILLAGE: {EntryKind.VILLAGE: 6, EntryKind.TOWN: 2, EntryKind.SITE: 2, EntryKind.SUBDISTRICT: -4, EntryKind.DISTRICT: -6, EntryKind.GOVERNORATE: -8, EntryKind.COUNTRY: -8},
    Level.NEIGHBOURHOOD: {EntryKind.VILLAGE: 2, EntryKind.TOWN: 2, EntryKind.SUBDISTRICT: 1},
    Level.TOWN: {EntryKind.TOWN: 6, EntryKind.VILLAGE: 1, EntryKind.DISTRICT: -2, EntryKind.GOVERNORATE: -4, EntryKind.COUNTRY: -6},
    Level.SUBDISTRICT: {EntryKind.SUBDISTRICT: 7, EntryKind.TOWN: 4, EntryKind.VILLAGE: 1, EntryKind.DISTRICT: -3, EntryKind.GOVERNORATE: -6, EntryKind.COUNTRY: -8},
    Level.DISTRICT: {EntryKind.DISTRICT: 6, EntryKind.SUBDISTRICT: 3, EntryKind.TOWN: 3, EntryKind.GOVERNORATE: -5, EntryKind.COUNTRY: -8},
    Level.AREA: {EntryKind.DISTRICT: 0.4, EntryKind.SUBDISTRICT: 1, EntryKind.REGION: 1},
    Level.GOVERNORATE: {EntryKind.GOVERNORATE: 7, EntryKind.REGION: 3, EntryKind.DISTRICT: -1, EntryKind.TOWN: -6, EntryKind.VILLAGE: -8, EntryKind.COUNTRY: -2},
    Level.COUNTRY: {EntryKind.COUNTRY: 4},
    Level.SITE: {EntryKind.SITE: 7},
}  # fmt: skip
_HOME = "IQ"
_ASIDE = (Role.BACKGROUND, Role.MOVEMENT, Role.ROAD, Role.CORRECTED)
_AMBIGUOUS_WITHIN = 1.2
_TELLING_CONSONANTS = 3  # fewer are shared by everything
_KNOWN_ABROAD = 45  # a division, or a town from about 15,000 people
_TELLING_LENGTH = 5  # letters: shorter keys are too often words
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


_STRIKERS = frozenset({"TR", "IR", "IL", "RU", "US"})
"""Countries whose armies strike abroad: where they are named, a place of another country may still be the scene."""


@dataclass(kw_only=True)
class Context:
    """The units and countries that the text names, with how much each counts."""

    units: list[tuple[Reading, Entry]] = field(default_factory=list)
    countries: dict[str, float] = field(default_factory=dict)

    def places_elsewhere(self, country: str, reading: Reading) -> bool:
        """Whether the text names countries or their divisions as places, and never ``country``."""
        named = {unit.country for other, unit in self.units if other.mention.key != reading.mention.key} | {
            code
            for code, weight in self.countries.items()
            if weight >= 1 and not (code in _STRIKERS and reading.role is Role.SCENE)
        }
        return bool(named) and country not in named and self.countries.get(country, 0.0) == 0

    def foreign(self) -> bool:
        """Whether the text speaks of another country and not of Iraq."""
        others = sum(weight for code, weight in self.countries.items() if code != _HOME)
        return others > 0 and others > self.countries.get(_HOME, 0.0)


def _is_strong(match: Match) -> bool:
    return not match.is_short and (match.entry.rank >= 90 or match.entry.kind is EntryKind.COUNTRY)


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
            elif entry.country == _HOME and entry.rank >= 90 and not mention.is_weak:
                context.countries[_HOME] = context.countries.get(_HOME, 0.0) + weight
            if (
                match.is_short
                or entry.rank < 60
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
    return context


def _support(entry: Entry, reading: Reading, context: Context) -> float:
    """How much the units and countries named elsewhere in the text speak for ``entry``."""
    best, against = 0.0, 0.0
    for other, unit in context.units:
        if other.mention is reading.mention or other.mention.key == reading.mention.key:
            continue
        gap = other.mention.first - reading.mention.last
        same_sentence = other.mention.sentence is reading.mention.sentence
        near = same_sentence and 0 < gap <= 7
        value = 5.0 if near else 3.5 if same_sentence else 2.5
        if other.role in (Role.BACKGROUND, Role.CORRECTED, Role.DATELINE, Role.ROAD):
            value *= 0.4
        elif other.role in (Role.SPEAKER, Role.INSTITUTION, Role.MOVEMENT):
            value *= 0.7
        fine = 1.0 if unit.kind is not EntryKind.GOVERNORATE else 0.85
        if contains(unit, entry) or (unit.code is not None and unit.code == entry.code):
            best = max(best, value * fine)
        elif (
            near
            and unit.kind in _UNITS
            and unit.country == entry.country
            and entry.kind is not EntryKind.COUNTRY
            and not contains(entry, unit)
        ):
            against = max(against, 3.0 * fine if other.is_container or other.level is not None else 1.0)
    country = 0.0
    total = sum(context.countries.values())
    if total:
        share = context.countries.get(entry.country, 0.0) / total
        country = 5.0 * share - (3.0 if context.foreign() and share == 0 else 0.0)
    elif entry.country == _HOME:
        country = 1.0 if reading.mention.key.isascii() else 2.0
    return best - against + country


def _score(match: Match, reading: Reading, context: Context) -> float:
    entry = match.entry
    score = entry.rank / 10
    if match.is_short:
        score -= 0.8
    if reading.level is not None:
        score += _WANTED[reading.level].get(entry.kind, 0.0)
    if entry.kind is EntryKind.COUNTRY:
        score += 1
    if entry.kind is EntryKind.GOVERNORATE and entry.country != _HOME and reading.level is not Level.GOVERNORATE:
        score -= 2.5  # abroad a bare name is the city
    return score + _support(entry, reading, context)


def _deserves(reading: Reading, entry: Entry, support: float, *, is_held: bool = False) -> bool:
    """Whether the wording, fame or context make this name a place at all: villages bear the names of people and things."""
    mention = reading.mention
    latin = mention.key.isascii()
    named = reading.level not in (None, Level.AREA, Level.SITE) or (reading.level is not None and entry.rank >= 50)
    plain = reading.role is Role.PLAIN
    if latin and plain and entry.rank < 85 and not named and _is_part_of_a_name(reading):
        return False
    if named or reading.is_container:
        # "Attacks Hit Kabul": a weak name needs more than a noun of attack before it
        return not (mention.is_weak and latin and not plain and not _follows_preposition(reading) and not named)
    if mention.is_weak:
        followed = not latin or _follows_preposition(reading)
        is_told = not plain or (entry.rank >= 60 and heads_the_title(mention))
        return is_told and followed and (entry.rank >= 60 or support >= 3)
    if entry.rank >= 60:
        return entry.rank >= 80 or latin or not plain or entry.rank >= 68 or heads_the_title(mention)
    if plain:
        return entry.rank >= 45 and support >= 4
    return is_held or _deserves_little(mention, entry, support)


def _deserves_little(mention: Mention, entry: Entry, support: float) -> bool:
    """The same for a little-known place that the wording puts something at."""
    if entry.kind is EntryKind.SITE and entry.country == _HOME:
        return entry.rank >= 50 or support >= 1.5
    if not mention.key.isascii() and mention.first == mention.last:  # common words abound among the villages
        return entry.rank >= 45 and support >= 3.0
    if entry.country != _HOME:
        return support >= 2.0
    return entry.rank >= 45 or support >= 1.5


def _is_held(reading: Reading, entry: Entry, context: Context) -> bool:
    """Whether the same sentence names the district of this living village: "لە خانەسۆری سەر بە شنگال"."""
    if len(reading.mention.key) < _TELLING_LENGTH or entry.rank < 25:
        return False
    return any(
        other.mention.sentence is reading.mention.sentence
        and other.role in (Role.SCENE, Role.PLAIN)
        and contains(unit, entry)
        for other, unit in context.units
        if unit.kind is EntryKind.DISTRICT
    )


def _is_known_abroad(reading: Reading, entry: Entry, context: Context) -> bool:
    """Whether a name that something is placed at means one country's place only, in a text that speaks of no other country.

    "Car bombing in Afrin": a division or its town, or a town of some size whose name no other country has.
    """
    mention = reading.mention
    is_placed = reading.role is Role.SCENE and mention.key.isascii() and not mention.is_weak
    if entry.country == _HOME or not is_placed or context.countries.get(_HOME, 0.0):
        return False
    bearers = [match.entry for match in mention.matches if not match.is_short]
    if any(other.country != entry.country for other in bearers) or len(mention.key) < _TELLING_LENGTH - 1:
        return False
    return max((other.rank for other in bearers), default=0) >= _KNOWN_ABROAD


def _follows_preposition(reading: Reading) -> bool:
    tokens = reading.mention.sentence.tokens
    return any(
        token.key in PLACED or token.key == "of"
        for token in tokens[max(0, reading.mention.first - 4) : reading.mention.first]
    )


def _is_part_of_a_name(reading: Reading) -> bool:
    """Whether other capitals stand beside the name, as in a person's: "Hiwa Rashid", "Rashid Hiwa". Headlines in capitals do not tell."""
    tokens = reading.mention.sentence.tokens
    words = [token for token in tokens if token.kind is TokenKind.WORD]
    if sum(token.text[:1].isupper() for token in words) > 0.7 * len(words):
        return False
    before = tokens[reading.mention.first - 1] if reading.mention.first > 1 else None
    after = tokens[reading.mention.last + 1] if reading.mention.last + 1 < len(tokens) else None
    return any(
        token is not None
        and token.kind is TokenKind.WORD
        and token.text[:1].isupper()
        and token.key not in LEVELS
        and token.key not in STOPS
        for token in (before, after)
    )


def settle(reading: Reading, context: Context, gazetteer: Gazetteer) -> Settled | None:
    """Return the entry that the name means, an unsettled name with its rivals, or None when it is no place here."""
    mention = reading.mention
    if mention.is_unknown:
        return _settle_unknown(reading, context, gazetteer)
    holder = _stated_holder(reading, context) if reading.level is Level.VILLAGE else None
    if holder is not None and not any(contains(holder, match.entry) for match in mention.matches):
        return _settle_unknown(
            reading, context, gazetteer
        )  # a village of this name, but not in the district that is named
    scored = sorted(
        ((_score(match, reading, context), -n, match.entry) for n, match in enumerate(mention.matches)),
        key=lambda s: s[:2],
        reverse=True,
    )
    if not scored:
        return None
    score, _, entry = scored[0]
    is_known = _is_held(reading, entry, context) or _is_known_abroad(reading, entry, context)
    if not _deserves(reading, entry, _support(entry, reading, context), is_held=is_known):
        return None
    rivals = tuple(
        other
        for value, _, other in scored[1:]
        if score - value < _AMBIGUOUS_WITHIN and other.kind is EntryKind.VILLAGE and not same_place(other, entry)
    )
    if (
        entry.country != _HOME
        and entry.kind is not EntryKind.COUNTRY
        and context.places_elsewhere(entry.country, reading)
    ):
        return None
    if rivals and entry.kind is EntryKind.VILLAGE:
        return Settled(reading=reading, entry=None, rivals=(entry, *rivals))
    return Settled(reading=reading, entry=entry)


def _names_a_governorate_too(reading: Reading) -> bool:
    return reading.level is not Level.DISTRICT and any(
        m.entry.kind is EntryKind.GOVERNORATE for m in reading.mention.matches
    )


def _stated_holder(reading: Reading, context: Context) -> Entry | None:
    """The district written right after a village: "the village of X in Y district"."""
    for other, unit in context.units:
        gap = other.mention.first - reading.mention.last
        beside = (
            other.mention.sentence is reading.mention.sentence and 0 < gap <= 6 and not _names_a_governorate_too(other)
        )
        if (
            beside
            and unit.kind is EntryKind.DISTRICT
            and unit.country == _HOME
            and other.nearness is Nearness.AT
            and not other.mention.is_weak
        ):
            return unit
    return None


def _settle_unknown(reading: Reading, context: Context, gazetteer: Gazetteer) -> Settled | None:
    """Look for another spelling of an unknown name, but only inside the units that the text names."""
    if reading.mention.is_guess:
        return _settle_guess(reading, context, gazetteer)
    told = [(other, unit) for other, unit in context.units if other.role not in (Role.BACKGROUND, Role.DATELINE)]
    districts = [unit for _, unit in told if unit.kind is not EntryKind.GOVERNORATE]
    allowed = districts or [unit for _, unit in told]
    found = [
        entry
        for entry in gazetteer.alike(reading.mention.name)
        if len(skeleton(reading.mention.name)) >= _TELLING_CONSONANTS
        and entry.kind not in _UNITS
        and any(contains(unit, entry) for unit in allowed)
    ]
    if not found:
        return Settled(reading=reading, entry=None)
    best = max(found, key=lambda e: e.rank)
    others = tuple(e for e in found if not same_place(e, best) and e.rank >= best.rank - 10)
    return Settled(reading=reading, entry=None if others else best, rivals=(best, *others) if others else ())


def _settle_guess(reading: Reading, context: Context, gazetteer: Gazetteer) -> Settled | None:
    """A word after "in" that sounds like a place of a district named in the same sentence."""
    mention = reading.mention
    units = [
        unit
        for other, unit in context.units
        if other.mention.sentence is mention.sentence
        and unit.kind is EntryKind.DISTRICT
        and other.role in (Role.SCENE, Role.PLAIN)
    ]
    if len(skeleton(mention.name)) < _TELLING_CONSONANTS:
        return None
    found = [
        entry
        for entry in gazetteer.alike(mention.name)
        if entry.rank >= 25
        and entry.kind in (EntryKind.VILLAGE, EntryKind.TOWN)
        and any(contains(u, entry) for u in units)
    ]
    if not found:
        return None
    best = max(found, key=lambda e: e.rank)
    others = tuple(e for e in found if not same_place(e, best))
    return Settled(reading=reading, entry=None if others else best, rivals=(best, *others) if others else ())


def coherent(settled: Sequence[Settled]) -> list[Settled]:
    """Settle the unsettled by what has been settled: a village lies in the district whose other places the text names."""
    aside = (Role.BACKGROUND, Role.ROAD)
    sure = [s.entry for s in settled if s.entry is not None and s.entry.admin2 and s.reading.role not in aside]
    return [_settled_beside(_unless_contradicted(one, settled), sure) for one in settled]


def _unless_contradicted(one: Settled, settled: Sequence[Settled]) -> Settled:
    """A village whose bearer lies in another governorate than the town written right after it is some other village of that name."""
    if one.entry is None or one.entry.kind is not EntryKind.VILLAGE or one.entry.country != _HOME:
        return one
    for other in settled:
        gap = other.reading.mention.first - one.reading.mention.last
        beside = other.reading.mention.sentence is one.reading.mention.sentence and 0 < gap <= 4
        known = (
            other.entry is not None and other.entry.country == _HOME and other.entry.rank >= 65 and other.entry.admin1
        )
        if beside and known and other.reading.role is Role.SCENE and other.reading.nearness is Nearness.AT:
            assert other.entry is not None
            return one if other.entry.admin1 == one.entry.admin1 else Settled(reading=one.reading, entry=None)
    return one


def _settled_beside(one: Settled, sure: Sequence[Entry]) -> Settled:
    if one.entry is None:
        for level in ("admin3", "admin2", "admin1"):
            codes = {getattr(entry, level) for entry in sure} - {None}
            inside = [rival for rival in one.rivals if getattr(rival, level) in codes]
            if len(inside) == 1:
                return Settled(reading=one.reading, entry=inside[0])
    return one
