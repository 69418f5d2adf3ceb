"""What says that an attack is known already: how long ago it was, "the attack", "in which", "the kidnapped", "UPDATE 2".

A first report tells of an attack of today or of last night and names it as something new. An update takes it up again: with a
day that is past, a second day beside it, a relative clause, an article. The kind model weighs these signs.
"""

import re
from collections.abc import Iterator, Sequence

from services.classify.read.day_mentions import mentions_of
from services.classify.read.number_words import words
from services.classify.read.script import lang_of
from services.classify.read.text import Sentence
from services.classify.read.triggers import Marked, Marks
from services.classify.read.zones import local_time

_SLUG = re.compile(
    r"^\W*(?:(?:UPDATE|WRAPUP|RECAP|Update)\s*\d*\b\W|\d+(?:st|nd|rd|th)\s+(?:LD|[Ll]ead|UPDATE|[Uu]pdate)\b|(?:LD|LEAD)\b|تحديث\s*\d*\s*[:/|-]|محدث\b|نوێکرا)"
)
"""What agencies put before a headline that tells a story again."""
_BUCKETS = ((7, "7"), (3, "3"), (2, "2"), (1, "1"))
_OLDEST_NEWS = 30
_REACH = 3

_NOUNS_EN = words(
    "attack attacks bombing bombings strike strikes blast blasts explosion explosions shooting raid raids assault ambush killing killings"
    " abduction kidnapping massacre shelling airstrike clashes clash fighting battle gunfight siege murder murders rockets barrage incident"
)
_THE_EN = words("the this that these those")
_NEW_EN = words("a an another two three four five six several")
_WHO_EN = words("who whose which that where")
_TOLD_EN = words("was were had has died killed left wounded injured hit struck targeted claimed destroyed it he")
_HELD_EN = words(
    "kidnapped abducted missing wounded injured dead victims hostages captives attackers attacker gunmen bomber assailants remaining"
)
_HAD_EN = words("had")
_NOUNS_AR = words(
    "هجوم هجمات تفجير تفجيرات انفجار انفجارات اعتداء قصف اغتيال جريمة اشتباك اشتباكات نزاع حادث حادثة خرق مجزرة غارة عملية ضربة معارك مواجهات"
)
_WHO_AR = words("الذي التي الذين اللذين اللذان اللتين والذي والتي والذين")
_BEHIND_AR = words("علي في ضد استهدف استهدفت يستهدف تستهدف قرب شمال جنوب شرق غرب شمالي جنوبي شرقي غربي وسط ب بين داخل")
_VICTIMS_AR = tuple(
    words("المخطوف المختطف المصاب الجريح الجرحى القتيل القتلى الضحايا المفقود المنفذ المهاجم الشهداء الرهائن")
)
_STEMS_CKB = tuple(
    words("هێرش تەقینەو بۆردومان تۆپباران مووشەکباران ڕووداو کوشتن شەڕ کوشتار ڕفاندن پێکدادان تەقە پەلامار تیرۆر کردەو")
)
_DEFINITE_CKB = re.compile("ەكە")
_NEW_CKB = re.compile("(?:ێك|یەك)")
_VICTIMS_CKB = tuple(words("بریندارەک ڕفێنراوەکا ڕفێندراوەکا کوژراوەکا قوربانییەکا شەهیدەکا قوربانییان دیلەکا"))
_WHO_CKB = words("تێیدا تێدا کە")


def known_of(marks: Marks) -> dict[str, float]:
    """Return the signs as features: of the headline (``t``), of the first sentence below (``l``), and the days that both name."""
    found: dict[str, float] = {}
    for prefix, part in (("t", marks.title), ("l", marks.below[:1])):
        for one in part:
            lang = lang_of(one.sentence, marks.document.lang)
            found.update(dict.fromkeys((f"{prefix}!{sign}" for sign in _signs(one.sentence, lang)), 1.0))
    if any(_SLUG.match(one.sentence.text) for one in marks.title[:1]):
        found["t!slug"] = 1.0
    found.update(dict.fromkeys(_days(marks, (*marks.title, *marks.below[:2])), 1.0))
    return found


def _days(marks: Marks, head: Sequence[Marked]) -> Iterator[str]:
    """How long ago the days are that headline and lead name, but for those of speaking."""
    document = marks.document
    now = local_time(document.published, document.country)
    ages = []
    for one in head:
        for mention in mentions_of(one.sentence, lang_of(one.sentence, document.lang), now):
            age = (now.date() - mention.day).days
            if not mention.is_speech and not mention.is_doubtful and 0 <= age <= _OLDEST_NEWS:
                ages.append(age)
            if mention.is_owned:
                yield "days!owned"
    if not ages:
        return
    yield f"days!oldest{_bucket(max(ages))}"
    yield f"days!newest{_bucket(min(ages))}"
    if max(ages) > min(ages):
        yield "days!two"


def _bucket(age: int) -> str:
    return next((name for least, name in _BUCKETS if age >= least), "0")


def _signs(sentence: Sentence, lang: str) -> Iterator[str]:
    keys = [token.key for token in sentence.tokens]
    if lang == "en":
        yield from _english(keys)
    elif lang == "ar":
        yield from _arabic(keys)
    else:
        yield from _sorani(keys)


def _english(keys: Sequence[str]) -> Iterator[str]:
    for at, key in enumerate(keys):
        before = keys[max(0, at - _REACH) : at]
        if key in _NOUNS_EN:
            if _THE_EN & set(before):
                yield "the"
            elif _NEW_EN & set(before):
                yield "new"
            if set(keys[at + 1 : at + 3]) & _WHO_EN:
                yield "who"
        if key in _WHO_EN and set(keys[at + 1 : at + 3]) & _TOLD_EN:
            yield "who"
        if key in _HELD_EN and _THE_EN & set(before):
            yield "victim"
        if key in _HAD_EN:
            yield "had"


def _arabic(keys: Sequence[str]) -> Iterator[str]:
    for at, key in enumerate(keys):
        bare = next(
            (
                key[len(p) :]
                for p in ("وال", "بال", "ال", "لل", "و", "ب", "ل", "ف")
                if key.startswith(p) and key[len(p) :] in _NOUNS_AR
            ),
            key,
        )
        if bare in _NOUNS_AR:
            if key.startswith(("ال", "وال", "بال", "لل")):
                yield "the"
            elif at + 1 < len(keys) and keys[at + 1] not in _BEHIND_AR and keys[at + 1][:1] not in "بل":
                yield "of"
            else:
                yield "new"
        if key in _WHO_AR:
            yield "who"
        if key.startswith(_VICTIMS_AR):
            yield "victim"


def _sorani(keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if key.startswith(_STEMS_CKB):
            if _DEFINITE_CKB.search(key):
                yield "the"
            elif _NEW_CKB.search(key):
                yield "new"
            else:
                yield "bare"
        if key.startswith(_VICTIMS_CKB):
            yield "victim"
        if key in _WHO_CKB:
            yield "who"
