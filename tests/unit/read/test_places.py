"""The attack's own place, and not the dateline's, the speaker's or the background's."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.read.places import PlaceReader
from shared.events.facts import Place, Precision
from shared.geo.distance import km_between
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document

KALAR, KHANAQIN, KIFRI, MUQDADIYA, KHALIS, BAQUBA = (
    "IQG06Q06",
    "IQG10Q05",
    "IQG10Q06",
    "IQG10Q02",
    "IQG10Q01",
    "IQG10Q04",
)


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


def placed(reader: PlaceReader, title: str, lang: str = "en", **parts: str) -> Place:
    """The place, which must be there."""
    place = reader.read(document(title, lang, **parts)).place  # type: ignore[arg-type]  # parts are summary and content
    assert place is not None
    return place


class TestPrecision:
    def test_a_village_named_with_its_district_is_exact(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Bomb kills soldier",
            summary="A bomb killed a soldier in the village of Banmil in Khanaqin district.",
        )
        assert (place.name, place.admin2, place.precision) == ("Banmil", KHANAQIN, Precision.EXACT)
        assert place.lat is not None
        assert place.geonameid is not None

    def test_near_a_village_is_less_precise_and_keeps_the_point(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Bomb kills soldier",
            summary="A bomb killed a soldier near the village of Banmil in Khanaqin district.",
        )
        assert place.precision is Precision.TOWN
        assert place.lat is not None

    @pytest.mark.parametrize(
        ("lang", "text"),
        [
            ("en", "Two shot dead in Kalar district"),
            ("en", "Gunmen attack village in Kalar"),
            ("en", "Shepherds shot dead in mountains of Kalar district"),
            ("ar", "مقتل شخصين في قضاء كلار"),
            ("ar", "مقتل شخصين في بساتين كلار"),
            ("ckb", "دوو کەس لە سنووری کەلار کوژران"),
        ],
    )
    def test_a_bare_district_has_codes_and_no_point(self, reader: PlaceReader, lang: str, text: str) -> None:
        place = placed(reader, text, lang)
        assert (place.admin1, place.admin2, place.precision) == ("IQG06", KALAR, Precision.DISTRICT)
        assert (place.lat, place.lon, place.geonameid) == (None, None, None)

    @pytest.mark.parametrize(
        ("lang", "text"),
        [
            ("en", "Two shot dead in the town of Kalar"),
            ("en", "Blast in central Kalar"),
            ("en", "Gunmen attack a restaurant in Kalar"),
            ("en", "Two shot dead in Kalar"),
            ("en", "Soldier killed near Kalar"),
            ("en", "Drone shot down north of Kalar"),
            ("ar", "مقتل جندي قرب كلار"),
            ("ckb", "سەربازێک لە نزیک کەلار کوژرا"),
            ("ar", "انفجار وسط كلار"),
            ("ar", "مقتل شخصين في مدينة كلار"),
            ("ckb", "تەقینەوەیەک لە ناوەندی شاری کەلار"),
        ],
    )
    def test_a_name_shared_by_district_and_town_is_the_town_when_the_wording_means_it(
        self, reader: PlaceReader, lang: str, text: str
    ) -> None:
        place = placed(reader, text, lang)
        assert (place.admin2, place.precision) == (KALAR, Precision.TOWN)
        assert place.lat is not None

    def test_a_bare_governorate_has_no_district(self, reader: PlaceReader) -> None:
        place = placed(reader, "Policeman killed by sniper in Diyala province")
        assert (place.admin1, place.admin2, place.lat, place.precision) == ("IQG10", None, None, Precision.GOVERNORATE)

    @pytest.mark.parametrize(
        ("lang", "text"),
        [("en", "Bomb hits patrol in Jalawla subdistrict"), ("ar", "عبوة تستهدف دورية في ناحية جلولاء"), ("ckb", "بۆمبێک لە ناحیەی جەلەولا تەقییەوە")],
    )  # fmt: skip
    def test_a_subdistrict_stands_for_its_town(self, reader: PlaceReader, lang: str, text: str) -> None:
        place = placed(reader, text, lang)
        assert place.admin2 == KHANAQIN
        assert place.lat == pytest.approx(34.27, abs=0.03)

    def test_between_two_districts_is_their_governorate_with_both_as_candidates(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Crew attacked",
            summary="Gunmen attacked a crew on the border between Khalis and Muqdadiya districts.",
        )
        assert (place.admin1, place.admin2, place.lat) == ("IQG10", None, None)
        assert {candidate.admin2 for candidate in place.candidates} == {KHALIS, MUQDADIYA}
        assert place.name.startswith("Khalis and Muqdadiya")

    def test_a_site_without_a_point_takes_the_district_written_after_it(self, reader: PlaceReader) -> None:
        place = placed(
            reader, "Strike kills three", summary="Jets bombed a cave in Wadi al-Shay, in Daquq district, on Monday."
        )
        assert (place.name, place.admin2, place.lat) == ("Wadi al-Shay", "IQG13Q02", None)


class TestNamesakes:
    def test_the_district_beside_it_settles_a_village_of_many_bearers(self, reader: PlaceReader) -> None:
        in_khanaqin = placed(
            reader, "Attack", summary="Gunmen stormed the village of Kahriz in Khanaqin district of Diyala."
        )
        in_kifri = placed(reader, "Attack", summary="Gunmen stormed the village of Kahriz in Kifri district of Diyala.")
        assert in_khanaqin.admin2 == KHANAQIN
        assert in_kifri.admin2 == KIFRI

    def test_riyadh_of_hawija_is_not_the_saudi_capital(self, reader: PlaceReader) -> None:
        place = placed(
            reader, "انفجار عبوة في ناحية الرياض", "ar", summary="انفجرت عبوة ناسفة في ناحية الرياض بقضاء الحويجة."
        )
        assert (place.country, place.admin2) == ("IQ", "IQG13Q01")

    def test_riyadh_alone_is_the_saudi_capital(self, reader: PlaceReader) -> None:
        assert (
            placed(
                reader, "Explosion in Riyadh", summary="A drone hit a refinery in Riyadh, the Saudi capital."
            ).country
            == "SA"
        )

    def test_rashad_village_is_not_rashad_subdistrict(self, reader: PlaceReader) -> None:
        place = placed(
            reader, "Farmers killed", summary="Gunmen killed three farmers in Rashad, a village northeast of Muqdadiya.",
            content="The village has the same name as the Rashad subdistrict in Kirkuk.",
        )  # fmt: skip
        assert place.admin2 == MUQDADIYA

    def test_a_village_that_cannot_be_settled_is_its_district_with_candidates(self, reader: PlaceReader) -> None:
        place = placed(reader, "Attack", summary="Gunmen stormed the village of Dara in Khanaqin, killing six.")
        assert (place.name, place.admin2, place.precision) == ("Dara", KHANAQIN, Precision.DISTRICT)
        assert (place.lat, place.geonameid) == (None, None)
        assert {97212, 6928280} <= {candidate.geonameid for candidate in place.candidates}

    def test_a_village_known_only_elsewhere_is_not_put_there(self, reader: PlaceReader) -> None:
        place = placed(reader, "Attack", summary="ISIS attacked the village of Ali Saray in Daquq, killing one.")
        assert (place.admin2, place.lat) == ("IQG13Q02", None)

    def test_one_unknown_name_never_empties_the_rest(self, reader: PlaceReader) -> None:
        place = placed(
            reader, "Attack", summary="A bomb went off in the village of Qwertystan, in Kifri district, near Xyzzyabad."
        )
        assert place.admin2 == KIFRI


class TestOtherRolesOfPlaces:
    @pytest.mark.parametrize(
        ("lang", "title", "summary"),
        [
            ("en", "Farmer killed", "BAGHDAD - A farmer was killed by a bomb in Kifri district on Monday."),
            (
                "en",
                "Farmer killed",
                "ERBIL, Kurdistan Region — A farmer was killed by a bomb in Kifri district on Monday.",
            ),
            ("en", "Farmer killed", "A farmer was killed by a bomb in Kifri district, police in Baquba said."),
            (
                "en",
                "Farmer killed",
                "A farmer was killed by a bomb in Kifri district, a hospital source in Kirkuk told Rudaw.",
            ),
            (
                "en",
                "Farmer killed",
                "A farmer was killed by a bomb in Kifri district and his body was taken to Baquba.",
            ),
            ("en", "Farmer killed in Kifri district", "In 2014 militants killed dozens in Sinjar district."),
            ("en", "Farmer killed", "The governor of Kirkuk condemned the bombing in Kifri district."),
            ("ar", "مقتل مزارع", "بغداد/ قتل مزارع بانفجار عبوة في قضاء كفري، وفق مصدر في شرطة ديالى."),
            ("ar", "مقتل مزارع", "أفاد مصدر أمني في كركوك بأن مزارعاً قتل بانفجار عبوة في قضاء كفري."),
            ("ckb", "جووتیارێک کوژرا", "پۆلیسی گەرمیان ڕایگەیاند، بۆمبێک لە سنووری قەزای کفری جووتیارێکی کوشت."),
            ("ckb", "جووتیارێک کوژرا", "جووتیارێک لە سنووری قەزای کفری کوژرا و تەرمەکەی بۆ کەرکووک گواسترایەوە."),
        ],
    )
    def test_dateline_speaker_hospital_and_past_are_not_the_place(
        self, reader: PlaceReader, lang: str, title: str, summary: str
    ) -> None:
        assert placed(reader, title, lang, summary=summary).admin2 == KIFRI

    @pytest.mark.parametrize(
        ("lang", "text", "reason"),
        [
            ("en", "BAGHDAD - A farmer was killed in Kifri district.", "BAGHDAD (Baghdad): dateline"),
            ("en", "ERBIL, Kurdistan Region — A farmer was killed in Kifri district.", "ERBIL (Erbil): dateline"),
            ("ar", "بغداد/ قتل مزارع في قضاء كفري.", "بغداد (Baghdad): dateline"),
            ("en", "A farmer was killed in Kifri district, police in Baquba said.", "Baquba (Baqubah): speaker"),
            (
                "en",
                "A farmer was killed in Kifri district, the governor of Diyala said.",
                "Diyala (Diyala): institution",
            ),
            ("ar", "قتل مزارع في قضاء كفري وفق شرطة ديالى.", "ديالى (Diyala): institution"),
            ("en", "A farmer was killed in Kifri district on the Baghdad-Kirkuk road.", "Baghdad (Baghdad): road"),
            ("en", "A farmer was killed in Kifri district and his body taken to Kirkuk.", "Kirkuk (Kirkuk): movement"),
            ("en", "A farmer was killed in Kifri district, not in Khalis.", "Khalis (Khalis): corrected"),
            ("ckb", "تەندروستی دیالە: جووتیارێک لە قەزای کفری کوژرا.", "دیالە (Diyala): institution"),
        ],
    )
    def test_each_other_role_is_recognised(self, reader: PlaceReader, lang: str, text: str, reason: str) -> None:
        assert reason in reader.read(document("Farmer killed", lang, summary=text)).rejected

    def test_the_ends_of_a_road_are_not_the_place(self, reader: PlaceReader) -> None:
        place = placed(
            reader, "Ambush", summary="Gunmen ambushed a car near Sulaiman Bek on the Baghdad-Kirkuk highway."
        )
        assert place.admin2 == "IQG16Q07"

    def test_an_actor_s_country_is_not_the_place(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Turkish army shells villages",
            summary="Turkish artillery shelled the outskirts of Kani Masi on Monday.",
        )
        assert (place.country, place.admin2) == ("IQ", "IQG09Q01")

    def test_a_place_taken_back_is_not_the_place(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Correction",
            summary="The shooting happened in Buhriz, police said, correcting earlier reports that put it in Khalis.",
        )
        assert place.admin2 == BAQUBA

    @pytest.mark.parametrize(
        "title",
        ["Diyala University wins award", "Floods on the Diyala river", "Diyala FC beat Erbil SC", "مباراة نادي ديالى"],
    )
    def test_river_university_and_club_are_not_a_scene(self, reader: PlaceReader, title: str) -> None:
        reading = reader.read(
            document(title, "ar" if "ن" in title else "en", summary="A bomb killed two in Kifri district on Monday.")
        )
        assert reading.place is not None
        assert reading.place.admin2 == KIFRI

    def test_with_a_penalty_is_not_baquba(self, reader: PlaceReader) -> None:
        for text in ("الحكم بعقوبة السجن المؤبد على إرهابي", "يواجه المتهم الحكم بعقوبة تصل إلى الإعدام"):
            place = reader.read(document(text, "ar")).place
            assert place is None or place.admin2 != BAQUBA

    def test_baquba_with_its_preposition_is_baquba(self, reader: PlaceReader) -> None:
        for text in ("انفجار ببعقوبة", "انفجار سيارة مفخخة وسط بعقوبة", "مقتل شرطي في بعقوبة"):
            assert placed(reader, text, "ar").admin2 == BAQUBA

    def test_people_s_names_are_no_places(self, reader: PlaceReader) -> None:
        place = placed(
            reader,
            "Mayor Rashid Salih says two killed in Kifri district",
            summary="Hiwa Rashad, a teacher, saw it, said Dara Khalil.",
        )
        assert place.admin2 == KIFRI


class TestClitics:
    @pytest.mark.parametrize(
        "text",
        ["مقتل شرطي بديالى", "هجوم في ديالى", "محافظة ديالى تشهد انفجارا", "قتيل بمحافظة ديالى", "وبديالى قتل شرطي"],
    )
    def test_arabic_prefixes_come_off(self, reader: PlaceReader, text: str) -> None:
        assert placed(reader, text, "ar").admin1 == "IQG10"

    @pytest.mark.parametrize(
        "text", ["لە خانەقیندا دوو کەس کوژران", "خانەقینیش هێرشی کرایە سەر", "هێرشێک لە خانەقینەوە", "لەخانەقین تەقە کرا", "لە خانەقینی دیالە هێرش کرا"]
    )  # fmt: skip
    def test_sorani_endings_come_off(self, reader: PlaceReader, text: str) -> None:
        assert placed(reader, text, "ckb").admin2 == KHANAQIN


class TestTheWorld:
    @pytest.mark.parametrize(
        ("title", "country", "admin1"),
        [
            ("Blast in Quetta, Pakistan kills eight", "PK", "PK-BA"),
            ("Bus bombed near Turbat in Pakistan's Balochistan province", "PK", "PK-BA"),
            ("Missile strikes Kharkiv", "UA", "UA-63"),
            ("Gunmen raid village in Nigeria's Zamfara state", "NG", "NG-ZA"),
            ("Car bomb in Mogadishu", "SO", "SO-BN"),
        ],
    )
    def test_city_and_first_order_division(self, reader: PlaceReader, title: str, country: str, admin1: str) -> None:
        place = placed(reader, title)
        assert (place.country, place.admin1, place.admin2) == (country, admin1, None)

    def test_a_region_of_iraq_without_a_governorate_is_the_country(self, reader: PlaceReader) -> None:
        place = placed(reader, "Missiles hit base in Iraqi Kurdistan")
        assert (place.country, place.admin1, place.precision) == ("IQ", None, Precision.COUNTRY)

    def test_adjectives_alone_do_not_place_a_strike(self, reader: PlaceReader) -> None:
        assert reader.read(document("Turkish drones kill three")).place is None


class TestEvidence:
    def test_evidence_quotes_the_field_exactly(self, reader: PlaceReader) -> None:
        text = "<p>قتل مزارع بانفجار عبوة قرب قرية بانميل بقضاء خانقين.</p>"
        item = document("مقتل مزارع", "ar", summary=text)
        reading = reader.read(item)
        assert reading.evidence
        for evidence in reading.evidence:
            assert item.fields[evidence.field][evidence.start : evidence.end] == evidence.text
            assert evidence.fact == "place"
        assert reading.evidence[0].text == "بانميل"

    def test_a_clitic_is_not_part_of_the_name(self, reader: PlaceReader) -> None:
        assert placed(reader, "مقتل شرطي بديالى", "ar").name == "ديالى"

    def test_what_was_not_chosen_is_explained(self, reader: PlaceReader) -> None:
        reading = reader.read(
            document("Farmer killed", summary="BAGHDAD - A farmer was killed in Kifri district, police in Baquba said.")
        )
        assert any("Baquba" in reason and "speaker" in reason for reason in reading.rejected)

    def test_the_sentences_that_tell_the_attack_weigh_more(self, reader: PlaceReader) -> None:
        item = document("Weekly news", summary="Prices rose in Zakho district. Gunmen killed two in Kifri district.")
        told = reader.read(item, [2]).place
        assert told is not None
        assert told.admin2 == KIFRI


class TestBounds:
    @pytest.mark.parametrize(
        "text", ["", " ", "\ud800", "القائم " * 3000, "village of " * 3000, "بين " * 5000, "a" * 50_000, "Al-" * 9000]
    )
    def test_any_text_is_read_in_bounded_time(self, reader: PlaceReader, text: str) -> None:
        started = time.process_time()
        for lang in ("en", "ar", "ckb"):
            reader.read(document(text[:200], lang, content=text))
        assert time.process_time() - started < 6

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=300), st.sampled_from(["en", "ar", "ckb", "und"]))
    def test_no_text_raises(self, text: str, lang: str) -> None:
        _SHARED.read(document(text, lang, summary=text))

    def test_the_same_document_gives_the_same_reading(self, reader: PlaceReader) -> None:
        item = document("هجوم في ديالى", "ar", summary="قتل شخصان بهجوم على قرية بانميل في خانقين.")
        assert reader.read(item) == reader.read(item)


_SHARED = PlaceReader(Gazetteer.load())


def test_khanaqin_in_five_spellings_is_one_place(reader: PlaceReader) -> None:
    spelled = [("en", "Khanaqin"), ("en", "Khanikin"), ("en", "Xaneqin"), ("ar", "خانقين"), ("ckb", "خانەقین")]
    places = [
        placed(reader, f"{'في' if lang == 'ar' else 'لە' if lang == 'ckb' else 'Blast in'} {name}", lang)
        for lang, name in spelled
    ]
    assert {place.admin2 for place in places} == {KHANAQIN}


def test_a_village_in_three_scripts_is_one_point(reader: PlaceReader) -> None:
    places = [
        placed(reader, "Attack", summary="A post near the village of Zanqar in Daquq district was attacked."),
        placed(reader, "هجوم", "ar", summary="هاجم مسلحون نقطة قرب قرية زنقر في قضاء داقوق."),
        placed(reader, "هێرش", "ckb", summary="هێرش کرایە سەر خاڵێک لە نزیک گوندی زەنقەڕ لە سنووری داقووق."),
    ]
    first = places[0]
    for place in places:
        assert place.lat is not None
        assert place.lon is not None
        assert first.lat is not None
        assert first.lon is not None
        assert km_between(first.lat, first.lon, place.lat, place.lon) < 5
