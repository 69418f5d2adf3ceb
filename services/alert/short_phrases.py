"""The words of the short form: what a text message has room for."""

from collections.abc import Mapping
from typing import Final

from services.alert.routing import Message
from services.alert.watch import Language
from shared.events.facts import EventType

Words = Mapping[Language, str]


def _words(en: str, ar: str, ckb: str) -> Words:
    return {"en": en, "ar": ar, "ckb": ckb}


EVENT: Final[Mapping[EventType | None, Words]] = {
    EventType.ARMED_CLASH: _words("Armed clash", "اشتباك", "پێکدادان"),
    EventType.GOVERNMENT_REGAINS_TERRITORY: _words("Army retakes land", "استعادة أراضٍ", "گرتنەوەی خاک"),
    EventType.NON_STATE_OVERTAKES_TERRITORY: _words("Group takes land", "سيطرة مسلحين", "گرتنی خاک"),
    EventType.CHEMICAL_WEAPON: _words("Chemical attack", "هجوم كيميائي", "هێرشی کیمیایی"),
    EventType.AIR_DRONE_STRIKE: _words("Air or drone strike", "ضربة جوية", "هێرشی ئاسمانی"),
    EventType.SUICIDE_BOMB: _words("Suicide bombing", "تفجير انتحاري", "خۆتەقاندنەوە"),
    EventType.SHELLING_ARTILLERY_MISSILE: _words("Shelling or missile", "قصف", "تۆپباران"),
    EventType.REMOTE_EXPLOSIVE_LANDMINE_IED: _words("Bomb or mine", "عبوة أو لغم", "بۆمب یان مین"),
    EventType.GRENADE: _words("Grenade attack", "قنبلة يدوية", "نارنجۆک"),
    EventType.SEXUAL_VIOLENCE: _words("Sexual violence", "عنف جنسي", "توندوتیژیی سێکسی"),
    EventType.ATTACK: _words("Armed attack", "هجوم مسلح", "هێرشی چەکداری"),
    EventType.ABDUCTION: _words("Abduction", "اختطاف", "ڕفاندن"),
    None: _words("Attack", "هجوم", "هێرش"),
}

PREFIX: Final[Mapping[Message, Words]] = {
    Message.ALERT: _words("", "", ""),
    Message.UPDATE: _words("Update", "تحديث", "نوێ"),
    Message.LEFT_AREA: _words("Not your area", "خارج منطقتك", "دەرەوەی ناوچەت"),
    Message.WITHDRAWAL: _words("Withdrawn", "سُحب", "کشێنرایەوە"),
    Message.MERGED: _words("Merged", "دُمج", "تێکەڵ کرا"),
    Message.RETRACTION: _words("Retracted", "غير صحيح", "ڕەتکرایەوە"),
}

TEST: Final = _words("TEST", "اختبار", "تێست")
POSSIBLY: Final = _words("possibly", "ربما", "ڕەنگە")
UNDATED: Final = _words("undated", "بلا تاريخ", "بێ بەروار")
TOLL_UNKNOWN: Final = _words("toll unknown", "حصيلة مجهولة", "ژمارە نادیارە")
PLACE_UNKNOWN: Final = _words("place unknown", "مكان مجهول", "شوێن نادیار")
UNCONFIRMED: Final = _words("unconfirmed", "غير مؤكد", "نەسەلماو")
NO_SOURCE: Final = _words("no source", "بلا مصدر", "بێ سەرچاوە")
MERGED: Final = _words("part of another incident", "جزء من حادث آخر", "بەشێکی ڕووداوێکی تر")
REACTION_ONLY: Final = _words("from reactions only", "من ردود فعل فقط", "تەنها کاردانەوە")

_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(month: int, day_of_month: int, language: Language) -> str:
    """Return "13 Jun", in Arabic and Sorani "13/6"."""
    return f"{day_of_month} {_MONTHS_EN[month - 1]}" if language == "en" else f"{day_of_month}/{month}"


def origins(count: int, language: Language) -> str:
    """Return "2 origins", in Arabic and Sorani "2 sources", which is what their readers call an origin."""
    if language == "en":
        return f"{count} origin{'' if count == 1 else 's'}"
    if language == "ckb":
        return f"{count} سەرچاوە"
    if count < 3:
        return ("بلا مصدر", "مصدر واحد", "مصدران")[max(0, count)]
    return f"{count} مصادر" if 3 <= count % 100 <= 10 else f"{count} مصدراً"


def attackers_killed(count: int, language: Language) -> str:
    """Return "2 attackers killed"."""
    if language == "en":
        return f"{count} attacker{'' if count == 1 else 's'} killed"
    return f"{count} هێرشبەر کوژراون" if language == "ckb" else f"قتلى مهاجمين {count}"
