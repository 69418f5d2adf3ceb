"""The signs that an attack is known already, in three languages."""

from datetime import UTC, datetime

import pytest

from services.classify.read import lexicon
from services.classify.read.known import known_of
from services.classify.read.text import document_of
from services.classify.read.triggers import MAX_SENTENCES, mark
from shared.events.item import Item

LEXICA = {lang: lexicon.load(lang) for lang in ("en", "ar", "ckb")}
THURSDAY = datetime(2026, 2, 5, 9, 0, tzinfo=UTC)


def signs(lang: str, title: str, summary: str = "") -> frozenset[str]:
    """The features of an item published on a Thursday."""
    item = Item(
        item_id="a",
        event_id="a",
        feed="f",
        outlet="o",
        lang=lang,
        url="",
        title=title,
        summary=summary,
        published=THURSDAY,
    )
    return frozenset(known_of(mark(document_of(item, lang, most_sentences=MAX_SENTENCES), LEXICA)))


@pytest.mark.parametrize(
    ("lang", "text", "sign"),
    [
        ("en", "Second guard dies after the raid on a depot", "t!the"),
        ("en", "Gunmen who killed four in market are named", "t!who"),
        ("en", "All of the kidnapped pupils are home", "t!victim"),
        ("ar", "وفاة جندي أصيب في الهجوم على الثكنة", "t!the"),
        ("ar", "ارتفاع حصيلة تفجير الكاظمية", "t!of"),
        ("ar", "الجيش يحرر المختطفين في سنجار", "t!victim"),
        ("ckb", "ژمارەی قوربانییانی هێرشەکەی مەخموور زیادی کرد", "t!the"),
        ("ckb", "بریندارەکە لە نەخۆشخانەیە", "t!victim"),
    ],
)
def test_what_is_taken_as_known_is_a_sign(lang: str, text: str, sign: str) -> None:
    assert sign in signs(lang, text)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Gunmen kill a teacher in an attack on a school"),
        ("ar", "مقتل معلم بهجوم مسلح في كركوك"),
        ("ckb", "لە هێرشێکدا مامۆستایەک کوژرا"),
    ],
)
def test_a_new_attack_is_not_spoken_of_as_known(lang: str, text: str) -> None:
    assert not {"t!the", "t!who", "t!victim"} & signs(lang, text)


@pytest.mark.parametrize(
    "title",
    [
        "UPDATE 2-Truck bomb kills nine in Herat",
        "WRAPUP 1-Blasts hit two Kabul markets",
        "2nd LD: Mine kills herder",
        "تحديث: مقتل شرطي",
    ],
)
def test_the_slug_of_an_agency_is_a_sign(title: str) -> None:
    lang = "ar" if title.startswith("ت") else "en"
    assert "t!slug" in signs(lang, title)
    assert "t!slug" not in signs("en", "Updated rules for pilots after drone strike")


def test_days_count_back_from_publication_and_two_days_are_told_apart() -> None:
    found = signs("en", "Body of hunter found", "A hunter who was taken on Monday was found dead on Wednesday.")
    assert {"days!oldest3", "days!newest1", "days!two"} <= found
    assert not any(sign.startswith("days!") for sign in signs("en", "Body of hunter found"))
