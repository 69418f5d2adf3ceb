"""What the words beside a token say of names: cues for a kind of place, and wordings that make an unknown name a village.

Nothing here knows the gazetteer; ``place_mentions`` puts both together.
"""

from collections.abc import Sequence

from services.classify.read.place_ordinary import is_ordinary
from services.classify.read.place_words import (
    BETWEEN,
    INSTITUTIONS_BEFORE,
    LEVELS,
    MOVED,
    NEAR,
    PLACED,
    STOPS,
    Level,
    cue_forms,
)  # fmt: skip
from services.classify.read.text import Sentence, Token, TokenKind
from shared.geo.names import ARTICLES

_NEVER_ALONE = STOPS | PLACED | MOVED | BETWEEN | NEAR | INSTITUTIONS_BEFORE
_CLOSES = frozenset({"in", "of", "near", "on", "at", "south", "north", "east", "west", "outside", "about", ","})


def is_latin(token: Token) -> bool:
    first = token.text[:1]
    return "A" <= first <= "z" or "\u00c0" <= first <= "\u024f" or "\u1e00" <= first <= "\u1eff"


def is_capital(token: Token) -> bool:
    return token.text[:1].isupper()


def cue_level(token: Token) -> Level | None:
    """The kind of place that a token names, in any of its forms."""
    for form in cue_forms(token.key):
        if form in LEVELS:
            return LEVELS[form]
    return None


def asks_for_a_name(sentence: Sentence, at: int) -> bool:
    """Whether the words before token ``at`` say that a village's or town's name follows: "village of", قرية, گوندی."""
    tokens = sentence.tokens
    n = at - 1
    if n >= 0 and tokens[n].key in ("of", "called", "named"):
        n -= 1
        return n >= 0 and cue_level(tokens[n]) in (Level.VILLAGE, Level.TOWN)
    if n < 0 or is_latin(tokens[n]):
        return False
    if tokens[n].key.startswith("ال"):
        return False  # "مضيف القرية عقب الصلاة": the village, not the village of
    return cue_level(tokens[n]) is Level.VILLAGE and not tokens[n].key.endswith(("ێكي", "يكي"))


def states_a_unit(token: Token) -> bool:
    """Whether the name of a town, district or subdistrict follows the word for it in Arabic or Sorani: "شاری …", قضاء."""
    is_open = token.key.startswith("ال") or token.key.endswith(("ێكي", "يكي", "ێك", "يك"))
    return not is_latin(token) and not is_open and cue_level(token) in (Level.TOWN, Level.DISTRICT, Level.SUBDISTRICT)


_NAME_WORDS = 4


def is_told_below(tokens: Sequence[Token], at: int) -> bool:
    """Whether the capitals that begin at token ``at`` are then called a village: "Dara, a village in …"."""
    for n in range(at, min(at + _NAME_WORDS, len(tokens))):
        if level_told_after(tokens, n) is not None:
            return True
        if n + 1 < len(tokens) and not (tokens[n + 1].text == "-" or is_capital(tokens[n + 1])):
            return False
    return False


def level_told_after(tokens: Sequence[Token], last: int) -> Level | None:
    """The kind of place that an apposition gives to the Latin name ending at token ``last``: ", a mostly Kakai village in"."""
    following = tokens[last + 1 : last + 8]
    if len(following) < 4 or following[0].text != "," or following[1].key not in ("a", "an", "the"):
        return None
    for n, token in enumerate(following[2:6], start=2):
        level = cue_level(token)
        if level in (Level.VILLAGE, Level.TOWN):
            is_closed = n + 1 < len(following) and following[n + 1].key in (
                "in",
                "of",
                "near",
                "on",
                "at",
                "south",
                "north",
                "east",
                "west",
                "outside",
                "about",
                ",",
            )
            return level if is_closed else None
        if token.kind is TokenKind.MARK and token.text != "-":
            return None
    return None


def places_next(tokens: Sequence[Token], at: int) -> bool:
    """Whether a bare preposition of place stands right before token ``at`` (a Latin article in between)."""
    n = at - 1
    if n >= 1 and tokens[n].text == "-" and tokens[n - 1].key in ARTICLES:
        n -= 2
    return n >= 0 and tokens[n].key in PLACED and tokens[n].kind is TokenKind.WORD


def is_cue_word(token: Token) -> bool:
    if any(form in LEVELS for form in cue_forms(token.key)) and not token.text.isascii():
        return True
    if token.key in LEVELS or token.key in _NEVER_ALONE or is_ordinary(token.key):
        return True
    bare = token.key.removeprefix("ال")
    return not token.key.isascii() and (
        bare in LEVELS or bare in STOPS or any(form in STOPS and len(form) >= 4 for form in cue_forms(token.key)[:2])
    )
