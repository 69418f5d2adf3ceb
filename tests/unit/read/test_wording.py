"""The kind model sees a word in one form, whatever is written onto it, and knows a new word by its pieces."""

import pytest

from services.classify.read import lexicon
from services.classify.read.text import document_of
from services.classify.read.triggers import mark
from services.classify.read.wording import is_word, stem, wording_of
from shared.letters import fold
from tests.unit.read.reading import item


def marks_of(title: str) -> set[str]:
    return set(wording_of(mark(document_of(item(title), "en"), {"en": lexicon.load("en")})))


@pytest.mark.parametrize(
    ("written", "word", "lang"),
    [
        ("والهجوم", "هجوم", "ar"),
        ("بالهجوم", "هجوم", "ar"),
        ("للهجوم", "هجوم", "ar"),
        ("سەربازەکان", "سەرباز", "ckb"),
        ("سەربازێک", "سەرباز", "ckb"),
    ],
)
def test_what_is_written_onto_a_word_is_not_seen(written: str, word: str, lang: str) -> None:
    assert stem(fold(written), lang) == stem(fold(word), lang)


def test_an_english_word_keeps_its_ending_which_tells_the_time() -> None:
    assert stem("kills", "en") != stem("killed", "en")


def test_words_before_and_behind_the_attack_are_told_apart() -> None:
    before = marks_of("Minister visits wounded after raid")
    behind = marks_of("Raid leaves minister wounded")
    assert "t<visits" in before
    assert "t<visits" not in behind


def test_a_word_that_was_never_seen_shares_pieces_with_its_kin() -> None:
    known, new = marks_of("Gunmen ambush patrol"), marks_of("Patrol ambushed by gunmen")
    shared = {name for name in known if name.startswith("t~")} & {name for name in new if name.startswith("t~")}
    assert "t~ambus" in shared
    assert all(is_word(name) for name in shared)
