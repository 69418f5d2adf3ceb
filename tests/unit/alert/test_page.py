"""The page: filters that never fail, search in every script, stories without English words, points of the map, files kept for ever."""

import gzip
import json
import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.alert import phrases
from services.alert.adapters.atlas import GazetteerAtlas
from services.alert.api import page_words
from services.alert.api.assets import asset, asset_address
from services.alert.api.map_points import map_points, where
from services.alert.api.map_shapes import watch_features
from services.alert.api.page_filters import read_form
from services.alert.api.ports import Atlas
from services.alert.api.story_page import source_rows, steps
from services.alert.area import Circle, CodedArea, Polygon
from services.alert.keys import Right
from services.alert.ledger import DeliveryStatus
from services.alert.manners import Manners, Site
from services.alert.routing import Message
from services.alert.search import is_found, seek
from services.alert.watch import LANGUAGES, Language, Subscriptions, Watch
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import ChangeKind, FactChange, Severity, Status, TollEntry
from shared.events.source import SourceHealth
from shared.geo.gazetteer import Gazetteer
from tests.support.api import ApiStage
from tests.support.api_shelves import NOW
from tests.support.incidents import KIRKUK_CITY, opened, source, updated
from tests.support.places import FewPlaces

EVIL = '"><script>alert(1)</script>'
PLACES = FewPlaces()
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def _point_of(code: str, /) -> tuple[float, float] | None:
    return {"IQG10Q05": (34.5, 45.4)}.get(code)


@pytest.mark.parametrize(
    "query",
    ["q=" + "x" * 5000, "type=nothing", "min_severity=9", "days=-1", "days=1e9", "area=Nowhere", "cursor=zzz", "lang=zz", f"q={EVIL}", f"area={EVIL}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/map", "/map/points.json"])
def test_a_filter_that_does_not_parse_is_left_out_and_never_an_error(path: str, query: str) -> None:
    answer = ApiStage([opened()], open_incidents=True).client().get(f"{path}?{query}")
    assert answer.status_code in (200, 422), answer.text  # 422: longer than any language's code
    assert "<script>alert" not in answer.text


def test_the_forms_filters_are_those_of_the_api() -> None:
    said = {"area": "IQG10", "type": "attack", "min_severity": "severe", "days": "7", "q": " "}
    asked = read_form(said, PLACES, now=NOW, with_held=False)
    assert asked.wanted.areas == (CodedArea(codes=("IQ", "IQG10")),)
    assert asked.wanted.types == (EventType.ATTACK,)
    assert asked.wanted.severities == (Severity.SEVERE, Severity.CRITICAL)
    assert asked.wanted.since == NOW - timedelta(days=7)
    assert asked.wanted.held is False
    assert asked.sought is None
    assert read_form({"area": "Atlantis"}, PLACES, now=NOW, with_held=True).is_area_unknown


@pytest.mark.parametrize("text", ["Diyala", "ديالى", "دیالە", "dara", "DARA", "gunmen khanaqin", "هجوم مسلح"])
def test_search_finds_places_in_every_script_and_words_of_the_texts(text: str) -> None:
    sought = seek(text, PLACES)
    assert sought is not None
    assert is_found(opened(), sought, PLACES)


@pytest.mark.parametrize("text", ["Sarqala", "سرقلا", "سەرقەڵا"])
def test_a_village_that_no_gazetteer_has_is_found_by_its_consonants(text: str) -> None:
    sought = seek(text, PLACES)
    assert sought is not None
    village = Place(name="سەرقەڵا", precision=Precision.DISTRICT, country="IQ")
    assert is_found(opened(place=village), sought, PLACES)
    assert not is_found(opened(), sought, PLACES)


@pytest.mark.parametrize("text", ["Kirkuk", "gunmen basra", "drone"])
def test_search_does_not_find_what_is_not_there(text: str) -> None:
    sought = seek(text, PLACES)
    assert sought is not None
    assert not is_found(opened(), sought, PLACES)


def test_text_without_words_seeks_nothing() -> None:
    assert seek(" -!? ", PLACES) is None


