"""The words of the page in English, Arabic and Sorani: a table, and slugs of facts and deliveries put into words."""

from collections.abc import Mapping
from typing import Final

from services.alert import phrases
from services.alert.bulletin import GatheredBy
from services.alert.ledger import DeliveryStatus
from services.alert.phrases import Words, in_three
from services.alert.reasons import WAITS
from services.alert.routing import Message
from services.alert.watch import Language
from services.alert.words import PlaceWords, isolated
from shared.events.facts import EventGroup, EventType, Precision
from shared.events.incident import ChangeKind, Status
from shared.events.report import Kind

PAGE: Final[Mapping[str, Words]] = {
    "title": in_three("Incidents", "الحوادث", "ڕووداوەکان"),
    "none": in_three("No incident yet.", "لا حوادث بعد.", "هێشتا هیچ ڕووداوێک نییە."),
    "none_found": in_three("Nothing found.", "لا نتائج.", "هیچ نەدۆزرایەوە."),
    "older": in_three("Older", "الأقدم", "کۆنتر"),
    "history": in_three("How it became known", "كيف عُرف", "چۆن زانرا"),
    "sent": in_three("Who was told", "من أُبلغ", "کێ ئاگادار کرایەوە"),
    "nobody": in_three("Nobody.", "لا أحد.", "هیچ کەس."),
    "back": in_three("All incidents", "كل الحوادث", "هەموو ڕووداوەکان"),
    "unknown": in_three("There is no such incident.", "لا يوجد حادث كهذا.", "ڕووداوی وا نییە."),
    "login": in_three("Log in", "تسجيل الدخول", "چوونەژوورەوە"),
    "logout": in_three("Log out", "تسجيل الخروج", "چوونەدەرەوە"),
    "key": in_three("Key", "المفتاح", "کلیل"),
    "enter": in_three("Enter", "دخول", "بچۆ ژوورەوە"),
    "trouble": in_three(
        "This could not be answered.", "تعذرت الإجابة عن هذا الطلب.", "نەتوانرا وەڵامی ئەم داواکارییە بدرێتەوە."
    ),
    "desk": in_three("Desk", "مكتب التحرير", "دەستەی نووسەران"),
    "desk_empty": in_three("Nothing waits.", "لا شيء ينتظر.", "هیچ شتێک چاوەڕێ نییە."),
    "desk_close": in_three("Dealt with", "تمت المعالجة", "چارەسەر کرا"),
    "desk_decide": in_three("Decide", "اتخذ قراراً", "بڕیار بدە"),
    "desk_verb": in_three("Decision", "القرار", "بڕیار"),
    "desk_facts": in_three("The right facts, for a correction", "الوقائع الصحيحة، للتصحيح", "زانیارییە ڕاستەکان، بۆ ڕاستکردنەوە"),
    "desk_into": in_three("The incident that it is part of, for a merge", "الحادث الذي يُدمج فيه", "ئەو ڕووداوەی تێکەڵی دەکرێت"),
    "desk_items": in_three("The items to take out, for a split", "المواد التي تُفصل", "ئەو هەواڵانەی جیا دەکرێنەوە"),
    "desk_done": in_three(
        "It is written down and takes effect in a moment.", "سُجّل وسيسري بعد لحظات.", "تۆمار کرا و دوای ساتێک کاری پێ دەکرێت."
    ),
    "why": in_three("Why", "السبب", "هۆکار"),
    "why_not": in_three("Why your watches were told, or not", "لماذا أُبلغت مراقباتك أو لم تُبلغ", "بۆچی چاودێرییەکانت ئاگادار کرانەوە یان نا"),
    "skip": in_three("Skip to the content", "انتقل إلى المحتوى", "بازبدە بۆ ناوەڕۆک"),
    "pages": in_three("Pages", "الصفحات", "پەڕەکان"),
    "languages": in_three("Languages", "اللغات", "زمانەکان"),
    "list": in_three("List", "القائمة", "لیست"),
    "map": in_three("Map", "الخريطة", "نەخشە"),
    "source_health": in_three("State of the sources", "حالة المصادر", "دۆخی سەرچاوەکان"),
    "licences": in_three("Data and licences", "البيانات والتراخيص", "داتا و مۆڵەتەکان"),
    "filters": in_three("Filters", "عوامل التصفية", "پاڵاوتن"),
    "search": in_three("Place or words", "مكان أو كلمات", "شوێن یان وشە"),
    "area": in_three("Governorate", "المحافظة", "پارێزگا"),
    "type": in_three("Kind of attack", "نوع الهجوم", "جۆری هێرش"),
    "severity": in_three("At least so severe", "الخطورة على الأقل", "لانیکەم ئەم ئاستە"),
    "days": in_three("Reported in the last", "ورد الخبر خلال", "هەواڵ لە ماوەی"),
    "any": in_three("Any", "الكل", "هەموو"),
    "apply": in_three("Show", "اعرض", "پیشان بدە"),
    "area_unknown": in_three(
        "No place of this name is known; all areas are shown.",
        "لا يُعرف مكان بهذا الاسم؛ تُعرض كل المناطق.",
        "شوێنێک بەم ناوە نازانرێت؛ هەموو ناوچەکان پیشان دەدرێن.",
    ),
    "more_back": in_three("Search further back", "ابحث فيما هو أقدم", "لە کۆنتردا بگەڕێ"),
    "outlet": in_three("Outlet", "وسيلة الإعلام", "دەزگای ڕاگەیاندن"),
    "said_at": in_three("When", "متى", "کەی"),
    "said": in_three("What it said", "ماذا قالت", "چی وت"),
    "words": in_three("Words", "الكلمات", "وشەکان"),
    "what_for": in_three("It says", "تذكر", "دەڵێت"),
    "toll_moves": in_three("How the toll moved", "كيف تغيّرت الحصيلة", "ژمارەی قوربانیان چۆن گۆڕا"),
    "endpoint": in_three("Receiver", "المستلم", "وەرگر"),
    "message": in_three("Message", "الرسالة", "نامە"),
    "state": in_three("State", "الحالة", "دۆخ"),
    "wrong": in_three("Is something wrong?", "هل من خطأ؟", "شتێک هەڵەیە؟"),
    "wrong_label": in_three("What is wrong?", "ما الخطأ؟", "چی هەڵەیە؟"),
    "send": in_three("Tell the desk", "أبلغ التحرير", "بە دەستەی نووسەران بڵێ"),
    "thanks": in_three(
        "Thank you. A person will read it.", "شكراً. سيقرأه شخص.", "سوپاس. کەسێک دەیخوێنێتەوە."
    ),
    "enough": in_three(
        "So many errors of this incident are reported already that the desk knows.",
        "أُبلغ عن أخطاء كثيرة في هذا الحادث، والتحرير على علم بها.",
        "هەڵەی زۆری ئەم ڕووداوە ڕاپۆرت کراون و دەستەی نووسەران دەزانن.",
    ),
    "say_it": in_three("Say what is wrong.", "قل ما الخطأ.", "بڵێ چی هەڵەیە."),
    "no_sources": in_three("No source is known yet.", "لا مصدر معروف بعد.", "هێشتا هیچ سەرچاوەیەک نەزانراوە."),
    "country": in_three("Country", "البلد", "وڵات"),
    "language": in_three("Language", "اللغة", "زمان"),
    "last_success": in_three("Last answer", "آخر استجابة", "دوا وەڵام"),
    "failures": in_three("Failures since", "إخفاقات منذئذ", "شکستەکان لەوەتەوە"),
    "healthy": in_three("seen", "مرئي", "دەبینرێت"),
    "failing": in_three("not seen", "غير مرئي", "نابینرێت"),
    "paused": in_three("paused", "موقوف", "ڕاگیراو"),
    "never": in_three("never", "أبداً", "هەرگیز"),
    "world": in_three("world", "العالم", "جیهان"),
    "timeline": in_three("Time line", "الخط الزمني", "هێڵی کات"),
    "from_day": in_three("From", "من", "لە"),
    "to_day": in_three("To", "إلى", "بۆ"),
    "in_view": in_three("In view, newest first", "في العرض، الأحدث أولاً", "لە دیمەندا، نوێترین لە پێشەوە"),
    "shown": in_three(
        "{count} incidents on the map.", "{count} من الحوادث على الخريطة.", "{count} ڕووداو لەسەر نەخشە."
    ),
    "without_point": in_three(
        "{count} more are known to their country only: see the list.",
        "{count} أخرى لا يُعرف منها إلا البلد: انظر القائمة.",
        "{count}ی تر تەنها وڵاتیان زانراوە: لیستەکە ببینە.",
    ),
    "cut": in_three(
        "Only the newest are shown; narrow the filters.",
        "تُعرض الأحدث فقط؛ ضيّق التصفية.",
        "تەنها نوێترینەکان پیشان دەدرێن؛ پاڵاوتنەکە تەسک بکەرەوە.",
    ),
    "legend": in_three("Legend", "مفتاح الخريطة", "ڕوونکردنەوەی نەخشە"),
    "hollow": in_three(
        "Hollow: only the area is known", "مفرّغ: لا تُعرف إلا المنطقة", "بۆش: تەنها ناوچەکە زانراوە"
    ),
    "your_watches": in_three("Your watches", "مراقباتك", "چاودێرییەکانت"),
    "zoom_in": in_three("Zoom in", "تكبير", "گەورەکردن"),
    "zoom_out": in_three("Zoom out", "تصغير", "بچووککردن"),
    "close": in_three("Close", "إغلاق", "داخستن"),
    "loading": in_three("Loading…", "جارٍ التحميل…", "بارکردن…"),
    "load_failed": in_three(
        "The incidents could not be loaded.", "تعذر تحميل الحوادث.", "نەتوانرا ڕووداوەکان بار بکرێن."
    ),
    "needs_script": in_three(
        "The map needs JavaScript; the list does not.",
        "تحتاج الخريطة إلى جافا سكريبت؛ القائمة لا تحتاج.",
        "نەخشەکە پێویستی بە جاڤاسکریپتە؛ لیستەکە نا.",
    ),
    "toll_unknown": phrases.TOLL_UNKNOWN,
    "retracted": in_three("retracted", "مسحوب", "ڕەتکراوە"),
    "held": in_three("held back by the desk", "محجوز لدى التحرير", "لەلایەن دەستەی نووسەرانەوە ڕاگیراوە"),
    "merged": in_three("This is part of another incident.", "هذا جزء من حادث آخر.", "ئەمە بەشێکە لە ڕووداوێکی تر."),
}  # fmt: skip

