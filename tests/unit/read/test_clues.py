"""The clues of a text: names meet across scripts, rare victims across languages; tolls, countries and background are none."""

from collections import Counter

import pytest

from services.classify.read.clue_words import concepts
from services.classify.read.clues import MAX_CLUES, rarity_of
from services.classify.train.clues import table_of
from tests.unit.read.reading import read


def clues(title: str, summary: str = "", *, lang: str | None = None) -> set[str]:
    """The clues without their rarity."""
    return {clue[1:] for clue in read(title, summary, lang=lang).clues}


def test_one_attack_in_three_languages_shares_names_and_victims() -> None:
    english = clues(
        "Village headman shot dead near Khanaqin",
        "Gunmen killed the mukhtar of Qalbaza at his house north of Khanaqin on Monday evening, police said.",
    )
    arabic = clues(
        "مقتل مختار قرية قلبزة شمالي خانقين",
        "قتل مسلحون مجهولون مختار قرية قلبزة أمام منزله شمالي خانقين مساء الاثنين، وفق مصدر في الشرطة.",
    )
    sorani = clues(
        "چەکداران موختاری گوندی قەلبەزە دەکوژن",
        "ئێوارەی دووشەممە چەکدارانی نەناسراو موختاری گوندی قەڵبەزەیان لە باکووری خانەقین کوشت.",
    )
    assert {"cheadman", "nklbz", "pxnkn"} <= english
    assert {"cheadman", "nklbz", "pxnkn"} <= arabic
    assert {"cheadman", "pxnkn"} <= sorani


def test_figures_of_the_toll_countries_and_number_words_are_no_clues() -> None:
    found = clues(
        "Bomb kills 17 in Iraq",
        "Seventeen Iraqi soldiers were killed by a bomb in Kirkuk, Iraq, on Monday; the 52nd brigade lost 17 men.",
    )
    assert not {clue for clue in found if clue.startswith("d17") or clue in {"nrk", "prk", "wseventeen"}}
    assert "d52" in found


def test_what_stands_far_below_is_background() -> None:
    filler = " ".join(
        f"Officials gave no further word on item {word}." for word in ("one", "two", "three", "four", "five", "six")
    )
    found = clues(
        "Gunmen kill a goldsmith in Kirkuk",
        f"Gunmen killed a goldsmith in Kirkuk on Monday. {filler} A wedding was bombed in 2014.",
    )
    assert "cgoldsmith" in found
    assert "cwedding" not in found


def test_a_long_text_has_a_bounded_number_of_clues_the_rarest_first() -> None:
    text = " ".join(f"Gunmen shot Zorvan{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10]} at a mill." for n in range(90))
    found = read("Gunmen kill three in Kirkuk", text).clues
    assert 0 < len(found) <= MAX_CLUES
    assert [clue[0] for clue in found] == sorted((clue[0] for clue in found), reverse=True)


def test_each_word_stands_for_one_concept() -> None:
    assert concepts()["شوان"] == concepts()["shepherd"] == "shepherd"


@pytest.mark.parametrize(
    ("times", "texts", "rarity"), [(1, 5_000, 8), (3, 5_000, 7), (50, 5_000, 5), (5_000, 5_000, 1), (0, 10, 2)]
)
def test_rarity_grows_with_the_logarithm(times: int, texts: int, rarity: int) -> None:
    assert rarity_of(times, texts) == rarity


def test_the_table_holds_what_is_common_and_nothing_that_is_rare() -> None:
    written = table_of((Counter({"wpolice": 900, "nrare": 2}), 5_000))
    assert "2 wpolice" in written
    assert "nrare" not in written
