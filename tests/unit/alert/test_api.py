"""The page and the API: news text is shown and never executed, cursors are walked, faults are sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from services.alert.api.app import create_app
from services.alert.api.shapes import cursor_after, read_cursor
from services.alert.errors import LedgerError
from services.alert.ledger import DeliveryRow, DeliveryStatus
from shared.events.incident import IncidentChange, SourcedEvidence, Status
from tests.support.incidents import PUBLISHED, opened, source, updated
from tests.support.places import FewPlaces

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


class Shelf:
    """``IncidentShelf`` over a list of histories; ``broken`` makes it fail."""

    def __init__(self, *histories: list[IncidentChange]) -> None:
        self.histories = {history[0].incident_id: history for history in histories}
        self.broken = False

    async def incidents(
        self, *, limit: int, before: tuple[datetime, str] | None = None, tests: bool = False
    ) -> Sequence[IncidentChange]:
        """As the ledger has it."""
        if self.broken:
            raise LedgerError("no database: postgresql://u:secret@h/d")
        latest = [history[-1] for history in self.histories.values() if tests or not history[-1].test]
        ordered = sorted(latest, key=lambda one: (one.last_seen, one.incident_id), reverse=True)
        return [one for one in ordered if before is None or (one.last_seen, one.incident_id) < before][:limit]

    async def history(self, incident_id: str) -> Sequence[IncidentChange]:
        """As the ledger has it."""
        return self.histories.get(incident_id, [])

    async def deliveries(self, *, incident_id: str | None = None, limit: int = 50) -> Sequence[DeliveryRow]:
        """One."""
        return [
            DeliveryRow(
                delivery_id="d_1", endpoint_id="desk", channel="webhook", incident_id=incident_id or "", revision=1,
                message="alert", watch_ids=("diyala",), test=False, status=DeliveryStatus.DELIVERED, attempts=1, reason=None,
                created_at=PUBLISHED, next_attempt_at=None, delivered_at=PUBLISHED,
            )
        ][:limit]  # fmt: skip


@pytest.fixture
def shelf() -> Shelf:
    first = opened()
    evil = opened(
        2,
        sources=(source(1, title=EVIL, outlet=EVIL, url="javascript:alert(1)"),),
        evidence=(SourcedEvidence(item_id="i", fact="killed", field="title", text=EVIL, start=0, end=1),),
        perpetrator=EVIL,
        last_seen=PUBLISHED + timedelta(hours=2),
    )
    canary = opened(3, test=True)
    return Shelf([first, updated(first)], [evil], [canary])


@pytest.fixture
def client(shelf: Shelf) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(shelf, FewPlaces()), raise_server_exceptions=False) as running:
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


def test_a_story_tells_sources_toll_history_and_who_was_told(client: TestClient[Litestar]) -> None:
    text = client.get(f"/incidents/{opened().incident_id}").text
    for part in ("Dara, Khanaqin, Diyala", "7 killed, 5 wounded", "Hamrin Voice", "https://outlet-1.example/news/1",
                 "killed: 4 → 7", "alert: desk, delivered", "four people were killed"):  # fmt: skip
        assert part in text


@pytest.mark.parametrize(
    ("lang", "direction", "word"), [("ar", "rtl", "ديالى"), ("ckb", "rtl", "دیالە"), ("xx", "ltr", "Diyala")]
)
def test_the_page_speaks_three_languages(client: TestClient[Litestar], lang: str, direction: str, word: str) -> None:
    text = client.get("/", params={"lang": lang}).text
    assert f'dir="{direction}"' in text
    assert word in text


def test_a_retracted_incident_is_shown_as_such(shelf: Shelf, client: TestClient[Litestar]) -> None:
    shelf.histories[opened().incident_id].append(updated(opened(), revision=3, status=Status.RETRACTED))
    assert "Retracted, the earlier report was wrong: " in client.get("/").text


def test_an_unknown_incident_is_not_found(client: TestClient[Litestar]) -> None:
    assert client.get("/incidents/a_nothing").status_code == 404
    answer = client.get("/v1/incidents/a_nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is no such incident"})


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
    assert (answer.status_code, answer.json()) == (400, {"error": "the cursor is not one that this server gave"})
    assert client.get("/", params={"cursor": cursor}).status_code == 200


def test_a_cursor_reads_back() -> None:
    state = opened()
    assert read_cursor(cursor_after(state)) == (state.last_seen, state.incident_id)


@pytest.mark.parametrize("limit", ["0", "201", "many", "-1"])
def test_a_limit_out_of_range_is_refused(client: TestClient[Litestar], limit: str) -> None:
    assert client.get("/v1/incidents", params={"limit": limit}).status_code == 400


def test_a_database_that_is_away_is_503_and_leaks_nothing(shelf: Shelf, client: TestClient[Litestar]) -> None:
    shelf.broken = True
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
