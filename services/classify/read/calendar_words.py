"""Words for days, months and parts of the day in English, Arabic (Levantine, Gulf and Egyptian months) and Sorani, folded."""

from collections.abc import Mapping

from services.classify.read.number_words import phrases, words
from shared.letters import fold


def _numbered(*spelled: str, first: int = 0) -> dict[str, int]:
    """Each argument holds the spellings of one number, counted from ``first``."""
    return {fold(word): number for number, names in enumerate(spelled, first) for word in names.split()}


def _phrased(names: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {tuple(fold(word) for word in name.split()): number for name, number in names.items()}


WEEKDAYS: dict[str, dict[str, int]] = {
    "en": _numbered("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thu thur", "friday fri", "saturday sat", "sunday sun"),
    "ar": _numbered("الاثنين الإثنين", "الثلاثاء", "الأربعاء الاربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "ckb": _numbered(
        "دووشەممە دووشەمە دوشەممە", "سێشەممە سێشەمە", "چوارشەممە چوارشەمە چوارشەم", "پێنجشەممە پێنجشەمە پێنجشەم", "هەینی جومعە جومعه",
        "شەممە شەمە شەممۆ", "یەکشەممە یەکشەمە یەک‌شەممە",
    ),
}  # fmt: skip
"""Monday is 0. Abbreviations such as "sun" and "sat" are English words: they count only with a capital letter."""

SHORT_WEEKDAYS = words("mon tue tues wed thu thur thurs fri sat sun")
SPLIT_WEEKDAYS = _phrased({"دوو شەممە": 0, "سێ شەممە": 1, "چوار شەممە": 2, "پێنج شەممە": 3, "یەک شەممە": 6})

MONTHS: dict[tuple[str, ...], int] = _phrased(
    {
        **{name: n for n, names in enumerate(
            ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept",
             "october oct", "november nov", "december dec"), 1) for name in names.split()},
        "كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9, "تشرين الأول": 10,
        "تشرين الثاني": 11, "كانون الأول": 12,
        "يناير": 1, "فبراير": 2, "مارس": 3, "أبريل": 4, "إبريل": 4, "مايو": 5, "يونيو": 6, "يونيه": 6, "يوليو": 7, "يوليه": 7, "أغسطس": 8,
        "سبتمبر": 9, "أكتوبر": 10, "نوفمبر": 11, "ديسمبر": 12, "جانفي": 1, "فيفري": 2, "أفريل": 4, "ماي": 5, "جوان": 6, "جويلية": 7, "أوت": 8,
        "کانوونی دووەم": 1, "کانونی دووەم": 1, "شوبات": 2, "ئازار": 3, "ئادار": 3, "نیسان": 4, "ئایار": 5, "مایس": 5, "حوزەیران": 6, "حوزەیرانی": 6,
        "تەممووز": 7, "تەمموز": 7, "تەموز": 7, "ئاب": 8, "ئەیلوول": 9, "ئەیلول": 9, "تشرینی یەکەم": 10, "تشرینی دووەم": 11, "کانوونی یەکەم": 12,
        "کانونی یەکەم": 12, "شوباتی": 2, "ئازاری": 3, "ئاداری": 3, "نیسانی": 4, "ئایاری": 5, "تەممووزی": 7, "تەمموزی": 7, "تەموزی": 7, "ئابی": 8,
        "ئەیلوولی": 9, "ئەیلولی": 9, "تشرینی یەکەمی": 10, "تشرینی دووەمی": 11, "کانوونی یەکەمی": 12, "کانوونی دووەمی": 1,
        "کانونی دووەمی": 1, "کانونی یەکەمی": 12,
    }
)  # fmt: skip

