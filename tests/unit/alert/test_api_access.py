"""Keys of the API: who is let in, what a key may do, what a stranger learns (nothing)."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar

from services.alert.api.problems import Fault
from services.alert.keys import Right, digest_of, judged, key_id_of, new_key
from services.alert.pace import Pace
from services.alert.watch import WebhookEndpoint
from tests.support.api import ApiStage, Pulse
from tests.support.api_shelves import NOW
from tests.support.incidents import opened

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
HOOK = {"channel": "webhook", "url": "https://desk.example/hook/token?x=1"}
DIYALA = {"places": ["Diyala"], "endpoints": ["desk"]}


def _guarded(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in app.routes
        for handler in route.route_handlers  # type: ignore[union-attr]  # all are HTTP routes
        for method in handler.http_methods  # type: ignore[union-attr]
        if handler.opt.get("right") is not None and method != "OPTIONS"
    ]


def _path(template: str) -> str:
    parts = (
        "1" if part.endswith(":int}") else "some" if part.startswith("{") else part for part in template.split("/")
    )
    return "/".join(parts)


def test_without_a_key_nothing_is_answered_but_the_style_the_log_in_and_the_document() -> None:
    stage = ApiStage([opened()])
    client = stage.client()
    routes = _guarded(stage.app)
    assert len(routes) >= 20
    for method, template in routes:
        answer = client.request(method, _path(template))
        assert answer.status_code == 401, (method, template)
        assert opened().incident_id not in answer.text
    assert client.get("/style.css").status_code == 200
    assert client.get("/v1/openapi.json").status_code == 200


def test_an_open_list_opens_incidents_and_nothing_else() -> None:
    stage = ApiStage([opened()], [opened(2, held=True)], open_incidents=True)
    client = stage.client()
    assert client.get("/v1/incidents").status_code == 200
    assert client.get("/").status_code == 200
    opened_routes = {
        template
        for method, template in _guarded(stage.app)
        if client.request(method, _path(template)).status_code != 401
    }
    assert opened_routes <= {
        "/", "/incidents/{incident_id:str}", "/incidents/{incident_id:str}/wrong", "/map", "/map/points.json", "/sources",
        "/v1/incidents", "/v1/incidents.geojson", "/v1/incidents/{incident_id:str}",
        "/v1/incidents/{incident_id:str}/cap", "/v1/incidents/{incident_id:str}/cap/{revision:int}",
    }  # fmt: skip
    held = opened(2).incident_id
    assert held not in client.get("/v1/incidents").text
    assert client.get(f"/v1/incidents/{held}").status_code == 404
    assert held in stage.client(stage.key()).get("/v1/incidents").text


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"revoked_at": NOW}, Fault.KEY_REVOKED),
        ({"expires_at": NOW}, Fault.KEY_EXPIRED),
        ({"digest": digest_of("another")}, Fault.KEY_WRONG),
    ],
)
def test_a_key_that_is_not_good_is_told_why_and_counted(changed: dict[str, Any], fault: Fault) -> None:
    stage = ApiStage()
    answer = stage.client(stage.key(**changed)).get("/v1/incidents")
    assert (answer.status_code, answer.json()["reason"]) == (401, fault.value)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert stage.refused(fault) == 1


@pytest.mark.parametrize("said", ["x", "tocsin_", f"tocsin_{'0' * 12}_{'x' * 43}", "", "ü" * 3, "a" * 5000])
def test_a_text_that_is_no_key_of_ours_is_wrong_whatever_it_is(said: str) -> None:
    stage = ApiStage()
    answer = stage.client().get("/v1/incidents", headers={"Authorization": b"Bearer " + said.encode()})
    assert (answer.status_code, answer.json()["reason"]) == (401, "key_wrong")


def test_a_wrong_secret_of_a_known_id_tells_no_more_than_an_unknown_id() -> None:
    key = new_key()
    stage = ApiStage()
    known = key_id_of(stage.key(revoked_at=NOW))
    answers = [
        stage.client(text).get("/v1/watches").json()["detail"] for text in (key.text, f"tocsin_{known}_{'x' * 43}")
    ]
    assert answers[0] == answers[1]


def test_a_key_is_kept_as_a_hash_alone() -> None:
    stage = ApiStage()
    text = stage.key()
    (held,) = stage.keys.held.values()
    assert text not in repr(held)
    assert held.digest == digest_of(text)
    assert judged(text, None, now=NOW) == judged("x", held, now=NOW) == "key_wrong"


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        (Right.READ, {"read"}),
        (Right.WRITE, {"read", "write"}),
        (Right.DESK, {"read", "desk"}),
        (Right.ADMIN, {"read", "write", "admin"}),
    ],
)
def test_a_key_may_do_what_its_rights_say(right: Right, allowed: set[str]) -> None:
    stage = ApiStage()
    client = stage.client(stage.key(right))
    seen = {
        "read": client.get("/v1/watches").status_code,
        "write": client.put("/v1/endpoints/desk", json=HOOK).status_code,
        "admin": client.get("/v1/keys").status_code,
    }
    assert {name for name, status in seen.items() if status == 200} == allowed - {"desk"}
    assert {status for name, status in seen.items() if name not in allowed} <= {403}


def test_a_password_and_a_cookie_open_the_page_but_write_only_from_the_page_itself() -> None:
    stage = ApiStage([opened()])
    key = stage.key(Right.WRITE)
    basic = {"Authorization": "Basic " + base64.b64encode(f"any:{key}".encode()).decode()}
    cookie = {"Cookie": f"tocsin_key={key}"}
    for headers in (basic, cookie):
        assert stage.client().get("/", headers=headers).status_code == 200
        for site, status in (("cross-site", 403), ("same-site", 403), ("none", 403), ("same-origin", 200)):
            answer = stage.client().put("/v1/endpoints/desk", json=HOOK, headers=headers | {"Sec-Fetch-Site": site})
            assert answer.status_code == status, site
        foreign = stage.client().put(
            "/v1/endpoints/desk", json=HOOK, headers=headers | {"Origin": "https://evil.example"}
        )
        assert (foreign.status_code, foreign.json()["reason"]) == (403, "cross_site")


def test_the_log_in_sets_a_cookie_that_no_script_reads_and_no_other_site_sends() -> None:
    stage = ApiStage([opened()])
    client = stage.client()
    assert client.get("/").status_code == 401
    assert 'type="password"' in client.get("/").text
    wrong = client.post("/login", data={"key": "tocsin_x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert wrong.status_code == 401
    assert "not a key of this server" in wrong.text
    foreign = client.post("/login", data={"key": stage.key()}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    done = client.post(
        "/login", data={"key": stage.key()}, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False
    )
    assert done.status_code == 303
    said = done.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert client.get("/").status_code == 200


def test_one_key_has_its_pace_and_delays_no_other() -> None:
    stage = ApiStage(per_minute=3)
    busy, calm = stage.client(stage.key()), stage.client(stage.key())
    assert [busy.get("/v1/watches").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = busy.get("/v1/watches")
    assert answer.json()["reason"] == "too_many_requests"
    assert int(answer.headers["retry-after"]) == 20
    assert calm.get("/v1/watches").status_code == 200
    stage.pulse.pass_by(timedelta(seconds=20))
    assert busy.get("/v1/watches").status_code == 200


def test_guessing_keys_is_slowed_down_and_a_right_key_is_not() -> None:
    stage = ApiStage(anonymous_per_minute=5)
    statuses = [stage.client(new_key().text).get("/v1/watches").status_code for _ in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert stage.client(stage.key()).get("/v1/watches").status_code == 200


def test_a_pace_forgets_who_asked_longest_ago() -> None:
    pulse = Pulse()
    pace = Pace(per_minute=1, monotonic=pulse)
    assert pace.wait_of("first") == 0
    assert pace.wait_of("first") == 60
    for number in range(20_000):
        pace.wait_of(str(number))
    assert pace.wait_of("first") == 0


def test_every_method_of_an_address_is_named_and_others_are_refused() -> None:
    client = ApiStage().client()
    assert client.options("/v1/watches/home").headers["allow"] == "DELETE, GET, OPTIONS, PUT"
    refused = client.patch("/v1/keys")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, OPTIONS, POST")
    assert refused.json()["reason"] == "method_not_allowed"


def test_a_body_larger_than_allowed_is_refused_before_it_is_read() -> None:
    stage = ApiStage(max_body_bytes=1000)
    client = stage.client(stage.key(Right.WRITE))
    answer = client.put("/v1/endpoints/desk", json=HOOK | {"x": "y" * 2000})
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")
    assert stage.refused(Fault.TOO_LARGE) == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b'{"channel": "\\ud800"}', b"\xff", b""])
def test_a_body_that_is_no_document_is_refused(body: bytes) -> None:
    stage = ApiStage()
    client = stage.client(stage.key(Right.WRITE))
    answer = client.put("/v1/endpoints/desk", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"channel": "webhook", "url": "https://x.example/${HOME}"}, "${…}"),
        (
            {"channel": "webhook", "url": "https://x.example/", "secret_file": "/etc/passwd"},
            "secret_file is for the watches file",
        ),
        ({"channel": "webhook", "url": "ftp://x.example/"}, "https://"),
        ({"channel": "pigeon"}, "'pigeon'"),
        ({"channel": "webhook", "url": "https://x.example/", "language": "xx"}, "language is 'xx'"),
        ({"channel": "webhook", "url": "https://x.example/", "x": {"y": [[[[[[[[[[[[[1]]]]]]]]]]]]]}}, "nested"),
    ],
)
def test_an_endpoint_that_is_wrong_or_asks_for_the_servers_own_is_refused(
    document: dict[str, Any], sentence: str
) -> None:
    stage = ApiStage()
    answer = stage.client(stage.key(Right.WRITE)).put("/v1/endpoints/desk", json=document)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (422, True), answer.text
    assert stage.subscriptions.held == {}


def test_secrets_are_shown_once_and_addresses_to_those_who_may_change_them() -> None:
    stage = ApiStage()
    writer, reader = stage.client(stage.key(Right.WRITE)), stage.client(stage.key())
    made = writer.put("/v1/endpoints/desk", json=HOOK).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in str(writer.get("/v1/endpoints/desk").json()["document"])
    assert writer.put("/v1/endpoints/desk", json=HOOK).json()["secret"] is None, "it keeps the one it has"
    assert writer.get("/v1/endpoints/desk").json()["document"]["url"] == HOOK["url"]
    assert reader.get("/v1/endpoints/desk").json()["document"]["url"] == "https://desk.example/…"
    assert made["secret"] not in reader.get("/v1/endpoints").text


def test_a_secret_that_is_replaced_signs_along() -> None:
    stage = ApiStage()
    writer = stage.client(stage.key(Right.WRITE))
    old = writer.put("/v1/endpoints/desk", json=HOOK).json()["secret"]
    answer = writer.put("/v1/endpoints/desk", json=HOOK | {"secret": SECRET})
    assert (answer.status_code, answer.json()["secret"]) == (200, None)
    endpoint = stage.roster.endpoints["desk"]
    assert isinstance(endpoint, WebhookEndpoint)
    assert endpoint.secrets == (SECRET, old)
    assert old not in answer.text + writer.get("/v1/endpoints").text


def test_a_watch_without_a_webhook_has_a_feed_to_be_read() -> None:
    stage = ApiStage()
    writer = stage.client(stage.key(Right.WRITE))
    assert writer.put("/v1/watches/home", json={"places": ["Diyala"]}).json()["endpoints"] == ["home~feed"]
    stage.deliveries.write("d_1", endpoint="home~feed", watch_ids=("home",))
    page = writer.get("/v1/changes", params={"watch": "home"}).json()
    assert [one["id"] for one in page["changes"]] == ["d_1"]


def test_the_cursor_of_a_quiet_watch_does_not_grow_old() -> None:
    stage = ApiStage()
    client = stage.client(stage.key(Right.WRITE))
    client.put("/v1/watches/home", json={"places": ["Diyala"]})
    stage.deliveries.write("d_1", endpoint="home~feed", watch_ids=("home",))
    first = client.get("/v1/changes", params={"watch": "home"}).json()["next"]
    for number in range(5):
        stage.deliveries.write(f"d_other_{number}", endpoint="desk")
    later = client.get("/v1/changes", params={"watch": "home", "after": first}).json()["next"]
    stage.deliveries.pruned_to = 5
    assert client.get("/v1/changes", params={"watch": "home", "after": later}).status_code == 200
    old = client.get("/v1/changes", params={"watch": "home", "after": first})
    assert (old.status_code, old.json()["reason"]) == (410, "cursor_expired")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"type": "bang"}, "accepted are armed_clash"),
        ({"status": "gone"}, "accepted are active"),
        ({"min_severity": "huge"}, "accepted are minor"),
        ({"since": "yesterday"}, "2026-06-13T20:00:00Z"),
        ({"bbox": "1,2,3"}, "west,south,east,north"),
        ({"bbox": "1,2,3,nan"}, "no box on the earth"),
        ({"area": "Salman"}, "Salman in Diyala"),
        ({"area": "Atlantis"}, "is not a place that is known"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_a_filter_that_does_not_parse_names_what_is_accepted(parameters: dict[str, str], sentence: str) -> None:
    stage = ApiStage(open_incidents=True)
    answer = stage.client().get("/v1/incidents", params=parameters)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (422, True), answer.text
