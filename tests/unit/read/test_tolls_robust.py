"""Whatever the text, a toll and a day come back, ordered and with words that are really there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.read.dates import read_date
from services.classify.read.number_words import words
from services.classify.read.tolls import read_casualties
from tests.support.reading import document

_WORDS = sorted(
    words(
        "killed wounded two a dozen the of and , . - toll to casualties no one among them was people soldier militants 12 2014 third"
        " Monday yesterday days ago after February 7/2/2026 قتل جرح إصابة شهيدان ثلاثة من حصيلة إلى أمس السبت قبل يومين و12 بين قتيل وجريح دون"
        " سێ کەس کوژران بریندار بوون ژمارەی کوژراوان بۆ یەکێک لە دوێنێ شەممە ڕۆژ لەمەوبەر زیانی گیانی نەبوو شوباتدا"
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=40), st.sampled_from(["en", "ar", "ckb", "und"]))
def test_any_order_of_the_words_gives_an_ordered_toll_and_real_evidence(said: list[str], lang: str) -> None:
    item = document(" ".join(said[:10]), lang, content=" ".join(said))
    reading = read_casualties(item)
    dated = read_date(item, kind_hint="report", country="IQ")
    for count in (reading.casualties.killed, reading.casualties.wounded, reading.casualties.attackers_killed):
        assert count is None or 0 <= count.low <= count.best <= count.high
    for evidence in (*reading.evidence, *dated.evidence):
        assert evidence.text
        assert item.fields[evidence.field][evidence.start : evidence.end] == evidence.text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "ar", "ckb", "und", "xx"]))
def test_no_text_raises(text: str, lang: str) -> None:
    item = document(text, lang, summary=text)
    read_casualties(item)
    read_date(item, kind_hint=None, country=None)


@pytest.mark.parametrize(
    "text", ["", "killed " * 4000, "12, " * 5000, "no " * 8000, "ثلاثة " * 4000, "کوژران و " * 2000, "\ud800 killed 3"]
)
def test_empty_endless_and_broken_texts_are_read(text: str) -> None:
    item = document(text, "und", content=text)
    read_casualties(item)
    read_date(item, kind_hint="report", country="IQ")