CHANGE: Final[Mapping[ChangeKind, Words]] = {
    ChangeKind.OPENED: in_three("first reported", "أول خبر", "یەکەم هەواڵ"),
    ChangeKind.UPDATED: in_three("facts changed", "تغيّرت الوقائع", "زانیارییەکان گۆڕان"),
    ChangeKind.CORROBORATED: in_three("another report", "خبر آخر", "هەواڵێکی تر"),
    ChangeKind.REACTED: in_three("reaction", "ردّ فعل", "کاردانەوە"),
    ChangeKind.RETRACTED: in_three("taken back", "سُحب", "کشێنرایەوە"),
}
DESK: Final[Words] = in_three("our editors", "محررونا", "دەستەی نووسەرانمان")
STATUS: Final[Mapping[str, Words]] = {
    Status.ACTIVE: in_three("stands", "قائم", "هەیە"),
    Status.RETRACTED: in_three("retracted", "مسحوب", "ڕەتکراوە"),
    Status.WITHDRAWN: in_three("withdrawn by its sources", "سحبته مصادره", "سەرچاوەکانی کشاندیانەوە"),
    Status.MERGED: in_three("part of another", "جزء من آخر", "بەشێکی ڕووداوێکی تر"),
}
SOURCE_KIND: Final[Mapping[Kind, Words]] = {
    Kind.REPORT: in_three("report", "خبر", "هەواڵ"),
    Kind.UPDATE: in_three("update", "تحديث", "نوێکردنەوە"),
    Kind.REACTION: in_three("reaction", "ردّ فعل", "کاردانەوە"),
    Kind.RETRACTION: in_three("retraction", "تراجُع", "پاشگەزبوونەوە"),
    Kind.OTHER: in_three("other", "غير ذلك", "هی تر"),
}
DELIVERY: Final[Mapping[str, Words]] = {
    DeliveryStatus.PENDING: in_three("waiting", "قيد الانتظار", "چاوەڕێ دەکات"),
    DeliveryStatus.DELIVERED: in_three("delivered", "وصلت", "گەیشت"),
    DeliveryStatus.DEAD: in_three("given up", "فشل الإرسال", "نەتوانرا بنێردرێت"),
    DeliveryStatus.EXPIRED: in_three("too old to send", "أقدم من أن تُرسل", "بۆ ناردن کۆنە"),
}
MESSAGE: Final[Mapping[str, Words]] = {
    Message.ALERT: in_three("alert", "تنبيه", "ئاگاداری"),
    Message.UPDATE: in_three("update", "تحديث", "نوێکردنەوە"),
    Message.LEFT_AREA: in_three("not in the area", "ليس في المنطقة", "لە ناوچەکەدا نییە"),
    Message.RETRACTION: in_three("retraction", "تراجُع", "ڕەتکردنەوە"),
    Message.WITHDRAWAL: in_three("withdrawal", "سحب", "کشاندنەوە"),
    Message.MERGED: in_three("merge", "دمج", "تێکەڵکردن"),
}
OTHER_MESSAGE: Final[Words] = in_three("notice", "إشعار", "ئاگادارکردنەوە")
FACT: Final[Mapping[str, Words]] = {
    "kind": in_three("that it happened", "أنه وقع", "کە ڕووی دا"),
    "admin1": in_three("governorate", "المحافظة", "پارێزگا"),
    "admin2": in_three("district", "القضاء", "قەزا"),
    "admin3": in_three("subdistrict", "الناحية", "ناحیە"),
    "point": phrases.FACT["place"],
    "precision": phrases.FACT["place"],
    "sources": in_three("sources", "المصادر", "سەرچاوەکان"),
    "counted_by": in_three("who counted", "مصدر الحصيلة", "سەرچاوەی ژمارەکە"),
    "merged_into": in_three("part of another incident", "جزء من حادث آخر", "بەشێک لە ڕووداوێکی تر"),
    **phrases.FACT,
}
OTHER_FACT: Final[Words] = in_three("other", "غير ذلك", "هی تر")
GROUP: Final[Mapping[str, Words]] = {
    EventGroup.BATTLES: in_three("battle", "معركة", "شەڕ"),
    EventGroup.EXPLOSIONS_REMOTE_VIOLENCE: in_three("explosion or remote violence", "انفجار أو عنف عن بُعد", "تەقینەوە یان توندوتیژی لە دوورەوە"),
    EventGroup.VIOLENCE_AGAINST_CIVILIANS: in_three("violence against civilians", "عنف ضد المدنيين", "توندوتیژی دژی مەدەنییەکان"),
}  # fmt: skip
SOURCE_LANGUAGE: Final[Mapping[str, Words]] = {
    "en": in_three("English", "الإنجليزية", "ئینگلیزی"),
    "ar": in_three("Arabic", "العربية", "عەرەبی"),
    "ckb": in_three("Sorani", "السورانية", "سۆرانی"),
    "ku": in_three("Kurdish", "الكردية", "کوردی"),
    "fa": in_three("Persian", "الفارسية", "فارسی"),
    "tr": in_three("Turkish", "التركية", "تورکی"),
    "fr": in_three("French", "الفرنسية", "فەرەنسی"),
}


