"""The words of bulletins in English, Arabic and Sorani."""

from typing import Final

from services.alert.bulletin import GatheredBy
from services.alert.phrases import counted_in_arabic, in_three
from services.alert.sight import BlindReason
from services.alert.watch import Language

HEARTBEAT: Final = in_three(
    "{watch}: {healthy} of {total} sources healthy, {incidents} in 24 hours",
    "{watch}: {healthy} من {total} من المصادر سليمة، {incidents} خلال 24 ساعة",
    "{watch}: {healthy} لە {total} سەرچاوە ساغن، {incidents} لە 24 کاتژمێردا",
)
HEARTBEAT_BLIND: Final = in_three(
    "{watch}: blind since {since}, {healthy} of {total} sources healthy",
    "{watch}: لا نرى شيئاً منذ {since}، {healthy} من {total} من المصادر سليمة",
    "{watch}: لە {since} هیچ نابینین، {healthy} لە {total} سەرچاوە ساغن",
)
HEARTBEAT_EXPLAINED: Final = in_three(
    "A daily sign of life. If one does not come, tell whoever runs this service: silence could then mean that it is broken.",
    "علامة حياة يومية. إن لم تصل، أخبر مشغّل هذه الخدمة: فقد يعني الصمت عندها أنها معطّلة.",
    "نیشانەی ژیانی ڕۆژانە. ئەگەر نەگەیشت، بە بەڕێوەبەری ئەم خزمەتگوزارییە بڵێ: ئەوسا لەوانەیە بێدەنگی مانای تێکچوونی بێت.",
)
BLIND: Final = in_three(
    "{watch}: blind since {since}", "{watch}: لا نرى شيئاً منذ {since}", "{watch}: لە {since} هیچ نابینین"
)
BLIND_EXPLAINED: Final = {
    BlindReason.SOURCES: in_three(
        "No source that covers it could be read since then. Silence now does not mean that nothing happens.",
        "تعذّرت منذ ذلك الحين قراءة أي مصدر يغطيها. الصمت الآن لا يعني أن شيئاً لا يحدث.",
        "لەو کاتەوە هیچ سەرچاوەیەک نەخوێنراوەتەوە کە هەواڵی ئەوێ بدات. بێدەنگیی ئێستا مانای ئەوە نییە کە هیچ ڕوو نادات.",
    ),
    BlindReason.PIPELINE: in_three(
        "Our own system is behind and has passed on nothing since then. Silence now does not mean that nothing happens.",
        "نظامنا نفسه متأخر ولم ينقل شيئاً منذ ذلك الحين. الصمت الآن لا يعني أن شيئاً لا يحدث.",
        "سیستەمەکەی خۆمان دواکەوتووە و لەو کاتەوە هیچی نەگەیاندووە. بێدەنگیی ئێستا مانای ئەوە نییە کە هیچ ڕوو نادات.",
    ),
}
RECOVERED: Final = in_three(
    "{watch}: sees again, was blind from {since} to {until}",
    "{watch}: عادت الرؤية، وكانت منقطعة من {since} إلى {until}",
    "{watch}: دووبارە دەبینین، لە {since} تا {until} نەماندەبینی",
)
RECOVERED_EXPLAINED: Final = in_three(
    "What was published meanwhile is being read now. It comes late, and says so.",
    "ما نُشر في تلك الفترة يُقرأ الآن. يصل متأخراً ويُذكر ذلك فيه.",
    "ئەوەی لەو ماوەیەدا بڵاوکراوەتەوە ئێستا دەخوێنرێتەوە. درەنگ دەگات و تێیدا دەوترێت.",
)
GATHERED: Final = {
    GatheredBy.DIGEST: in_three(
        "Digest, {watch}: {incidents}, {since} to {until}",
        "ملخص، {watch}: {incidents}، من {since} إلى {until}",
        "پوختە، {watch}: {incidents}، لە {since} تا {until}",
    ),
    GatheredBy.QUIET_HOURS: in_three(
        "During your quiet hours, {watch}: {incidents}",
        "خلال ساعات هدوئك، {watch}: {incidents}",
        "لە کاتژمێرەکانی بێدەنگیتدا، {watch}: {incidents}",
    ),
    GatheredBy.FLOOD: in_three(
        "{more} in {where}, {watch}: the list",
        "{more} في {where}، {watch}: القائمة",
        "{more} لە {where}، {watch}: لیستەکە",
    ),
    GatheredBy.CATCH_UP: in_three(
        "Late, after an outage, {watch}: {incidents}",
        "متأخر، بعد انقطاع، {watch}: {incidents}",
        "درەنگ، دوای پچڕان، {watch}: {incidents}",
    ),
    GatheredBy.HOLD: in_three(
        "Held back until now, {watch}: {incidents}",
        "كانت محجوزة حتى الآن، {watch}: {incidents}",
        "تا ئێستا ڕاگیرابوو، {watch}: {incidents}",
    ),
}
GATHERED_EXPLAINED: Final = {
    GatheredBy.FLOOD: in_three(
        "More came from this place in an hour than your watch lets ring one by one. Nothing is left out of this list; a new place still rings at once.",
        "جاء من هذا المكان خلال ساعة أكثر مما تسمح به مراقبتك تنبيهاً تنبيهاً. لم يُحذف شيء من هذه القائمة؛ وأي مكان جديد ينبّه فوراً.",
        "لە کاتژمێرێکدا لەم شوێنەوە زیاتر هات لەوەی چاودێرییەکەت یەک بە یەک ڕێگەی پێدەدات. هیچ لەم لیستەدا لانەبراوە؛ شوێنی نوێ هەر دەستبەجێ ئاگادار دەکاتەوە.",
    ),
    GatheredBy.CATCH_UP: in_three(
        "This news waited in our own system. What is no longer current is not listed.",
        "بقيت هذه الأخبار في نظامنا. ما لم يعد حالياً غير مدرج.",
        "ئەم هەواڵانە لە سیستەمەکەی خۆماندا مابوونەوە. ئەوەی چیتر نوێ نییە لە لیستەکەدا نییە.",
    ),
    GatheredBy.HOLD: in_three(
        "People of this service held these back to check them.",
        "حجز القائمون على هذه الخدمة هذه الأخبار للتحقق منها.",
        "بەڕێوەبەرانی ئەم خزمەتگوزارییە ئەمانەیان ڕاگرت بۆ پشکنین.",
    ),
}
LABEL: Final = {
    "sources": in_three("Sources", "المصادر", "سەرچاوەکان"),
    "failing": in_three("Not answering", "لا تجيب", "وەڵام نادەنەوە"),
    "incidents": in_three("Incidents", "الحوادث", "ڕووداوەکان"),
    "waiting": in_three("Waiting to be told", "بانتظار الإبلاغ", "چاوەڕێی ڕاگەیاندن"),
    "period": in_three("Period", "الفترة", "ماوە"),
    "watches": in_three("Your watches", "مراقباتك", "چاودێرییەکانت"),
    "more": in_three("More", "المزيد", "زیاتر"),
    "expired": in_three("No longer current", "لم تعد حالية", "چیتر نوێ نین"),
}
HEALTHY: Final = in_three("{healthy} of {total} healthy", "{healthy} من {total} سليمة", "{healthy} لە {total} ساغن")
SPAN: Final = in_three("{since} to {until}", "من {since} إلى {until}", "لە {since} تا {until}")
OMITTED: Final = in_three(
    "{count} not shown here for lack of room",
    "{count} غير معروضة هنا لضيق المكان",
    "{count} لەبەر نەبوونی جێگا لێرە نیشان نەدراون",
)
LATE: Final = in_three("{hours} h late", "متأخر {hours} ساعة", "{hours} کاتژمێر درەنگ")
SEVERAL_PLACES: Final = in_three("several districts", "عدة أقضية", "چەند قەزایەک")
MOST_SEVERE: Final = in_three("most severe: {severity}", "الأشد: {severity}", "توندترین: {severity}")

