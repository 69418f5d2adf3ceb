"""``/v1/changes`` gives the very bytes of the webhooks, bulletins too, as the API's document announces them."""

import json

import jsonschema
import pytest

from services.alert.bulletin_payload import bulletin_body
from services.alert.keys import Right
from services.alert.routing import Message
from tests.support.api import ApiStage
from tests.support.bulletins import BULLETINS
from tests.support.incidents import opened, updated
from tests.support.places import FewPlaces
from tests.unit.alert.test_payload import compose


@pytest.fixture
def stage() -> ApiStage:
    found = ApiStage()
    found.client(found.key(Right.WRITE)).put("/v1/watches/home", json={"places": ["Diyala"]})
    bodies = [compose(opened()).body, compose(updated(opened()), message=Message.UPDATE, previous=1).body]
    bodies += [bulletin_body(bulletin, "en", FewPlaces()) for bulletin in BULLETINS.values()]
    for number, body in enumerate(bodies):
        found.deliveries.write(f"d_{number}", endpoint="home~feed", watch_ids=("home",), body=body)
    return found


def test_bodies_are_the_webhooks_to_the_byte(stage: ApiStage) -> None:
    answer = stage.client(stage.key()).get("/v1/changes", params={"watch": "home"})
    for row, body in stage.deliveries.rows:
        assert b'{"id":"' + row.delivery_id.encode() + b'","body":' + body + b"}" in answer.content


def test_every_kind_of_body_is_announced(stage: ApiStage) -> None:
    client = stage.client(stage.key())
    document = client.get("/v1/openapi.json").json()
    answers = document["paths"]["/v1/changes"]["get"]["responses"]["200"]["content"]
    schema = answers["application/json"]["schema"] | {"components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    page = client.get("/v1/changes", params={"watch": "home", "limit": "200"}).json()
    assert len(page["changes"]) == len(stage.deliveries.rows)
    validator.validate(page)
    page["changes"][0]["body"]["type"] = "nonsense"
    assert not validator.is_valid(page)


def test_a_walk_in_small_steps_gives_each_change_once_and_in_order(stage: ApiStage) -> None:
    client = stage.client(stage.key())
    seen: list[str] = []
    parameters = {"watch": "home", "limit": "2"}
    for _ in range(50):
        page = json.loads(client.get("/v1/changes", params=parameters).content)
        seen += [one["id"] for one in page["changes"]]
        parameters["after"] = page["next"]
        if not page["more"]:
            break
    assert seen == [row.delivery_id for row, _ in stage.deliveries.rows]


@pytest.mark.parametrize(
    ("parameters", "status", "reason"),
    [
        ({"watch": "none"}, 404, "not_found"),
        ({"watch": "home", "endpoint": "none"}, 404, "not_found"),
        ({"watch": "home", "after": "x"}, 400, "cursor_invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_what_cannot_be_walked_is_refused(
    stage: ApiStage, parameters: dict[str, str], status: int, reason: str
) -> None:
    answer = stage.client(stage.key()).get("/v1/changes", params=parameters)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


def test_a_cursor_of_another_watch_or_list_is_refused(stage: ApiStage) -> None:
    writer = stage.client(stage.key(Right.WRITE))
    writer.put("/v1/watches/second", json={"places": ["Khanaqin"]})
    cursor = writer.get("/v1/changes", params={"watch": "home"}).json()["next"]
    foreign = writer.get("/v1/changes", params={"watch": "second", "after": cursor})
    assert (foreign.status_code, foreign.json()["reason"]) == (400, "cursor_foreign")
    listed = writer.get("/v1/deliveries", params={"limit": "1"}).json()["next"]
    other = writer.get("/v1/changes", params={"watch": "home", "after": listed})
    assert (other.status_code, other.json()["reason"]) == (400, "cursor_invalid")


def test_a_watch_that_only_mails_says_how_its_changes_can_be_read() -> None:
    stage = ApiStage()
    writer = stage.client(stage.key(Right.WRITE))
    assert writer.put("/v1/endpoints/mail", json={"channel": "email", "to": "desk@example.org"}).status_code == 200
    made = writer.put("/v1/watches/home", json={"places": ["Diyala"], "endpoints": ["mail"]}).json()
    assert made["endpoints"] == ["mail", "home~feed"]
    assert writer.get("/v1/changes", params={"watch": "home"}).status_code == 200
