"""Words for who counts the dead, in three languages; folded as tokens are.

The order of the classes decides where a speaker has words of several: "a police doctor" is a doctor, "residents told the agency"
are residents. English and Arabic words are whole ones (Arabic without what is written onto their beginning), Sorani ones beginnings.
"""

import re
from dataclasses import dataclass

from services.classify.read.number_words import phrases, words
from shared.events.facts import CountedBy

C = CountedBy


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterWords:
    """What one language needs. ``speech`` are verbs of saying, ``before`` phrases like "according to", ``ends`` where a speaker's name ends."""

    speech: frozenset[str]
    before: frozenset[tuple[str, ...]]
    ends: frozenset[str]
    classes: tuple[tuple[CountedBy, frozenset[str]], ...]
    own: frozenset[str] = frozenset()
    """Behind the verb: they speak of their own deed ("the group said its fighters …")."""
    claiming: frozenset[str] = frozenset()
    """Verbs of claiming, which need no such word."""
    deeds: frozenset[str] = frozenset()
    """What they say they did: "claimed killing six", not "claimed the blast that killed six", which is the outlet's count."""
    passive: frozenset[str] = frozenset()
    speaks_first: bool = True
    """Whether the speaker stands before the verb."""


MARKS = frozenset(',;:.!?()[]"“”«»—–،؛؟…|')
PREFIXES = re.compile(r"(?:و|ف)?(?:ب|ل|ك)?(?:ال|ل)?")
"""What Arabic writes onto a word's beginning: and, by, for, the."""

EN = CounterWords(
    speech=words(
        "said says say saying told tell tells reported reports announced announces confirmed confirms stated states declared added adds put puts"
    ),
    before=phrases("according to", "confirmed by", "quoting", "citing", "as per"),
    ends=words(
        "that when after as while where who which whose but because killed killing kill kills wounded wounding injured injuring dead died die"
        " dies hurt had has have leaving after before since toll"
    ),
    own=words("it its they their fighters itself"),
    deeds=words("kill killed killing slew slain shot beheaded eliminated executed dead deaths"),
    claiming=words("claimed claims boasted boasts"),
    passive=words("was were been be is are being"),
    classes=(
        (
            C.MEDICAL,
            words(
                "hospital hospitals medic medics medical doctor doctors health morgue mortuary surgeon surgeons paramedic paramedics physician"
                " physicians nurse nurses ambulance crescent cross forensic coroner clinic msf"
            ),
        ),
        (
            C.WITNESS,
            words(
                "witness witnesses eyewitness eyewitnesses resident residents villager villagers relative relatives survivor survivors locals"
                " neighbour neighbours neighbor neighbors shopkeeper farmer farmers elder elders father mother brother uncle cousin family families sheikh"
                " imam pastor priest driver passenger worshipper worshippers shepherd"
            ),
        ),
        *((who, words("liberation arakan salvation")) for who in (C.CLAIMANT, C.OTHER)),  # an army, but nobody's police
        (
            C.OFFICIAL,
            words(
                "ministry minister governor governorate government mayor mukhtar president presidency premier parliament lawmaker councillor council"
                " prosecutor prosecutors interior defence defense administrator prefect prefecture municipality protection disaster"
                " rescue emergency fire ombudsman embassy consulate"
            ),
        ),
        (
            C.POLICE,
            words(
                "police policeman policewoman security army military soldier soldiers colonel col captain capt major maj general gen lieutenant lt"
                " sergeant brigadier commander command troops gendarmerie intelligence peshmerga asayish hashd brigade battalion coalition forces"
                " officer officers sheriff sdf border navy operations ispr centcom idf"
            ),
        ),
        (
            C.OTHER,
            words(
                "agency agencies media television tv channel channels radio newspaper newspapers reporter correspondent journalist journalists"
                " observatory monitor monitors monitoring rights watchdog charity ngo ngos un unami nations activist activists amnesty acled union"
                " aid humanitarian analysts committee network"
            ),
        ),
        (
            C.CLAIMANT,
            words(
                "group militants militant insurgents insurgent rebels rebel jihadists gunmen amaq organisation organization movement militia"
                " separatists branch front daesh isis isil taliban ttp bla pkk jnim shabaab aqap iswap state"
            ),
        ),
        (C.OFFICIAL, words("official officials authorities spokesman spokesperson spokeswoman chief")),
    ),
)

