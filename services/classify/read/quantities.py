"""Numbers in words and digits, in English, Arabic and Sorani, with what the text says of their exactness.

"More than a dozen", "ما لا يقل عن سبعة" and "نزیکەی بیست" are all one ``Quantity``: a best figure and a range. Words that
name no figure ("dozens", "عدد من", "چەند") yield a quantity without one, so that nobody mistakes the next number for theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from services.classify.read.number_words import (
    ABOUT,
    AFTER_AT_LEAST,
    AR_DOZEN,
    AR_ELEVEN,
    AR_HUNDREDS,
    AR_ORDINALS,
    AR_TEN_OF_TEENS,
    AR_TENS,
    AR_UNITS,
    AR_VAGUE,
    AT_LEAST,
    CKB_DOZEN,
    CKB_ORDINALS,
    CKB_SCALES,
    CKB_TENS,
    CKB_UNITS,
    CKB_VAGUE,
    EN_ORDINALS,
    EN_SCALES,
    EN_TENS,
    EN_UNITS,
    EN_VAGUE,
    MORE_THAN,
    UP_TO,
    words,
)
from services.classify.read.text import Token, TokenKind
from shared.letters import fold

MAX_PEOPLE = 100_000
"""Larger figures are no toll of one attack; they are money, populations or typing errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Tokens ``start`` to ``end`` (exclusive) name this number; ``best`` is null for "dozens" and its like.

    ``is_ordinal``: "a fourth farmer". ``has_digits``: written in figures, which ages, years and calibres usually are.
    """

    start: int
    end: int
    best: int | None
    low: int = 0
    high: int = 0
    is_ordinal: bool = False
    has_digits: bool = False


def exactly(value: int, start: int, end: int, *, has_digits: bool = False) -> Quantity:
    """A number the text states without a qualifier."""
    return Quantity(start=start, end=end, best=value, low=value, high=value, has_digits=has_digits)


def _margin(value: int) -> int:
    """How far "about" and its like reach: a fifth, at least one."""
    return max(1, value // 5)


_QUALIFIER_LENGTH = 3


@lru_cache(maxsize=16_384)
def arabic_stems(key: str) -> tuple[str, ...]:
    """Return ``key`` and what is left of it without one-letter conjunctions, prepositions and the article, longest first."""
    stems = [key]
    for prefixes in (("و", "ف"), ("ب", "ل", "ك")):
        stems += [stem[1:] for stem in stems if len(stem) > 3 and stem[0] in prefixes]
    stems += [stem[2:] for stem in stems if len(stem) > 4 and stem.startswith(("ال", "لل"))]
    return tuple(dict.fromkeys(stems))


_CKB_ENDINGS = tuple(sorted(words("یان یەکەیان یشیان ی یش ش ە یە یەکە ن یەکی انی انیان")))


@lru_cache(maxsize=16_384)
def sorani_stems(key: str) -> tuple[str, ...]:
    """Return ``key`` and what is left of it without clitics ("سێی", "دووانیان", "کەسە", "چەکداریش")."""
    stems = [key]
    stems += [key[: -len(ending)] for ending in _CKB_ENDINGS if len(key) > len(ending) + 1 and key.endswith(ending)]
    return tuple(stems)


def is_glued(tokens: Sequence[Token], at: int) -> bool:
    """Whether token ``at`` is written onto the one before it: "F-16", but not "BAGHDAD - Two soldiers"."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start


def quantities_of(tokens: Sequence[Token], lang: str) -> tuple[Quantity, ...]:
    """Return the numbers that ``tokens`` name, in order and without overlap; years, times, decimals and unit names are left out.

    ``lang`` is "en", "ar" or "ckb"; digits are read in all three.
    """
    read = {"ar": _arabic, "ckb": _sorani}.get(lang, _english)
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = _figures(tokens, at) or read(tokens, at)
        if quantity is None:
            at += 1
            continue
        found.append(_qualified(tokens, quantity))
        at = quantity.end
    return tuple(_ranges(tokens, found))


def _figures(tokens: Sequence[Token], at: int) -> Quantity | None:
    token = tokens[at]
    key = token.key
    if token.kind is TokenKind.WORD:
        key = key[1:] if len(key) > 1 and key[0] in "وبلف" else ""
    if not key[:1].isdigit():
        return None
    plain = key.replace(",", "") if _is_thousands(key) else key
    if not plain.isdigit() or len(plain) > 6:
        return None
    value, end = int(plain), at + 1
    if end < len(tokens) and tokens[end].key in EN_SCALES:
        value, end = value * EN_SCALES[tokens[end].key], end + 1
    elif end < len(tokens) and tokens[end].key == "dozen":
        value, end = value * 12, end + 1
    return exactly(value, at, end, has_digits=True) if value <= MAX_PEOPLE else None


