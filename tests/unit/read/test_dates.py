"""Days of attacks from words; published on Tuesday 10 February 2026, noon in Baghdad, unless a test says otherwise."""

from datetime import UTC, date, datetime

import pytest

from services.classify.read.dates import DateReading, read_date
from tests.support.reading import TUESDAY_NOON, document


def _read(
    text: str, lang: str = "en", *, kind: str | None = "report", published: datetime = TUESDAY_NOON, country: str = "IQ"
) -> DateReading:
    return read_date(document(text, lang, published=published), kind_hint=kind, country=country)


REPORTS: list[tuple[str, str, str | None]] = [
    # what the language is, the sentence, and its day in 2026 or null
    ("en", "Gunmen killed two farmers on Saturday night", "02-07"),
    ("en", "Gunmen stormed a village late on Friday", "02-06"),
    ("en", "The army said on Monday that a bomb killed two soldiers a day earlier", "02-08"),
    ("en", "A jet bombed the market the previous night, the group said on Tuesday", "02-09"),
    ("en", "Gunmen attacked a church overnight from Saturday to Sunday, a monitor said on Monday", "02-07"),
    ("en", "Rebels overran a post on Sunday, an officer told Northern Wire on Monday", "02-08"),
    ("en", "A bomb went off in Baquba on Tuesday", "02-10"),
    ("en", "A bomb went off in Baquba early on Tuesday, police said", "02-10"),
    ("en", "A bomb exploded yesterday in Baquba", "02-09"),
    ("en", "A bomb exploded last night in Baquba", "02-09"),
    ("en", "A bomb exploded this morning in Baquba", "02-10"),
    ("en", "Gunmen killed four drivers overnight", "02-09"),
    ("en", "Two days ago gunmen killed a teacher", "02-08"),
    ("en", "A teacher was shot dead three days ago", "02-07"),
    ("en", "The attack took place on February 7", "02-07"),
    ("en", "The attack took place on 7 February 2026", "02-07"),
    ("en", "The attack took place on Feb. 7", "02-07"),
    ("en", "The attack took place on 2026-02-07", "02-07"),
    ("en", "The attack took place on 7/2/2026", "02-07"),
    ("en", "Police said on Tuesday that gunmen killed two on Sunday", "02-08"),
    ("en", "A mine killed a shepherd at the weekend", None),
    ("en", "Two soldiers were killed recently near Tuz", None),
    ("en", "Two soldiers were killed last week near Tuz", None),
    ("en", "Bomb hits patrol in Tarmiyah", "02-10"),
    ("en", "The post had stood unmanned since Sunday when gunmen attacked it on Monday evening", "02-09"),
    ("en", "A blast hit the mosque during Friday prayers", "02-06"),
    ("en", "Shells hit the town hours after a truce began", "02-10"),
    ("en", "Gunmen attacked a post on Monday, a day after a bomb killed two", "02-09"),
    ("en", "The attack happened on the night of Monday into Tuesday", "02-09"),
    ("ar", "استشهاد جنديين بهجوم مساء السبت", "02-07"),
    ("ar", "انفجار عبوة صباح اليوم الثلاثاء", "02-10"),
    ("ar", "انفجار عبوة فجر الاثنين", "02-09"),
    ("ar", "هجوم على نقطة للجيش يوم أمس", "02-09"),
    ("ar", "هجوم على نقطة للجيش ليلة أمس", "02-09"),
    ("ar", "هجوم على نقطة للجيش الليلة الماضية", "02-09"),
    ("ar", "مقتل مدني بهجوم مسلح أول أمس", "02-08"),
    ("ar", "مقتل مدني بهجوم مسلح قبل يومين", "02-08"),
    ("ar", "مقتل مدني بهجوم مسلح قبل ثلاثة أيام", "02-07"),
    ("ar", "مقتل مدني بهجوم في 7 شباط", "02-07"),
    ("ar", "مقتل مدني بهجوم في ٧ فبراير ٢٠٢٦", "02-07"),
    ("ar", "مقتل مدني بهجوم في 31 كانون الثاني", "01-31"),
    ("ar", "مقتل مدني بهجوم يوم 31 يناير/كانون الثاني", "01-31"),
    ("ar", "قال مصدر أمني، اليوم الثلاثاء، إن مسلحين هاجموا القرية مساء الاثنين", "02-09"),
    ("ar", "أفاد مصدر، فجر الثلاثاء، بأن مسلحين هاجموا ليلة أمس قرية", "02-09"),
    ("ar", "انفجار عبوة على دورية", "02-10"),
    ("ar", "مقتل جندي الأسبوع الماضي في حمرين", None),
    ("ar", "مقتل مدني بهجوم يوم الجمعة", "02-06"),
    ("ar", "هجوم مسلح أمس الأحد", "02-08"),
    ("ckb", "دوێنێ دوو پۆلیس کوژران", "02-09"),
    ("ckb", "دوێنێ شەو هێرش کرایە سەر گوندێک", "02-09"),
    ("ckb", "ئەمڕۆ بۆمبێک تەقییەوە", "02-10"),
    ("ckb", "بەیانی ئەمڕۆ سێشەممە بۆمبێک تەقییەوە", "02-10"),
    ("ckb", "شەوی شەممە هێرش کرایە سەر گوندێک", "02-07"),
    ("ckb", "ئێوارەی هەینی مامۆستایەک کوژرا", "02-06"),
    ("ckb", "ڕۆژی یەکشەممە دوو سەرباز کوژران", "02-08"),
    ("ckb", "پێرێ دوو سەرباز کوژران", "02-08"),
    ("ckb", "دوو ڕۆژ لەمەوبەر سەربازێک کوژرا", "02-08"),
    ("ckb", "پێش سێ ڕۆژ سەربازێک کوژرا", "02-07"),
    ("ckb", "لە ٧ی شوباتدا سەربازێک کوژرا", "02-07"),
    ("ckb", "لە ٣١ی کانوونی دووەم سەربازێک کوژرا", "01-31"),
    ("ckb", "ئێوارەی پێنج شەممە بۆمبێک تەقییەوە", "02-05"),
    ("ckb", "بۆمبێک تەقییەوە لە داقووق", "02-10"),
    ("ckb", "هەفتەی ڕابردوو سەربازێک کوژرا", None),
    ("ckb", "سێ ڕۆژ بەر لە ئێستا سەربازێک کوژرا", "02-07"),
    ("ckb", "دوێنێ دووشەممە ٩ی شوبات سەربازێک کوژرا", "02-09"),
    ("en", "A bomb exploded on the 7th of February", "02-07"),
    ("en", "A bomb exploded on Saturday, February 7, in Tuz", "02-07"),
    ("en", "The blast occurred Sat. evening near the market", "02-07"),
    ("en", "A bomb exploded in Tuz and the governor will visit next Saturday", "02-10"),
    ("en", "Five soldiers were killed in a raid late Monday, officials said Tuesday", "02-09"),
    ("ar", "هجوم على نقطة للشرطة ليلة الاثنين على الثلاثاء", "02-09"),
    ("ar", "هجوم على نقطة للشرطة بتاريخ 8/2/2026", "02-08"),
    ("ar", "انفجرت عبوة صباح يوم السبت الماضي", "02-07"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "day"), REPORTS, ids=[f"{case[0]}-{n}" for n, case in enumerate(REPORTS)])
