"""What a sentence's figures mean beside each other: boasts, losses, earlier counts, the enemy's dead and the toll as it stands."""

import pytest

from services.classify.read.tolls import read_casualties
from tests.support.reading import document

Toll = tuple[int | None, int | None, int | None]


def toll(title: str, summary: str, lang: str = "en") -> Toll:
    found = read_casualties(document(title, lang, summary=summary)).casualties
    killed, wounded, attackers = (
        count.best if count else None for count in (found.killed, found.wounded, found.attackers_killed)
    )
    return killed, wounded, attackers


@pytest.mark.parametrize(
    ("lang", "title", "summary", "expected"),
    [
        ("en", "Raid on post", "Al-Shabaab bragged of 40 dead soldiers. The army said four soldiers were killed.", 4),
        ("en", "Group boasts it killed 12 policemen", "The ministry said three policemen were killed.", 3),
        (
            "en",
            "Convoy attacked",
            "The Taliban hit a convoy, saying on their website that 20 soldiers were killed. The governor said six soldiers were killed.",
            6,
        ),
        ("ar", "داعش يتفاخر بمقتل تسعة جنود", "أكدت وزارة الدفاع مقتل ثلاثة جنود.", 3),
        (
            "ckb",
            "هێرش",
            "داعش لافی ئەوەی لێدا کە نۆ سەرباز کوژراون. وەزارەتی بەرگری سێ کوژراوی ڕاگەیاند.",
            3,
        ),
    ],
)  # fmt: skip
def test_a_claimants_boast_gives_way_to_the_states_count(lang: str, title: str, summary: str, expected: int) -> None:
    assert toll(title, summary, lang)[0] == expected


def test_what_a_ministry_says_on_its_channel_is_no_boast() -> None:
    found = toll(
        "Blast in market",
        "The health ministry said on its Telegram channel that nine people were killed. A shopkeeper counted two dead.",
    )
    assert found[0] is not None
    assert found[0] >= 9


@pytest.mark.parametrize(
    ("lang", "summary", "expected"),
    [
        ("en", "Two of the six wounded soldiers died in hospital, raising the army's losses to five.", (5, 4, None)),
        ("ar", "توفي أحد الجرحى الثمانية ليرتفع عدد قتلى الجيش إلى سبعة.", (7, 7, None)),
    ],
)
def test_losses_that_a_death_brings_to_a_figure_are_the_whole(lang: str, summary: str, expected: Toll) -> None:
    assert toll("Army post", summary, lang) == expected


def test_losses_that_a_claimant_is_put_at_are_not_the_victims() -> None:
    assert toll("Clash", "Two soldiers died in the raid, bringing the militants' losses to 12.")[0] == 2


@pytest.mark.parametrize(
    ("lang", "title", "summary", "expected"),
    [
        ("en", "Two more bodies pulled from rubble", "Rescuers have counted 14 killed in the strike, up from 12.", 14),
        ("ar", "العثور على ثلاث جثث أخرى", "عثرت فرق البحث على 19 قتيلاً منذ هجوم الخميس بعد أن كانوا 16.", 19),
    ],
)
def test_a_count_that_has_risen_is_the_whole(lang: str, title: str, summary: str, expected: int) -> None:
    assert toll(title, summary, lang)[0] == expected


@pytest.mark.parametrize(
    ("lang", "summary", "expected"),
    [
        (
            "en",
            "Troops found three more dead militants where a corporal was killed on Monday, making seven.",
            (1, None, 7),
        ),
        ("en", "Soldiers found two dead Islamic State fighters.", (None, None, 2)),
        ("en", "Police said 12 dead men were found.", (12, None, None)),
        ("ar", "اشتبكت الشرطة مع خلية لداعش فقتلت ثلاثة منهم وأصيب شرطي.", (None, 1, 3)),
        ("ar", "مقتل مسلحَين أحدهما مسؤول بغارة جوية.", (None, None, 2)),
        ("ckb", "یەکێک لەو سێ چەکدارەی دوێنێ لە کەرکوک کوژران، بەرپرس بووە.", (None, None, 3)),
        ("ckb", "یەکێک لە سێ چەکدارەکە کوژرا و دوو پۆلیس بریندار بوون.", (None, 2, 1)),
        ("ckb", "یەکێک لەو دوو پۆلیسەی دوێنێ لە کەرکوک کوژران، ئەفسەر بوو.", (2, None, None)),
    ],
)
def test_the_dead_of_the_attackers_are_told_from_the_victims(lang: str, summary: str, expected: Toll) -> None:
    assert toll("", summary, lang) == expected


def test_what_is_so_by_now_is_the_whole_toll() -> None:
    found = toll(
        "بریندارێکی شەڕەکە گیانی لەدەستدا",
        "یەکێک لە پێنج سەربازە بریندارەکەی شەڕی شەممە کۆچی دوایی کرد. ئێستا سێ سەرباز کوژراون و چوار بریندارن.",
        "ckb",
    )
    assert found == (3, 4, None)
