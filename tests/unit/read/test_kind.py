"""The kind of a story from its text alone, in three languages; the sentences are not those the model was trained on."""

import pytest

from shared.events.report import Kind
from tests.unit.read.reading import read

REPORTS = (
    ("Ambush kills two border policemen near Rabia", "Two border policemen were killed when gunmen ambushed their patrol near Rabia on Monday evening, an officer said."),
    ("Roadside bomb wounds shepherd in Hamrin foothills", ""),
    ("Drone strikes Peshmerga base in Soran", "An explosive drone struck a Peshmerga base in Soran overnight, wounding two fighters."),
    ("Kidnappers seize doctor in Samarra", "Armed men abducted a doctor from his clinic in Samarra on Sunday night."),
    ("Mosque guard shot dead in Zubair", "Unknown gunmen shot dead the guard of a mosque in Zubair at dawn on Tuesday, police said."),
    ("Blast in Aden market kills four", ""),
    ("Insurgents attack prison in northern Mozambique, six guards dead", "Insurgents stormed a prison on Saturday and killed six guards before fleeing with rifles."),
    ("استشهاد جنديين بكمين جنوبي الحضر", "استشهد جنديان وأصيب ثالث بكمين نصبه عناصر داعش لدورية للجيش جنوبي الحضر مساء الاثنين."),
    ("عبوة ناسفة تنفجر على سيارة طبيب في الفلوجة", ""),
    ("مجهولون يغتالون مختار قرية في سنجار", "أطلق مجهولون النار على مختار قرية في سنجار ليلة أمس فأردوه قتيلاً ولاذوا بالفرار."),
    ("سقوط قذائف هاون على قرى حدودية في زاخو", "سقطت خمس قذائف هاون على قرى حدودية صباح اليوم من دون خسائر بشرية."),
    ("دوو پۆلیس لە بۆسەیەکی داعشدا لە حەزەر دەکوژرێن", "چەکدارانی داعش دوێنێ ئێوارە بۆسەیان بۆ دەوریەیەکی پۆلیس دانا و دوو پۆلیس کوژران."),
    ("بۆمبێک بە ئۆتۆمبێلی پزیشکێکدا لە فەلوجە دەتەقێتەوە", ""),
    ("درۆنێک بنکەیەکی پێشمەرگە لە سۆران دەکاتە ئامانج", "دوێنێ شەو درۆنێکی بۆمبڕێژکراو بنکەیەکی پێشمەرگەی کردە ئامانج و دوو کەس بریندار بوون."),
)  # fmt: skip
UPDATES = (
    ("Toll from Rabia ambush rises to four", "Two policemen wounded in Monday's ambush near Rabia have died, bringing the death toll to four, a doctor said."),
    ("ISIS claims responsibility for Hatra ambush", "The Islamic State group claimed the ambush south of Hatra that killed two soldiers on Monday."),
    ("Abducted Samarra doctor freed", "Police freed a doctor who was kidnapped from his clinic in Samarra on Sunday."),
    ("ارتفاع حصيلة كمين الحضر إلى أربعة شهداء", "ارتفعت حصيلة الكمين الذي استهدف دورية للجيش الاثنين إلى أربعة شهداء بعد وفاة جريحين."),
    ("داعش يتبنى كمين الحضر", "تبنى تنظيم داعش الهجوم الذي استهدف دورية للجيش وأسفر عن استشهاد جنديين."),
    ("داعش بەرپرسیارێتیی بۆسەکەی حەزەر لە ئەستۆ دەگرێت", "داعش ڕایگەیاند ئەندامەکانی بۆسەکەیان داناوە کە دوو پۆلیسی تێدا کوژرا."),
    ("ژمارەی قوربانییانی بۆسەکەی حەزەر بۆ چوار بەرزبووەوە", "دوو بریندار گیانیان لەدەستدا و ژمارەی کوژراوان گەیشتە چوار."),
)  # fmt: skip
REACTIONS = (
    ("Interior minister condemns Rabia ambush", "The interior minister condemned the ambush that killed two policemen near Rabia on Monday and ordered an inquiry."),
    ("Samarra doctors strike over kidnapping of colleague", "Doctors in Samarra stopped work on Monday to protest against Sunday's abduction of a colleague."),
    ("Soldiers killed in Hatra ambush laid to rest", "Hundreds attended the funeral on Tuesday of two soldiers killed in an ambush a day earlier."),
    ("وزير الداخلية يدين كمين الحضر ويأمر بفتح تحقيق", "أدان وزير الداخلية الكمين الذي استشهد فيه جنديان الاثنين وأمر بفتح تحقيق عاجل."),
    ("تشييع شهيدي كمين الحضر", "شيعت جماهير غفيرة اليوم شهيدي الكمين الذي استهدف دورية للجيش أمس."),
    ("وەزیری ناوخۆ بۆسەکەی حەزەر ئیدانە دەکات", "وەزیری ناوخۆ هێرشەکەی دوێنێی ئیدانە کرد و سەرەخۆشی لە کەسوکاری پۆلیسەکان کرد."),
    ("تەرمی دوو پۆلیسەکە بەخاک سپێردران", "نیوەڕۆی ئەمڕۆ تەرمی ئەو دوو پۆلیسەی لە هێرشەکەی دوێنێدا شەهیدبوون بەخاک سپێردران."),
)  # fmt: skip
RETRACTIONS = (
    ("Police deny reports of bomb attack in Tikrit", "Police denied reports of a bomb attack in central Tikrit on Monday; a tyre had burst."),
    ("شرطة صلاح الدين تنفي وقوع انفجار وسط تكريت", "نفت شرطة صلاح الدين الأنباء عن انفجار عبوة وسط تكريت مؤكدة أنها غير صحيحة."),
    ("پۆلیس هەواڵی تەقینەوەی بۆمبێک لە تکریت ڕەتدەکاتەوە", "پۆلیس ڕایگەیاند هیچ تەقینەوەیەک ڕووی نەداوە و هەواڵەکە ڕاست نییە."),
)  # fmt: skip
OTHERS = (
    ("Striker's hat-trick sinks Al-Shorta", "The striker's shots tore the defence apart in a 3-0 win in front of 20,000 fans."),
    ("Heart attacks on the rise among the young", "Doctors say heart attacks among people under 40 have doubled."),
    ("Ransomware attack paralyses port", "Hackers attacked the computers of a port on Monday and demanded a ransom."),
    ("Court sentences three to death over 2018 bombing", "A court sentenced three men to death on Sunday for a bombing that killed 12 people in 2018."),
    ("Town marks tenth anniversary of massacre", "Residents lit candles for the 90 people killed by militants ten years ago."),
    ("Bomb disposal team defuses device in Tikrit", "Experts defused a roadside bomb found near a school before it could go off."),
    ("Police bust cell planning attacks on pilgrims", "Police arrested six men accused of planning attacks on pilgrims and seized explosives."),
    ("Weapons cache found in Anbar tunnel", "Troops found mortar shells and rockets in a tunnel in Anbar."),
    ("Bus crash kills nine on Basra highway", "Nine people were killed when a bus collided with a tanker."),
    ("Gas cylinder explosion injures cook", "A cook was injured when a gas cylinder exploded in a restaurant in Erbil."),
    ("Man kills brother in inheritance quarrel", "A man shot dead his brother in a family quarrel over inheritance in Kut."),
    ("Joint exercise simulates hostage rescue", "Special forces simulated the rescue of hostages in an exercise on Monday."),
    ("Startup raises funds after explosive growth", "Sales exploded by 300 percent and investors struck a deal worth 40 million dollars."),
    ("Astronomers see star explode", "The explosion of a distant star was seen by a space telescope."),
    ("Wedding gunfire wounds child in Maysan", "A child was wounded by celebratory gunfire at a wedding."),
    ("منتخب الناشئين يقصف شباك ضيفه بخماسية", "قصف المنتخب مرمى ضيفه بخمسة أهداف في مباراة ودية."),
    ("مصرع سبعة بحادث سير في واسط", "لقي سبعة أشخاص مصرعهم بتصادم سيارتين على طريق الكوت."),
    ("محكمة تقضي بإعدام ثلاثة مدانين بتفجير عام 2018", "قضت محكمة بإعدام ثلاثة مدانين بتفجير أودى بحياة 12 شخصاً."),
    ("تفكيك سيارة مفخخة في تكريت", "فككت مكافحة المتفجرات سيارة مفخخة قبل انفجارها."),
    ("نوبات قلبية تحصد أرواح الشباب", "حذر أطباء من ارتفاع النوبات القلبية بين الشباب."),
    ("دادگا سزای لەسێدارەدانی بۆ سێ کەس دەرکرد", "سێ کەس بە تۆمەتی تەقینەوەیەکی ساڵی 2018 سزا دران."),
    ("حەوت کەس لە ڕووداوێکی هاتوچۆدا گیانیان لەدەستدا", "دوو ئۆتۆمبێل لە ڕێگای کووت پێکیاندادا."),
    ("بۆمبێک لە تکریت پووچەڵ کرایەوە", "تیمێکی تایبەت بۆمبەکەی پێش تەقینەوە پووچەڵ کردەوە."),
    ("هێرشبەرەکە سێ گۆڵی تۆمار کرد", "یانەکە بە سێ گۆڵ یارییەکەی بردەوە."),
)  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), REPORTS)
def test_first_hand_news_of_an_attack_is_a_report(title: str, summary: str) -> None:
    assert read(title, summary).kind is Kind.REPORT