def test_a_search_goes_on_where_it_stopped() -> None:
    histories = [[opened(number, last_seen=NOW - timedelta(minutes=number))] for number in range(1, 121)]
    client = ApiStage(*histories, open_incidents=True).client()
    seen: list[str] = []
    path = "/?q=gunmen&lang=en"
    for _ in range(3):
        text = client.get(path).text
        seen += re.findall(r'href="/incidents/([^?]+)', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if following is None:
            break
        path = following[1].replace("&amp;", "&")
    assert seen == [history[0].incident_id for history in histories]


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_a_story_has_no_english_words_of_ours(language: Language) -> None:
    facts = (
        FactChange(fact="event_group", before=None, after="battles"),
        FactChange(fact="perpetrator", before="unknown", after="us_coalition"),
        FactChange(fact="status", before="active", after="retracted"),
        FactChange(fact="admin2", before=None, after="IQG10Q05"),
        FactChange(fact="precision", before=None, after="district"),
        FactChange(fact="claim", before=None, after="isis"),
        FactChange(fact="event_type", before="attack", after="grenade"),
        FactChange(fact="something_new", before=None, after="5"),
    )
    mute = source(1, outlet="موقع", title="خبر")
    latest = opened(
        perpetrator="us_coalition", place=Place(name="خانقين", precision=Precision.DISTRICT, country="IQ", admin1="IQG10"),
        sources=(mute,), evidence=(), changed=facts,
        tolls=(TollEntry(item_id="i", outlet="موقع", time=NOW, casualties=opened().casualties),),
    )  # fmt: skip
    stage = ApiStage([latest])
    stage.deliveries.write("d", endpoint="desk", incident_id=latest.incident_id)
    key = stage.key(Right.READ)
    text = stage.client(key).get(f"/incidents/{latest.incident_id}?lang={language}").text
    body = re.sub(r"<head>.*?</head>|<[^>]*>", " ", text, flags=re.DOTALL)
    english = set(re.findall(r"[A-Za-z]{2,}", body)) - {"Tocsin", "English", "UTC", "desk"}
    assert english == set()


def test_every_word_of_the_page_is_there_in_three_languages() -> None:
    tables = (
        page_words.PAGE, page_words.CHANGE, page_words.STATUS, page_words.SOURCE_KIND, page_words.DELIVERY, page_words.MESSAGE,
        page_words.FACT, page_words.GROUP, page_words.SOURCE_LANGUAGE, phrases.ACTOR,
    )  # fmt: skip
    for table in tables:
        for words in table.values():  # type: ignore[attr-defined]  # the tables differ in their keys alone
            assert all(words[language] for language in LANGUAGES)
    assert set(page_words.CHANGE) == set(ChangeKind)
    assert set(page_words.STATUS) == set(Status)
    assert set(page_words.DELIVERY) == set(DeliveryStatus)
    assert set(page_words.MESSAGE) == set(Message)
    assert {page_words.days(count, "ar") for count in (1, 2, 3, 30, 365)} == {
        "يوم واحد",
        "يومان",
        "3 أيام",
        "30 يوماً",
        "365 يوماً",
    }


def test_each_source_stands_with_its_own_words_and_each_step_with_what_it_changed() -> None:
    after = updated(opened())
    newest, oldest = source_rows(after, "en")
    assert (newest.outlet, oldest.outlet) == ("Hamrin Voice", "Sirwan Post")
    assert [one.text for one in oldest.words][1] == "four people were killed"
    assert newest.words == ()
    assert [one.change for one in steps([opened(), after], "en", PLACES)] == ["first reported", "facts changed"]


def test_a_place_known_to_its_district_only_says_so_in_the_list() -> None:
    client = ApiStage([opened()], [opened(2, place=KIRKUK_CITY)], open_incidents=True).client()
    text = client.get("/").text
    assert text.count("(the district only)") == 1


def test_a_reported_error_reaches_the_desk_from_our_own_page_only() -> None:
    stage = ApiStage([opened()], open_incidents=True)
    path, said = f"/incidents/{opened().incident_id}/wrong", {"words": f"it was {EVIL}", "lang": "en"}
    assert stage.client().post(path, data=said).status_code == 403
    assert stage.client().post(path, data=said, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stage.desk.open == []
    answer = stage.client().post(path, data=said, headers=SAME_SITE)
    assert (answer.status_code, "A person will read it" in answer.text) == (200, True)
    assert stage.desk.open[0].words == f"it was {EVIL}"
    assert stage.client().post(path, data={"words": " "}, headers=SAME_SITE).status_code == 422
    assert stage.client().post("/incidents/a_0/wrong", data=said, headers=SAME_SITE).status_code == 404
    assert ApiStage([opened()]).client().post(path, data=said, headers=SAME_SITE).status_code == 401


def test_points_carry_what_the_map_says_and_stand_for_an_area_where_no_point_is_known() -> None:
    nowhere = opened(3, place=Place(name="Iraq", precision=Precision.COUNTRY, country="IQ"))
    retracted = opened(2, place=KIRKUK_CITY, status=Status.RETRACTED)
    found = map_points([opened(), retracted, nowhere], "en", PLACES, _point_of, is_cut=False)
    vague, exact = found.points
    assert (vague.lat, vague.lon, vague.is_exact, vague.killed) == (34.5, 45.4, False, 4)
    assert (exact.lat, exact.lon, exact.is_exact, exact.is_standing) == (35.468, 44.392, True, False)
    assert found.kinds[vague.kind] == "attack"
    assert found.without_point == 1
    assert where(KIRKUK_CITY, _point_of) == (35.468, 44.392, True)


def test_twenty_thousand_points_are_some_hundred_kilobytes() -> None:
    stage = ApiStage(*([opened(number, place=KIRKUK_CITY)] for number in range(1, 2001)), open_incidents=True)
    body = stage.client().get("/map/points.json").content
    assert len(json.loads(body)["points"]) == 2000
    assert len(gzip.compress(body)) * 10 < 800_000


def test_a_full_list_of_varied_news_is_no_more_than_fifty_kilobytes() -> None:
    drawn = random.Random(3)

    def words(count: int) -> str:
        return " ".join("".join(drawn.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=6)) for _ in range(count))

    histories = [
        [
            opened(
                number,
                place=Place(name=words(3), precision=Precision.TOWN, lat=33.0, lon=44.0, country="IQ"),
                sources=(source(1, outlet=words(4)),),
            )
        ]
        for number in range(1, 60)
    ]
    answer = ApiStage(*histories, open_incidents=True).client().get("/?lang=ar")
    assert answer.text.count("<article") == 50
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content, 6)) < 50_000


