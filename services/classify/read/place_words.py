"""The words around a place name, in English, Arabic and Sorani: which kind of place, where exactly, and in what part of the story.

All keys are folded (``shared.letters.fold``); Arabic and Sorani words may carry clitics, which ``cue_forms`` takes off.
"""

from enum import StrEnum
from functools import lru_cache

from shared.letters import fold


class Level(StrEnum):
    """The kind of place that a word beside the name states."""

    VILLAGE = "village"
    NEIGHBOURHOOD = "neighbourhood"
    TOWN = "town"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    AREA = "area"
    """The land around: "Baneh area", سنووری پێنجوێن; names a district rather than its town."""
    GOVERNORATE = "governorate"
    COUNTRY = "country"
    SITE = "site"


class Nearness(StrEnum):
    """How the wording places the attack relative to the name."""

    AT = "at"
    INSIDE = "inside"
    """The built-up place itself: "central Baquba", وسط بعقوبة."""
    NEAR = "near"
    BETWEEN = "between"


class Role(StrEnum):
    """Why a named place is not, or need not be, where the attack was."""

    SCENE = "scene"
    """The wording places something there."""
    PLAIN = "plain"
    """Named without any wording that places something there."""
    DATELINE = "dateline"
    SPEAKER = "speaker"
    INSTITUTION = "institution"
    ROAD = "road"
    MOVEMENT = "movement"
    ACTOR = "actor"
    BACKGROUND = "background"
    CORRECTED = "corrected"


def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


LEVELS: dict[str, Level] = {
    key: level
    for level, words in {
        Level.VILLAGE: (
            "village hamlet villages settlement قرية قرى قريتي القرية مجمع گوند گوندی گوندەکانی گوندێکی لادێی کۆمەڵگای"
        ),
        Level.NEIGHBOURHOOD: (
            "neighbourhood neighborhood quarter suburb حي محلة منطقة گەڕەک گەڕەکی"
        ),
        Level.TOWN: "town city township مدينة بلدة مدن شار شاری شارۆچکە شارۆچکەی شارەدێی",
        Level.SUBDISTRICT: "subdistrict sub-district nahiya nahia nahiyah ناحية ناحیە ناحیەی ناحیه",
        Level.DISTRICT: "district districts qadha qada قضاء قضائي قەزا قەزای",
        Level.AREA: "area areas region territory front frontline sector countryside قاطع ريف جبهة سنوور سنووری ناوچە ناوچەی دەڤەری دەڤەر قەڵەمڕەوی",
        Level.GOVERNORATE: "province governorate provinces state oblast department محافظة محافظتي ولاية إقليم پارێزگا پارێزگای ئوستانی ویلایەتی",
        Level.SITE: "base airport airbase airfield dam refinery camp field mountain mountains valley lake river island desert قاعدة مطار سد مصفى مصفاة معسكر مخيم حقل جبل جبال وادي شط بحيرة صحراء جزيرة بادية بنکەی فڕۆکەخانەی کێڵگەی چیای بەنداوی دۆڵی دەریاچەی کەمپی بیابانی",
    }.items()
    for key in _keys(words)
}  # fmt: skip
"""Words that state the kind of place. In Arabic منطقة is as often an area as a quarter: it asks for a small place."""

PLACED = _keys(
    "in near at outside around inside within across on beside along into throughout over above below behind overlooking opposite off"
    " في قرب داخل ضمن عند لدى حول جنب بجانب على قبالة باتجاه صوب غرب شرق"
    " لە ناو نێو سەر لەناو لەسەر لەنێو نزیک تێیدا"
)  # fmt: skip
"""Prepositions that place something at the name that follows."""

