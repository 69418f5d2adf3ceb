"""The page and the API: news text is shown and never executed, cursors are walked, faults are sentences."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from services.alert.api.incident_routes import cursor_after, read_cursor
from services.alert.keys import Right
from shared.events.incident import SourcedEvidence, Status
from tests.support.api import ApiStage
from tests.support.incidents import PUBLISHED, opened, source, updated

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture
def stage() -> ApiStage:
    first = opened()
    evil = opened(
        2,
        sources=(source(1, title=EVIL, outlet=EVIL, url="javascript:alert(1)"),),
        evidence=(SourcedEvidence(item_id="i", fact="killed", field="title", text=EVIL, start=0, end=1),),
        perpetrator=EVIL,
        last_seen=PUBLISHED + timedelta(hours=2),
    )
    canary = opened(3, test=True)
    found = ApiStage([first, updated(first)], [evil], [canary], open_incidents=True)
    found.deliveries.write("d_1", endpoint="desk", incident_id=first.incident_id)
    found.deliveries.write("d_2", endpoint="acme.desk", incident_id=first.incident_id)
    return found


@pytest.fixture
def client(stage: ApiStage) -> Iterator[TestClient[Litestar]]:
    with stage.client() as running:
        yield running


def test_the_front_page_lists_incidents_newest_report_first_without_canaries(client: TestClient[Litestar]) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.index(opened(2).incident_id) < answer.text.index(opened().incident_id)
    assert opened(3).incident_id not in answer.text
    assert "7 killed, 5 wounded" in answer.text


@pytest.mark.parametrize("path", ["/", f"/incidents/{opened(2).incident_id}"])
def test_news_text_is_shown_and_never_executed(client: TestClient[Litestar], path: str) -> None:
    answer = client.get(path)
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "javascript:" not in answer.text
    assert "&lt;script&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_story_tells_sources_toll_history(client: TestClient[Litestar]) -> None:
    text = client.get(f"/incidents/{opened().incident_id}").text
    for part in ("Dara, Khanaqin, Diyala", "7 killed, 5 wounded", "Hamrin Voice", "https://outlet-1.example/news/1",
                 "killed: 4 → 7", "four people were killed"):  # fmt: skip
        assert part in text


def test_who_was_told_is_for_keys_and_only_their_own_tenants(stage: ApiStage) -> None:
    path = f"/incidents/{opened().incident_id}"
    assert "Who was told" not in stage.client().get(path).text
    own = stage.client(stage.key(Right.READ)).get(path).text
    assert '<th scope="row">desk</th><td>alert</td><td>delivered</td>' in own
    assert "acme" not in own


@pytest.mark.parametrize(
    ("lang", "direction", "word"), [("ar", "rtl", "ديالى"), ("ckb", "rtl", "دیالە"), ("xx", "ltr", "Diyala")]
)
def test_the_page_speaks_three_languages(client: TestClient[Litestar], lang: str, direction: str, word: str) -> None:
    text = client.get("/", params={"lang": lang}).text
    assert f'dir="{direction}"' in text
    assert word in text


def test_a_retracted_incident_is_shown_as_such(stage: ApiStage, client: TestClient[Litestar]) -> None:
    stage.incidents.histories[opened().incident_id].append(updated(opened(), revision=3, status=Status.RETRACTED))
    assert "Retracted, the earlier report was wrong: " in client.get("/").text


def test_an_unknown_incident_is_not_found(client: TestClient[Litestar]) -> None:
    assert client.get("/incidents/a_nothing").status_code == 404
    answer = client.get("/v1/incidents/a_nothing")
    assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_answers_state_and_history(client: TestClient[Litestar]) -> None:
    answer: dict[str, Any] = client.get(f"/v1/incidents/{opened().incident_id}").json()
    assert answer["incident"]["incident"]["casualties"]["killed"]["best"] == 7
    assert [step["change"] for step in answer["history"]] == ["opened", "updated"]


def test_walking_the_cursor_gives_every_incident_once(client: TestClient[Litestar]) -> None:
    seen, cursor = [], None
    for _ in range(5):
        answer = client.get("/v1/incidents", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["incident"]["incident_id"] for one in answer["incidents"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == [opened(2).incident_id, opened().incident_id]


@pytest.mark.parametrize("cursor", ["x", "%00", "QUJD", "bm90LWEtdGltZXxhXzE", "MjAyNi0wNi0xM1QyMDowMDowMHxhXzE"])
def test_a_cursor_that_was_never_given_is_refused_with_a_sentence(client: TestClient[Litestar], cursor: str) -> None:
    answer = client.get("/v1/incidents", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["reason"]) == (400, "cursor_invalid")
    assert client.get("/", params={"cursor": cursor}).status_code == 200


def test_a_cursor_reads_back() -> None:
    state = opened()
    assert read_cursor(cursor_after(state)) == (state.last_seen, state.incident_id)


@pytest.mark.parametrize("limit", ["0", "201", "many", "-1"])
def test_a_limit_out_of_range_is_refused(client: TestClient[Litestar], limit: str) -> None:
    assert client.get("/v1/incidents", params={"limit": limit}).status_code == 422


def test_a_database_that_is_away_is_503_and_leaks_nothing(stage: ApiStage, client: TestClient[Litestar]) -> None:
    stage.incidents.broken = True
    answer = client.get("/v1/incidents")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_the_document_of_the_api_is_served_without_foreign_scripts(client: TestClient[Litestar]) -> None:
    answer = client.get("/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    assert client.get("/schema").status_code == 404


def test_the_style_is_served(client: TestClient[Litestar]) -> None:
    answer = client.get("/style.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
