"""Which language a text is in, down to headlines of three words."""

import pytest

from services.classify.read.language import language_of
from shared.events.report import Kind
from tests.unit.read.reading import item, read

KNOWN = (
    ("en", "Gunmen kill two shepherds near Hatra"),
    ("en", "Police deny reports of bomb attack in Tikrit"),
    ("en", "ISIS claims Baquba blast"),
    ("ar", "مقتل شرطي في بعقوبة"),
    ("ar", "داعش يتبنى هجوم العظيم"),
    ("ar", "هجوم على نقطة في كركوك"),
    ("ckb", "دوو پۆلیس لە کەرکووک کوژران"),
    ("ckb", "بۆمبێک لە خانەقین تەقییەوە"),
    ("ckb", "هێرشی داعش بۆ سەر گوندێک"),
)


@pytest.mark.parametrize(("lang", "title"), KNOWN)
def test_short_headlines_are_told_apart(lang: str, title: str) -> None:
    assert language_of(item(title)) == lang


@pytest.mark.parametrize(
    "title",
    [
        "Двое убиты при взрыве в Багдаде",
        "دو نفر در انفجار بمب در کرمان کشته شدند و پنج نفر زخمی شدند",
        "Zwei Tote bei Anschlag auf Polizeiposten im Nordirak gemeldet",
        "12345 !!!",
        "",
    ],
)
def test_a_language_the_reader_does_not_know_is_undetermined_and_other(title: str) -> None:
    report = read(title)
    assert (report.lang, report.kind) == ("und", Kind.OTHER)


def test_what_the_feed_declares_settles_a_doubtful_headline() -> None:
    assert language_of(item("Baquba blast", lang="en")) == "en"


def test_markup_is_not_taken_for_latin_text() -> None:
    assert language_of(item("<b><strong>مقتل شرطي في بعقوبة</strong></b>")) == "ar"
