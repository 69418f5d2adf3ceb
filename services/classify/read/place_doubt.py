"""Names that their own wording did not make a place, looked at again once the rest of the text is settled.

A headline often has nothing but the name ("Umm Qasr guard shot"); when the text names no other place, or only the unit that holds it,
the name is taken all the same. Nothing here overrides a place that is told as finely.
"""

from collections.abc import Sequence

from services.classify.read.place_asides import heads_the_title
from services.classify.read.place_choice import is_part_of_a_name, ranked
from services.classify.read.place_context import HOME, STRIKERS, Context, Settled
from services.classify.read.place_reading import Reading
from services.classify.read.place_words import Role
from shared.geo.gazetteer import Gazetteer, contains
from shared.geo.rows import Entry, EntryKind

_OPEN = (Role.SCENE, Role.PLAIN, Role.INSTITUTION)
_NOT_THERE = (Role.SPEAKER, Role.INSTITUTION, Role.DATELINE)
_COARSE = (EntryKind.COUNTRY, EntryKind.REGION, EntryKind.GOVERNORATE)
_KNOWN = 50
"""Rank from which a name alone, without any word that places something there, may be meant."""
_KNOWN_ABROAD = 60
_LIVING = 25
"""Rank of a village that people live in; ruins and lost places rank below."""
_LEAST_LETTERS = 4
_LONG_NAME = 5
_SENTENCES = 4


def reconsidered(
    chosen: Settled | None,
    settled: Sequence[Settled],
    readings: Sequence[Reading],
    context: Context,
    gazetteer: Gazetteer,
) -> Settled | None:
    """Return a better choice among the names passed over, or ``chosen`` itself."""
    taken = {id(one.reading) for one in settled}
    passed = [
        reading
        for reading in readings
        if id(reading) not in taken and _is_open(reading) and not gazetteer.country_of_demonym(reading.mention.key)
    ]
    if chosen is None or _is_striker(chosen):
        return _best_known(passed, context, chosen) or chosen or _village_told_of(passed)
    if chosen.reading.role in _NOT_THERE and (village := _headline_village(passed, chosen)) is not None:
        return village
    unit = chosen.entry
    if unit is None or unit.kind not in _COARSE or unit.kind is EntryKind.REGION:
        return chosen
    inside = [found for reading in passed if (found := _bearer_in(unit, reading, context)) is not None]
    inside += [
        one
        for one in settled
        if one.reading.role is Role.INSTITUTION
        and one.entry is not None
        and one.entry.kind not in _COARSE
        and one.entry.country == HOME
        and one.reading.level is not None
        and contains(unit, one.entry)
    ]
    return min(inside, key=lambda one: one.reading.order, default=chosen)


def _is_open(reading: Reading) -> bool:
    mention = reading.mention
    if mention.is_unknown or not mention.matches or reading.role not in _OPEN or len(mention.key) < _LEAST_LETTERS:
        return False
    return mention.sentence.index < _SENTENCES and not (mention.key.isascii() and is_part_of_a_name(reading))


def _is_striker(chosen: Settled) -> bool:
    """Whether the choice is a country that is rather the one that struck: "Russia hits Lviv with a missile"."""
    entry = chosen.entry
    is_country = entry is not None and entry.kind is EntryKind.COUNTRY
    return is_country and entry is not None and entry.country in STRIKERS and chosen.reading.role is not Role.SCENE


def _best_known(passed: Sequence[Reading], context: Context, chosen: Settled | None) -> Settled | None:
    """The best-known place among names that nothing places: of Iraq from ``_KNOWN`` on, abroad where one country bears the name."""
    best: tuple[int, Settled] | None = None
    for reading in passed:
        scored = ranked(reading, context)
        entry = scored[0][1]
        if entry.country == HOME:
            is_known = entry.rank >= _KNOWN and not (reading.mention.is_weak and reading.role is not Role.SCENE)
        else:
            countries = {match.entry.country for match in reading.mention.matches if match.entry.rank >= _KNOWN - 5}
            is_known = entry.rank >= _KNOWN_ABROAD and countries == {entry.country} and not reading.mention.is_weak
            is_known = is_known and (reading.mention.key.isascii() or _is_told(reading))
            is_known = is_known or _is_only_bearer(reading) or _is_country_told_twice(reading, entry, passed)
        if chosen is not None and chosen.entry is not None and entry.country == chosen.entry.country:
            continue
        if is_known and reading.role is not Role.INSTITUTION and (best is None or entry.rank > best[0]):
            best = (entry.rank, Settled(reading=reading, entry=entry))
    return None if best is None else best[1]


def _is_told(reading: Reading) -> bool:
    """Whether a short name in Arabic letters abroad is of the headline, or something is placed at it: elsewhere it may be a word."""
    return (
        len(reading.mention.key) > _LONG_NAME or reading.role is Role.SCENE or reading.mention.sentence.field == "title"
    )


def _village_told_of(passed: Sequence[Reading]) -> Settled | None:
    """A village that the headline begins with or calls the attack by: where its bearers lie apart, the unit that holds them all."""
    for reading in passed:
        mention = reading.mention
        bearers = tuple(m.entry for m in mention.matches if m.entry.rank >= _LIVING)
        is_told = heads_the_title(mention) or reading.names_attack
        is_village = bool(bearers) and {entry.country for entry in bearers} == {HOME} and len(mention.key) > _LONG_NAME
        if is_told and is_village and not mention.is_weak and mention.key.isascii():
            return Settled(reading=reading, entry=bearers[0] if len(bearers) == 1 else None, rivals=bearers)
    return None


def _headline_village(passed: Sequence[Reading], chosen: Settled) -> Settled | None:
    """A village of several words that the headline names and one place alone bears, in the governorate of who speaks of it."""
    for reading in passed:
        mention = reading.mention
        bearers = [m.entry for m in mention.matches if not m.is_short]
        is_sure = len(bearers) == 1 and mention.last > mention.first and mention.sentence.field == "title"
        if is_sure and chosen.entry is not None and bearers[0].admin1 == chosen.entry.admin1 is not None:
            return Settled(reading=reading, entry=bearers[0])
    return None


def _is_only_bearer(reading: Reading) -> bool:
    """Whether the text puts something at a name that one country alone has: "exploded in Sarmin", and no other place is named."""
    mention = reading.mention
    countries = {match.entry.country for match in mention.matches}
    is_told = reading.role is Role.SCENE and not mention.is_weak and len(mention.key) >= _LONG_NAME
    return is_told and mention.key.isascii() and len(countries) == 1


def _is_country_told_twice(reading: Reading, entry: Entry, passed: Sequence[Reading]) -> bool:
    """Whether a country whose name is also a word is named again: "Niger admits … Niger's defence ministry said"."""
    same = [other for other in passed if other.mention.key == reading.mention.key]
    return entry.kind is EntryKind.COUNTRY and len(same) > 1


def _bearer_in(unit: Entry, reading: Reading, context: Context) -> Settled | None:
    """The bearer of the name inside the unit that the text names: "Riyadh blast … south-west of Kirkuk"."""
    is_latin = reading.mention.key.isascii()
    least = _LIVING if is_latin and unit.kind is EntryKind.GOVERNORATE and not reading.mention.is_weak else _KNOWN
    if reading.role is Role.INSTITUTION:
        return None
    for _, entry in ranked(reading, context):
        if contains(unit, entry) and entry.rank >= least and entry.kind not in _COARSE:
            return Settled(reading=reading, entry=entry)
    return None