NEAR = _keys(
    "near outside around outskirts edge vicinity suburbs countryside nearby beyond kilometres kilometers km miles"
    " north south east west northeast northwest southeast southwest north-east northern southern eastern western"
    " northeastern northwestern southeastern southwestern"
    " قرب بالقرب القريبة قريبة محيط أطراف ضواحي مشارف تخوم حدود جوار خارج"
    " شمال جنوب شرق غرب شمالي جنوبي شرقي غربي"
    " نزیک نزیکی دەوروبەر دەوروبەری دەرەوەی باکوور باشوور ڕۆژهەڵات ڕۆژئاوا ڕۆژاوا باکووری باشووری ڕۆژهەڵاتی ڕۆژئاوای ڕۆژاوای"
    " باکور باکوری باشور باشوری رۆژهەڵاتی رۆژئاوای قەراغی کەناری دامێنی داوێنی بناری"
)  # fmt: skip

INSIDE = _keys(
    "central downtown central inner heart centre center وسط مركز قلب مدخل داخل ناوەندی ناوەڕاستی سەنتەری ئاسمانی ناو سماء أجواء"
)

URBAN = _keys(
    "suicide market markets mosque husseiniya church restaurant restaurants cafe street shop shops shopping bazaar hospital school courthouse"
    " court stadium hotel apartment garage intersection roundabout square town city headquarters residents neighbourhood neighborhood quarter suburb campus university"
    " حي محلة انتحاري انتحاريا سوق أسواق مسجد جامع حسينية كنيسة مطعم مقهى شارع محل متجر مدرسة محكمة ملعب فندق كراج ساحة تقاطع المدينة البلدة عيادة عيادته عيادتها مكتبه مكتبها قنصلية سفارة صيدلية جامعة كلية مقهى حافلة"
    " خۆکوژ خۆکوژێک خۆکوژی بازاڕ بازاڕێکی بازاڕی مزگەوت چێشتخانە شەقام شەقامی دوکان قوتابخانە دادگا یاریگا هوتێل گەراج گەڕەک گەڕەکی گەڕەکێکی کۆنسوڵخانەی کۆنسوڵخانە باڵیۆزخانەی زانکۆ سالۆنێکی نووسینگە ئاسمانی سەنتەری فڕۆکەخانەی شارەکە شارۆچکەکە شار"
)  # fmt: skip
"""Things that stand in towns: beside a name shared by a district and its town they mean the town."""

RURAL = _keys(
    "orchard orchards farm farms farmland desert countryside mountain mountains mountainous valley hamlet pasture grazing foothills"
    " rural wilderness basin"
    " بساتين بستان مزرعة مزارع صحراء بادية بوادي جبال جبل وادي وديان ريف أرياف مراعي تلال سلسلة هضبة قرى"
    " باخ باخێکی باخەکانی کێڵگە کێڵگەیەکی کێڵگەکانی بیابان بیابانی چیا چیای چیاکانی دۆڵ دۆڵی دەشت دەشتی گوندەکان گوندنشین"
)  # fmt: skip
"""Open country: beside a name shared by a district and its town they mean the district."""

WEAPONS_OF = tuple(sorted(_keys("مووشەک موشەک درۆن فڕۆکە تۆپ تۆپباران سوپا سەرباز بۆردومان")))
"""Sorani words that a country after them owns."""

HEADQUARTERS = _keys("camp headquarters مقر مقرا بارەگا بارەگای بنکە")

MOVED = _keys("from to toward towards via through إلى الى نحو من باتجاه بۆ بەرەو لەوێوە")

BETWEEN = _keys("between بين لەنێوان نێوان")
BORDER = _keys("boundary border borders frontier frontiers line الحدود حدود الحدودي سنوور سنووری")
ROAD = _keys(
    "road highway route motorway roads طريق الطريق الطرق طرق شارع أوتوستراد الرابط ڕێگا ڕێگای ڕێگەی شاڕێگای شەقامی"
)