def _is_thousands(key: str) -> bool:
    head, *groups = key.split(",")
    return bool(groups) and 0 < len(head) <= 3 and all(len(g) == 3 and g.isdigit() for g in groups)


def _key(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].key if 0 <= at < len(tokens) else ""


_SET_PHRASES: dict[tuple[str, ...], int | None] = {
    ("half", "a", "dozen"): 6, ("a", "couple", "of"): 2, ("a", "pair", "of"): 2, ("a", "couple"): 2, ("a", "pair"): 2, ("a", "dozen"): 12,
    ("one", "dozen"): 12, ("a", "hundred"): 100, ("a", "thousand"): 1000, ("a", "few"): None, ("a", "number"): None,
    ("a", "handful"): None, ("a", "group"): None, ("a", "score"): None, ("dozen",): 12,
}  # fmt: skip


def _english(tokens: Sequence[Token], at: int) -> Quantity | None:
    for length in (3, 2, 1):
        phrase = tuple(token.key for token in tokens[at : at + length])
        if len(phrase) == length and phrase in _SET_PHRASES:
            value = _SET_PHRASES[phrase]
            return Quantity(start=at, end=at + length, best=None) if value is None else exactly(value, at, at + length)
    key = tokens[at].key
    if key in EN_ORDINALS:
        return replace(exactly(EN_ORDINALS[key], at, at + 1), is_ordinal=True)
    if key in EN_VAGUE and not (key == "some" and _starts_number(tokens, at + 1)):
        return Quantity(start=at, end=at + 1, best=None)
    return _english_number(tokens, at)


def _english_number(tokens: Sequence[Token], at: int) -> Quantity | None:
    value, end = _english_below_hundred(tokens, at)
    if value is None:
        return None
    if _key(tokens, end) == "dozen":
        return exactly(value * 12, at, end + 1)
    while _key(tokens, end) in EN_SCALES:
        value, end = value * EN_SCALES[_key(tokens, end)], end + 1
        skip = end + (_key(tokens, end) == "and")
        rest, stop = _english_below_hundred(tokens, skip)
        if rest is not None and (skip > end or value >= 1000):
            value, end = value + rest, stop
    return exactly(value, at, end) if value <= MAX_PEOPLE else None


def _starts_number(tokens: Sequence[Token], at: int) -> bool:
    key = _key(tokens, at)
    return key[:1].isdigit() or key in EN_UNITS or key in EN_TENS


