"""Whether a sentence tells the news or the past, as far as its places are concerned."""

from datetime import datetime

from services.classify.read.place_words import EARLIER, NAMESAKE, folded
from services.classify.read.text import Sentence, Token, TokenKind
from shared.letters import fold


def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


_MINES = _keys(
    "mine landmine shell ordnance munition munitions explosive mines لغم الغم قذيفة مقذوف عبوة مین مینێک مینێکی لوغمێک گوللەیەکی"
)
_LEFT_BEHIND = _keys(
    "left leftover remnant remnants unexploded era dating buried مخلفات مخلف قديم جێماو بەجێماوی سەردەمی ماوە ماوەتەوە ماوەوە"
)
_NAMESAKE, _EARLIER = folded(NAMESAKE), folded(EARLIER)


def background_factor(sentence: Sentence, published: datetime) -> float:
    """How far a sentence may tell the news: below 1 for other years, earlier attacks and namesakes."""
    text = sentence.folded
    if any(phrase in text for phrase in _NAMESAKE):
        return 0.05
    factor = 1.0
    if any(token.key in _LEFT_BEHIND for token in sentence.tokens) and any(t.key in _MINES for t in sentence.tokens):
        return factor  # "a mine left from the 1980s": the year is the mine's, the news is today's
    if any(phrase in text for phrase in _EARLIER):
        factor = 0.35
    for token in sentence.tokens:
        if (
            token.kind is TokenKind.NUMBER
            and len(token.key) == 4
            and token.key.isdigit()
            and 1900 <= int(token.key) <= 2100
        ):
            if abs(int(token.key) - published.year) >= 1 and int(token.key) <= published.year:
                return min(factor, 0.15)
        elif token.key[:1].isdigit() and 1900 <= _year_of(token) < published.year:
            return min(factor, 0.15)
    return factor


def _year_of(token: Token) -> int:
    """A year with a Sorani ending is one word: ٢٠٢٠یشدا."""
    digits = token.key[:4]
    return int(digits) if len(digits) == 4 and digits.isdigit() else 0
