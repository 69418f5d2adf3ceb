"""Decides which gazetteer place a name means.

How well known each bearer is, whether it is of the kind that the wording states, and whether the units that the text names contain
it; a village's name counts only where the wording or the district beside it makes it a place. Which of the places is the attack's
own is decided in ``place_scene``.
"""

from services.classify.read.place_asides import heads_the_title
from services.classify.read.place_context import HOME, Context, Settled
from services.classify.read.place_mentions import Mention
from services.classify.read.place_near import (
    contradicts,
    is_far_from_direct,
    is_of_no_bearer,
    nearest_of,
    towns_for,
    weigh,
)
from services.classify.read.place_reading import Reading
from services.classify.read.place_unknown import settle_unknown
from services.classify.read.place_words import LEVELS, PLACED, STOPS, Level, Nearness, Role
from services.classify.read.text import TokenKind
from shared.geo.gazetteer import Gazetteer, Match, contains, same_place
from shared.geo.names import word_key
from shared.geo.rows import Entry, EntryKind

_UNITS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_WANTED: dict[Level, dict[EntryKind, float]] = {
    Level.VILLAGE: {EntryKind.VILLAGE: 6, EntryKind.TOWN: 2, EntryKind.SITE: 2, EntryKind.SUBDISTRICT: -4, EntryKind.DISTRICT: -6, EntryKind.GOVERNORATE: -8, EntryKind.COUNTRY: -8},
    Level.NEIGHBOURHOOD: {EntryKind.VILLAGE: 2, EntryKind.TOWN: 2, EntryKind.SUBDISTRICT: 1, EntryKind.GOVERNORATE: -8, EntryKind.COUNTRY: -8},
    Level.TOWN: {EntryKind.TOWN: 6, EntryKind.VILLAGE: 1, EntryKind.DISTRICT: -2, EntryKind.GOVERNORATE: -4, EntryKind.COUNTRY: -6},
    Level.SUBDISTRICT: {EntryKind.SUBDISTRICT: 7, EntryKind.TOWN: 4, EntryKind.VILLAGE: 1, EntryKind.DISTRICT: -3, EntryKind.GOVERNORATE: -6, EntryKind.COUNTRY: -8},
    Level.DISTRICT: {EntryKind.DISTRICT: 6, EntryKind.SUBDISTRICT: 3, EntryKind.TOWN: 3, EntryKind.GOVERNORATE: -5, EntryKind.COUNTRY: -8},
    Level.AREA: {EntryKind.DISTRICT: 0.4, EntryKind.SUBDISTRICT: 1, EntryKind.REGION: 1},
    Level.GOVERNORATE: {EntryKind.GOVERNORATE: 7, EntryKind.REGION: 3, EntryKind.DISTRICT: -1, EntryKind.TOWN: -6, EntryKind.VILLAGE: -8, EntryKind.COUNTRY: -2},
    Level.COUNTRY: {EntryKind.COUNTRY: 4},
    Level.SITE: {EntryKind.SITE: 7},
}  # fmt: skip
_AMBIGUOUS_WITHIN = 1.2
_NEWSWORTHY = 50  # places of Iraq from this rank on are such as newsrooms name
_LOCATED_BY = 3.0
_KNOWN_ABROAD = 45  # a division, or a town from about 15,000 people
_SHORT_WORD = 4
_TELLING_LENGTH = 5  # letters: shorter keys are too often words


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
        fine = 0.85 if unit.kind is EntryKind.GOVERNORATE else 1.3 if unit.kind is EntryKind.SUBDISTRICT else 1.0
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
    for other, site in context.sites:
        if other.mention is not reading.mention and site.admin2 == entry.admin2:
            best = max(best, 3.0 if other.mention.sentence is reading.mention.sentence else 2.0)
    near_town, far_from_town = weigh(entry, reading, context)
    best, against = max(best, near_town), max(against, far_from_town, contradicts(entry, reading, context))
    country = 0.0
    total = sum(context.countries.values())
    if total:
        share = context.countries.get(entry.country, 0.0) / total
        country = 5.0 * share - (3.0 if context.foreign() and share == 0 else 0.0)
    elif entry.country == HOME:
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
    if entry.kind is EntryKind.GOVERNORATE and entry.country != HOME and reading.level is not Level.GOVERNORATE:
        score -= 2.5  # abroad a bare name is the city
    return score + _support(entry, reading, context)


def _deserves(reading: Reading, entry: Entry, support: float, *, is_held: bool = False) -> bool:
    """Whether the wording, fame or context make this name a place at all: villages bear the names of people and things."""
    mention = reading.mention
    latin = mention.key.isascii()
    named = reading.level not in (None, Level.AREA, Level.SITE) or (reading.level is not None and entry.rank >= 50)
    plain = reading.role is Role.PLAIN
    if latin and plain and entry.rank < 85 and not named and is_part_of_a_name(reading):
        return False
    if named or reading.is_container:
        # "Attacks Hit Kabul": a weak name needs more than a noun of attack before it
        is_told = _follows_preposition(reading) or reading.names_attack
        return not (mention.is_weak and latin and not plain and not is_told and not named)
    if mention.is_weak:
        is_head = entry.rank >= 60 and entry.country == HOME and heads_the_title(mention)
        followed = not latin or _follows_preposition(reading) or reading.names_attack or is_head
        is_told = not plain or (entry.rank >= 60 and heads_the_title(mention))
        return is_told and followed and (entry.rank >= 60 or support >= 3)
    if entry.rank >= 60:
        return entry.rank >= 80 or latin or not plain or entry.rank >= 68 or heads_the_title(mention)
    if reading.is_located and entry.country == HOME and support >= _LOCATED_BY:
        return True
    if plain:
        return entry.rank >= 45 and support >= 4
    return is_held or _deserves_little(mention, entry, support)