@pytest.mark.parametrize(("title", "summary"), UPDATES)
def test_a_changed_fact_of_a_known_attack_is_an_update(title: str, summary: str) -> None:
    assert read(title, summary).kind is Kind.UPDATE


@pytest.mark.parametrize(("title", "summary"), REACTIONS)
def test_what_people_say_and_do_after_an_attack_is_a_reaction(title: str, summary: str) -> None:
    assert read(title, summary).kind is Kind.REACTION


@pytest.mark.parametrize(("title", "summary"), RETRACTIONS)
def test_news_that_nothing_happened_is_a_retraction(title: str, summary: str) -> None:
    assert read(title, summary).kind is Kind.RETRACTION


@pytest.mark.parametrize(("title", "summary"), OTHERS)
def test_what_is_no_attack_is_other_and_has_no_facts(title: str, summary: str) -> None:
    report = read(title, summary)
    assert report.kind is Kind.OTHER
    assert report.place is None
    assert report.event_type is None
    assert report.other_events == ()


def test_an_archive_story_is_not_news() -> None:
    report = read(
        "From the archive: gunmen kill nine near Rabia",
        "Gunmen killed nine policemen near Rabia on Monday. This story was first published in May 2019.",
    )
    assert report.kind is Kind.OTHER


def test_a_controlled_blast_that_nobody_reported_is_no_retraction() -> None:
    report = read(
        "Loud blast in Tikrit was controlled detonation",
        "The explosion heard in Tikrit came from the controlled destruction of old shells, the army said.",
    )
    assert report.kind is Kind.OTHER