ATTACK = _keys(
    "attack attacks bombing blast strike strikes raid raids assault shelling explosion shooting killings clash clashes ambush"
    " attacked attacking stormed storm storms storming raided raiding bombed bombs shelled shells struck striking hit hits hitting targeted"
    " targets targeting pounded pounding pounds pound overran overrun rocked rocks invaded invade"
    " هجوم هجومي الهجوم تفجير تفجيري التفجير انفجار الانفجار قصف القصف اشتباك اشتباكات مجزرة ضربة غارة حادث حادثة استهداف اغتيال كمين اقتحام مداهمة"
    " لغم هجمات تفجيرات نزاع مختطفي مخطوفي مفقودي ضحايا قتلى جرحى مصابي شهداء حصار سقوط استعادة اجتياح غارة"
    " قوربانییانی قوربانیانی قوربانییەکانی کوژراوانی کوژراوەکانی شەهیدانی شەهیدەکانی بریندارانی بریندارەکانی ڕفێنراوانی ڕفێندراوانی"
    " هێرش هێرشی هێرشەکەی هێرشێک تەقینەوە تەقینەوەی تەقینەوەکەی بۆردومانی بۆردومانەکەی مووشەکبارانەکەی شەڕی کوشتاری"
)  # fmt: skip

SPEAKERS = _keys(
    "source sources official officials police spokesman spokeswoman spokesperson doctor doctors medic medics officer mayor hospital"
    " authorities ministry lawmaker lawmakers mp commander journalist reporter correspondent witnesses resident"
    " مصدر مصادر مسؤول مسؤولون ضابط شرطة طبيب مراسل مراسلنا مستشفى مستشفيات نائب مراسلة الطب المصدر"
    " سەرچاوە سەرچاوەیەک سەرچاوەیەکی پۆلیس بەرپرس بەرپرسێکی پەیامنێر نەخۆشخانە نەخۆشخانەی نەخۆشخانەکانی پزیشک"
)  # fmt: skip
SAYING = _keys(
    "said says told added announced reported confirmed according statement stated"
    " قال أفاد أعلن ذكر أكد صرح أوضح أضاف كشف بحسب"
    " گوتی وتی ڕایگەیاند رایگەیاند بڵاویکردەوە"
)

INSTITUTIONS_AFTER = _keys(
    "police governor mayor provincial council operations command health hospital hospitals university river bridge court fc club media"
    " directorate chief authorities officials lawmakers lawmaker mp tribunal police's department security sc sporting stadium"
    " fans football team derby airport's units forces brigade brigades party army commander governor's government administration"
    " resistance liberation freedom democratic workers patriotic regional parliament election chamber museum festival"
    " residents youth native-born sector command's network tv agency"
)  # fmt: skip
TARGETS_AFTER = _keys(
    "post posts station checkpoint checkpoints patrol headquarters academy base convoy building outpost position positions barracks"
)

INSTITUTIONS_BEFORE = _keys(
    "governor mayor university police river bridge council derby"
    " شرطة الشرطة قيادة عمليات صحة محافظ مجلس مستشفى جامعة نهر جسر نادي قائممقام قائمقام مدير رئيس محكمة نواب نائب عشائر أهالي استخبارات"
    " تربية بلدية جوازات وحدات قوات فريق مباراة مديرية دائرة حكومة مطرانية أبرشية لواء كتائب مقاومة أهل سكان شعب برلمان جيش كراج مرآب"
    " پۆلیسی تەندروستی پارێزگاری قایمقامی زانکۆی ڕووباری پردی یانەی ئەنجوومەنی ئۆپەراسیۆنەکانی فەرماندەیی بەڕێوەبەری بەڕێوەبەرایەتی"
    " حکومەتی نەخۆشخانەی هێزەکانی پەرلەمانی یەکینەکانی شارەوانی سوپای سەرۆکی گەراجی گاراجی"
)  # fmt: skip

NAMESAKE = ("same name", "namesake", "not to be confused", "بنفس الاسم", "الاسم نفسه", "بالاسم ذاته", "هەمان ناو")
"""Phrases of a sentence that speaks of another place of the same name."""

CORRECTED = (
    "put it in", "not in", "rather than in", "instead of in", "wrongly placed", "earlier reports", "وليس في", "لا في", "وليست في", "نەک لە",
)  # fmt: skip

EARLIER = (
    "last year", "years ago", "in the past", "previously", "similar attack", "similar raid", "similar strike", "similar attacks", "a year ago", "months ago", "in recent years", "the deadliest",
    "العام الماضي", "قبل سنوات", "في السابق", "سبق ان", "وسبق", "هجوما مماثلا", "عمليات مماثله", "في سنوات سابقه", "الشهر الماضي", "قبل اشهر",
    "ساڵی ڕابردوو", "پێشتر", "ساڵانی ڕابردوو", "هێرشێکی هاوشێوە",
)  # fmt: skip