def _deserves_little(mention: Mention, entry: Entry, support: float) -> bool:
    """The same for a little-known place that the wording puts something at."""
    if entry.kind is EntryKind.SITE and entry.country == HOME:
        return entry.rank >= 50 or support >= 1.5
    if not mention.key.isascii() and mention.first == mention.last:  # common words abound among the villages
        is_known = entry.country == HOME and entry.rank >= _NEWSWORTHY and support >= 0
        return is_known or (entry.rank >= 45 and support >= 3.0)
    if entry.country != HOME:
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
    if entry.country == HOME or not is_placed or context.countries.get(HOME, 0.0):
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


def is_part_of_a_name(reading: Reading) -> bool:
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
        return settle_unknown(reading, context, gazetteer)
    holder = _stated_holder(reading, context) if reading.level is Level.VILLAGE else None
    if holder is not None and not any(contains(holder, match.entry) for match in mention.matches):
        return settle_unknown(
            reading, context, gazetteer
        )  # a village of this name, but not in the district that is named
    if is_far_from_direct((m.entry for m in mention.matches), reading, context) or is_of_no_bearer(reading, context):
        return settle_unknown(reading, context, gazetteer)
    scored = ranked(reading, context)
    if not scored:
        return None
    score, entry = scored[0]
    if _is_of_elsewhere(reading, entry, context):
        return Settled(reading=reading, entry=None) if reading.level is not None else None
    if not _is_a_place(reading, entry, context, gazetteer):
        return None
    rivals = tuple(
        other
        for value, other in scored[1:]
        if score - value < _AMBIGUOUS_WITHIN and other.kind is EntryKind.VILLAGE and not same_place(other, entry)
    )
    if rivals and entry.kind is EntryKind.VILLAGE:
        nearest = nearest_of((entry, *rivals), towns_for(reading, context))
        return Settled(reading=reading, entry=nearest, rivals=(entry, *rivals))
    return Settled(reading=reading, entry=entry)


def ranked(reading: Reading, context: Context) -> list[tuple[float, Entry]]:
    """Return what the name may mean with its score, likeliest first."""
    scored = ((_score(match, reading, context), -n, match.entry) for n, match in enumerate(reading.mention.matches))
    return [(score, entry) for score, _, entry in sorted(scored, key=lambda s: s[:2], reverse=True)]


def _is_a_place(reading: Reading, entry: Entry, context: Context, gazetteer: Gazetteer) -> bool:
    """Whether the text means a place by this name at all, and of a country that it may speak of."""
    if _is_rather_a_word(reading, entry, context):
        return False
    is_adjective = gazetteer.country_of_demonym(reading.mention.key) is not None
    is_division = reading.level in (Level.GOVERNORATE, Level.AREA)
    if is_adjective and entry.kind is EntryKind.GOVERNORATE and not is_division:
        return False  # "Somali" troops are not of Ethiopia's Somali region
    is_known = _is_held(reading, entry, context) or _is_known_abroad(reading, entry, context)
    if not _deserves(reading, entry, _support(entry, reading, context), is_held=is_known):
        return False
    is_abroad = entry.country != HOME and entry.kind is not EntryKind.COUNTRY
    return not (is_abroad and context.places_elsewhere(entry.country, reading))


def _is_rather_a_word(reading: Reading, entry: Entry, context: Context) -> bool:
    """Whether a single word of Arabic letters that nothing places is a place by its letters alone: "دوورە لە", "سیانی دیکە".

    A word after a place's name is its district or a town, hardly ever a hamlet. Abroad a short word without its ending is a name
    only where its country is spoken of.
    """
    mention = reading.mention
    is_bare = mention.first == mention.last and not mention.key.isascii() and reading.level is None
    if not is_bare or context.countries.get(entry.country, 0.0) >= 1:
        return False
    if reading.is_container and entry.rank < _NEWSWORTHY:
        return True
    is_cut = word_key(mention.sentence.tokens[mention.first].text) != mention.key
    is_short = is_cut and len(mention.key) <= _SHORT_WORD
    return entry.country != HOME and reading.role is Role.PLAIN and is_short


def _is_of_elsewhere(reading: Reading, entry: Entry, context: Context) -> bool:
    """Whether the bearer is only a namesake: a village of Iraq in news of another country, a village called as a quarter of a city far off."""
    if reading.level is Level.NEIGHBOURHOOD and entry.kind in (EntryKind.GOVERNORATE, EntryKind.COUNTRY):
        return True
    if entry.country != HOME or entry.kind is not EntryKind.VILLAGE:
        return False
    if context.is_abroad():
        return True
    if reading.level is not Level.NEIGHBOURHOOD:
        return False
    held = (Role.SCENE, Role.PLAIN, Role.INSTITUTION)
    told = [unit for other, unit in context.units if other.role in held and unit.kind in _UNITS]
    return bool(told) and not any(contains(unit, entry) for unit in told)


def _names_a_governorate_too(reading: Reading) -> bool:
    return reading.level is not Level.DISTRICT and any(
        m.entry.kind is EntryKind.GOVERNORATE for m in reading.mention.matches
    )


def _stated_holder(reading: Reading, context: Context) -> Entry | None:
    """The district written right after a village: "the village of X in Y district"."""
    for other, unit in context.units:
        gap = other.mention.first - reading.mention.last
        beside = (
            other.mention.sentence is reading.mention.sentence and 0 < gap <= 8 and not _names_a_governorate_too(other)
        )
        if (
            beside
            and unit.kind is EntryKind.DISTRICT
            and unit.country == HOME
            and other.nearness is Nearness.AT
            and not other.mention.is_weak
        ):
            return unit
    return None