def test_a_report_is_dated_by_its_words_else_by_its_publication(lang: str, text: str, day: str | None) -> None:
    assert _read(text, lang).occurred_on == (date.fromisoformat(f"2026-{day}") if day else None)


OTHERS: list[tuple[str, str, str, str | None]] = [
    # kind, language, sentence, day
    ("reaction", "en", "Leaders on Monday condemned an attack on a village on Saturday night", "02-07"),
    ("reaction", "en", "Leaders Sunday condemned the attack in Khanaqin Saturday night", "02-07"),
    ("reaction", "en", "Leaders on Tuesday condemned Sunday's attack", "02-08"),
    ("reaction", "en", "The ministry summoned the envoy on Monday over the strike that killed two a day earlier", "02-08"),
    ("reaction", "en", "Villagers blocked the road on Tuesday, two days after gunmen killed four", "02-08"),
    ("reaction", "en", "Leaders on Tuesday condemned the attack that killed seven", None),
    ("update", "en", "The toll from Friday's bombing rose to 23 on Saturday", "02-06"),
    ("update", "en", "A group claimed on Monday the bombing of the previous evening", "02-08"),
    ("update", "en", "A group claimed Saturday night's attack", "02-07"),
    ("update", "en", "The death toll has risen to nine", None),
    ("update", "en", "A soldier wounded in Sunday's ambush died on Tuesday", "02-08"),
    ("reaction", "ar", "دان الرئيس، اليوم الثلاثاء، الهجوم الذي وقع مساء الأحد", "02-08"),
    ("reaction", "ar", "محافظ ديالى يدين هجوم السبت", "02-07"),
    ("reaction", "ar", "دان الرئيس الهجوم", None),
    ("update", "ar", "أعلنت وزارة الصحة، اليوم الثلاثاء، ارتفاع حصيلة التفجير إلى 11", None),
    ("update", "ar", "أعلنت الوزارة أن حصيلة التفجير الذي وقع مساء السبت بلغت 11", "02-07"),
    ("reaction", "ar", "البرلمان يعقد جلسة الأربعاء لمناقشة تفجير أمس الاثنين", "02-09"),
    ("reaction", "ckb", "سەرۆک هێرشەکەی دوێنێی ئیدانە کرد", "02-09"),
    ("reaction", "ckb", "هاووڵاتیان ئەمڕۆ خۆپیشاندانیان کرد دوای ئەوەی شەوی شەممە داعش هەشت کەسی کوشت", "02-07"),
    ("reaction", "ckb", "وەزارەت هێرشەکەی ئیدانە کرد", None),
    ("reaction", "ckb", "سەرۆک ئەمڕۆ سێشەممە ئیدانەی هێرشەکەی شەوی ڕابردووی کرد", "02-09"),
    ("update", "en", "A day after the bombing in Tuz, a group claimed it", "02-09"),
    ("update", "en", "A group claimed on Tuesday an attack on a post the night before", "02-09"),
    ("update", "ar", "تبنى داعش الهجوم الذي وقع أمس الأول", "02-08"),
    ("update", "ckb", "ژمارەی قوربانییانی تەقینەوەکەی ڕۆژی یەکشەممە گەیشتە نۆ", "02-08"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "lang", "text", "day"), OTHERS, ids=[f"{case[0]}-{case[1]}-{n}" for n, case in enumerate(OTHERS)]
)
def test_an_item_about_a_known_attack_gives_the_day_of_the_attack_not_of_the_statement(
    kind: str, lang: str, text: str, day: str | None
) -> None:
    assert _read(text, lang, kind=kind).occurred_on == (date.fromisoformat(f"2026-{day}") if day else None)


