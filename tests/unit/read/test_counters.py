"""Who counted the dead, in three languages: words that name a source, and those that only look like one; all sentences are of this test."""

import pytest

from services.classify.read.tolls import CasualtiesReading, read_casualties
from shared.events.facts import CountedBy
from tests.support.reading import document

C = CountedBy

CASES: list[tuple[str, str, CountedBy, str | None]] = [
    # language, text, who, the words that say so
    ("en", "A bomb killed three people near Jalawla, hospital sources said.", C.MEDICAL, "hospital sources said"),
    ("en", "According to the health ministry, nine people were killed and 20 wounded.", C.MEDICAL, "According to the health ministry"),
    ("en", "Four farmers were killed, said the director of Baquba hospital.", C.MEDICAL, "said the director of Baquba hospital"),
    ("en", "The governor said six villagers were killed in the raid.", C.OFFICIAL, "The governor said"),
    ("en", "Six villagers were killed in the raid, officials said on Monday.", C.OFFICIAL, "officials said"),
    ("en", "A police source told the agency that two men were killed.", C.POLICE, "A police source told"),
    ("en", "Two soldiers were killed by a mine, Colonel Karim Abbas said.", C.POLICE, "Colonel Karim Abbas said"),
    ("en", "Residents said gunmen killed 12 people in the village.", C.WITNESS, "Residents said"),
    ("en", "The group said its fighters killed nine soldiers near Kirkuk.", C.CLAIMANT, "The group said"),
    ("en", "Islamist branch boasts of nine dead troops in island raid", C.CLAIMANT, "Islamist branch boasts"),
    ("en", "A war monitor reported that 14 fighters were killed in the shelling.", C.OTHER, "A war monitor reported"),
    ("en", "Three police officers were killed and a medic wounded in the blast.", C.UNKNOWN, None),
    ("en", "Three soldiers were reported dead after the ambush.", C.UNKNOWN, None),
    ("en", "Two men were killed in Kirkuk. The provincial council said it would meet.", C.UNKNOWN, None),
    ("ar", "قتل ثلاثة أشخاص بانفجار عبوة، بحسب مصدر طبي.", C.MEDICAL, "بحسب مصدر طبي"),
    ("ar", "أعلنت وزارة الصحة مقتل تسعة أشخاص وإصابة عشرين.", C.MEDICAL, "أعلنت وزارة الصحة"),
    ("ar", "أعلن محافظ ديالى مقتل ستة قرويين في الهجوم.", C.OFFICIAL, "أعلن محافظ ديالى"),
    ("ar", "قتل ستة قرويين في الهجوم، وفقاً لوزارة الداخلية.", C.OFFICIAL, None),
    ("ar", "أفاد مصدر أمني في محافظة ديالى بمقتل جنديين.", C.POLICE, "أفاد مصدر أمني في محافظة ديالى"),
    ("ar", "وقال شهود عيان إن مسلحين قتلوا 12 شخصاً في القرية.", C.WITNESS, "وقال شهود عيان"),
    ("ar", "قال التنظيم في بيان إن مقاتليه قتلوا تسعة جنود.", C.CLAIMANT, "قال التنظيم في بيان"),
    ("ar", "قال المرصد السوري إن 14 مقاتلاً قتلوا في القصف.", C.OTHER, "قال المرصد السوري"),
    ("ar", "قتل ثلاثة من رجال الشرطة وأصيب طبيب بانفجار عبوة ناسفة.", C.UNKNOWN, None),
    ("ckb", "سێ کەس لە تەقینەوەکەدا کوژران، سەرچاوەیەکی پزیشکی ڕایگەیاند.", C.MEDICAL, "سەرچاوەیەکی پزیشکی ڕایگەیاند"),
    ("ckb", "وەزارەتی تەندروستی ڕایگەیاند، نۆ کەس کوژران.", C.MEDICAL, "وەزارەتی تەندروستی ڕایگەیاند"),
    ("ckb", "پارێزگاری دیالە گوتی شەش گوندنشین کوژران.", C.OFFICIAL, "پارێزگاری دیالە گوتی"),
    ("ckb", "بەپێی سەرچاوەیەکی ئەمنی، دوو سەرباز کوژران.", C.POLICE, "بەپێی سەرچاوەیەکی ئەمنی"),
    ("ckb", "دانیشتووانی گوندەکە دەڵێن ١٢ کەس کوژران.", C.WITNESS, "دانیشتووانی گوندەکە دەڵێن"),
    ("ckb", "ڕوانگەی سووری ڕایگەیاند، ١٤ کەس کوژران.", C.OTHER, "ڕوانگەی سووری ڕایگەیاند"),
    ("ckb", "سێ پۆلیس کوژران و پزیشکێک بریندار بوو.", C.UNKNOWN, None),
]  # fmt: skip


def of(text: str, lang: str, *, title: str = "Attack") -> CasualtiesReading:
    return read_casualties(document(title, lang, summary=text))


@pytest.mark.parametrize(("lang", "text", "who", "words"), CASES, ids=[case[1][:60] for case in CASES])
def test_the_text_says_who_counted(lang: str, text: str, who: CountedBy, words: str | None) -> None:
    reading = of(text, lang)
    assert reading.casualties.counted_by is who
    quoted = [piece.text for piece in reading.evidence if piece.fact == "counted_by"]
    if words is not None:
        assert quoted == [words]
    elif who is CountedBy.UNKNOWN:
        assert quoted == []


@pytest.mark.parametrize(
    ("lang", "title", "who"),
    [
        ("en", "Police: three killed in Kirkuk market", C.POLICE),
        ("en", "Thirty-three killed in raid on camp: army", C.POLICE),
        ("ar", "الصحة: مقتل تسعة بتفجير في بغداد", C.MEDICAL),
        ("ckb", "وەزارەتی ناوخۆ: سێ کەس کوژران", C.OFFICIAL),
    ],
)
def test_a_headline_names_who_counted_beside_a_colon(lang: str, title: str, who: CountedBy) -> None:
    assert of("", lang, title=title).casualties.counted_by is who


def test_a_headline_without_a_source_is_asked_of_the_sentence_that_repeats_its_figure() -> None:
    reading = of("Gunmen killed six men in an orchard on Monday, a doctor said.", "en", title="Six killed in orchard")
    assert reading.casualties.counted_by is C.MEDICAL


def test_the_claim_of_an_attack_is_no_count_of_its_dead() -> None:
    text = "A front group claimed the salvo that killed two guards on Monday."
    assert of(text, "en").casualties.counted_by is C.UNKNOWN


def test_nobody_counted_where_nothing_is_counted() -> None:
    assert of("Police said shots were heard near the market.", "en").casualties.counted_by is None
