"""The letters and words that a name in a text may consist of: Arabic clitics, Sorani endings, Latin articles and hyphens.

Which of them is a name is the gazetteer's to say (``place_mentions``).
"""

from collections.abc import Iterator, Sequence

from services.classify.read.place_cues import is_capital, is_latin
from services.classify.read.text import Token, TokenKind
from shared.geo.names import ARTICLES, ASSIMILATED_ARTICLES, word_key

MAX_WORDS = 5
_JOINING = frozenset({"and", "of", "wa", "bin", "u"})
_SORANI_SUFFIXES = (
    "يهكان",
    "هكان",
    "يشدا",
    "يدا",
    "يشي",
    "يش",
    "دا",
    "هوه",
    "يهوه",
    "وه",
    "يان",
    "ان",
    "هكه",
    "هكهي",
    "ش",
    "ي",
    "يه",
    "ن",
)
_GENERIC = frozenset({"qaryat", "nahiyat", "qaryet", "nahiat", "qada", "mujamma"})
"""Words for village and unit that stand before a Latin name at will."""


def heads(key: str, lang: str) -> Iterator[tuple[str, str]]:
    """The first word of a name as written, then without the prefixes that may be written onto it: (key, clitic)."""
    yield key, ""
    if key.isascii():
        return
    if lang == "ckb":
        for prefix in ("له", "به", "بو"):
            if key.startswith(prefix) and len(key) > 5:
                yield key[2:], prefix
        return
    rest, taken = key, ""
    if rest[0] in "وف" and len(rest) > 2:
        rest, taken = rest[1:], rest[0]
        yield rest, taken
    if rest.startswith("لل") and len(rest) > 5:
        yield "ال" + rest[2:], taken + "ل"
    elif rest[0] in "بلك" and len(rest) > 2:
        yield rest[1:], taken + rest[0]


def tails(key: str, lang: str) -> Iterator[str]:
    """The last word of a name as written, then without Sorani endings."""
    yield key
    if lang != "ckb" or key.isascii():
        return
    if key.endswith("دا") and len(key) > 4:
        yield key[:-1]  # "بەلەددا", in Balad: a letter written twice is one in the key
    for suffix in _SORANI_SUFFIXES:
        if key.endswith(suffix) and len(key) - len(suffix) >= 3:
            yield key[: -len(suffix)]


def words_from(tokens: Sequence[Token], at: int) -> list[tuple[int, str, bool]]:
    """The tokens that a name beginning at ``at`` may consist of: (index, key, is an article)."""
    words: list[tuple[int, str, bool]] = []
    first = tokens[at]
    latin = is_latin(first)
    n = at
    most = MAX_WORDS + 3 if latin else MAX_WORDS  # Latin names hold articles
    while n < len(tokens) and len(words) < most:
        token = tokens[n]
        if token.kind is TokenKind.MARK:
            if token.text == "." and len(words) == 1 and _is_initial(tokens, n):
                n += 1  # "C. African Republic", "S. Sudan"
                continue
            if token.text not in "-–'’" or not words or (n + 1 < len(tokens) and tokens[n + 1].start != token.end):
                break
            n += 1
            continue
        if token.kind is TokenKind.NUMBER and not words:
            break
        if is_latin(token) != latin and token.kind is TokenKind.WORD:
            break
        key = word_key(token.text)
        if not latin and words and len(key) == 1:
            break  # "و", and: no part of a name
        following = tokens[n + 1] if n + 1 < len(tokens) else None
        joined_next = following is not None and (following.text == "-" or (bool(words) and is_capital(following)))
        article = latin and (
            key in ARTICLES
            or (key in ASSIMILATED_ARTICLES and (is_capital(token) or joined_next))
            or (key in _GENERIC and not words)
        )
        is_inside = bool(words) and tokens[n - 1].text == "-" and following is not None and following.text == "-"
        belongs = is_capital(token) or article or is_inside or (bool(words) and key in _JOINING)  # Port-au-Prince
        if latin and token.kind is TokenKind.WORD and not belongs:
            break
        words.append((n, key, article))
        n += 1
    return words


def _is_initial(tokens: Sequence[Token], mark: int) -> bool:
    """Whether the full mark stands right after a single capital letter and before a capital."""
    letter = tokens[mark - 1]
    follows = mark + 1 < len(tokens) and is_capital(tokens[mark + 1])
    return len(letter.text) == 1 and is_capital(letter) and letter.end == tokens[mark].start and follows