SHORT_HEARTBEAT: Final = in_three(
    "{watch}: {healthy} of {total} sources healthy, {incidents} in 24 h",
    "{watch}: المصادر السليمة {healthy}/{total}، الحوادث {count}",
    "{watch}: سەرچاوەی ساغ {healthy}/{total}، ڕووداو {count}",
)
SHORT_HEARTBEAT_BLIND: Final = in_three(
    "{watch}: blind since {since}, {healthy} of {total} sources healthy",
    "{watch}: لا رؤية منذ {since}",
    "{watch}: نابینین لە {since}",
)
SHORT_BLIND: Final = {
    BlindReason.SOURCES: in_three(
        "{watch}: blind since {since}. No source covering it can be read",
        "{watch}: لا رؤية منذ {since}، المصادر صامتة",
        "{watch}: نابینین لە {since}، سەرچاوە بێدەنگن",
    ),
    BlindReason.PIPELINE: in_three(
        "{watch}: blind since {since}. Our own system is behind",
        "{watch}: لا رؤية منذ {since}، نظامنا متأخر",
        "{watch}: نابینین لە {since}، سیستەممان دواکەوتووە",
    ),
}
SHORT_RECOVERED: Final = in_three(
    "{watch}: sees again, was blind {since} to {until}",
    "{watch}: عادت الرؤية ({since} - {until})",
    "{watch}: دەبینین ({since} - {until})",
)
SHORT_GATHERED: Final = {
    GatheredBy.DIGEST: in_three(
        "Digest, {watch}: {incidents}", "ملخص، {watch}: {incidents}", "پوختە، {watch}: {incidents}"
    ),
    GatheredBy.QUIET_HOURS: in_three(
        "Quiet hours, {watch}: {incidents}", "ساعات الهدوء، {watch}: {incidents}", "کاتی بێدەنگی، {watch}: {incidents}"
    ),
    GatheredBy.FLOOD: in_three(
        "{more} in {where}, {watch}", "{more} في {where}، {watch}", "{more} لە {where}، {watch}"
    ),
    GatheredBy.CATCH_UP: in_three(
        "Late, {watch}: {incidents}", "متأخر، {watch}: {incidents}", "درەنگ، {watch}: {incidents}"
    ),
    GatheredBy.HOLD: in_three(
        "Held until now, {watch}: {incidents}", "كانت محجوزة، {watch}: {incidents}", "ڕاگیرابوو، {watch}: {incidents}"
    ),
}


def incidents(count: int, language: Language) -> str:
    """Return "3 incidents"."""
    if language == "en":
        return f"{count} incident{'' if count == 1 else 's'}"
    if language == "ckb":
        return f"{count} ڕووداو"
    return counted_in_arabic(
        count, none="0 حوادث", one="حادث واحد", two="حادثان", few="حوادث", many="حادثاً", hundred="حادث"
    )


def more(count: int, language: Language) -> str:
    """Return "9 more"."""
    if language == "en":
        return f"{count} more"
    return f"{count}ی تر" if language == "ckb" else f"{count} أخرى"


def several(count: int, language: Language) -> str:
    """Return "and 3 more watches", for a message that serves many."""
    if language == "en":
        return f"and {count} more"
    return f"و {count}ی تر" if language == "ckb" else f"و{count} غيرها"
