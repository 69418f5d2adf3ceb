"""Families of wordings that once misled the choice of a place, each with sentences of our own in three languages."""

import pytest

from services.classify.read.places import PlaceReader, PlaceReading
from shared.events.facts import Place, Precision
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


def reading_of(reader: PlaceReader, lang: str, title: str, summary: str = "") -> PlaceReading:
    return reader.read(document(title, lang, summary=summary))


def placed(reader: PlaceReader, lang: str, title: str, summary: str = "") -> Place:
    place = reading_of(reader, lang, title, summary).place
    assert place is not None
    return place


# fmt: off
NEAR_A_TOWN = [
    ("en", "Shepherd killed by mine south of Rutba", "IQG01Q04"),
    ("en", "Gunmen abduct three hunters in the desert west of Baaj", "IQG15Q02"),
    ("en", "Bomb hits tractor in fields east of Hawija", "IQG13Q01"),
    ("ar", "مقتل راعي أغنام بانفجار لغم جنوبي الرطبة", "IQG01Q04"),
    ("ar", "هجوم على نقطة للجيش غربي البعاج", "IQG15Q02"),
    ("ckb", "لە باشووری داقووق دوو جووتیار کوژران", "IQG13Q02"),
]
NOMINAL = [
    ("en", "Third officer dies after Saqlawiya blast", "", "IQG01Q01"),
    ("en", "Toll of Buhriz market bombing rises to nine", "", "IQG10Q04"),
    ("en", "Muqdadiya mosque shooting: suspect on the run", "", "IQG10Q02"),
    ("ar", "ارتفاع ضحايا الصقلاوية إلى ستة", "", "IQG01Q01"),
    ("ar", "وفاة جريح ترفع حصيلة تفجير بهرز", "", "IQG10Q04"),
    ("ar", "شهداء جلولاء يرتفعون إلى أربعة", "", "IQG10Q05"),
    ("ckb", "ژمارەی قوربانییانی جەلەولا بوو بە پێنج", "", "IQG10Q05"),
    ("ckb", "کوژراوانی سەقلاویە بوون بە شەش", "", "IQG01Q01"),
]
LOCATED = [
    ("en", "Two killed in Kut feud", "Two men died in a feud in Shaykh Saad, south of Kut, on Monday.", "IQG18Q02N"),
    ("en", "Officer shot in Maysan", "Gunmen fired at the house of the director of the Kumait municipality, north of Amara.", "IQG14Q01"),
    ("ar", "اشتباكات غربي الموصل", "وقعت الاشتباكات في ناحية ربيعة صباح اليوم.", "IQG15Q08"),
    ("ckb", "شەڕ لە ڕۆژاوای مووسڵ", "شەڕەکە لە ناحیەی ڕەبیعە ڕوویدا.", "IQG15Q08"),
]
NOT_THE_SCENE = [
    ("en", "Two herders shot dead in Batifa", "A relative told Shamal by telephone that soldiers opened fire.", "IQG09Q04"),
    ("en", "Gunmen fire on Jalawla checkpoint", "It came an hour after a bombing in nearby Saadiya.", "IQG10Q05N04"),
    ("ar", "هجوم مسلح على سيطرة في جلولاء", "وقع الهجوم بعد ساعة من تفجير السعدية.", "IQG10Q05N04"),
    ("en", "Sapper wounded near Hit", "He was taken to Ramadi Teaching Hospital, a medic said.", "IQG01Q07"),
]
ABROAD = [
    ("en", "Drone kills herders in Western Sahara", "Rabat did not comment.", "EH"),
    ("en", "M23 rebels, backed by Rwanda, seize village in Congo", "", "CD"),
    ("en", "Gunmen kill drivers in Mali", "It was near the border with Ivory Coast.", "ML"),
    ("en", "Al Shabaab fighters storm base", "Twelve soldiers were killed, an officer said.", "SO"),
    ("en", "Van explodes in Sarmin", "", "SY"),
    ("ar", "مقتل سائقين في مالي", "قرب الحدود مع ساحل العاج، بحسب مسؤول.", "ML"),
    ("ar", "الحوثيون يعلنون إسقاط طائرة", "", "YE"),
    ("ckb", "هێرشی ڕووسیا بۆ سەر لڤیڤ", "", "UA"),
    ("ckb", "ڕووسیا بە مووشەک لڤیڤی کوتا", "", "UA"),
    ("ckb", "سەربازانی نێجێر لە هێرشێکدا کوژران", "", "NE"),
]
RESPELT = [
    ("Bomb kills two in Heidariyya", "IQG04Q03"),
    ("Mortar fire hits village near Tarmiyeh", "IQG08Q02"),
    ("Gunmen kill teacher in Muqdadieh", "IQG10Q02"),
    ("Clash in Rawandooz leaves one dead", "IQG11Q05"),
    ("Roadside bomb wounds three in Mahmoudiyeh", "IQG08Q05"),
]
QUARTERS = [
    ("ar", "انفجار عبوة في حي الزهور شرقي الموصل", "IQG15Q05"),
    ("ar", "اغتيال ضابط في حي العسكري وسط كركوك", "IQG13Q04"),
    ("en", "Grenade thrown at house in the Hay al-Jumhuri quarter of Diwaniya", "IQG05Q02"),
    ("ckb", "لە گەڕەکی واستیی کەرکووک دوو ژن کوژران", "IQG13Q04"),
]
# fmt: on