def _english_below_hundred(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    key = _key(tokens, at)
    if key in EN_UNITS:
        return EN_UNITS[key], at + 1
    if key not in EN_TENS:
        return None, at
    end = at + 1
    joined = end + (_key(tokens, end) == "-")
    unit = EN_UNITS.get(_key(tokens, joined), 10)
    return (EN_TENS[key] + unit, joined + 1) if unit < 10 else (EN_TENS[key], end)


def _lookup(table: Mapping[str, int], stems: Iterable[str]) -> int | None:
    return next((table[stem] for stem in stems if stem in table), None)


def _arabic(tokens: Sequence[Token], at: int) -> Quantity | None:
    stems = arabic_stems(tokens[at].key)
    following = _key(tokens, at + 1)
    if any(stem in AR_VAGUE for stem in stems):
        return Quantity(start=at, end=at + 1, best=None)
    if any(stem in AR_DOZEN for stem in stems):
        return exactly(12, at, at + 1)
    if following in AR_TEN_OF_TEENS and any(stem in AR_ELEVEN for stem in stems):
        return exactly(11, at, at + 2)  # not "واحد", which is و and أحد to the eye
    value = _lookup(AR_UNITS, stems)
    if value is not None and value < 10 and following in AR_TEN_OF_TEENS:
        return exactly(10 + value, at, at + 2)
    if value is not None and following in AR_HUNDREDS and AR_HUNDREDS[following] == 100:
        value, end = value * 100, at + 2
    else:
        end = at + 1
    if value is None:
        value = _lookup(AR_HUNDREDS, stems) or _lookup(AR_TENS, stems)
    if value is None:
        ordinal = _lookup(AR_ORDINALS, stems)
        return replace(exactly(ordinal, at, at + 1), is_ordinal=True) if ordinal else None
    while end < len(tokens) and tokens[end].key.startswith("و") and value <= MAX_PEOPLE:
        added = _lookup({**AR_UNITS, **AR_TENS}, (tokens[end].key[1:],))
        if added is None or not _continues(value, added):
            break
        value, end = value + added, end + 1
    return exactly(value, at, end)


def _continues(value: int, added: int) -> bool:
    """Arabic says units before tens ("three and twenty") and both after hundreds."""
    return (value < 10 and added >= 20) or (value >= 100 and value % 100 == 0) or (value > 100 and value % 100 < 10)


def _sorani(tokens: Sequence[Token], at: int) -> Quantity | None:
    key = tokens[at].key
    if key in CKB_VAGUE:
        return Quantity(start=at, end=at + 1, best=None)
    if key in CKB_DOZEN:
        return exactly(12, at, at + 1)
    stems = sorani_stems(key)
    ordinal = _lookup(CKB_ORDINALS, stems)
    if ordinal:
        return replace(exactly(ordinal, at, at + 1), is_ordinal=True)
    value = next((table[stem] for stem in stems for table in (CKB_UNITS, CKB_TENS, CKB_SCALES) if stem in table), None)
    if value is None:
        return None
    end = at + 1
    if value < 10 and _key(tokens, end) in CKB_SCALES:
        value, end = value * CKB_SCALES[_key(tokens, end)], end + 1
    while value >= 20 and _key(tokens, end) == "و":
        stems = sorani_stems(_key(tokens, end + 1))
        added = _lookup(CKB_UNITS, stems) or (_lookup(CKB_TENS, stems) if value >= 100 else None)
        if added is None or (value < 100 and (added >= 10 or value % 10)):
            break
        value, end = value + added, end + 2
    return exactly(value, at, end)


def _qualified(tokens: Sequence[Token], quantity: Quantity) -> Quantity:
    """Apply "at least", "about", "up to" before or after the number; the words become part of it."""
    best = quantity.best
    if best is None or quantity.is_ordinal:
        return quantity
    for length in range(_QUALIFIER_LENGTH, 0, -1):
        start = quantity.start - length
        if start < 0:
            continue
        said = tuple(token.key for token in tokens[start : quantity.start])
        bare = (arabic_stems(said[0])[-1], *said[1:])
        for known in (said, bare):
            widened = _widened(quantity, known, start)
            if widened is not None:
                return widened
    if quantity.end < len(tokens) and tokens[quantity.end].key == "+" and is_glued(tokens, quantity.end):
        return replace(quantity, end=quantity.end + 1, high=best + _margin(best))
    for length in (3, 2, 1):
        said = tuple(token.key for token in tokens[quantity.end : quantity.end + length])
        if said in AFTER_AT_LEAST:
            return replace(quantity, end=quantity.end + length, high=best + _margin(best))
    return quantity


def _widened(quantity: Quantity, said: tuple[str, ...], start: int) -> Quantity | None:
    best = quantity.best or 0
    if said in AT_LEAST or said in MORE_THAN:
        return replace(quantity, start=start, high=best + _margin(best))
    if said in UP_TO:
        return replace(quantity, start=start, low=max(0, best - _margin(best)))
    if said in ABOUT:
        return replace(quantity, start=start, low=max(0, best - _margin(best)), high=best + _margin(best))
    return None


_RANGE_JOINTS = frozenset({"-", "–", "to", "or", "او", "الي", fold("یان"), "بۆ"})


def _ranges(tokens: Sequence[Token], found: Sequence[Quantity]) -> list[Quantity]:
    """Join "5 to 7", "five or six", "between 5 and 7" into one quantity: the lower figure is best, as cautious desks count."""
    joined: list[Quantity] = []
    for quantity in found:
        before = joined[-1] if joined else None
        if before is not None and _is_range(tokens, before, quantity):
            low, high = before.best or 0, quantity.best or 0
            joined[-1] = replace(before, end=quantity.end, best=low, low=low, high=high)
        else:
            joined.append(quantity)
    return joined


def _is_range(tokens: Sequence[Token], before: Quantity, after: Quantity) -> bool:
    if before.best is None or after.best is None or before.is_ordinal or after.is_ordinal:
        return False
    if after.start != before.end + 1 or not before.best < after.best <= before.best * 2 + 2:
        return False
    joint = tokens[before.end].key
    if joint in _RANGE_JOINTS:
        return joint != "to" or _key(tokens, before.start - 1) != "from"
    return joint == "and" and _key(tokens, before.start - 1) == "between"