DAYS_BACK: dict[str, dict[tuple[str, ...], int]] = {
    "en": _phrased(
        {
            "today": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "tonight": 0, "earlier today": 0, "yesterday": 1,
            "last night": 1, "last evening": 1, "the day before yesterday": 2, "overnight": 1,
        }
    ),
    "ar": _phrased(
        {
            "اليوم": 0, "هذا اليوم": 0, "هذا الصباح": 0, "هذا المساء": 0, "الليلة": 0, "هذه الليلة": 0, "أمس": 1, "يوم أمس": 1, "الأمس": 1, "بالأمس": 1,
            "البارحة": 1, "ليلة أمس": 1, "ليل أمس": 1, "الليلة الماضية": 1, "ليلة البارحة": 1, "أول أمس": 2, "أمس الأول": 2, "أول من أمس": 2, "غداة": 1,
            "قبل قليل": 0, "منذ قليل": 0, "قبل لحظات": 0, "الليلة الفائتة": 1, "اليوم السابق": 1, "الليلة السابقة": 1,
        }
    ),
    "ckb": _phrased(
        {
            "ئەمڕۆ": 0, "ئەمرۆ": 0, "ئەمشەو": 0, "ئەم ئێوارەیە": 0, "ئەم بەیانییە": 0, "ئەم بەیانیە": 0, "ئەم شەو": 0, "ئەمڕۆی": 0, "ئەم نیوەڕۆیە": 0,
            "ئەمڕۆدا": 0, "ئەمشەوی": 0, "دوێنێ": 1, "دوێنێی": 1, "دوێ": 1, "دوێنێدا": 1, "دوێشەو": 1, "دوێ شەو": 1, "دوێنێ شەو": 1, "شەوی ڕابردوو": 1, "شەوی رابردوو": 1,
            "پێش کەمێک": 0, "کەمێک لەمەوبەر": 0, "دوێنێوە": 1, "پێرێ": 2, "پێرێی": 2, "دوێنێ شەوی": 1, "ڕۆژی پێشوو": 1, "شەوی پێشوو": 1, "ئێوارەی پێشوو": 1,
        }
    ),
}  # fmt: skip
OVERNIGHT = phrases("overnight")
NIGHTS = phrases(
    "tonight", "this evening", "الليلة", "هذه الليلة", "هذا المساء", "ئەمشەو", "ئەم ئێوارەیە", "ئەم شەو", "ئەمشەوی"
)
"""Said after midnight, these still mean the day that ended."""

EVENING = words("evening night late tonight مساء ليل ليلة مساءا ئێوارە ئێوارەی شەو شەوی")
PARTS_OF_DAY = words(
    "night evening morning afternoon noon midday dawn midnight مساء صباح ظهر عصر فجر ليل ليلة ضحى ظهيرة صباحا مساءا فجرا ليلا"
    " بەیانی ئێوارە ئێوارەی شەو شەوی نیوەڕۆ نیوەڕۆی بەرەبەیان بەرەبەیانی بەیانیی سەرلەبەیانی عەسر پاشنیوەڕۆی"
)
EARLIER = phrases(
    "a day earlier", "one day earlier", "the day before", "the night before", "the evening before", "the previous day",
    "the previous evening", "the previous night", "the previous morning", "the previous afternoon", "a day before", "a night earlier",
    "an evening earlier", "previous evening", "previous night", "previous day",
)  # fmt: skip
"""One day before the day that the sentence names."""

