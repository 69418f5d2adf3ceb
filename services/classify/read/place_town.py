"""Whether a name that a district or governorate shares with its main town means the town.

"In Kifri" is the town, "a village in Kifri" is not; a governorate's name is its city only where things of a city are told.
"""

from collections.abc import Sequence

from services.classify.read.place_reading import Reading
from services.classify.read.place_words import HEADQUARTERS, LEVELS, RURAL, URBAN, Level, Nearness, cue_forms
from services.classify.read.text import Document
from shared.geo.gazetteer import URBAN_DISTRICTS, contains
from shared.geo.names import name_key
from shared.geo.rows import Entry, EntryKind

_CLOSE = frozenset({"near", "outside", "around", "outskirts"})


_BASES = frozenset({"base", "airbase", "airfield", "airport"})


def is_town_of(place: Entry, unit: Entry) -> bool:
    """Whether ``place`` may be what the bare name of ``unit`` means: its town, or for a subdistrict of a city the quarter itself."""
    if not contains(unit, place):
        return False
    if place.kind is EntryKind.TOWN and place.rank >= 55:
        return True
    return unit.kind is EntryKind.SUBDISTRICT and unit.centre is None and place.lat is not None


def own_keys(entry: Entry) -> frozenset[str]:
    return frozenset(name_key(name) for name in (entry.name, entry.ar, entry.ckb) if name)


def _is_urban(reading: Reading, document: Document, entry: Entry) -> bool:
    """Whether things that stand in towns are told beside the name, or a later sentence calls the place a town."""
    for token in reading.mention.sentence.tokens:
        if any(form in URBAN or form in HEADQUARTERS for form in cue_forms(token.key)):
            return True
    if entry.kind is EntryKind.GOVERNORATE:
        return False
    following = document.sentences[reading.mention.sentence.index + 1 : reading.mention.sentence.index + 3]
    return any(
        s.folded.startswith(("the town", "the city", "المدينه", "البلده", "شارهكه", "شارەكە")) for s in following
    )


def means_the_town(entry: Entry, reading: Reading, same: Sequence[Reading], document: Document) -> bool:
    """Whether a name shared by ``entry`` and its main town means the town; ``same`` are all readings of the name in the text."""
    if entry.kind is EntryKind.SUBDISTRICT or entry.code in URBAN_DISTRICTS or reading.nearness is Nearness.INSIDE:
        return True
    if reading.level in (Level.TOWN, Level.NEIGHBOURHOOD) or any(_is_central(one) for one in same):
        return True
    if entry.kind is EntryKind.GOVERNORATE and _is_of_airport(reading):
        return True
    is_near = any(one.nearness is Nearness.NEAR and one.level is None for one in (reading, *same))
    if reading.level is not None:
        return reading.level is Level.SITE and entry.kind is EntryKind.DISTRICT and (is_near or _is_of_base(reading))
    if any(one.level is Level.TOWN for one in same):
        return True
    if entry.kind is EntryKind.GOVERNORATE:
        return is_near or (reading.nearness is Nearness.AT and _is_urban(reading, document, entry))
    if _is_close_to(reading) or is_near:
        return True  # one is near or south of a town, not of a district
    return not any(one.level is not None or _is_rural(one) for one in same)


def _is_central(reading: Reading) -> bool:
    """ "The centre of X district" is its town: "في مركز قضاء المدينة"."""
    return reading.nearness is Nearness.INSIDE and reading.level is Level.DISTRICT


def _is_close_to(reading: Reading) -> bool:
    """One is near a town, not near a district: "a village near Khanaqin"; but mountains "west of Kalar" are the district's."""
    tokens = reading.mention.sentence.tokens[max(0, reading.mention.first - 2) : reading.mention.first]
    return any(token.key in _CLOSE for token in tokens) and all(
        token.key in _CLOSE | {"of", "the"} for token in tokens[-1:]
    )


def _is_of_airport(reading: Reading) -> bool:
    """An airport bears its city's name: "near Erbil airport", "at Kirkuk international airport"."""
    tokens = reading.mention.sentence.tokens[reading.mention.last + 1 : reading.mention.last + 3]
    return any(token.key == "airport" for token in tokens)


def _is_of_base(reading: Reading) -> bool:
    """A base or airport bears the name of the town beside it: "Balad air base"."""
    tokens = reading.mention.sentence.tokens[reading.mention.last + 1 : reading.mention.last + 4]
    return any(token.key in _BASES for token in tokens)


def _is_rural(reading: Reading) -> bool:
    """Whether the attack is told to be in open country or in a village of which only the district is named."""
    return any(
        form in RURAL or LEVELS.get(form) is Level.VILLAGE
        for token in reading.mention.sentence.tokens
        for form in cue_forms(token.key)
    )