def days(count: int, language: Language) -> str:
    """Return "7 days"."""
    if language == "en":
        return f"{count} day{'' if count == 1 else 's'}"
    if language == "ckb":
        return f"{count} ڕۆژ"
    return phrases.counted_in_arabic(
        count, none="", one="يوم واحد", two="يومان", few="أيام", many="يوماً", hundred="يوم"
    )


def fact_value(fact: str, value: str | None, language: Language, names: PlaceWords) -> str:
    """Return a fact's value as people read it; a word that no table has is shown as it came, isolated."""
    if value is None:
        return phrases.NOT_STATED[language]
    if fact in ("admin1", "admin2", "admin3"):
        return names.display_name(value, language) or isolated(value, language)
    if fact in ("perpetrator", "claim"):
        return actor(value, language)
    if fact == "event_type" and value in tuple(EventType):
        return phrases.EVENT[EventType(value)][language]
    if fact == "precision" and value in tuple(Precision):
        return phrases.PRECISION[Precision(value)][language]
    words = {"event_group": GROUP, "status": STATUS}.get(fact, {}).get(value)
    return words[language] if words else isolated(value, language)


def actor(slug: str, language: Language) -> str:
    """Return who a slug stands for."""
    if slug in ("", "unknown"):
        return phrases.NOT_STATED[language]
    return phrases.ACTOR[slug][language] if slug in phrases.ACTOR else isolated(slug.replace("_", " "), language)


