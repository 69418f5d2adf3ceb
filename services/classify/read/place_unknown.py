"""Names that the gazetteer lacks as spelt, and what the places settled already say of those that are not.

A name of unknown spelling is looked for by its sound, but only inside the units that the text names; a village whose bearers lie
apart is the one in the district whose other places the text names.
"""

from collections.abc import Sequence

from services.classify.read.place_context import HOME, Context, Settled
from services.classify.read.place_near import is_direct, is_near_any, nearest_of, only_governorate, towns_for
from services.classify.read.place_reading import Reading
from services.classify.read.place_words import Level, Nearness, Role
from shared.geo.gazetteer import Gazetteer, contains, same_place
from shared.geo.names import name_key, respelt_key, skeleton
from shared.geo.rows import Entry, EntryKind

_UNITS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_TELLING_CONSONANTS = 3  # fewer are shared by everything
_KNOWN_CONSONANTS = 4
_KNOWN_LETTERS = 6
_STATED_LETTERS = 5
_KNOWN_RANK = 60
_RANK_MARGIN, _ANY_RANK = 10, 100
_ENDINGS = ("دا", "ەدا", "ی", "ش", "یش")


def settle_unknown(reading: Reading, context: Context, gazetteer: Gazetteer) -> Settled | None:
    """Look for another spelling of an unknown name, but only inside the units that the text names."""
    if reading.mention.is_guess:
        return _settle_guess(reading, context, gazetteer)
    told = [(other, unit) for other, unit in context.units if other.role not in (Role.BACKGROUND, Role.DATELINE)]
    districts = [unit for _, unit in told if unit.kind is not EntryKind.GOVERNORATE]
    allowed = districts or [unit for _, unit in told]
    towns = towns_for(reading, context)
    found = [
        entry
        for entry in gazetteer.alike(reading.mention.name)
        if len(skeleton(reading.mention.name)) >= _TELLING_CONSONANTS and entry.kind not in _UNITS
    ]
    inside = [entry for entry in found if any(contains(unit, entry) for unit in allowed)]
    found = inside or [entry for entry in found if is_near_any(entry, towns)]
    if not found:
        return Settled(reading=reading, entry=_well_known(reading, context, gazetteer))
    narrow = [unit for unit in allowed if unit.kind is EntryKind.SUBDISTRICT]
    found = [entry for entry in found if any(contains(unit, entry) for unit in narrow)] or found
    found = _of_one_sound(reading.mention.name, found) or found
    return _settled_of(reading, found, towns, _RANK_MARGIN)


def _settled_of(reading: Reading, found: Sequence[Entry], towns: Sequence[Entry], margin: int) -> Settled:
    """The one bearer, or the best known; else the one clearly nearest to the towns of the text; else unsettled between them."""
    best = max(found, key=lambda e: e.rank)
    others = tuple(e for e in found if not same_place(e, best) and e.rank >= best.rank - margin)
    if not others:
        return Settled(reading=reading, entry=best)
    return Settled(reading=reading, entry=nearest_of((best, *others), towns), rivals=(best, *others))


def _of_one_sound(name: str, found: Sequence[Entry]) -> list[Entry]:
    """Those spelt like the name but for the letters and vowels that transliterations differ in."""
    sounds = respelt_key(name_key(name))
    return [e for e in found if sounds and sounds in {respelt_key(name_key(n)) for n in (e.name, e.ar, e.ckb) if n}]


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
    beside = [town for other, town in context.towns if reading.is_located and is_direct(reading, other)]
    found = [
        entry
        for entry in gazetteer.alike(mention.name)
        if entry.rank >= 25 and entry.kind in (EntryKind.VILLAGE, EntryKind.TOWN)
    ]
    inside = [entry for entry in found if any(contains(unit, entry) for unit in units)]
    found = inside or [entry for entry in found if is_near_any(entry, beside)]
    if not found:
        known = _well_known(reading, context, gazetteer)
        return None if known is None else Settled(reading=reading, entry=known)
    found = _of_one_sound(mention.name, found) or found
    return _settled_of(reading, found, beside, _ANY_RANK)


def _well_known(reading: Reading, context: Context, gazetteer: Gazetteer) -> Entry | None:
    """The one well-known place of Iraq that has the consonants of a name in Arabic letters: "لە ضلوعیە", Dhuluiya."""
    mention = reading.mention
    if mention.key.isascii() or mention.first != mention.last or context.is_abroad():
        return None
    is_stated = reading.level in (Level.TOWN, Level.DISTRICT, Level.SUBDISTRICT)
    consonants, letters = (_TELLING_CONSONANTS, _STATED_LETTERS) if is_stated else (_KNOWN_CONSONANTS, _KNOWN_LETTERS)
    for name in (mention.name, *(mention.name.removesuffix(e) for e in _ENDINGS if mention.name.endswith(e))):
        if len(skeleton(name)) < consonants or len(name) < letters:
            continue
        known = [e for e in gazetteer.alike(name) if e.country == HOME and e.rank >= _KNOWN_RANK]
        best = max(known, key=lambda e: e.rank, default=None)
        told = only_governorate(reading, context)
        if (
            best is not None
            and told in (None, best.admin1)
            and all(e is best or same_place(e, best) or contains(e, best) or contains(best, e) for e in known)
        ):
            return best
    return None


def coherent(settled: Sequence[Settled]) -> list[Settled]:
    """Settle the unsettled by what has been settled: a village lies in the district whose other places the text names."""
    aside = (Role.BACKGROUND, Role.ROAD)
    settled = _unless_unknown_elsewhere(settled)
    sure = [s.entry for s in settled if s.entry is not None and s.entry.admin2 and s.reading.role not in aside]
    return [_settled_beside(_unless_contradicted(one, settled), sure) for one in settled]


def _unless_unknown_elsewhere(settled: Sequence[Settled]) -> list[Settled]:
    """Without the namesakes of a village that the text places where no bearer of the name is: "Dara, a village of Khanaqin"."""
    unknown = {
        one.reading.mention.key
        for one in settled
        if one.entry is None and not one.rivals and one.reading.level is Level.VILLAGE
    }
    told = {s.entry.admin2 for s in settled if s.entry is not None and s.entry.kind in _UNITS}
    return [
        Settled(reading=one.reading, entry=None)
        if one.entry is not None
        and one.entry.kind is EntryKind.VILLAGE
        and one.entry.admin2 not in told
        and one.reading.mention.key in unknown
        else one
        for one in settled
    ]


def _unless_contradicted(one: Settled, settled: Sequence[Settled]) -> Settled:
    """A village whose bearer lies in another governorate than the town written right after it is some other village of that name."""
    if one.entry is None or one.entry.kind is not EntryKind.VILLAGE or one.entry.country != HOME:
        return one
    for other in settled:
        gap = other.reading.mention.first - one.reading.mention.last
        beside = other.reading.mention.sentence is one.reading.mention.sentence and 0 < gap <= 4
        known = (
            other.entry is not None and other.entry.country == HOME and other.entry.rank >= 65 and other.entry.admin1
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