HALF_PAST_MIDNIGHT_ON_SUNDAY = datetime(2026, 2, 7, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        ("en", "Gunmen stormed a village on Saturday night", 7),
        ("en", "Gunmen stormed a village tonight", 7),
        ("en", "Gunmen storm village", 7),
        ("en", "A bomb went off early on Sunday", 8),
        ("ar", "هجوم على قرية مساء اليوم", 7),
        ("ar", "هجوم على قرية مساء السبت", 7),
        ("ckb", "ئەمشەو هێرش کرایە سەر گوندێک", 7),
    ],
)
def test_just_past_midnight_the_evening_is_that_of_the_day_before(lang: str, text: str, day: int) -> None:
    assert _read(text, lang, published=HALF_PAST_MIDNIGHT_ON_SUNDAY).occurred_on == date(2026, 2, day)


def test_the_day_is_that_of_the_place_not_of_greenwich() -> None:
    late = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)  # still Monday evening in Colombia
    assert _read("Bomb hits police station on Monday", published=late, country="CO").occurred_on == date(2026, 2, 9)
    assert _read("Bomb hits police station", published=late, country="CO").occurred_on == date(2026, 2, 9)
    assert _read("Bomb hits police station", published=late, country="PK").occurred_on == date(2026, 2, 10)


@pytest.mark.parametrize(
    "text",
    ["Gunmen killed seven in Khanaqin on June 13, 2020", "Two bombers killed 117 people on February 1, 2004"],
)
def test_an_old_attack_is_said_to_be_old(text: str) -> None:
    reading = _read(text, kind=None)
    assert reading.is_old
    assert reading.age_days is not None
    assert reading.age_days > 2000
    assert reading.old_years


def test_a_year_alone_fixes_no_day_but_tells_age() -> None:
    reading = _read("Court sentences man over 2014 massacre", kind="other")
    assert reading.occurred_on is None
    assert reading.is_old
    assert reading.old_years == (2014,)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Leaders condemn Saturday's attack", True),
        ("en", "Leaders condemned the attack on the village", True),
        ("en", "Gunmen kill two farmers", False),
        ("ar", "المحافظ يدين هجوم السبت", True),
        ("ar", "انفجار عبوة ناسفة على رتل", False),
        ("ckb", "سەرۆک هێرشەکەی شەممەی ئیدانە کرد", True),
        ("ckb", "بۆمبێک لە داقووق تەقییەوە", False),
    ],
)
def test_wording_that_takes_the_attack_as_known_is_noticed(lang: str, text: str, *, expected: bool) -> None:
    assert _read(text, lang, kind="reaction").is_back_reference is expected


def test_the_evidence_is_the_exact_words() -> None:
    item = document("Gunmen killed two farmers late on Saturday")
    reading = read_date(item, kind_hint="report", country="IQ")
    evidence = reading.evidence[0]
    assert item.fields[evidence.field][evidence.start : evidence.end] == evidence.text == "Saturday"


def test_only_the_chosen_sentences_date_the_attack() -> None:
    item = document("Attack", content="Gunmen killed two on Saturday. The president arrived on Sunday.")
    assert read_date(item, kind_hint="report", country="IQ", sentences=[2]).occurred_on == date(2026, 2, 8)
