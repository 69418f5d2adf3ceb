"""config/watches.yaml: what is understood, and the sentences for what is not."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.alert.area import Circle, CodedArea, Polygon
from services.alert.errors import WatchesFileError
from services.alert.watch import (
    AppriseEndpoint,
    EmailEndpoint,
    Filters,
    Subscriptions,
    Watch,
    WebhookEndpoint,
    WhenVague,
)
from services.alert.watches_file import load
from shared.events.facts import EventGroup, EventType
from shared.events.incident import Severity
from tests.support.places import FewPlaces

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ENVIRONMENT = {"DESK_SECRET": SECRET, "DESK_URL": "https://desk.example/hook"}
DESK = {"channel": "webhook", "url": "${DESK_URL}", "secret": "${DESK_SECRET}"}


def _load(tmp_path: Path, document: object) -> Subscriptions:
    path = tmp_path / "watches.yaml"
    text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return load(path, ENVIRONMENT, FewPlaces())


def _problems(tmp_path: Path, document: object) -> str:
    with pytest.raises(WatchesFileError) as raised:
        _load(tmp_path, document)
    assert str(tmp_path / "watches.yaml") in str(raised.value)
    return str(raised.value)


def _with_endpoint(**changed: Any) -> dict[str, Any]:
    endpoint = {key: value for key, value in (DESK | changed).items() if value is not None}
    return {"endpoints": {"desk": endpoint}}


def _with_watch(**changed: Any) -> dict[str, Any]:
    watch: dict[str, Any] = {"places": ["Diyala"], "endpoints": ["desk"]}
    return {"endpoints": {"desk": DESK}, "watches": {"diyala": watch | changed}}


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    found = _load(tmp_path, {
        "endpoints": {"desk": DESK, "mail": {"channel": "email", "to": "desk@example.org", "language": "ckb"}},
        "watches": {
            "east": {
                "name": "East Diyala",
                "places": ["Khanaqin", "IQG10", {"circle": {"lat": 34.3, "lon": 45.4, "radius_km": 25}}],
                "endpoints": ["desk", "mail"],
                "when_vague": "hold",
                "language": "ar",
                "filters": {
                    "groups": ["battles"], "types": ["attack"], "min_severity": "moderate", "min_killed": 1,
                    "min_confidence": 0.5, "min_origins": 2, "languages": ["ar"],
                },
            }
        },
    })  # fmt: skip
    assert found.endpoints == (
        WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=(SECRET,)),
        EmailEndpoint(id="mail", to="desk@example.org", language="ckb"),
    )
    assert found.watches == (
        Watch(
            id="east",
            name="East Diyala",
            areas=(
                CodedArea(codes=("IQ", "IQG10", "IQG10Q05")),
                CodedArea(codes=("IQ", "IQG10")),
                Circle(lat=34.3, lon=45.4, radius_km=25.0),
            ),
            endpoints=("desk", "mail"),
            filters=Filters(
                groups=(EventGroup.BATTLES,),
                types=(EventType.ATTACK,),
                min_severity=Severity.MODERATE,
                min_killed=1,
                min_confidence=0.5,
                min_origins=2,
                languages=("ar",),
            ),
            when_vague=WhenVague.HOLD,
            language="ar",
        ),
    )


@pytest.mark.parametrize("name", ["Diyala", "ديالى", "دیالە"])
def test_a_name_in_any_of_the_languages_is_the_same_area(tmp_path: Path, name: str) -> None:
    (watch,) = _load(tmp_path, _with_watch(places=[name])).watches
    assert watch.areas == (CodedArea(codes=("IQ", "IQG10")),)


def test_an_endpoint_that_is_not_enabled_needs_no_secret_and_is_told_nothing(tmp_path: Path) -> None:
    document = _with_watch()
    document["endpoints"]["desk"] = {**DESK, "enabled": False, "secret": "${NOT_SET}"}
    found = _load(tmp_path, document)
    assert found.endpoints == ()
    assert found.watches[0].endpoints == ()


def test_an_empty_file_is_refused_and_one_that_says_so_watches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "watches.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(WatchesFileError, match="it is empty"):
        load(path, {}, FewPlaces())
    path.write_text("watches: {}\n", encoding="utf-8")
    assert load(path, {}, FewPlaces()) == Subscriptions()


def test_a_secret_may_stand_in_a_file_and_old_ones_sign_along(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text(SECRET + "\n", encoding="utf-8")
    old = "whsec_" + "b2xkIHNlY3JldCBvZiB0aHJlZSBhbmQgdGhpcnR5IGJ5dGU="
    document = _with_endpoint(secret=None, secret_file=str(secret_file), previous_secrets=[old])
    (endpoint,) = _load(tmp_path, document).endpoints
    assert isinstance(endpoint, WebhookEndpoint)
    assert endpoint.secrets == (SECRET, old)
    assert SECRET not in repr(endpoint)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"channel": "pigeon"}, "endpoints.desk: channel is 'pigeon'; accepted are webhook, email, apprise and pull"),
        ({"channel": None}, "endpoints.desk: channel is None"),
        ({"ulr": "x"}, "endpoints.desk: 'ulr' is not a key here; did you mean url?"),
        ({"url": "ftp://x.example"}, "url is 'ftp://x.example'; an address that starts with https://"),
        ({"url": "https://user:pw@x.example/"}, "url carries a user name or password"),
        ({"url": "${NOT_SET}"}, "url refers to ${NOT_SET}, which is not set"),
        ({"secret": None}, "give exactly one of secret and secret_file"),
        ({"secret": "whsec_dG9vIHNob3J0"}, "the secret has 9 bytes; whsec_ followed by 24 to 64"),
        ({"secret": "whsec_***"}, "the secret is not base64"),
        (
            {"secret": None, "secret_file": "/nowhere/at/all"},
            "secret_file names '/nowhere/at/all', which cannot be read",
        ),
        ({"language": "fr"}, "language is 'fr'; accepted are en, ar, ckb"),
        ({"enabled": "yes please"}, "enabled is 'yes please'; accepted are true and false"),
        ({"channel": "email", "to": "desk@example.org\nBcc: x@example.org"}, "no mail address: it contains control"),
        ({"channel": "email", "to": "Desk"}, "to is 'Desk', no mail address"),
    ],
)
def test_a_wrong_endpoint_is_named_with_what_is_accepted(
    tmp_path: Path, changed: dict[str, Any], sentence: str
) -> None:
    assert sentence in _problems(tmp_path, _with_endpoint(**changed))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"places": []}, "watches.diyala: places is empty; name at least one"),
        ({"places": "Diyala"}, "places must be a list"),
        ({"places": ["Diyalla"]}, "places has 'Diyalla', which is not a place that is known; did you mean Diyala?"),
        ({"places": ["Salman"]}, "may mean Salman in Diyala; Salman in Muthanna; give the code of the one you mean"),
        ({"places": ["IQG99"]}, "places has 'IQG99', which is the code of no country or division"),
        ({"places": [7]}, "places has 7; a name, a code, {circle: …} or {polygon: …} is accepted"),
        ({"places": [{"circle": {"lat": 34}}]}, "a circle has exactly the keys lat, lon and radius_km"),
        ({"places": [{"circle": {"lat": 134, "lon": 4, "radius_km": 5}}]}, "lat is 134; a number from -90 to 90"),
        ({"places": [{"circle": {"lat": 34, "lon": 4, "radius_km": 0}}]}, "radius_km is 0; a number from 0.1 to 2000"),
        ({"endpoints": ["dsek"]}, "endpoints names 'dsek', which is not under endpoints; did you mean desk?"),
        ({"when_vague": "guess"}, "when_vague has 'guess'; accepted are tell, narrowed, hold"),
        (
            {"filters": {"min_severity": "bad"}},
            "min_severity has 'bad'; accepted are minor, moderate, severe, critical",
        ),
        ({"filters": {"types": ["war"]}}, "types has 'war'; accepted are armed_clash"),
        ({"filters": {"min_killed": -1}}, "min_killed is -1; a whole number from 0"),
        ({"filters": {"min_killed": True}}, "min_killed is True; a whole number"),
        ({"filters": {"min_confidence": 80}}, "min_confidence is 80; a number from 0 to 1"),
        ({"filters": {"min_kiled": 1}}, "'min_kiled' is not a key here; did you mean min_killed?"),
        ({"filters": {"languages": ["English"]}}, "languages has 'English'; language codes such as en"),
        ({"name": "x" * 300}, "name must be a text of 1 to 200 characters"),
    ],
)
def test_a_wrong_watch_is_named_with_what_is_accepted(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    assert sentence in _problems(tmp_path, _with_watch(**changed))


def _polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return _with_watch(places=[{"polygon": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}}])


def test_a_polygon_is_taken(tmp_path: Path) -> None:
    square = ((45.0, 34.0), (46.0, 34.0), (46.0, 35.0), (45.0, 35.0), (45.0, 34.0))
    (watch,) = _load(tmp_path, _polygon(*square)).watches
    assert watch.areas == (Polygon(ring=square),)


@pytest.mark.parametrize(
    ("corners", "sentence"),
    [
        (((45.0, 34.0), (46.0, 34.0), (46.0, 35.0)), "at least four corners"),
        (((45.0, 34.0), (46.0, 34.0), (46.0, 35.0), (45.0, 35.0)), "not closed"),
        (((45.0, 34.0), (46.0, 35.0), (46.0, 34.0), (45.0, 35.0), (45.0, 34.0)), "crosses or touches itself"),
        (((45.0, 34.0), (246.0, 34.0), (46.0, 35.0), (45.0, 34.0)), "longitude is 246.0"),
    ],
)
def test_a_broken_polygon_is_refused(tmp_path: Path, corners: tuple[tuple[float, float], ...], sentence: str) -> None:
    assert sentence in _problems(tmp_path, _polygon(*corners))


def test_a_polygon_of_ten_thousand_corners_is_checked_quickly(tmp_path: Path) -> None:

    ring = [(45 + math.cos(n / 4999.5 * math.pi), 34 + math.sin(n / 4999.5 * math.pi)) for n in range(9_999)]
    (watch,) = _load(tmp_path, json.dumps(_polygon(*ring, ring[0]))).watches
    assert isinstance(watch.areas[0], Polygon)
    assert len(watch.areas[0].ring) == 10_000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{unclosed", "it is not YAML"),
        ("- just\n- a list", "the file must have the keys endpoints, watches, but is a list"),
        ("watchs: {}", "'watchs' is not a key here; did you mean watches?"),
        ("watches: {Bad Name!: {}}", "watches has the name 'Bad Name!'"),
        ("watches: [x]", "watches must be a list of names with their settings, but is a list"),
        ("watches: {diyala: 7}", "watches.diyala"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in _problems(tmp_path, text)


def test_every_fault_is_reported_at_once_and_no_secret_is_shown(tmp_path: Path) -> None:
    short = "whsec_c2hvcnQ="
    document = _with_endpoint(secret=short) | {"watches": {"a": {"places": ["Nowhere"]}, "b": {"places": []}}}
    said = _problems(tmp_path, document)
    assert said.count("watches.yaml:") == 3
    assert short not in said


def test_a_missing_file_says_which_setting_names_it(tmp_path: Path) -> None:
    with pytest.raises(WatchesFileError, match="TOCSIN_ALERT_WATCHES_FILE"):
        load(tmp_path / "none.yaml", {}, FewPlaces())


def test_the_shipped_file_watches_diyala() -> None:
    shipped = Path(__file__).parents[3] / "config" / "watches.yaml"
    found = load(shipped, {}, FewPlaces())
    assert [(watch.id, watch.areas) for watch in found.watches] == [("diyala", (CodedArea(codes=("IQ", "IQG10")),))]


def test_a_watch_may_ask_for_facts_only(tmp_path: Path) -> None:
    path = tmp_path / "watches.yaml"
    path.write_text("watches:\n  a: {places: [IQ], minimal: true}\n  b: {places: [IQ]}\n", encoding="utf-8")
    assert [watch.minimal for watch in load(path, {}, FewPlaces()).watches] == [True, False]


def test_an_endpoint_may_name_its_owner_and_its_bounds(tmp_path: Path) -> None:
    document = _with_endpoint(owner="mail", max_concurrent=2, per_second=0.5)
    document["endpoints"]["mail"] = {"channel": "email", "to": "desk@example.org"}
    desk = _load(tmp_path, document).endpoints[0]
    assert isinstance(desk, WebhookEndpoint)
    assert (desk.owner, desk.max_concurrent, desk.per_second) == ("mail", 2, 0.5)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"owner": "nobody"}, "owner names 'nobody', which is not under endpoints; known are desk"),
        ({"owner": "desk"}, "owner names the endpoint itself"),
        ({"max_concurrent": 0}, "max_concurrent is 0; a whole number from 1 to 100 is accepted"),
        ({"per_second": 0}, "per_second is 0; a number from 0.01 to 1000 is accepted"),
        ({"previous_secrets": [SECRET] * 11}, "previous_secrets has 11 entries; at most 10 are kept"),
    ],
)
def test_a_bound_that_makes_no_sense_is_said(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    assert sentence in _problems(tmp_path, _with_endpoint(**changed))


def test_a_service_of_apprise_is_an_endpoint_whose_address_is_never_shown(tmp_path: Path) -> None:
    address = tmp_path / "address"
    address.write_text("tgram://123:token/456\n")
    chat = {"channel": "apprise", "url_file": str(address), "language": "ar"}
    (found,) = _load(tmp_path, {"endpoints": {"chat": chat}, "watches": {}}).endpoints
    assert found == AppriseEndpoint(id="chat", url="tgram://123:token/456", language="ar")
    assert "token" not in repr(found)


@pytest.mark.parametrize("url", ["hello", "tgram: //x", "tgram://a b"])
def test_what_is_no_address_of_a_service_is_said_without_showing_it(tmp_path: Path, url: str) -> None:
    said = _problems(tmp_path, {"endpoints": {"chat": {"channel": "apprise", "url": url}}, "watches": {}})
    assert "url is not an address of Apprise, such as tgram://token/chat" in said
    assert url not in said