AR = CounterWords(
    speech=words(
        "قال قالت قالوا افاد افادت اعلن اعلنت ذكر ذكرت اكد اكدت اوضح اوضحت كشف كشفت صرح صرحت اضاف اضافت ابلغ ابلغت اشار اشارت يعلن تعلن يؤكد"
        " تؤكد يكشف تكشف يقول تقول اكدوا نعت نعى بينت احصت احصى سجلت وثق وثقت"
    ),
    before=phrases(
        "بحسب", "حسب", "وفق", "وفقا", "نقلا عن", "نقلت عن", "نقل عن", "على لسان", "طبقا", "بحسب ما", "حسبما"
    ),
    ends=words(
        "ان بان انه بانه انها بانها مقتل بمقتل استشهاد اصابه سقوط ارتفاع قتل قتلوا استشهد اصيب فيما حيث بعد عن خلال لدي اثر ان عدد حصيله ما"
    ),
    own=words("انه انها بانه بانها مقاتليه مقاتليها عناصره عناصرها مسلحيه جنوده"),
    deeds=words("قتل قتلوا قتلت مقتل بقتل بمقتل تصفيه اعدام"),
    claiming=words("زعم زعمت ادعي ادعت تبني تبنت يتبني تتبني يزعم تزعم"),
    speaks_first=False,
    classes=(
        (
            C.MEDICAL,
            words(
                "طبي طبيه طبيون طبيين طبيب اطباء مستشفي مستشفيات مشفي مشافي صحه صحي صحيه مسعف مسعفون مسعفين اسعاف هلال عدلي شرعي مشرحه جراح"
            ),
        ),
        (
            C.WITNESS,
            words(
                "شاهد شهود سكان اهالي اهال ذوو ذوي اقارب ناج ناجي ناجون ناجين قروي قرويون قرويين مواطن مواطنون محليون عائله اسره والد والده شقيق"
                " شيخ وجهاء وجيه جيران جار سائق راعي عيان"
            ),
        ),
        *((who, words("تحرير انقاذ")) for who in (C.CLAIMANT, C.OTHER)),
        (
            C.OFFICIAL,
            words(
                "وزاره وزير محافظ حكومه حكومي حكوميه قائمقام قائممقام مختار بلديه رئاسه رئيس نائب داخليه دفاع مدني رسمي رسميه والي"
                " اداره قنصليه سفاره نيابه مجلس ديوان"
            ),
        ),
        (
            C.POLICE,
            words(
                "امني امنيه امن شرطه شرطي جيش عسكري عسكريه ضابط عقيد عميد نقيب رائد مقدم ملازم لواء فريق عمليات قياده قائد استخبارات حشد بيشمركه"
                " اسايش قوات تحالف اركان درك مرور"
            ),
        ),
        (
            C.OTHER,
            words(
                "وكاله وكالات قناه صحيفه اعلام اعلامي اعلاميه مراسل مرصد منظمه منظمات متحده ناشط ناشطون ناشطين حقوقي حقوقيه صحفي صحفيون اذاعه تلفزيون"
                " مفوضيه نقابه"
            ),
        ),
        (
            C.CLAIMANT,
            words("تنظيم جماعه حركه اعماق داعش مسلحون متمردون فصيل مليشيا ميليشيا كتائب سرايا جبهه طالبان دوله"),
        ),
        (C.OFFICIAL, words("مسؤول مسوول مسؤولون مسوولون مسؤولين مسوولين سلطات متحدث ناطق مدير")),
    ),
)

CKB = CounterWords(
    speech=words(
        "گوتی وتی گوت وت دەڵێت دەڵێ دەڵێن گوتیان وتیان ڕایگەیاند ڕاگەیاند ڕایگەیاندووە ڕایانگەیاند ڕایدەگەیەنێت ڕادەگەیەنێت ڕاگەیەندرا ڕاگەیەنرا"
        " ئاشکرای ئاشکرایان پشتڕاستی پشتڕاستیان بڵاوی بڵاویان خستەڕوو دووپاتی ئاماژەی ڕاگەیاندووە"
    ),
    before=phrases("بەپێی", "بە پێی", "بەگوێرەی", "بە گوێرەی", "بە وتەی", "بە گوتەی", "بەوتەی", "لە زاری"),
    ends=words("کە بەڵام لەکاتێکدا دوای پاش کوشت کوشتن گیانی گیانیان"),
    own=words("چەکدارەکانی شەڕڤانەکانی شەڕکەرەکانی خۆی خۆیان"),
    claiming=words("ئەستۆ ئەستۆی"),
    deeds=words("کوشتنی کوژرانی کوشتووە کوشت کوشتوون"),
    classes=(
        (C.MEDICAL, words("پزیشک نەخۆشخان تەندروست فریاکەوت هیلال برینپێچ دادوەریی")),
        (
            C.WITNESS,
            words(
                "شایەت دانیشتوو خەڵک گوندنشین کەسوکار خزم هاووڵاتی هاوڵاتی بینەر دراوسێ خانەواد بنەماڵ باوک برای شوان شێخ"
            ),
        ),
        *((who, words("ڕزگاری")) for who in (C.CLAIMANT, C.OTHER)),
        (
            C.OFFICIAL,
            words(
                "وەزارەت وەزیر پارێزگار قایمقام قائیمقام حکومەت حکوومەت شارەوان موختار بەرگریی سەرۆکایەت ئیدار فەرمی پەرلەمان"
            ),
        ),
        (
            C.POLICE,
            words(
                "پۆلیس ئەمن ئاسایش سوپا سەرباز پێشمەرگ فەرماند ئەفسەر عەقید عەمید حەشد هێز ئۆپەراسیۆن لیوا دژەتیرۆر هەواڵگر"
            ),
        ),
        (
            C.OTHER,
            words("ئاژانس کەناڵ ڕوانگ میدیا ڕاگەیاندنی ڕۆژنام پەیامنێر نەتەوە چالاکوان ڕێکخراوی تەلەفزیۆن"),
        ),
        (C.CLAIMANT, words("داعش گرووپ گروپ ڕێکخراوەک تاڵیبان چەکدار پەکەکە میلیشیا بزووتنەوە")),
        (C.OFFICIAL, words("بەرپرس وتەبێژ گوتەبێژ بەڕێوەبەر سەرۆک دەسەڵات")),
    ),
)
