"""The reader as a whole: facts with their words, further attacks, and any text whatever."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.read.signature import PERMUTATIONS
from shared.codec import decode, encode
from shared.events.facts import EventGroup, EventType
from shared.events.item import Item, ItemChange
from shared.events.report import Kind, Report
from tests.unit.read.reading import item, read, reader


def assert_evidence_quotes_the_item(report: Report, of: Item) -> None:
    fields = {"title": of.title, "summary": of.summary, "content": of.content or ""}
    for one in (report, *report.other_events):
        for evidence in one.evidence:
            assert fields[evidence.field][evidence.start : evidence.end] == evidence.text
            assert evidence.text


TYPES = (
    ("Car bomb kills four outside bank in Mosul", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
    ("Suicide car bomber rams army gate in Ramadi, six soldiers dead", EventType.SUICIDE_BOMB),
    ("Police checkpoint attacked by gunmen in Daquq, officer killed", EventType.ARMED_CLASH),
    ("Gunmen kill three farmers in orchard near Buhriz", EventType.ATTACK),
    ("Iranian missile strike on party base in Koya kills two", EventType.SHELLING_ARTILLERY_MISSILE),
    ("Turkish warplanes bomb hills near Amedi", EventType.AIR_DRONE_STRIKE),
    ("Hand grenade thrown at cafe wounds three", EventType.GRENADE),
    ("Militants kidnap four truffle hunters near Baiji", EventType.ABDUCTION),
    ("Militiamen raped dozens of women in village, doctors say", EventType.SEXUAL_VIOLENCE),
    ("Army recaptures town from jihadists in Borno", EventType.GOVERNMENT_REGAINS_TERRITORY),
    ("Rebels seize control of border town in eastern Congo", EventType.NON_STATE_OVERTAKES_TERRITORY),
    ("Chlorine gas attack on village leaves 20 choking", EventType.CHEMICAL_WEAPON),
    ("Two tribes clash over land in Maysan, two dead", EventType.ARMED_CLASH),
    ("استشهاد جندي بهجوم على نقطة للجيش في العظيم", EventType.ARMED_CLASH),
    ("مقتل راعيين برصاص مسلحين في أطراف كنعان", EventType.ATTACK),
    ("انفجار سيارة مفخخة يقودها انتحاري في الرمادي", EventType.SUICIDE_BOMB),
    ("قصف صاروخي يستهدف حقل غاز في جمجمال", EventType.SHELLING_ARTILLERY_MISSILE),
    ("طائرة مسيرة تستهدف سيارة في سنجار", EventType.AIR_DRONE_STRIKE),
    ("مسلحون يختطفون راعياً قرب الحضر", EventType.ABDUCTION),
    ("إلقاء رمانة يدوية على منزل في العمارة", EventType.GRENADE),
    ("سەربازێک لە هێرشێکی داعشدا لە مەخموور دەکوژرێت", EventType.ARMED_CLASH),
    ("چەکداران دوو شوان لە حەزەر دەکوژن", EventType.ATTACK),
    ("درۆنێک ئۆتۆمبێلێک لە شنگال دەکاتە ئامانج", EventType.AIR_DRONE_STRIKE),
    ("مووشەکێک بەر گوندێک لە زاخۆ دەکەوێت", EventType.SHELLING_ARTILLERY_MISSILE),
    ("چەکداران دوو جووتیار دەڕفێنن", EventType.ABDUCTION),
)  # fmt: skip


@pytest.mark.parametrize(("title", "expected"), TYPES)
def test_the_type_of_an_attack_follows_acled(title: str, expected: EventType) -> None:
    assert read(title).event_type is expected


def test_a_group_belongs_to_its_type() -> None:
    assert read("Turkish warplanes bomb hills near Amedi").event_group is EventGroup.EXPLOSIONS_REMOTE_VIOLENCE


def test_a_bombing_that_the_text_calls_suicide_is_one() -> None:
    report = read(
        "Bombing in Hilla market kills ten",
        "A suicide bomber blew himself up in a market in Hilla on Monday, killing ten people.",
    )
    assert report.event_type is EventType.SUICIDE_BOMB


def test_a_suicide_attack_that_is_ruled_out_is_none() -> None:
    report = read(
        "Hilla bomb was left in bag",
        "The bomb that killed ten people in Hilla on Monday was left in a bag, investigators said, ruling out a suicide attacker.",
    )
    assert report.event_type is EventType.REMOTE_EXPLOSIVE_LANDMINE_IED


PERPETRATORS = (
    ("ISIS gunmen kill two shepherds near Hatra", "isis"),
    ("Two killed near Hatra in attack blamed on Islamic State", "isis"),
    ("Turkish drone kills two in Qandil", "turkey"),
    ("Israeli air strike hits village in south Lebanon, two dead", "israel"),
    ("Iranian border guards shoot dead porter near Marivan", "iran"),
    ("Al-Shabaab bomb attack kills six in Mogadishu", "al_shabaab"),
    ("Iraqi air force jets kill three ISIS militants in Hamrin", "iraq_gov"),
    ("Unknown gunmen kill guard in Zubair", "unknown"),
    ("Roadside bomb strikes Popular Mobilization Forces vehicle near Amirli", "unknown"),
    ("Sheikh of the Karwi tribe shot dead by gunmen in Jalawla", "unknown"),
    ("Two tribes clash over land in Maysan, two dead", "tribal"),
    ("Gunmen attack Taliban checkpoint in Kunduz, three dead", "unknown"),
    ("عبوة ناسفة تستهدف عجلة للحشد الشعبي في آمرلي", "unknown"),
    ("Turkey's interior minister says gunmen killed officer in Van", "unknown"),
    ("عناصر داعش يهاجمون نقطة للشرطة في الحضر ويقتلون شرطياً", "isis"),
    ("مسيرة تركية تقتل شخصين في قنديل", "turkey"),
    ("مسلحون مجهولون يقتلون حارساً في الزبير", "unknown"),
    ("داعش هێرش دەکاتە سەر خاڵێکی پۆلیس لە حەزەر و پۆلیسێک دەکوژێت", "isis"),
    ("درۆنێکی تورکیا دوو کەس لە قەندیل دەکوژێت", "turkey"),
)


@pytest.mark.parametrize(("title", "expected"), PERPETRATORS)
def test_the_doer_is_whom_the_text_names_or_suspects(title: str, expected: str) -> None:
    assert read(title).perpetrator == expected


def test_a_doer_who_says_so_has_claimed() -> None:
    report = read(
        "Islamic State claims Hatra ambush",
        "The Islamic State group claimed responsibility for Monday's ambush that killed two soldiers near Hatra.",
    )
    assert (report.perpetrator, report.claimed) == ("isis", True)
    assert not read("ISIS gunmen kill two shepherds near Hatra").claimed


def test_nobody_has_claimed_what_the_text_says_nobody_claimed() -> None:
    report = read(
        "Bomb kills two soldiers in Tarmiyah",
        "A bomb killed two soldiers in Tarmiyah on Monday. No group has claimed responsibility; Islamic State is active there.",
    )
    assert report.kind is Kind.REPORT
    assert not report.claimed


def test_a_report_states_place_toll_day_and_doer_with_their_words() -> None:
    of = item(
        "Suspected ISIS gunmen kill three in Buhriz",
        "Suspected Islamic State gunmen killed three farmers and wounded two near Buhriz, in Diyala province, on Monday night, police said.",
    )
    report = reader().read(of)
    assert report.kind is Kind.REPORT
    assert report.place is not None
    assert (report.place.country, report.place.admin1) == ("IQ", "IQG10")
    assert report.casualties.killed is not None
    assert report.casualties.killed.best == 3
    assert report.occurred_on is not None
    assert report.occurred_on.isoformat() == "2026-03-09"
    assert {"kind", "event_type", "place", "killed", "wounded", "occurred_on", "perpetrator"} <= {
        e.fact for e in report.evidence
    }
    assert_evidence_quotes_the_item(report, of)


@pytest.mark.parametrize(
    ("title", "summary", "admin2_differs"),
    [
        ("Bomb kills policeman in Khalis", "A roadside bomb killed a policeman in Khalis on Monday. In a separate attack, gunmen wounded two shepherds in Mandali.", True),
        ("مقتل شرطي بعبوة ناسفة في الخالص", "قتل شرطي بانفجار عبوة ناسفة في الخالص مساء الاثنين. وفي حادث منفصل، فتح مسلحون النار على رعاة في مندلي فأصيب اثنان.", True),
        ("پۆلیسێک بە تەقینەوەی بۆمبێک لە خالس دەکوژرێت", "پۆلیسێک بە تەقینەوەی بۆمبێک لە خالس کوژرا. لە هێرشێکی تردا چەکداران تەقەیان لە دوو شوان کرد لە مەندەلی و بریندار بوون.", True),
        ("Attacks kill five in Diyala", "Gunmen killed two farmers near Buhriz on Monday night, while a roadside bomb killed three soldiers outside Jalawla, police said.", True),
    ],
)  # fmt: skip
def test_a_second_attack_told_as_news_is_an_event_of_its_own(title: str, summary: str, admin2_differs: bool) -> None:
    report = read(title, summary)
    assert len(report.other_events) == 1
    other = report.other_events[0]
    assert report.place is not None
    assert other.place is not None
    assert (report.place.admin2 != other.place.admin2) is admin2_differs
    assert other.confidence < report.confidence
    assert other.occurred_on == report.occurred_on
    assert other.event_type is not report.event_type


def test_each_of_two_attacks_keeps_its_own_toll() -> None:
    report = read(
        "Attacks kill five in Diyala",
        "Gunmen killed two farmers near Buhriz on Monday night, while a roadside bomb killed three soldiers outside Jalawla, police said.",
    )
    assert report.casualties.killed is not None
    assert report.casualties.killed.best == 2
    other = report.other_events[0].casualties.killed
    assert other is not None
    assert other.best == 3


@pytest.mark.parametrize(
    "summary",
    [
        "A roadside bomb killed a policeman in Khalis on Monday, a day after gunmen killed four farmers in Mandali.",
        "A roadside bomb killed a policeman in Khalis on Monday. Last month gunmen killed four farmers in Mandali in another attack.",
        "A roadside bomb killed a policeman in Khalis on Monday. Islamic State has attacked villages near Mandali since 2019.",
    ],
)
def test_background_is_no_further_attack(summary: str) -> None:
    assert read("Bomb kills policeman in Khalis", summary).other_events == ()


def test_a_withdrawn_version_states_nothing() -> None:
    report = reader().read(item("Gunmen kill two in Hatra", change=ItemChange.WITHDRAWN))
    assert (report.kind, report.change, report.place, report.evidence) == (Kind.OTHER, ItemChange.WITHDRAWN, None, ())


def test_copies_have_nearly_equal_signatures_and_flashes_none() -> None:
    text = "Gunmen killed three farmers and wounded two near Buhriz on Monday night as they watered their orchards, a police officer said, adding that a search was under way in nearby villages."
    one, copy = (
        read("Gunmen kill three in Buhriz", text).signature,
        read("Three farmers killed in Buhriz", text).signature,
    )
    other = read(
        "Parliament meets on budget",
        "Lawmakers met in Baghdad on Sunday to discuss the budget, but left the chamber after an hour without a vote because too few of them had come to the session.",
    ).signature
    assert len(one) == PERMUTATIONS
    assert all(0 <= value < 2**32 for value in one)
    assert sum(a == b for a, b in zip(one, copy, strict=True)) > PERMUTATIONS * 0.6
    assert sum(a == b for a, b in zip(one, other, strict=True)) < PERMUTATIONS * 0.2
    assert read("Gunmen kill three in Buhriz").signature == ()


def test_the_same_item_always_gives_the_same_report() -> None:
    of = item("ISIS gunmen kill two shepherds near Hatra", "Two shepherds were killed on Monday.")
    assert encode(reader().read(of)) == encode(reader().read(of))


HOSTILE = (
    "",
    " ",
    "\x00\x01\x02",
    "\ud800\udfff bomb \udc00",
    "bomb " * 4000,
    "attack,attack;attack " * 3000,
    "killed " * 20_000,
    "قتل " * 20_000,
    "هێرش " * 20_000,
    "<p><b>bomb</b><i>" * 2000,
    "&amp;" * 5000,
    "7 " * 20_000,
    "a" * 1_000_000,
    "في " * 300_000,
    "((((((((((" * 5000,
    "\u202e\u200f\u200b" * 3000,
    "Gunmen " + "and " * 8000 + "killed two",
    "😀" * 5000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_read_in_bounded_time_into_a_report_that_can_be_sent(text: str) -> None:
    for of in (
        item(text),
        item("Gunmen kill two in Hatra", text),
        item("", "", text),
        item(text, text, text, lang="ar"),
    ):
        began = time.process_time()
        report = reader().read(of)
        assert time.process_time() - began < 5.0
        assert decode(Report, encode(report)) == report
        assert_evidence_quotes_the_item(report, of)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "killed",
                "bomb",
                "in",
                "Khanaqin",
                "7",
                "على",
                "قتل",
                "مسلحون",
                "هێرش",
                "کوژرا",
                ",",
                ".",
                "ISIS",
                "Monday",
                "and",
                "while",
            ]
        ),
        max_size=60,
    ),
)
def test_any_mixture_of_words_is_read(title: str, words: list[str]) -> None:
    of = item(title, " ".join(words))
    report = reader().read(of)
    assert 0.0 <= report.confidence <= 1.0
    assert_evidence_quotes_the_item(report, of)


def test_reading_knows_no_clock() -> None:
    early = read("Gunmen kill two in Hatra on Monday", published=datetime(2021, 3, 9, 8, 0, tzinfo=UTC))
    assert early.occurred_on is not None
    assert early.occurred_on.isoformat() == "2021-03-08"


def test_victims_counted_in_the_sentence_after_the_attack_are_its_victims() -> None:
    report = read(
        "Bomb kills four at Hilla bus station",
        "A bomb in a parked car killed four people at a bus station in Hilla on Monday. Sixteen people were wounded, a doctor said.",
    )
    assert report.casualties.wounded is not None
    assert report.casualties.wounded.best == 16


def test_victims_counted_after_another_attack_are_that_attacks() -> None:
    report = read(
        "Bomb kills four in Hilla",
        "A bomb killed four people in Hilla on Monday. In a separate attack, gunmen opened fire on a cafe in Ramadi. "
        "Nine people were wounded.",
    )
    assert report.casualties.wounded is None
    assert [one.casualties.wounded.best for one in report.other_events if one.casualties.wounded] == [9]


SENTENCES = (
    (
        "Gunmen kill three in Hatra",
        "Gunmen opened fire on a tea house in Hatra on Monday night and killed three people. Police closed the road.",
        "Gunmen opened fire on a tea house in Hatra on Monday night and killed three people.",
    ),
    (
        "استشهاد جندي بهجوم في الحضر",
        "هاجم مسلحون نقطة للجيش قرب الحضر ما أدى إلى استشهاد جندي. وفتحت السلطات تحقيقاً.",
        "هاجم مسلحون نقطة للجيش قرب الحضر ما أدى إلى استشهاد جندي.",
    ),
    ("چەکداران دوو شوان لە حەزەر دەکوژن", "", "چەکداران دوو شوان لە حەزەر دەکوژن"),
)


@pytest.mark.parametrize(("title", "summary", "expected"), SENTENCES)
def test_what_an_attack_is_known_from_is_quoted_as_a_sentence(title: str, summary: str, expected: str) -> None:
    quotes = {one.fact: one.text for one in read(title, summary).evidence}
    assert quotes["kind"] == expected
    assert quotes["event_type"] == expected


def test_a_long_sentence_is_quoted_in_part_and_never_beyond_240_characters() -> None:
    padding = "which officials of the provincial council had visited with delegations from several neighbouring towns"
    summary = f"In the old market, {padding}, {padding}, a car bomb exploded on Monday, killing five people, {padding}."
    report = read("Car bomb in Hilla market kills five", summary)
    quote = next(one for one in report.evidence if one.fact == "event_type")
    assert "a car bomb exploded" in quote.text
    assert len(quote.text) <= 240
    assert_evidence_quotes_the_item(report, item("Car bomb in Hilla market kills five", summary))


def test_an_unlisted_village_that_only_an_apposition_names_is_named_in_its_district() -> None:
    report = read(
        "Four killed in raid",
        "Gunmen attacked Zarvekan Tilyan, a small farming village in Khanaqin district, on Monday.",
    )
    assert report.place is not None
    assert (report.place.name, report.place.admin2, report.place.lat) == ("Zarvekan Tilyan", "IQG10Q05", None)


def test_earlier_victims_told_below_are_not_counted() -> None:
    report = read(
        "إصابة جنديين بانفجار عبوة بين جلولاء وخانقين",
        "انفجرت عبوة ناسفة ظهر السبت ما تسبب بإصابة جنديين بجروح.",
        "وهذه العبوة الثانية من نوعها خلال شهر بعد عبوة أودت بحياة جندي.",
    )
    assert report.casualties.killed is None
    report = read(
        "Exile shot dead in Koya",
        "A member of a Kurdish party was shot dead in Koya on Friday. He was the fourth exile to be killed in two years.",
    )
    assert report.casualties.killed is not None
    assert report.casualties.killed.best == 1


def test_what_the_same_men_did_next_is_no_other_attack() -> None:
    report = read(
        "Family killed in home southeast of Baghdad",
        "Gunmen killed a father and his son and left a neighbour wounded with two bullets in Salman Pak, southeast of Baghdad, on Monday.",
    )

    assert report.other_events == ()
    assert report.place is not None
    assert report.place.admin2 == "IQG08Q04"