def test_only_the_map_may_run_a_script_and_only_ours() -> None:
    client = ApiStage([opened()], open_incidents=True).client()
    policies = {
        path: client.get(path).headers["content-security-policy"] for path in ("/", "/map", "/sources", "/login")
    }
    assert "script-src 'self'" in policies.pop("/map")
    assert all("script-src" not in policy for policy in policies.values())
    text = client.get("/map").text
    assert all(
        address.startswith("/static/") for address in re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', text)
    )
    assert "unsafe" not in client.get("/map").headers["content-security-policy"]


def test_files_are_kept_for_ever_under_an_address_that_names_their_content() -> None:
    client = ApiStage().client()
    answer = client.get(asset_address("leaflet.js"))
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/static/000000000000/leaflet.js").status_code == 404
    assert client.get("/static/x/..%2f..%2fpages.py").status_code == 404
    assert asset("../pages.py") is None


def test_watches_on_the_map_are_the_tenants_own() -> None:
    own = Watch(id="home", name=EVIL, areas=(Circle(lat=34.0, lon=45.0, radius_km=5.0),), endpoints=())
    foreign = replace(own, id="acme.home", name="Secret")
    stage = ApiStage(of_file=Subscriptions(watches=(own, foreign)), open_incidents=True)
    assert stage.client().get("/map/watches.json").status_code == 401
    answer = stage.client(stage.key(Right.READ)).get("/map/watches.json").json()
    assert [one["properties"]["watch"] for one in answer["features"]] == [EVIL]
    assert stage.client(stage.key(Right.READ, tenant="other")).get("/map/watches.json").json()["features"] == []


def test_areas_circles_polygons_and_sites_are_drawn() -> None:
    ring = ((44.0, 33.0), (45.0, 33.0), (45.0, 34.0), (44.0, 33.0))
    watch = Watch(
        id="w", name="w", endpoints=(), areas=(CodedArea(codes=("IQ", "IQG10")), CodedArea(codes=("FR",)), Polygon(ring=ring)),
        manners=Manners(sites=(Site(name="Clinic", lat=34.0, lon=45.0, radius_km=3.0),)),
    )  # fmt: skip
    shapes = {"IQG10": {"type": "Polygon", "coordinates": [list(ring)]}}
    features = watch_features([watch], shapes.get)["features"]
    assert [one["geometry"]["type"] for one in features] == ["Polygon", "Polygon", "Point"]
    assert features[2]["properties"]["name"] == "Clinic"


class _Sources:
    async def sources(self) -> list[SourceHealth]:
        fresh = {"last_success_at": NOW, "next_poll_at": NOW + timedelta(minutes=5), "at": NOW}
        return [
            SourceHealth(slug="good", outlet="Good", country="IQ", language="ckb", **fresh),  # type: ignore[arg-type]  # one table of times
            SourceHealth(slug="bad", outlet=EVIL, failures=9, at=NOW),
            SourceHealth(slug="tocsin-canary", outlet="Canary", at=NOW),
        ]


def test_the_state_of_the_sources_says_which_are_seen_the_others_first() -> None:
    text = ApiStage(sources=_Sources(), open_incidents=True).client().get("/sources").text
    assert text.index("&lt;script&gt;") < text.index("Good")
    assert "not seen" in text
    assert "Canary" not in text
    assert ApiStage(sources=_Sources()).client().get("/sources").status_code == 401


def test_the_atlas_draws_all_governorates_and_knows_a_point_in_each_district(atlas: Atlas) -> None:
    document = json.loads(atlas.base_map)
    kinds = [one["properties"]["kind"] for one in document["features"]]
    assert (kinds.count("governorate"), kinds.count("district")) == (18, 101)
    assert len(gzip.compress(atlas.base_map)) < 60_000
    lat, lon = atlas.point_of("IQG10Q05") or (0.0, 0.0)
    assert (33.9 < lat < 34.9, 45.0 < lon < 46.0) == (True, True)
    assert atlas.shape_of("FR") is None
    assert (atlas.shape_of("IQ") or {})["type"] in ("Polygon", "MultiPolygon")


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return GazetteerAtlas(Gazetteer.load())
