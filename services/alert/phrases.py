"""The words of alerts in English, Arabic and Sorani: a table, and the plurals that a table cannot hold."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.alert.routing import Message
from services.alert.watch import Language
from shared.events.facts import CountedBy, EventType, Precision
from shared.events.incident import Severity

Words = Mapping[Language, str]


def in_three(en: str, ar: str, ckb: str) -> Words:
    """The same words in the three languages."""
    return {"en": en, "ar": ar, "ckb": ckb}


EVENT: Final[Mapping[EventType | None, Words]] = {
    EventType.ARMED_CLASH: in_three("Armed clash", "اشتباك مسلح", "پێکدادانی چەکداری"),
    EventType.GOVERNMENT_REGAINS_TERRITORY: in_three(
        "Government forces retake territory", "القوات الحكومية تستعيد أراضي", "هێزە حکومییەکان خاک دەگرنەوە"
    ),
    EventType.NON_STATE_OVERTAKES_TERRITORY: in_three(
        "Armed group takes territory", "جماعة مسلحة تسيطر على أراضٍ", "گرووپێکی چەکدار خاک دەگرێت"
    ),
    EventType.CHEMICAL_WEAPON: in_three("Chemical weapon attack", "هجوم بسلاح كيميائي", "هێرش بە چەکی کیمیایی"),
    EventType.AIR_DRONE_STRIKE: in_three("Air or drone strike", "ضربة جوية أو بطائرة مسيّرة", "هێرشی ئاسمانی یان درۆنی"),
    EventType.SUICIDE_BOMB: in_three("Suicide bombing", "تفجير انتحاري", "تەقینەوەی خۆکوژی"),
    EventType.SHELLING_ARTILLERY_MISSILE: in_three(
        "Shelling, rocket or missile attack", "قصف مدفعي أو صاروخي", "تۆپباران یان هێرشی مووشەکی"
    ),
    EventType.REMOTE_EXPLOSIVE_LANDMINE_IED: in_three(
        "Bomb or mine explosion", "انفجار عبوة ناسفة أو لغم", "تەقینەوەی بۆمب یان مین"
    ),
    EventType.GRENADE: in_three("Grenade attack", "هجوم بقنبلة يدوية", "هێرش بە نارنجۆک"),
    EventType.SEXUAL_VIOLENCE: in_three("Sexual violence", "عنف جنسي", "توندوتیژیی سێکسی"),
    EventType.ATTACK: in_three("Armed attack", "هجوم مسلح", "هێرشی چەکداری"),
    EventType.ABDUCTION: in_three("Abduction", "اختطاف", "ڕفاندن"),
    None: in_three("Attack", "هجوم", "هێرش"),
}

PREFIX: Final[Mapping[Message, Words]] = {
    Message.ALERT: in_three("", "", ""),
    Message.UPDATE: in_three("Update", "تحديث", "نوێکردنەوە"),
    Message.LEFT_AREA: in_three("Not in your area", "ليس في منطقتك", "لە ناوچەکەتدا نییە"),
    Message.RETRACTION: in_three(
        "Retracted, the earlier report was wrong", "تراجُع، الخبر السابق غير صحيح", "ڕەتکردنەوە، هەواڵی پێشوو هەڵە بوو"
    ),
    Message.WITHDRAWAL: in_three("Withdrawn by its sources", "سحبته مصادره", "سەرچاوەکانی کشاندیانەوە"),
    Message.MERGED: in_three("Part of another incident", "جزء من حادث آخر", "بەشێکە لە ڕووداوێکی تر"),
}
TEST = in_three("TEST", "اختبار", "تاقیکردنەوە")
POSSIBLY = in_three("Possibly in your area", "ربما في منطقتك", "ڕەنگە لە ناوچەکەتدا بێت")
PLACE_UNKNOWN = in_three("place unknown", "المكان غير معروف", "شوێن نەزانراوە")
REPORTED_BY = in_three(
    "Reported by {outlet}, unconfirmed", "بحسب {outlet}، غير مؤكد", "بە گوێرەی {outlet}، پشتڕاست نەکراوەتەوە"
)
REACTION_ONLY = in_three(
    "Known only from a reaction carried by {outlet}, unconfirmed",
    "معروف فقط من ردّ فعل نقلته {outlet}، غير مؤكد",
    "تەنها لە کاردانەوەیەکەوە زانراوە کە {outlet} بڵاوی کردووەتەوە، پشتڕاست نەکراوەتەوە",
)
RETRACTED_BY = in_three("Retracted by {outlet}", "التراجع بحسب {outlet}", "بە گوێرەی {outlet} ڕەت کراوەتەوە")
UNCONFIRMED = in_three("unconfirmed", "غير مؤكد", "پشتڕاست نەکراوەتەوە")
TOLL_UNKNOWN = in_three("toll not stated", "الحصيلة غير مذكورة", "ژمارەی قوربانیان باس نەکراوە")
NOT_STATED = in_three("not stated", "غير مذكور", "باس نەکراوە")
CLAIMED = in_three("claimed", "تبنّى الهجوم", "بەرپرسیارێتیی گرتووەتە ئەستۆ")
ACCUSED = in_three(
    "accused or suspected, not claimed",
    "متهم أو مشتبه به، دون تبنٍّ",
    "تۆمەتبار یان گومانلێکراو، بێ ئەوەی خۆی بیگرێتە ئەستۆ",
)
NOT_A_WARNING = in_three(
    "Compiled from news reports. Not an official warning.",
    "جُمع من تقارير إخبارية. ليس تحذيراً رسمياً.",
    "لە هەواڵەکانەوە کۆکراوەتەوە. ئاگادارکردنەوەی فەرمی نییە.",
)
LEFT_EXPLAINED = in_three(
    "Later reports place it outside the area you watch. You will hear no more of it unless that changes.",
    "تضعه تقارير لاحقة خارج المنطقة التي تراقبها. لن يصلك المزيد عنه ما لم يتغيّر ذلك.",
    "هەواڵەکانی دواتر دەیخەنە دەرەوەی ئەو ناوچەیەی چاودێریی دەکەیت. ئەگەر ئەوە نەگۆڕێت، چیتر دەربارەی ئاگادار ناکرێیتەوە.",
)
RETRACTION_EXPLAINED = in_three(
    "A source took back what it had reported. Treat the earlier alert as wrong.",
    "تراجع أحد المصادر عمّا نشره. اعتبر التنبيه السابق غير صحيح.",
    "سەرچاوەیەک لە هەواڵەکەی پاشگەز بووەوە. ئاگادارکردنەوەی پێشوو بە هەڵە دابنێ.",
)
RETRACTED_BY_DESK = in_three(
    "Retracted by our own editors", "سحبه محررونا", "لەلایەن دەستەی نووسەرانی خۆمانەوە ڕەت کراوەتەوە"
)
DESK_RETRACTION_EXPLAINED = in_three(
    "Our own editors found that it did not happen. Treat the earlier alert as wrong.",
    "تبيّن لمحررينا أن ذلك لم يحدث. اعتبر التنبيه السابق غير صحيح.",
    "بۆ دەستەی نووسەرانمان دەرکەوت کە ڕووی نەداوە. ئاگادارکردنەوەی پێشوو بە هەڵە دابنێ.",
)
DESK_CORRECTION_EXPLAINED = in_three(
    "Our own editors corrected it; the sources may still say otherwise.",
    "صحّحه محررونا؛ وقد تذكر المصادر غير ذلك.",
    "دەستەی نووسەرانی خۆمان ڕاستیان کردەوە؛ لەوانەیە سەرچاوەکان هێشتا شتێکی تر بڵێن.",
)
WITHDRAWAL_EXPLAINED = in_three(
    "Every source took its report back. Nobody stands behind it any more, and nobody called it false either.",
    "سحبت كل المصادر تقاريرها. لم يعد أحد يؤكده، ولم ينفه أحد أيضاً.",
    "هەموو سەرچاوەکان هەواڵەکانیان کشاندەوە. چیتر کەس پشتگیریی ناکات، و کەسیش بە درۆی نەخستووەتەوە.",
)
MERGED_EXPLAINED = in_three(
    "Our own editors found that this and another incident are one and the same attack. What follows is told as {into}.",
    "تبيّن لمحررينا أن هذا الحادث وحادثاً آخر هجوم واحد. سيصلك ما يليه تحت {into}.",
    "بۆ دەستەی نووسەرانمان دەرکەوت کە ئەمە و ڕووداوێکی تر یەک هێرشن. ئەوەی دواتر دێت بە {into} پێت ڕادەگەیەنرێت.",
)
MERGED_BY_DESK = in_three("Merged by our own editors", "دمجه محررونا", "لەلایەن دەستەی نووسەرانی خۆمانەوە تێکەڵ کراوە")
TEST_EXPLAINED = in_three(
    "This is a test. Nothing happened.", "هذا اختبار. لم يحدث شيء.", "ئەمە تاقیکردنەوەیە. هیچ ڕووی نەداوە."
)
NO_SOURCE = in_three("No source stands behind it", "لا مصدر يؤكده", "هیچ سەرچاوەیەک پشتگیریی ناکات")
UNSETTLED = in_three(
    "The name may mean one of {count} places; which one is not settled.",
    "قد يعني الاسم واحداً من {count} أماكن؛ ولم يتحدد أيها.",
    "ناوەکە ڕەنگە یەکێک لە {count} شوێن بگرێتەوە؛ دیاری نەکراوە کامیان.",
)
LATE = in_three(
    "Late: this news waited {hours} h in our own system.",
    "متأخر: بقي هذا الخبر {hours} ساعة في نظامنا.",
    "درەنگ: ئەم هەواڵە {hours} کاتژمێر لە سیستەمی ئێمەدا مایەوە.",
)
OMITTED = in_three("and {count} more", "و{count} غيرها", "و {count}ی تر")

DISTANCE = in_three("{km} km {towards} of {site}", "على بعد {km} كم {towards} {site}", "{km} کم لە {towards} {site}")
DISTANCE_UNKNOWN = in_three("{site}: distance unknown", "{site}: المسافة غير معروفة", "{site}: دوورییەکەی نەزانراوە")
YOUR_SITE = in_three("your site", "موقعك", "شوێنەکەت")
TOWARDS: Final[Mapping[str, Words]] = {
    "N": in_three("N", "شمال", "باکووری"),
    "NE": in_three("NE", "شمال شرقي", "باکووری ڕۆژهەڵاتی"),
    "E": in_three("E", "شرق", "ڕۆژهەڵاتی"),
    "SE": in_three("SE", "جنوب شرقي", "باشووری ڕۆژهەڵاتی"),
    "S": in_three("S", "جنوب", "باشووری"),
    "SW": in_three("SW", "جنوب غربي", "باشووری ڕۆژاوای"),
    "W": in_three("W", "غرب", "ڕۆژاوای"),
    "NW": in_three("NW", "شمال غربي", "باکووری ڕۆژاوای"),
}

LABEL: Final[Mapping[str, Words]] = {
    "what": in_three("What", "الحدث", "ڕووداو"),
    "distance": in_three("Distance", "المسافة", "دووری"),
    "where": in_three("Where", "المكان", "شوێن"),
    "when": in_three("When", "التاريخ", "کات"),
    "toll": in_three("Toll", "الحصيلة", "قوربانیان"),
    "by": in_three("By", "الجهة", "لایەن"),
    "severity": in_three("Severity", "الخطورة", "ئاستی مەترسی"),
    "reports": in_three("Reports", "التقارير", "هەواڵەکان"),
    "watches": in_three("Your watch", "مراقبتك", "چاودێرییەکەت"),
    "changed": in_three("What changed", "ما الذي تغيّر", "چی گۆڕاوە"),
    "sources": in_three("Sources", "المصادر", "سەرچاوەکان"),
    "quotes": in_three("In the sources' words", "بكلمات المصادر", "بە وشەی سەرچاوەکان"),
    "wrong": in_three("Wrong? Tell us", "خطأ؟ أخبرنا", "هەڵەیە؟ پێمان بڵێ"),
}

PRECISION: Final[Mapping[Precision, Words]] = {
    Precision.EXACT: in_three("the place itself", "المكان نفسه", "شوێنەکە خۆی"),
    Precision.TOWN: in_three(
        "the town, or near the place named", "البلدة أو قرب المكان المذكور", "شارۆچکەکە، یان نزیک شوێنی ناوبراو"
    ),
    Precision.SUBDISTRICT: in_three("the subdistrict only", "الناحية فقط", "تەنها ناحیە"),
    Precision.DISTRICT: in_three("the district only", "القضاء فقط", "تەنها قەزا"),
    Precision.GOVERNORATE: in_three("the governorate only", "المحافظة فقط", "تەنها پارێزگا"),
    Precision.COUNTRY: in_three("the country only", "البلد فقط", "تەنها وڵات"),
}

SEVERITY: Final[Mapping[Severity, Words]] = {
    Severity.MINOR: in_three("minor", "طفيفة", "کەم"),
    Severity.MODERATE: in_three("moderate", "متوسطة", "مامناوەند"),
    Severity.SEVERE: in_three("severe", "شديدة", "توند"),
    Severity.CRITICAL: in_three("critical", "بالغة", "زۆر توند"),
}

COUNTED_BY: Final[Mapping[CountedBy, Words]] = {
    CountedBy.OFFICIAL: in_three("official count", "حصيلة رسمية", "ژمارەی فەرمی"),
    CountedBy.MEDICAL: in_three("medical count", "حصيلة طبية", "ژمارەی پزیشکی"),
    CountedBy.POLICE: in_three("security forces' count", "حصيلة القوات الأمنية", "ژمارەی هێزە ئەمنییەکان"),
    CountedBy.WITNESS: in_three("witnesses' count", "حصيلة الشهود", "ژمارەی شایەتحاڵەکان"),
    CountedBy.CLAIMANT: in_three("the attackers' own count", "حصيلة المهاجمين أنفسهم", "ژمارەی هێرشبەرەکان خۆیان"),
    CountedBy.OTHER: in_three("count by media or monitors", "حصيلة وسائل إعلام أو راصدين", "ژمارەی میدیا یان چاودێران"),
}
"""Who counted the dead; nothing is said where the text names nobody."""

FACT: Final[Mapping[str, Words]] = {
    "killed": in_three("killed", "القتلى", "کوژراوان"),
    "wounded": in_three("wounded", "الجرحى", "برینداران"),
    "attackers_killed": in_three("attackers killed", "قتلى المهاجمين", "هێرشبەرە کوژراوەکان"),
    "place": in_three("place", "المكان", "شوێن"),
    "event_type": in_three("kind of attack", "نوع الهجوم", "جۆری هێرش"),
    "event_group": in_three("kind of attack", "نوع الهجوم", "جۆری هێرش"),
    "occurred_on": in_three("date", "التاريخ", "بەروار"),
    "perpetrator": in_three("by", "الجهة", "لایەن"),
    "claim": in_three("claim", "التبنّي", "بەرپرسیارێتی"),
    "status": in_three("status", "الحالة", "دۆخ"),
    "merged_into": in_three("part of", "جزء من", "بەشێک لە"),
}

ACTOR: Final[Mapping[str, Words]] = {
    "isis": in_three("ISIS", "داعش", "داعش"),
    "iswap": in_three("ISIS in West Africa", "داعش غرب أفريقيا", "داعشی ڕۆژاوای ئەفریقا"),
    "isis_k": in_three("ISIS-Khorasan", "داعش خراسان", "داعشی خۆراسان"),
    "boko_haram": in_three("Boko Haram", "بوكو حرام", "بۆکۆ حەرام"),
    "al_qaeda": in_three("al-Qaeda", "القاعدة", "قاعیدە"),
    "jnim": in_three("JNIM", "جماعة نصرة الإسلام والمسلمين", "کۆمەڵەی پشتیوانیی ئیسلام و موسڵمانان"),
    "hts": in_three("HTS", "هيئة تحرير الشام", "دەستەی تەحریری شام"),
    "al_shabaab": in_three("al-Shabaab", "حركة الشباب", "ئەلشەباب"),
    "ttp": in_three("the Pakistani Taliban", "طالبان باكستان", "تاڵیبانی پاکستان"),
    "taliban": in_three("the Taliban", "طالبان", "تاڵیبان"),
    "bla": in_three("the Baloch Liberation Army", "جيش تحرير بلوشستان", "سوپای ڕزگاریی بەلوچستان"),
    "jaish_al_adl": in_three("Jaish al-Adl", "جيش العدل", "جەیشولعەدل"),
    "pkk": in_three("the PKK", "حزب العمال الكردستاني", "پەکەکە"),
    "ypg": in_three("the YPG or SDF", "وحدات حماية الشعب أو قسد", "یەپەگە یان هەسەدە"),
    "dhkp_c": in_three("DHKP-C", "حزب التحرر الشعبي الثوري", "دەهەکەپەجە"),
    "turkey": in_three("Turkish forces", "القوات التركية", "هێزەکانی تورکیا"),
    "iran": in_three("Iranian forces", "القوات الإيرانية", "هێزەکانی ئێران"),
    "israel": in_three("Israeli forces", "القوات الإسرائيلية", "هێزەکانی ئیسرائیل"),
    "us_coalition": in_three("the US-led coalition", "التحالف بقيادة الولايات المتحدة", "هاوپەیمانان بە سەرکردایەتیی ئەمریکا"),
    "russia": in_three("Russian forces", "القوات الروسية", "هێزەکانی ڕووسیا"),
    "ukraine": in_three("Ukrainian forces", "القوات الأوكرانية", "هێزەکانی ئۆکرانیا"),
    "houthis": in_three("the Houthis", "الحوثيون", "حووسییەکان"),
    "saudi_coalition": in_three("the Saudi-led coalition", "التحالف بقيادة السعودية", "هاوپەیمانان بە سەرکردایەتیی سعوودیە"),
    "rsf": in_three("the Rapid Support Forces", "قوات الدعم السريع", "هێزەکانی پشتیوانیی خێرا"),
    "sudan_army": in_three("the Sudanese army", "الجيش السوداني", "سوپای سوودان"),
    "m23": in_three("M23", "حركة 23 مارس", "بزووتنەوەی 23ی ئازار"),
    "adf": in_three("the ADF", "القوات الديمقراطية المتحالفة", "هێزە دیموکراتییە هاوپەیمانەکان"),
    "codeco": in_three("CODECO", "كوديكو", "کۆدێکۆ"),
    "hezbollah": in_three("Hezbollah", "حزب الله", "حزبوڵڵا"),
    "hamas": in_three("Hamas", "حماس", "حەماس"),
    "farc_dissidents": in_three("FARC dissidents", "منشقو فارك", "لاداوەکانی فارک"),
    "eln": in_three("the ELN", "جيش التحرير الوطني", "سوپای ڕزگاریی نیشتمانی"),
    "maoists": in_three("Maoists", "الماويون", "ماویستەکان"),
    "syria_gov": in_three("Syrian forces", "القوات السورية", "هێزەکانی سووریا"),
    "iraq_gov": in_three("Iraqi forces", "القوات العراقية", "هێزەکانی عێراق"),
    "nigeria": in_three("Nigerian forces", "القوات النيجيرية", "هێزەکانی نێجیریا"),
    "somalia_gov": in_three("Somali forces", "القوات الصومالية", "هێزەکانی سۆماڵ"),
    "pakistan": in_three("Pakistani forces", "القوات الباكستانية", "هێزەکانی پاکستان"),
    "india": in_three("Indian forces", "القوات الهندية", "هێزەکانی هیندستان"),
    "ethiopia_gov": in_three("Ethiopian forces", "القوات الإثيوبية", "هێزەکانی ئەسیوپیا"),
    "mali_gov": in_three("Malian forces", "القوات المالية (مالي)", "هێزەکانی مالی"),
    "burkina_faso_gov": in_three("Burkinabe forces", "قوات بوركينا فاسو", "هێزەکانی بورکینا فاسۆ"),
    "myanmar_gov": in_three("Myanmar's forces", "قوات ميانمار", "هێزەکانی میانمار"),
    "lebanon_gov": in_three("Lebanese forces", "القوات اللبنانية الحكومية", "هێزە حکومییەکانی لوبنان"),
    "militia": in_three("militiamen", "ميليشيا", "میلیشیا"),
    "tribal": in_three("tribal gunmen", "مسلحون عشائريون", "چەکدارانی عەشایەری"),
    "criminal": in_three("criminals", "مجرمون", "تاوانباران"),
    "settlers": in_three("settlers", "مستوطنون", "نیشتەجێکارەکان"),
}  # fmt: skip
"""What the slugs of perpetrators stand for; a slug that is missing here is shown as it is."""

_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "ar": ("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"),
    "ckb": ("کانوونی دووەم", "شوبات", "ئازار", "نیسان", "ئایار", "حوزەیران", "تەممووز", "ئاب", "ئەیلوول", "تشرینی یەکەم", "تشرینی دووەم", "کانوونی یەکەم"),
}  # fmt: skip


def day(on: date, language: Language) -> str:
    """Return a date as its readers write it; Arabic and Sorani with the month names used in Iraq."""
    month = _MONTHS[language][on.month - 1]
    return f"{on.day}ی {month}ی {on.year}" if language == "ckb" else f"{on.day} {month} {on.year}"


def months(language: Language) -> tuple[str, ...]:
    """Return the names of the months, January first."""
    return _MONTHS[language]


def killed(count: int, language: Language) -> str:
    """Return "7 killed"."""
    if language == "en":
        return f"{count or 'none'} killed"
    if language == "ckb":
        return f"{count} کوژراو" if count else "بێ کوژراو"
    return counted_in_arabic(
        count, none="لا قتلى", one="قتيل واحد", two="قتيلان", few="قتلى", many="قتيلاً", hundred="قتيل"
    )


def wounded(count: int, language: Language) -> str:
    """Return "5 wounded"."""
    if language == "en":
        return f"{count or 'none'} wounded"
    if language == "ckb":
        return f"{count} بریندار" if count else "بێ بریندار"
    return counted_in_arabic(
        count, none="لا جرحى", one="جريح واحد", two="جريحان", few="جرحى", many="جريحاً", hundred="جريح"
    )


def attackers_killed(count: int, language: Language) -> str:
    """Return "2 attackers killed"."""
    if language == "en":
        return f"{count or 'no'} attacker{'' if count == 1 else 's'} killed"
    if language == "ckb":
        return f"{count} هێرشبەر کوژراون" if count else "هیچ هێرشبەرێک نەکوژراوە"
    counted = counted_in_arabic(count, none="لا أحد", one="واحد", two="اثنين", few="", many="", hundred="").strip()
    return f"مقتل {counted} من المهاجمين" if count else "لم يُقتل أحد من المهاجمين"


def outlets(count: int, language: Language) -> str:
    """Return "3 outlets"."""
    if language == "en":
        return f"{count} outlet{'' if count == 1 else 's'}"
    if language == "ckb":
        return f"{count} دەزگای ڕاگەیاندن"
    return counted_in_arabic(
        count, none="بلا وسائل إعلام", one="وسيلة إعلام واحدة", two="وسيلتا إعلام",
        few="وسائل إعلام", many="وسيلة إعلام", hundred="وسيلة إعلام",
    )  # fmt: skip


def origins(count: int, language: Language) -> str:
    """Return "1 origin": how many independent origins the outlets' texts have."""
    if language == "en":
        return f"{count} origin{'' if count == 1 else 's'}"
    if language == "ckb":
        return f"{count} سەرچاوەی سەربەخۆ"
    return counted_in_arabic(
        count, none="بلا مصدر", one="مصدر أصلي واحد", two="مصدران أصليان",
        few="مصادر أصلية", many="مصدراً أصلياً", hundred="مصدر أصلي",
    )  # fmt: skip


def counted_in_arabic(count: int, *, none: str, one: str, two: str, few: str, many: str, hundred: str) -> str:
    """Arabic counts in five ways: none, one, a dual, a plural for 3 to 10, an accusative singular for 11 to 99, a genitive for hundreds."""
    if count < 3:
        return (none, one, two)[max(count, 0)]
    rest = count % 100
    noun = few if 3 <= rest <= 10 else many if rest >= 11 else hundred
    return f"{count} {noun}"


UNSUBSCRIBE: Final[Words] = in_three("Unsubscribe", "إلغاء الاشتراك", "هەڵوەشاندنەوەی بەشداری")
REPORT_AN_ERROR: Final[Words] = in_three("Report an error", "الإبلاغ عن خطأ", "ڕاپۆرتکردنی هەڵە")