def fact_name(fact: str, language: Language) -> str:
    """Return what a fact is called."""
    return FACT.get(fact, OTHER_FACT)[language]


VERB: Final[Mapping[str, Words]] = {
    "retract": in_three("Retract: it is false", "سحب: الخبر غير صحيح", "کشاندنەوە: هەواڵەکە ڕاست نییە"),
    "correct": in_three("Correct facts", "تصحيح الوقائع", "ڕاستکردنەوەی زانیارییەکان"),
    "merge": in_three("Merge into another", "دمج في حادث آخر", "تێکەڵکردن لەگەڵ ڕووداوێکی تر"),
    "split": in_three("Split sources off", "فصل مصادر", "جیاکردنەوەی سەرچاوەکان"),
    "hold": in_three("Hold back", "تعليق الإرسال", "ڕاگرتنی ناردن"),
    "release": in_three("Let go", "رفع التعليق", "لابردنی ڕاگرتن"),
}
"""What the desk may decide."""

CORRECTED: Final[Mapping[str, Words]] = {
    "killed": in_three("Killed (7, or 5-7)", "القتلى (7 أو 5-7)", "کوژراو (7 یان 5-7)"),
    "wounded": in_three("Wounded", "الجرحى", "بریندار"),
    "attackers_killed": in_three("Attackers killed", "القتلى من المهاجمين", "هێرشبەرە کوژراوەکان"),
    "place": in_three("Place", "المكان", "شوێن"),
    "date": in_three("Date (2026-06-13)", "التاريخ (2026-06-13)", "بەروار (2026-06-13)"),
    "event_type": in_three("Kind of attack", "نوع الهجوم", "جۆری هێرش"),
    "perpetrator": in_three("By", "المنفذ", "لایەن"),
}
"""The facts of a correction, as the form asks for them."""