@pytest.mark.parametrize(("lang", "title", "code"), NEAR_A_TOWN)
def test_near_or_south_of_a_name_is_its_town(reader: PlaceReader, lang: str, title: str, code: str) -> None:
    place = placed(reader, lang, title)
    assert place.admin2 == code
    assert place.lat is not None
    assert place.precision is Precision.TOWN


@pytest.mark.parametrize(("lang", "title", "summary", "code"), NOMINAL)
def test_a_name_that_calls_the_attack_or_its_victims_is_the_place(
    reader: PlaceReader, lang: str, title: str, summary: str, code: str
) -> None:
    assert placed(reader, lang, title, summary).admin2 == code


@pytest.mark.parametrize(("lang", "title", "summary", "code"), LOCATED)
def test_a_place_told_by_the_town_beside_it_goes_before_that_town(
    reader: PlaceReader, lang: str, title: str, summary: str, code: str
) -> None:
    place = placed(reader, lang, title, summary)
    assert (place.admin3 or place.admin2 or "").startswith(code)


@pytest.mark.parametrize(("lang", "title", "summary", "code"), NOT_THE_SCENE)
def test_outlets_hospitals_and_what_came_before_are_not_the_scene(
    reader: PlaceReader, lang: str, title: str, summary: str, code: str
) -> None:
    place = placed(reader, lang, title, summary)
    assert (place.admin3 or place.admin2 or "").startswith(code[:8])
    assert place.name not in ("Shamal", "Saadiya", "السعدية", "Ramadi")


@pytest.mark.parametrize(("lang", "title", "summary", "country"), ABROAD)
def test_the_country_is_where_it_was_not_who_struck_or_lies_beside(
    reader: PlaceReader, lang: str, title: str, summary: str, country: str
) -> None:
    assert placed(reader, lang, title, summary).country == country


@pytest.mark.parametrize(("title", "code"), RESPELT)
def test_another_transliteration_of_a_known_name_is_understood(reader: PlaceReader, title: str, code: str) -> None:
    assert placed(reader, "en", title).admin2 == code


@pytest.mark.parametrize("text", ["Shares in Single digit", "Broad Street brawl in Singer", "Months in Shores"])
def test_ordinary_english_words_are_no_transliteration(reader: PlaceReader, text: str) -> None:
    assert reading_of(reader, "en", text).place is None


@pytest.mark.parametrize(("lang", "title", "code"), QUARTERS)
def test_a_quarter_is_its_citys_not_a_villages_far_off(reader: PlaceReader, lang: str, title: str, code: str) -> None:
    place = placed(reader, lang, title)
    assert place.admin2 == code
    assert place.lat is not None


def test_a_church_is_not_a_village_after_like(reader: PlaceReader) -> None:
    place = placed(reader, "ar", "رمي رمانة على كنيسة في ناحية برطلة")
    assert place.admin3 == "IQG15Q03N02"


def test_a_mountain_speaks_for_the_village_beside_it(reader: PlaceReader) -> None:
    assert (
        placed(reader, "en", "Gunfire in Bara", "Fighters clashed at Bara, west of Mount Sinjar.").admin2 == "IQG15Q07"
    )


def test_the_centre_of_a_subdistrict_is_where_the_town_is(reader: PlaceReader) -> None:
    place = placed(reader, "ar", "انفجار عبوة في ناحية الكرمة", "شرقي الفلوجة.")
    assert place.lat == pytest.approx(33.404, abs=0.02)
