"""A village is the one beside the town that says where it lies, also where the spelling is in no gazetteer; sentences of our own."""

import pytest

from services.classify.read.places import PlaceReader
from shared.events.facts import Place
from shared.geo.distance import km_between
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


def placed(reader: PlaceReader, lang: str, title: str, summary: str = "") -> Place:
    place = reader.read(document(title, lang, summary=summary)).place
    assert place is not None
    return place


def is_at(place: Place, lat: float, lon: float) -> bool:
    return place.lat is not None and place.lon is not None and km_between(place.lat, place.lon, lat, lon) <= 5


# fmt: off
BESIDE_A_TOWN = [
    ("en", "Herdsman shot near Dujail", "Two men on a motorbike shot a herdsman at Ibrahim Gharib, east of Dujail, on Monday.", 33.85956, 44.36744),
    ("en", "Bomb wounds farmer", "The device went off at Chatal, south-east of Kifri, early on Sunday, police said.", 34.58345, 45.0849),
    ("en", "Tractor hits mine", "It was near Shaikh Rahim, a village north-west of Khanaqin, when the mine went off.", 34.39151, 45.30663),
    ("ar", "مقتل مزارع شمالي بعقوبة", "قتل مزارع برصاص مجهولين في قرية الزهيرات شمال بعقوبة.", 33.95027, 44.79475),
    ("ckb", "کوژرانی شوانێک", "شوانێک لە گوندی شێخ ڕەحیم لە ڕۆژاوای خانەقین کوژرا.", 34.39151, 45.30663),
]
HEARD_NOT_SPELT = [
    ("ckb", "بۆمبێک لە گوندی بانی ماران لە باشووری ڕۆژاوای کۆیە تەقییەوە", 36.04599, 44.38208),
    ("ckb", "لە گوندی تەل موشەڕەفی ڕۆژئاوای سنوونی سێ کەس ڕفێندران", 36.53719, 41.53193),
]
OTHER_SPELLINGS = [
    ("Zuhayrat", "Zuhairat"), ("Shaykh Rahim", "Sheikh Rahim"), ("Tall Musharraf", "Tel Musharraf"), ("Hamrin", "Hamreen"),
    ("Muhammad Turki", "Mohammed Turki"), ("Husayn Jabr", "Hussein Jabr"),
]
# fmt: on


@pytest.mark.parametrize("case", BESIDE_A_TOWN, ids=str)
def test_a_village_is_the_one_beside_the_town_that_says_where_it_lies(
    reader: PlaceReader, case: tuple[str, str, str, float, float]
) -> None:
    lang, title, summary, lat, lon = case
    assert is_at(placed(reader, lang, title, summary), lat, lon)


@pytest.mark.parametrize(("lang", "title", "lat", "lon"), HEARD_NOT_SPELT)
def test_a_village_of_two_words_is_found_by_its_sound(
    reader: PlaceReader, lang: str, title: str, lat: float, lon: float
) -> None:
    assert is_at(placed(reader, lang, title), lat, lon)


def test_a_namesake_far_from_the_town_is_not_the_village(reader: PlaceReader) -> None:
    """Another Tina lies 360 km away, on the border of Turkey."""
    place = placed(reader, "en", "Two fighters die in Tina", "The clash was at Tina, a village near Jalawla.")
    assert (place.admin1, place.admin2) == ("IQG10", "IQG10Q05")


def test_of_two_villages_of_one_name_the_nearer_is_meant(reader: PlaceReader) -> None:
    """Jabara is a village of Kifri, of Khanaqin and of Sinjar."""
    assert placed(reader, "en", "Mine kills a herder at Jabara, north of Khanaqin").admin2 == "IQG10Q05"
    assert placed(reader, "en", "Mine kills a herder at Jabara, south of Kifri").admin2 == "IQG10Q06"


def test_a_word_inside_other_words_takes_no_place_back(reader: PlaceReader) -> None:
    """لا في, "not in", also ends منزلاً في, "a house in"."""
    place = placed(reader, "ar", "ديالى.. مقتل مدني", "هاجم مسلحون منزلاً في قرية خشكين، الليلة الماضية.")
    assert place.admin2 == "IQG10Q01"


@pytest.mark.parametrize(("one", "other"), OTHER_SPELLINGS)
def test_the_vowels_of_transliterations_meet(one: str, other: str) -> None:
    gazetteer = Gazetteer.load()
    assert gazetteer.lookup(one)
    assert gazetteer.lookup(one) == gazetteer.lookup(other)


@pytest.mark.parametrize(("name", "country"), [("Tira", "IL"), ("Beni", "CD"), ("Teheran", "IR")])
def test_folding_vowels_gives_no_foreign_town_the_name_of_another(name: str, country: str) -> None:
    """ "Teeran" is a spelling of Tehran, and would be Tira."""
    bearers = Gazetteer.load().lookup(name)
    assert country in {match.entry.country for match in bearers}
    assert name == "Teheran" or "Tehran" not in {match.entry.name for match in bearers}