NOT_THE_DAY_BEFORE = words("since until till next coming every each from before by to منذ حتى قبل كل هەموو تا پێش لە_")
LAST = words("last الماضي المنصرم الفائت ڕابردوو رابردوو پێشوو")
DAY_UNITS = words("day days يوم يوما يومين أيام ڕۆژ ڕۆژێک رۆژ رۆژێک ڕۆژی")
HOUR_UNITS = words("hours hour ساعات ساعة كاتژمێر")
AGO = words("ago earlier لەمەوبەر لەمەوپێش پێش بەر")
AFTER = words("after on since later دوای پاش بعد")
BEFORE_COUNT = words("قبل منذ پێش بەر")
AFTER_COUNT = words("بعد عقب دوای پاش")
VAGUE = {
    "en": phrases("the weekend", "this week", "last week", "last month", "this month", "recently", "in recent days", "weekend", "recent days", "earlier this week", "days ago", "weeks ago", "the past week"),
    "ar": phrases("هذا الأسبوع", "الأسبوع الماضي", "الشهر الماضي", "مؤخرا", "نهاية الأسبوع", "عطلة نهاية الأسبوع", "الأيام الماضية", "قبل أيام", "الأسبوع الجاري", "الأخير", "الأخيرة"),
    "ckb": phrases("ئەم هەفتەیە", "هەفتەی ڕابردوو", "مانگی ڕابردوو", "کۆتایی هەفتە", "بەم دواییانە", "لەم دواییانەدا", "چەند ڕۆژی ڕابردوو", "چەند ڕۆژێک لەمەوبەر", "ڕۆژانی ڕابردوو"),
}  # fmt: skip
SPEECH = words(
    "said says say told announced announces condemned condemns condemning urged urges called calls declared declares summoned visited vowed"
    " promised arrested detained protested demonstrated mourned ordered claimed lowered raised revised reported confirmed added rejected offered"
    " expressed appealed blocked buried attended gathered returned began rallied marched met signed warned blamed denied stated tweeted posted"
    " published released ruled pledged demanded asked laid marked rose climbed stood visited toured received opened approved"
    " قال قالت أعلن أعلنت أفاد أفادت ذكر ذكرت كشف كشفت أكد أكدت أوضح صرح دان أدان أدانت شيع شيعت وجه قرر قررت دعا طالب طالبت باشرت تفقد زار أعرب عثرت ارتفع"
    " ڕایگەیاند گوتی وتی ئیدانە"
)
ATTACK_WORDS = words(
    "attack attacks attacked strike strikes struck killed killing kills wounded wounding bombing bombings bombed bomb blast explosion exploded"
    " hit raid raided shooting shot assault ambush ambushed abducted kidnapped seized stormed fired clash clashes shelling massacre killings"
    " murder murdered assassinated kidnapping abduction detonated gunfight firefight battle fighting overran stabbed grenade rockets missiles drone"
)
DEFINITE_ATTACK = {
    "en": words("attack bombing strike blast explosion shooting raid assault ambush killing killings abduction kidnapping massacre shelling airstrike clashes"),
    "ar": words("الهجوم الهجمات التفجير الانفجار الاعتداء القصف الاغتيال الجريمة الاشتباك النزاع الحادث الخرق المجزرة"),
    "ckb": words("هێرشەکە هێرشەکەی تەقینەوەکە تەقینەوەکەی بۆردومانەکە بۆردومانەکەی تۆپبارانەکە تۆپبارانەکەی مووشەکبارانەکە مووشەکبارانەکەی ڕووداوەکە ڕووداوەکەی تەقینەوەکان کوشتنەکە شەڕەکە شەڕەکەی کوشتارەکە هێرشەکان"),
}  # fmt: skip
OF_ATTACK_AR = words("هجوم تفجير انفجار اعتداء قصف اشتباك نزاع مجزرة استهداف")
TELLS_ATTACK: dict[str, tuple[str, ...]] = {
    "ar": tuple(words("هجوم هجوما انفجار بانفجار تفجير قصف مقتل قتيل قتلي شهيد شهداء استشهاد اصابه جرحي اغتيال اختطاف خطف مجزره عبوه لغم غاره غارات مسيره صاروخ قذيفه")),
    "ckb": tuple(words("هێرشێک هێرشیان هێرشی هێرش تەقینەوەیەک تەقینەوەی تەقییەوە کوژر دەکوژ کوشت بریندار شەهید گیانی گیانیان بۆمبێک مینێک درۆنێک مووشەکێک ڕفاند دەڕفێن بۆردومان")),
}  # fmt: skip
"""Beginnings of words by which a headline tells an attack as news."""