DIRECTION_ADJECTIVES = _keys(
    "northern southern eastern western northeastern northwestern southeastern southwestern central downtown north south east west"
    " نەوتی نەوتیی گازی غازی النفطي النفطية الغازي restive remote nearby rural disputed neighbouring neighboring volatile old upper lower greater mainly predominantly troubled"
    " north-eastern oil-rich border city town the's iraqi syrian turkish iranian"
)  # fmt: skip

PENALTY_AFTER = _keys(
    "السجن سجن الحبس حبس الإعدام إعدام الغرامة غرامة شديدة مشددة تصل مالية إدارية الأشغال المؤبد قصوى أقصاها تأديبية انضباطية مخففة قاسية صارمة الاعدام"
)
"""After بعقوبة these make it "with a penalty of"."""

PENALTY_BEFORE = _keys("حكم يعاقب حكما عليه عليهم يواجه يواجهون مهددا قضت المحكمة تهدد")


STOPS = _keys(
    "the a an and or but if he she it they we you his her its their this that these those there here who whom which what when where why how"
    " is are was were be been has have had do does did will would can could may might must not no yes all any some most many more much"
    " one two three four five six seven eight nine ten first second third new old other another such same own so than then too very just"
    " as at by for from in into of off on out over to up with about after again before during since until while under"
    " mr mrs ms dr sheikh president minister prime ministry general colonel captain army police forces force security state group media cell"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october"
    " november december ramadan eid isis is iswap ypg ybs pkk pmf pmu un eu us usa uk breaking news update urgent islamic god allah"
    " africa asia europe sahel gulf middle human rights name key central nord sud taliban boko haram shabaab qaeda hezbollah hamas houthi houthis unidentified report news agency watch volume chapter part page photo video live national international united nations council north south east west al islam arab arabs kurds kurdish turkmen kakai yazidi shia sunni christian militants gunmen men women children killed wounded"
    " killing dead injured shot kills attack attacks bomb bombing blast explosion car drone drones rocket rockets missile missiles"
    " على عن إلى من في مع بعد قبل عند منذ حتى خلال بين ضد حول دون غير كل بعض أي هذا هذه ذلك تلك هؤلاء التي الذي الذين ما لا لم لن قد كان كانت"
    " يكون أن إن بأن بأنه بأنها وأنه وأنها فإنه لأنه لأنها كأنه أو ثم حيث كما إذا عدد عدة آخر آخرين أخرى أول اثنين اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر اليوم أمس الليلة"
    " مساء صباح ظهر فجر ليل ليلة نهار السبت الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة يوم أسبوع شهر عام سنة ساعة ساعات دقيقة"
    " قتل قتلى مقتل قتيل قتيلان جرح جرحى جريح إصابة أصيب شهيد شهيدان شهداء استشهاد مصرع ضحايا مدني مدنيين مدنيان شخص شخصان أشخاص رجل رجال"
    " امرأة نساء طفل أطفال جندي جنود جنديين شرطي ضابط عنصر عناصر مقاتل مقاتلين مسلح مسلحين مسلحون مجهولون مجهولين إرهابي إرهابيين داعش تنظيم"
    " الدولة الإسلامية الحشد الشعبي الجيش القوات الأمن الأمنية قوة قوات وزارة الداخلية الدفاع الصحة الإعلام خلية الحكومة الرئيس رئيس وزير"
    " نفط النفط النفطي غاز الغاز نەوت نەوتی نەوتیی گاز گازی غازی عبوة ناسفة سيارة مفخخة قنبلة لغم صاروخ صواريخ طائرة مسيرة قذيفة رصاص نار إطلاق سلاح أسلحة حزام ناسف انتحاري عاجل مصدر أمني محلي"
    " تابعة التابعة تابع التابع الواقعة واقعة حدودية الحدودية قريبة صغيرة كبيرة زراعية نائية كردية عربية تركمانية إيزيدية كاكائية يقطنها تسكنها"
    " الشباب حركة حزب جماعة منزل دار بيت سوق طريق شارع جسر مدرسة مزرعة بستان بساتين حقل راعي رعاة مزارع مزارعين صياد صيادين أغنام"
    " الغربي الشرقي الشمالي الجنوبي الغربية الشرقية الشمالية الجنوبية الأوسط الوسطى عليها عليه عنه منه منها فيها فيه له لها لهم بها به كانوا وقال وأضاف وأكد وأوضح وذكر إنه إنها أنه أنها الحادث الهجوم الانفجار"
    " لە بە بۆ لەگەڵ لەسەر لەلایەن و یان بەڵام کە ئەو ئەم ئەوان ئێمە ئەوە ئەمە هەموو هیچ چەند یەک دوو سێ چوار پێنج شەش حەوت هەشت نۆ دە"
    " یازدە دوازدە بیست سی چل پەنجا سەد هەزار یەکەم دووەم سێیەم کەس کەسێک کەسی کەسیش پیاو پیاوێک ژن ژنێک منداڵ منداڵێک گەنج هاووڵاتی هاووڵاتییان"
    " کرد کردن کرا دەکات دەکرێت دەکەن کردە کردووە کوژرا کوژران کوژراوە کوژراون دەکوژرێت دەکوژرێن بوو بوون بووە دەبێت دەبن ڕوویدا ڕووی خۆی خۆیان"
    " بریندار بریندارە گیانی گیان گیانیان لەدەستدا تەقییەوە تەقیەوە تەقە دەستڕێژ هێرش شەهید چەکدار چەکداران چەکدارانی داعش پۆلیس سەرباز سەربازێک"
    " سوپا پێشمەرگە ئاسایش هێز هێزەکانی هێزێکی ئەمنی سەرچاوە سەرچاوەیەکی بەیانی ئێوارە شەو ئەمشەو ئەمڕۆ دوێنێ دوێکە هەینی شەممە یەکشەممە دووشەممە سێشەممە"
    " چوارشەممە پێنجشەممە ڕۆژ ڕۆژی هەفتە مانگ ساڵ ساڵی کاتژمێر کات کاتی کاتێک دوای پێش پاش تا لەو لەم لێی لێ تێدا دیکە تر تری هاتن هات چوو ماڵ"
    " ڕایگەیاند وتی گوتی دەڵێت دەڵێن دەڵێ کراوە نەبوو نییە هەیە هەبوو بەهۆی بەهۆیەوە هۆی هۆکاری ژمارە ژمارەی زیاتر کەمتر نزیکەی خەڵک خەڵکی"
    " ئۆتۆمبێل ئۆتۆمبێلێک ئۆتۆمبێلێکی بۆمب بۆمبێک درۆن درۆنێک مووشەک فڕۆکە فڕۆکەیەک نارنجۆک ناو نێو سەر ژێر پشت بەر دەست پێ چاو ئاو ئاگر ڕێ"
)  # fmt: skip
"""Ordinary words that some village or town of the gazetteer shares a spelling with: alone they are never a place."""


def folded(words: tuple[str, ...]) -> tuple[str, ...]:
    """Fold phrases for search in ``Sentence.folded``."""
    return tuple(" ".join(fold(word) for word in phrase.split()) for phrase in words)


_ARABIC_PREFIXES = ("وبال", "وال", "بال", "فال", "كال", "لل", "وب", "ول", "و", "ب", "ل", "ف", "ال")


@lru_cache(maxsize=32_768)
def cue_forms(key: str) -> tuple[str, ...]:
    """Return the forms under which a word of Arabic script may stand in these lists: as written, and without its prefixes."""
    if key.isascii():
        return (key,)
    forms = [key]
    if key.endswith("ا") and len(key) > 3:
        forms.append(key[:-1])  # سوقاً شعبياً
    forms.extend(key[len(p) :] for p in _ARABIC_PREFIXES if key.startswith(p) and len(key) - len(p) >= 2)
    if key.startswith("له") and len(key) > 4:
        forms.append(key[2:])
    return tuple(forms)
