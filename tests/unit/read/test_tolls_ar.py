"""Arabic tolls: every sentence here was written for this test."""

import pytest

from services.classify.read.tolls import read_casualties
from tests.support.reading import document

CASES: list[tuple[str, int | None, int | None, int | None]] = [
    # sentence, killed, wounded, attackers killed
    ("استشهاد سبعة مدنيين وإصابة خمسة آخرين بهجوم مسلح", 7, 5, None),
    ("مقتل شرطيين وإصابة ثالث بانفجار عبوة ناسفة", 2, 1, None),
    ("قتيلان وثلاثة جرحى بنزاع عشائري", 2, 3, None),
    ("قتيل وأربعة جرحى في إطلاق نار", 1, 4, None),
    ("استشهد ضابط وجنديان وأصيب ثلاثة بانفجار عبوة", 3, 3, None),
    ("استشهاد جنديين اثنين وإصابة أربعة بهجوم لداعش", 2, 4, None),
    ("أصيب شرطي بجروح برصاص قناص", None, 1, None),
    ("إصابة ثلاثة أطفال بانفجار لغم", None, 3, None),
    ("مقتل أحد عشر شخصاً وإصابة ثلاثة وعشرين بجروح", 11, 23, None),
    ("ارتفاع حصيلة التفجير إلى 14 شهيداً و31 جريحاً", 14, 31, None),
    ("ارتفعت حصيلة الهجوم إلى تسعة قتلى", 9, None, None),
    ("بلغت حصيلة الضحايا ١٢ شهيداً و٢٠ جريحاً", 12, 20, None),
    ("ارتفاع عدد الجرحى إلى سبعة", None, 7, None),
    ("مقتل ما لا يقل عن عشرين جندياً في الهجوم", 20, None, None),
    ("إصابة أكثر من ثلاثين شخصاً", None, 30, None),
    ("مقتل نحو خمسة عشر مسلحاً بقصف جوي", None, None, 15),
    ("قتل 17 شخصاً على الأقل بتفجير انتحاري", 17, None, None),
    ("مقتل ثلاثة إرهابيين بضربة جوية في حمرين", None, None, 3),
    ("مقتل أربعة من عناصر داعش بقصف جوي", None, None, 4),
    ("استشهاد ثلاثة من عناصر الشرطة الاتحادية", 3, None, None),
    ("مقتل ثلاثة جنود وإرهابيين اثنين في اشتباك", 3, None, 2),
    ("عشرات القتلى والجرحى بتفجير سيارة مفخخة", None, None, None),
    ("إصابة عدد من المدنيين بسقوط قذائف", None, None, None),
    ("سقوط عدد من الجرحى في الانفجار", None, None, None),
    ("القصف لم يسفر عن إصابات", 0, 0, None),
    ("سقوط صاروخ قرب القاعدة دون وقوع خسائر بشرية", 0, 0, None),
    ("انفجار عبوة دون إصابات", 0, 0, None),
    ("انفجار عبوة دون معرفة حجم الخسائر", None, None, None),
    ("لم ترد معلومات عن وقوع إصابات", None, None, None),
    ("اغتال مسلحون مجهولون معلماً في جلولاء", 1, None, None),
    ("اغتيال ضابط برتبة رائد في بغداد", 1, None, None),
    ("مسلحون يقتلون ثلاثة مزارعين في المقدادية", 3, None, None),
    ("الهجوم أودى بحياة 12 مدنياً", 12, None, None),
    ("الانفجار الذي راح ضحيته ثمانية مدنيين", 8, None, None),
    ("لقي شقيقان مصرعهما بانفجار لغم", 2, None, None),
    ("لقي ثلاثة عمال حتفهم في الهجوم", 3, None, None),
    ("العثور على جثتين في أطراف بعقوبة", 2, None, None),
    ("العثور على ثلاث جثث مجهولة الهوية", 3, None, None),
    ("وفاة أحد المصابين يرفع حصيلة التفجير إلى خمسة قتلى", 5, None, None),
    ("داعش يختطف سبعة صيادين قرب بحيرة حمرين", None, None, None),
    ("اعتقال ثلاثة متهمين بعد الهجوم الذي قتل فيه شرطي", 1, None, None),
    ("قتل وأصيب 12 شخصاً بانفجار سيارة", 12, None, None),
    ("سقوط 20 شخصاً بين قتيل وجريح", 20, None, None),
    ("استشهاد ستة أشخاص بينهم طفلان", 6, None, None),
    ("مقتل امرأة وإصابة طفليها", 1, 2, None),
    ("مقتل مدني وزوجته بهجوم على منزلهما", 2, None, None),
    ("شهيد وجريحان بهجوم في داقوق", 1, 2, None),
    ("استشهاد جندي من اللواء 45 وإصابة اثنين", 1, 2, None),
    ("سقوط ثلاثة صواريخ على القاعدة وإصابة جندي", None, 1, None),
    ("إصابة مزارع يبلغ من العمر 40 عاماً", None, 1, None),
    ("مقتل مئة شخص وإصابة مئتين في الزلزال", 100, 200, None),
    ("استشهاد مقاتل في الحشد الشعبي وجرح خمسة آخرين", 1, 5, None),
    ("بقي عدد القتلى عند اثنين وارتفع عدد المصابين إلى سبعة", 2, 7, None),
    ("أحد الجرحى الثلاثة في حالة حرجة", None, 3, None),
    ("أصيب خمسة مدنيين، بينهم امرأتان وطفل، بسقوط قذائف هاون", None, 5, None),
    ("قصف جوي يستهدف وكراً ويقتل 5 من داعش", None, None, 5),
    ("خطف أربعة رعاة وقتل أحدهم قرب الحضر", 1, None, None),
    ("هاجم مسلحون حاجزاً وقتلوا جنديين وجرحوا ثلاثة", 2, 3, None),
    ("مقتل مختار قرية ونجله وإصابة اثنين من أفراد حمايته", 2, 2, None),
    ("استشهاد مدني وإصابة زوجته وطفليه بانفجار عبوة", 1, 3, None),
    ("القوات الأمنية تقتل ثلاثة انتحاريين حاولوا اقتحام مقر", None, None, 3),
    ("مقتل ثلاثة من الشباب بهجوم مسلح", 3, None, None),
    ("قتلى وجرحى بانفجار في الموصل", None, None, None),
    ("اقتحم مسلحون منزل مختار وقتلوه مع اثنين من أبنائه", 3, None, None),
    ('مقتل "إرهابيين" اثنين بكمين محكم', None, None, 2),
    ("استشهاد العقيد أحمد خلف واثنين من أفراد حمايته", 3, None, None),
    ("استشهد المواطن علي حسين وأصيب نجله", 1, 1, None),
    ("مقتل 12 عنصراً من حركة الشباب في غارة", None, None, 12),
    ("انتشال جثث خمسة صيادين قضوا بانفجار لغم", 5, None, None),
    ("مقتل مسؤول محلي وحارسيه", 3, None, None),
    ("سقوط شهيدين وجريح واحد", 2, 1, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "killed", "wounded", "attackers"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_an_arabic_sentence_gives_its_toll(
    text: str, killed: int | None, wounded: int | None, attackers: int | None
) -> None:
    casualties = read_casualties(document(text, "ar")).casualties
    counts = (casualties.killed, casualties.wounded, casualties.attackers_killed)
    assert tuple(count.best if count else None for count in counts) == (killed, wounded, attackers)


@pytest.mark.parametrize(
    "sentence",
    [
        "وسبق أن قتل ثلاثة جنود في المنطقة عام 2021.",
        "وكان 12 شخصاً قتلوا بهجوم مماثل الشهر الماضي.",
        "ومنذ 2014 قتل 300 مدني في القضاء.",
    ],
)
def test_the_toll_of_the_past_is_not_the_toll(sentence: str) -> None:
    text = f"استشهد جنديان بانفجار عبوة. {sentence}"
    casualties = read_casualties(document("انفجار عبوة على دورية", "ar", summary=text)).casualties
    assert casualties.killed is not None
    assert casualties.killed.best == 2


def test_a_total_that_rises_has_the_exact_words_as_evidence() -> None:
    text = document("ارتفاع حصيلة هجوم القرية إلى ثمانية قتلى", "ar")
    reading = read_casualties(text)
    assert [evidence.text for evidence in reading.evidence] == ["إلى ثمانية قتلى"]
    evidence = reading.evidence[0]
    assert text.fields[evidence.field][evidence.start : evidence.end] == evidence.text


MORE = (
    ("مقتل أحد عناصرها وجرح اثنين آخرين", 1, 2),
    ("إن خمسة من عمال الميناء قتلوا وأصيب نحو ثلاثين", 5, 30),
    ("اغتال مسلح مجهول عضواً في حزب", 1, None),
    ("مصرع 5 وإصابة 8 في قصف", 5, 8),
    ("قتل المختار مع ثلاثة من أبنائه", 4, None),
    ("أطلقوا النار عليه وأردوه قتيلاً", 1, None),
    ("توفي أحد الجرحى ليرتفع العدد إلى ثلاثة", 3, None),
)


@pytest.mark.parametrize(("text", "killed", "wounded"), MORE)
def test_owned_objects_and_bare_figures_are_counted(text: str, killed: int, wounded: int | None) -> None:
    casualties = read_casualties(document(text, "ar")).casualties
    assert casualties.killed is not None
    assert casualties.killed.best == killed
    assert (casualties.wounded.best if casualties.wounded else None) == wounded
