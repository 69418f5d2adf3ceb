"""The words for numbers, and for how exact a number is, in English, Arabic and Sorani, folded as tokens are."""

from collections.abc import Mapping

from shared.letters import fold


def words(spelled: str) -> frozenset[str]:
    """The space-separated words of ``spelled``, folded."""
    return frozenset(fold(word) for word in spelled.split())


def table(values: Mapping[str, int]) -> dict[str, int]:
    """One entry for every space-separated word of each key, folded."""
    return {fold(word): value for spelled, value in values.items() for word in spelled.split()}


def phrases(*spelled: str) -> frozenset[tuple[str, ...]]:
    """Each phrase as a tuple of folded words."""
    return frozenset(tuple(fold(word) for word in phrase.split()) for phrase in spelled)


EN_UNITS = table(
    {
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
        "eighteen": 18, "nineteen": 19,
    }
)  # fmt: skip
EN_TENS = table(
    {
        "twenty": 20,
        "thirty": 30,
        "forty fourty": 40,
        "fifty": 50,
        "sixty": 60,
        "seventy": 70,
        "eighty": 80,
        "ninety": 90,
    }
)
EN_SCALES = table({"hundred": 100, "thousand": 1000})
EN_ORDINALS = table(
    {
        "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
        "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "twentieth": 20,
    }
)  # fmt: skip
EN_VAGUE = words(
    "dozens scores several many numerous hundreds thousands multiple various few countless tens some unspecified"
)
AR_UNITS = table(
    {
        "واحد واحدة": 1, "اثنان اثنين اثنتان اثنتين إثنان إثنين اثنا اثني اثنتا اثنتي": 2, "ثلاثة ثلاث": 3, "أربعة أربع": 4,
        "خمسة خمس": 5, "ستة ست": 6, "سبعة سبع": 7, "ثمانية ثماني ثمان": 8, "تسعة تسع": 9, "عشرة عشر": 10,
    }
)  # fmt: skip
AR_TENS = table(
    {
        "عشرون عشرين": 20, "ثلاثون ثلاثين": 30, "أربعون أربعين": 40, "خمسون خمسين": 50, "ستون ستين": 60,
        "سبعون سبعين": 70, "ثمانون ثمانين": 80, "تسعون تسعين": 90,
    }
)  # fmt: skip
AR_HUNDREDS = table(
    {
        "مئة مائة": 100, "مئتان مئتين مائتان مائتين مئتي مائتي": 200, "ثلاثمئة ثلاثمائة": 300, "أربعمئة أربعمائة": 400,
        "خمسمئة خمسمائة": 500, "ألف": 1000, "ألفان ألفين": 2000,
    }
)  # fmt: skip
AR_TEN_OF_TEENS = frozenset({fold("عشر"), fold("عشرة")})
AR_ELEVEN = frozenset({fold("أحد"), fold("إحدى"), fold("احدى")})
AR_DOZEN = frozenset({fold("دزينة")})
AR_VAGUE = words("عشرات العشرات مئات المئات عدد عدة بضعة بعض عديد العديد آلاف الآلاف كثير")
CKB_UNITS = table(
    {
        "یەک": 1, "دوو دوان دووان": 2, "سێ سیان سێیان سیانی سیانیان سیانیش": 3, "چوار": 4, "پێنج": 5, "شەش": 6, "حەوت": 7, "هەشت": 8, "نۆ": 9, "دە": 10,
        "یازدە یانزە": 11, "دوازدە دوانزە": 12, "سێزدە سیانزە سیازدە": 13, "چواردە": 14, "پازدە پانزە": 15,
        "شازدە شانزە": 16, "حەڤدە حەفدە هەڤدە": 17, "هەژدە": 18, "نۆزدە": 19,
    }
)  # fmt: skip
CKB_TENS = table({"بیست": 20, "سی": 30, "چل": 40, "پەنجا": 50, "شەست": 60, "حەفتا": 70, "هەشتا": 80, "نەوەد نەوەت": 90})
CKB_SCALES = table({"سەد": 100, "هەزار": 1000})
CKB_VAGUE = words("دەیان سەدان چەند چەندین ژمارەیەک ژمارەیەکی هەزاران هەندێک کۆمەڵێک زۆر")
CKB_DOZEN = frozenset({fold("دەرزەن"), fold("دەرزەنێک")})
CKB_ORDINALS = table(
    {
        "دووەم دووەمین دووهەم": 2,
        "سێیەم سێیەمین سێهەم": 3,
        "چوارەم چوارەمین": 4,
        "پێنجەم پێنجەمین": 5,
        "شەشەم شەشەمین": 6,
    }
)
AR_ORDINALS = table(
    {
        "ثاني ثانية": 2,
        "ثالث ثالثة": 3,
        "رابع رابعة": 4,
        "خامس خامسة": 5,
        "سادس سادسة": 6,
        "سابع سابعة": 7,
        "ثامن ثامنة": 8,
    }
)

AT_LEAST = phrases(
    "at least", "at a minimum", "no fewer than", "not less than", "no less than", "not fewer than",
    "ما لا يقل عن", "لا يقل عن", "مالايقل عن", "ما لايقل عن", "ليس أقل من",
    "لانیکەم", "لانی کەم", "بەلایەنی کەمەوە", "بە لایەنی کەمەوە", "لایەنی کەم", "کەمترین",
)  # fmt: skip
MORE_THAN = phrases(
    "more than", "over", "upwards of", "above", "well over",
    "أكثر من", "اكثر من", "ما يزيد على", "ما يزيد عن", "يزيد على", "يزيد عن", "زیاتر لە", "زیاد لە", "پتر لە", "سەرووی",
)  # fmt: skip
UP_TO = phrases(
    "up to", "as many as", "a maximum of", "nearly", "almost", "close to", "just under", "fewer than", "less than", "under",
    "ما يقارب", "يقارب", "أقل من", "ما يناهز", "قرابة", "نزیکەی", "نزیک لە", "نزیک بە", "کەمتر لە",
)  # fmt: skip
ABOUT = phrases(
    "about", "around", "some", "approximately", "roughly", "an estimated", "estimated", "believed to be",
    "نحو", "حوالي", "زهاء", "تقريبا", "نەزیکەی", "دەوروبەری", "نزیکی",
)  # fmt: skip
AFTER_AT_LEAST = phrases("or more", "على الأقل", "في الأقل", "at least", "بەلایەنی کەمەوە", "لانیکەم")
