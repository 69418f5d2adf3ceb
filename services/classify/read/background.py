"""Which words of a sentence belong to the past of the story: old years, "last month", "similar attacks", statistics.

News closes with what happened before; those tolls and days are not the attack's. A marker condemns the nearest claim only,
so "in 2014" beside a memorandum does not spoil the toll in the same sentence.
"""

import re
from collections.abc import Sequence

from services.classify.read.number_words import words
from services.classify.read.text import Sentence
from shared.letters import fold

_YEAR = re.compile(r"^(?:[وفبل]{0,2}(?:عام|سنة)?)?((?:19|20)\d\d)s?$")
_REACH = 14
_REACH_IN_LEAD = 5

_SINGLE = {
    "en": words("anniversary previously historically annually recent similar"),
    "ar": words("سابقا مماثل مماثلة مماثلا ذكرى الذكرى سابقة سابق وسبق سبق"),
    "ckb": words("پێشتر پێشووتر هاوشێوە هاوشێوەی ساڵیاد ساڵڕۆژی یادی"),
}
_PHRASES = {
    "en": (
        "last year", "last month", "last week", "last summer", "last winter", "last autumn", "last spring", "years ago", "months ago",
        "weeks ago", "a year ago", "a month ago", "a week ago", "this year", "so far", "each time", "each year", "every year", "every month",
        "earlier this month", "earlier this year", "over the past", "in the past", "in the last", "over the last", "the past year",
        "past decade", "the year before", "a similar", "the previous week", "since the beginning", "since the start", "the war", "in recent",
    ),
    "ar": (
        "العام الماضي", "الشهر الماضي", "الأسبوع الماضي", "السنة الماضية", "السنوات الماضية", "سنوات سابقة", "منذ بداية", "منذ مطلع",
        "قبل سنوات", "قبل أشهر", "قبل أسابيع", "قبل عام", "قبل شهر", "في السنوات", "خلال السنوات", "خلال العام", "هذا العام", "العام الجاري",
        "الأشهر الماضية", "في وقت سابق من",
    ),
    "ckb": (
        "ساڵی ڕابردوو", "ساڵی پار", "مانگی ڕابردوو", "هەفتەی ڕابردوو", "ساڵانی ڕابردوو", "چەند ساڵ", "لە سەرەتای ساڵ", "لەسەرەتای ساڵ",
        "لە سەرەتای ئەمساڵ", "ساڵ لەمەوبەر", "مانگ لەمەوبەر", "ئەمساڵ", "ساڵانی پێشوو",
    ),
}  # fmt: skip
_FOLDED = {lang: tuple(tuple(fold(w) for w in p.split()) for p in phrases) for lang, phrases in _PHRASES.items()}
_SINCE_WORDS = {"en": words("since"), "ar": words("منذ"), "ckb": frozenset[str]()}


def year_in(key: str) -> int | None:
    """Return the year that a token names, else null."""
    match = _YEAR.match(key)
    return int(match.group(1)) if match else None


def markers_of(sentence: Sentence, lang: str, year: int) -> tuple[int, ...]:
    """Return the token positions that speak of another time than the news of ``year``."""
    keys = [token.key for token in sentence.tokens]
    found = {at for at, key in enumerate(keys) if key in _SINGLE.get(lang, ()) or (year_in(key) or year) < year}
    for phrase in _FOLDED.get(lang, ()):
        at = -1
        while phrase[0] in keys[at + 1 :]:
            at = keys.index(phrase[0], at + 1)
            if tuple(keys[at : at + len(phrase)]) == phrase:
                found.add(at)
    return tuple(sorted(found))


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