# fmt: off
ORDINARY_WORDS = [
    ("ar", "قتل مسلحون مزارعاً في قرية تركي جنوبي بلدروز", "", "IQG10Q03"),
    ("ar", "هجوم قرب الخالص", "هاجم مسلحون ديوان القرية عقب الصلاة في قرية خشكين بقضاء الخالص.", "IQG10Q01"),
    ("ar", "خطف اثنين من أهالي خشكين", "خطف مسلحون اثنين من أهالي قرية خشكين في قضاء الخالص.", "IQG10Q01"),
    ("ckb", "درۆنێک لە نزیک حەریر خرایە خوارەوە", "", "IQG11Q06"),
    ("ar", "دفن جثامين رعاة إمام شمس", "نقلت الجثث إلى الطب العدلي في بعقوبة.", "IQG10Q03"),
]
UNITS_BY_SOUND = [
    ("ckb", "لە قەزای شەرگەت دوکاندارێک کوژرا", "IQG16Q02"),
    ("ckb", "بۆمبێک لە شاری موسەییەبدا تەقییەوە", "IQG07Q04"),
]
# fmt: on


@pytest.mark.parametrize(("lang", "title", "summary", "district"), ORDINARY_WORDS)
def test_words_are_villages_only_where_the_wording_says_so(
    reader: PlaceReader, lang: str, title: str, summary: str, district: str
) -> None:
    assert placed(reader, lang, title, summary).admin2 == district


@pytest.mark.parametrize(("lang", "title", "district"), UNITS_BY_SOUND)
def test_a_town_or_district_stated_as_one_is_found_by_its_sound(
    reader: PlaceReader, lang: str, title: str, district: str
) -> None:
    assert placed(reader, lang, title).admin2 == district


def test_the_entrance_of_a_village_is_the_village(reader: PlaceReader) -> None:
    summary = "Gunmen fired at a checkpoint at the entrance to Kamaliya, an official in Daquq said."
    assert is_at(placed(reader, "en", "Policeman killed near Daquq", summary), 35.01549, 44.27513)


def test_the_governorate_told_of_decides_between_a_village_and_a_better_known_namesake(reader: PlaceReader) -> None:
    """Amiriya is a town of Anbar and a village of Diyala; Husayniya a town of Karbala, and no village of it is known at Rutba."""
    summary = "A drone hit a pickup in Al-Amiriya on Thursday, a security source said."
    assert placed(reader, "en", "Drone strike hits pickup in Diyala", summary).admin1 == "IQG10"
    told = placed(reader, "ckb", "سێ کەس لە گوندی حوسەینیە ڕفێندران", "چەکداران سێ کەسیان لە ڕۆژهەڵاتی ڕوتبە ڕفاند.")
    assert told.admin1 == "IQG01"


def test_great_towns_are_not_moved_into_the_governorate_of_another_attack(reader: PlaceReader) -> None:
    summary = "A bomb killed two in Mahmudiyah on Monday."
    assert placed(reader, "en", "Bombs in Mahmudiyah and Diyala kill three", summary).admin2 == "IQG08Q05"


# fmt: off
WORDS_NOT_PLACES = [
    # a word with a verb, a word after a place, a short word without its ending: none of them is a town far away
    ("ckb", "مامۆستایەک لە بادووش لە هەوڵێکی کوشتن ڕزگاری بوو", "", "IQG15"),
    ("ckb", "هەواڵی تەقینەوە لە کەلار دوورە لە ڕاستی", "", "IQG06"),
    ("ckb", "لە نزیک گوندی کولەجۆ دوو پێشمەرگە کوژران", "سیانی دیکەش لە کفری چارەسەر دەکرێن.", "IQG10"),
    ("ckb", "تەقینەوەیەک لە مەخموور", "ژنێک کە لە تەقینەوەکەدا بریندار ببوو، کۆچی دوایی کرد.", "IQG11"),
]
# fmt: on


@pytest.mark.parametrize(("lang", "title", "summary", "admin1"), WORDS_NOT_PLACES)
def test_a_word_is_no_town_of_that_name(reader: PlaceReader, lang: str, title: str, summary: str, admin1: str) -> None:
    place = placed(reader, lang, title, summary)

    assert (place.country, place.admin1) == ("IQ", admin1)


def test_a_subdistrict_in_the_ezafe_is_no_hamlet_far_away(reader: PlaceReader) -> None:
    place = placed(reader, "ckb", "دوو قاچاخچی لە ناحیەی مەیدانی سەر سنوور کوژران")

    assert place.admin2 == "IQG10Q05"


def test_a_village_of_a_district_without_that_name_is_no_namesake_elsewhere_in_the_text(reader: PlaceReader) -> None:
    place = placed(
        reader, "en", "Attack on Dara condemned",
        "Politicians in Baghdad condemned the attack on Dara, a Kakai village of Khanaqin in eastern Diyala.",
    )  # fmt: skip

    assert (place.name, place.admin2) == ("Dara", "IQG10Q05")


def test_the_district_that_a_town_belongs_to_decides_between_its_namesakes(reader: PlaceReader) -> None:
    place = placed(reader, "ar", "مقتل شخصين بثأر", "قتل شخصان في بلدة حاجياوا التابعة لرانية بمحافظة السليمانية.")

    assert place.admin2 == "IQG06Q09"


def test_a_town_of_another_country_in_sorani_is_no_town_of_iraq(reader: PlaceReader) -> None:
    place = placed(reader, "ckb", "درۆنێک بازاڕێک لە ئەبیەدی سوودان بۆردومان کرد")

    assert place.country == "SD"
