"""Which words of a sentence belong to the past of the story: old years, "last month", "similar attacks", statistics.

News closes with what happened before; those tolls and days are not the attack's. A marker condemns the nearest claim only,
so "in 2014" beside a memorandum does not spoil the toll in the same sentence.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.classify.read.calendar_words import MONTHS
from services.classify.read.number_words import words
from services.classify.read.text import Sentence, TokenKind
from shared.letters import fold

_YEAR = re.compile(r"^(?:[وفبل]{0,2}(?:عام|سنة)?)?((?:19|20)\d\d)s?$")
_NEAR_DAYS = 7
_TELLING_MONTH = 4  # letters: shorter names of months are words too
_REACH = 14
_REACH_IN_LEAD = 5

_SINGLE = {
    "en": words("anniversary previously historically annually recent similar"),
    "ar": words("سابقا مماثل مماثلة مماثلا ذكرى الذكرى سابقة سابق وسبق سبق"),
    "ckb": words("لەمساڵدا ئەمساڵدا پێشتر پێشووتر هاوشێوە هاوشێوەی ساڵیاد ساڵڕۆژی یادی"),
}
_PHRASES = {
    "en": (
        "last year", "last month", "last week", "last summer", "last winter", "last autumn", "last spring", "years ago", "months ago",
        "weeks ago", "a year ago", "a month ago", "a week ago", "this year", "so far", "each time", "each year", "every year", "every month",
        "earlier this month", "earlier this year", "over the past", "in the past", "in the last", "over the last", "the past year",
        "past decade", "the year before", "a similar", "the previous week", "earlier version", "earlier report", "first counted", "first reported", "initially reported", "since the beginning", "since the start", "the war", "in recent",
    ),
    "ar": (
        "العام الماضي", "الشهر الماضي", "الأسبوع الماضي", "السنة الماضية", "السنوات الماضية", "سنوات سابقة", "منذ بداية", "منذ مطلع",
        "قبل سنوات", "قبل أعوام", "قبل أشهر", "قبل أسابيع", "قبل عام", "قبل شهر", "في السنوات", "خلال السنوات", "خلال العام", "هذا العام", "العام الجاري",
        "الأشهر الماضية", "في وقت سابق من",
    ),
    "ckb": (
        "ساڵی ڕابردوو", "ساڵی پار", "مانگی ڕابردوو", "هەفتەی ڕابردوو", "ساڵانی ڕابردوو", "چەند ساڵ", "لە سەرەتای ساڵ", "لەسەرەتای ساڵ",
        "لە سەرەتای ئەمساڵ", "ساڵ لەمەوبەر", "مانگ لەمەوبەر", "ساڵی ڕابردوودا", "مانگی ڕابردوودا", "هەفتەی ڕابردوودا", "ساڵانی ڕابردوودا", "ئەمساڵ", "ساڵانی پێشوو",
    ),
}  # fmt: skip
_FOLDED = {lang: tuple(tuple(fold(w) for w in p.split()) for p in phrases) for lang, phrases in _PHRASES.items()}
_AGO = words("قبل منذ")
_LONG = words("سنوات أعوام أشهر شهور أسابيع سنة عاما شهرا")
"""Units behind a number: "قبل ثلاث سنوات"."""


def year_in(key: str) -> int | None:
    """Return the year that a token names, else null."""
    match = _YEAR.match(key)
    return int(match.group(1)) if match else None


def markers_of(sentence: Sentence, lang: str, year: int) -> tuple[int, ...]:
    """Return the token positions that speak of another time than the news of ``year``."""
    keys = [token.key for token in sentence.tokens]
    found = {at for at, key in enumerate(keys) if key in _SINGLE.get(lang, ()) or (year_in(key) or year) < year}
    if lang == "ar":
        found |= {at for at, key in enumerate(keys[:-2]) if key in _AGO and keys[at + 2] in _LONG}
    for phrase in _FOLDED.get(lang, ()):
        at = -1
        while phrase[0] in keys[at + 1 :]:
            at = keys.index(phrase[0], at + 1)
            if tuple(keys[at : at + len(phrase)]) == phrase:
                found.add(at)
    return tuple(sorted(found))


def names_other_month(sentence: Sentence, published: datetime) -> bool:
    """Whether the sentence dates itself by a month that the news is not of: "On Nov 18", in December."""
    is_near = published.day <= _NEAR_DAYS
    own = {published.month, (published - timedelta(days=_NEAR_DAYS)).month} if is_near else {published.month}
    tokens = sentence.tokens
    named = set()
    for at, token in enumerate(tokens):
        month = MONTHS.get((token.key,))
        beside = {tokens[i].kind for i in (at - 1, at + 1) if 0 <= i < len(tokens)}
        is_month = len(token.key) >= _TELLING_MONTH or TokenKind.NUMBER in beside
        if month is not None and is_month and not token.text[:1].islower():
            named.add(month)
    return bool(named) and not named & own


def is_background(
    start: int, end: int, markers: Sequence[int], claims: Sequence[tuple[int, int]], *, is_lead: bool
) -> bool:
    """Whether the words ``start`` to ``end`` are the nearest claim to a marker of another time.

    In a title or first sentence, which exists to tell the news, a marker must stand close behind the claim or open the sentence.
    """
    reach = _REACH_IN_LEAD if is_lead else _REACH
    for marker in markers:
        distance = start - marker if marker < start else marker - end + 1
        limit = _REACH if marker < start and marker <= 2 else reach
        if start <= marker < end:
            return True
        nearest = min(
            (s - marker if marker < s else max(0, marker - e + 1) for s, e in claims),
            default=distance,
        )
        if 0 <= distance <= limit and distance <= nearest:
            return True
    return False
