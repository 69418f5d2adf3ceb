"""Phrases and their search."""

import pytest

from services.classify.read.lexicon import Lexicon, load, parse
from services.classify.read.text import document_of
from tests.unit.read.reading import item


def found(lang: str, phrase: str, text: str) -> list[str]:
    document = document_of(item(text), lang)
    lexicon = Lexicon(lang=lang, phrases={"x": [phrase]})
    return [document.quote(s.field, hit.start, hit.end) for s in document.sentences for hit in lexicon.hits(s)]


@pytest.mark.parametrize(
    ("lang", "phrase", "text", "expected"),
    [
        ("en", "air strike*", "Air-strikes hit the town", ["Air-strikes"]),
        ("en", "opened ~ fire", "They opened heavy fire at dawn", ["opened heavy fire"]),
        ("en", "opened ~ fire", "They opened the gate, then fire broke out", []),
        ("en", "death ~~ rises", "The death toll in the town rises", ["death toll in the town rises"]),
        ("en", "death ~~ rises", "A death. The sun rises", []),
        ("en", "killed #", "killed 12 men", ["killed 12"]),
        ("en", "=strike", "strikes", []),
        ("ar", "هجوم", "وبالهجوم", ["وبالهجوم"]),
        ("ar", "شرطة", "للشرطة", ["للشرطة"]),
        ("ckb", "هێرش", "هێرشەکەیان", ["هێرشەکەیان"]),
        ("ckb", "بۆمب", "بۆمبێکدا", ["بۆمبێکدا"]),
    ],
)
def test_a_phrase_is_found_in_the_forms_it_stands_for(lang: str, phrase: str, text: str, expected: list[str]) -> None:
    assert found(lang, phrase, text) == expected


@pytest.mark.parametrize("lang", ["en", "ar", "ckb"])
def test_the_shipped_lists_load(lang: str) -> None:
    assert load(lang) is not None


def test_a_phrase_that_begins_with_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="begins and ends with a word"):
        Lexicon(lang="en", phrases={"x": ["~ bomb"]})


def test_a_phrase_outside_a_concept_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse("; note\nbomb\n[x]\n")
