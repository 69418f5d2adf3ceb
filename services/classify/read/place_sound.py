"""How many words a village's name has after the word for village, where its spelling is in no gazetteer but its sound is.

Sorani writes names of Arabic villages as it hears them, and half of them are of two words or three: the first word alone
("شێخ", "ئەلبو") is another village or none.
"""

from collections.abc import Sequence

from services.classify.read.place_cues import is_cue_word, is_latin
from services.classify.read.place_words import MOVED, NEAR, PLACED, STOPS
from services.classify.read.text import Token, TokenKind
from shared.geo.gazetteer import Gazetteer
from shared.geo.names import skeleton
from shared.geo.rows import EntryKind

_MOST_WORDS = 3
_TELLING_CONSONANTS = 4
_UNITS = (EntryKind.COUNTRY, EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_ENDINGS = ("یەوە", "ەوە", "ییە", "دا", "یە", "ی", "ش")


def last_of_name(gazetteer: Gazetteer, tokens: Sequence[Token], at: int) -> int | None:
    """Return the last token of the longest name of two or three words from ``at`` on that sounds like a place of Iraq, or None."""
    if is_latin(tokens[at]) or is_cue_word(tokens[at]):
        return None
    last = at
    while last + 1 < len(tokens) and last + 1 - at < _MOST_WORDS and _may_go_on(tokens[last + 1]):
        last += 1
    for end in range(last, at, -1):
        name = " ".join(token.text for token in tokens[at : end + 1])
        if any(_sounds_known(gazetteer, spelt) for spelt in (name, *_without_ending(name))):
            return end
    return None


def _may_go_on(token: Token) -> bool:
    if token.kind is not TokenKind.WORD or len(token.key) < 2 or token.key in STOPS | PLACED | MOVED | NEAR:
        return False
    return not is_cue_word(token)


def _without_ending(name: str) -> tuple[str, ...]:
    return tuple(name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending))


def _sounds_known(gazetteer: Gazetteer, name: str) -> bool:
    if len(skeleton(name)) < _TELLING_CONSONANTS:
        return False
    return any(entry.kind not in _UNITS and entry.country == "IQ" for entry in gazetteer.alike(name))