_WAITS = in_three("Will be told together with others.", "سيُبلغ مع غيره.", "لەگەڵ ئەوانی تر ئاگادار دەکرێتەوە.")
_FILTERED = in_three(
    "The watch's filters leave it out.", "مرشحات المراقبة تستبعده.", "پاڵاوتنەکانی چاودێرییەکە لای دەبەن."
)
_TOLD = in_three("Told.", "أُبلغت.", "ئاگادار کرایەوە.")
_NOT_NEWS = in_three("No news of an attack.", "ليس خبراً عن هجوم.", "هەواڵی هێرش نییە.")
REASON: Final[Mapping[str, Words]] = {
    **dict.fromkeys((message.value for message in Message), _TOLD),
    **dict.fromkeys((f"{WAITS}{one.value}" for one in GatheredBy), _WAITS),
    **dict.fromkeys(("group", "type", "severity", "killed", "confidence", "language"), _FILTERED),
    **dict.fromkeys(("not_attack_news", "not_linked"), _NOT_NEWS),
    "no_new_facts": in_three(
        "Known to it; no fact changed.", "معروف لها ولم تتغير أي واقعة.", "ئاگاداری بوو و هیچ زانیارییەک نەگۆڕا."
    ),
    "muted_or_ended": in_three(
        "The watch is muted or has ended.", "المراقبة صامتة أو انتهت.", "چاودێرییەکە بێدەنگ کراوە یان تەواو بووە."
    ),
    "too_old": in_three("Too old to be told as new.", "أقدم من أن يُبلغ كجديد.", "کۆنترە لەوەی وەک نوێ بگوترێت."),
    "outside": in_three("Outside the watch's area.", "خارج منطقة المراقبة.", "لە دەرەوەی ناوچەی چاودێرییەکەیە."),
    "too_vague": in_three(
        "The place is too vague for the watch.", "المكان غير محدد بما يكفي للمراقبة.", "شوێنەکە بۆ چاودێرییەکە ناڕوونە."
    ),
    "origins": in_three(
        "The watch waits for more independent sources.",
        "المراقبة تنتظر مصادر مستقلة أكثر.",
        "چاودێرییەکە چاوەڕێی سەرچاوەی سەربەخۆی زیاترە.",
    ),
    "test": in_three("A test.", "اختبار.", "تاقیکردنەوە."),
    "backfill": in_three("Known only from old news.", "معروف من أخبار قديمة فقط.", "تەنها لە هەواڵی کۆنەوە زانراوە."),
    "not_standing": in_three("Retracted or withdrawn before.", "سُحب قبل ذلك.", "پێشتر کشێنراوەتەوە."),
    "held": in_three("The desk holds it back.", "مكتب التحرير يعلّقه.", "دەستەی نووسەران ڕایگرتووە."),
}
"""Why a watch was told or not, in a sentence for people; ``reasons.REASONS`` tells them apart more finely."""
