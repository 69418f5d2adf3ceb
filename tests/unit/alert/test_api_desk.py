"""The desk in the API: one list of what waits, decisions that go the way of the news, refusals that say why."""

from typing import Any

import pytest

from services.alert.keys import Right
from shared.desk.decision import MAX_WHY
from shared.events.facts import Count
from shared.events.incident import Contribution, IncidentChange, Status
from shared.events.report import AttackFacts, DeskVerb
from tests.support.api import ApiStage
from tests.support.incidents import KIRKUK_CITY, opened, source, updated

FIRST, SECOND = opened().incident_id, opened(2).incident_id


def _told(number: int, *items: int, **changed: Any) -> IncidentChange:
    told = tuple(Contribution(source=source(item), facts=AttackFacts()) for item in items or (number,))
    return opened(number, contributions=told, **changed)


@pytest.fixture
def stage() -> ApiStage:
    return ApiStage([_told(1, 1, 2)], [_told(2)], [_told(3, held=True)])


def _decide(stage: ApiStage, incident: str, right: Right = Right.DESK, **said: Any) -> Any:
    client = stage.client(stage.key(right))
    return client.post(f"/v1/incidents/{incident}/decisions", json={"why": "two outlets took it back", **said})


def test_a_decision_is_written_as_a_report_of_the_desk_with_who_and_why(stage: ApiStage) -> None:
    answer = _decide(stage, FIRST, verb="retract")
    assert answer.status_code == 202
    (report,) = stage.desk.decided
    assert report.item_id == answer.json()["item_id"]
    assert report.desk is not None
    assert (report.desk.verb, report.desk.incident_id, report.desk.why) == (
        DeskVerb.RETRACT,
        FIRST,
        "two outlets took it back",
    )
    assert report.desk.who.startswith("test (key ")
    acts = stage.client(stage.key(Right.ADMIN)).get("/v1/audit").json()["acts"]
    assert [(act["action"], act["subject"], act["detail"]["verb"]) for act in acts] == [
        ("incident.decided", FIRST, "retract")
    ]


def test_a_correction_carries_the_right_facts_alone(stage: ApiStage) -> None:
    facts = {"killed": "5-7", "place": "Khanaqin", "date": "2026-06-12", "event_type": "suicide bomb"}
    assert _decide(stage, FIRST, verb="correct", facts=facts).status_code == 202
    action = stage.desk.decided[0].desk
    assert action is not None
    assert action.facts is not None
    assert action.facts.casualties.killed == Count(best=5, low=5, high=7)
    assert action.facts.casualties.wounded is None
    assert action.facts.place is not None
    assert action.facts.place.admin2 == "IQG10Q05"
    assert str(action.facts.event_type) == "suicide_bomb"


def test_merge_split_hold_and_release_are_told_by_their_own_words(stage: ApiStage) -> None:
    assert _decide(stage, SECOND, verb="merge", into=FIRST).status_code == 202
    assert _decide(stage, FIRST, verb="split", item_ids=[source(2).item_id]).status_code == 202
    assert _decide(stage, FIRST, verb="hold").status_code == 202
    assert _decide(stage, opened(3).incident_id, verb="release").status_code == 202
    actions = [report.desk for report in stage.desk.decided]
    assert [(one.verb, one.into_incident_id, one.item_ids, one.release) for one in actions if one] == [
        (DeskVerb.MERGE, FIRST, (), False),
        (DeskVerb.SPLIT, None, (source(2).item_id,), False),
        (DeskVerb.HOLD, None, (), False),
        (DeskVerb.HOLD, None, (), True),
    ]


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ({"verb": "release"}, 409, "is not held"),
        ({"verb": "merge"}, 422, "into is missing"),
        ({"verb": "merge", "into": "a_none"}, 409, "there is no incident a_none"),
        ({"verb": "merge", "into": FIRST}, 409, "cannot be merged into itself"),
        ({"verb": "split"}, 422, "item_ids is missing"),
        ({"verb": "split", "item_ids": ["i_none"]}, 409, "has no source i_none"),
        ({"verb": "correct"}, 422, "nothing to correct"),
        ({"verb": "correct", "facts": {"killed": "many"}}, 422, "a number is accepted"),
        ({"verb": "correct", "facts": {"place": "Nowhere"}}, 422, "is not a place that is known"),
        ({"verb": "correct", "facts": {"date": "2027-01-01"}}, 422, "a day from 1980 to today"),
        ({"verb": "correct", "facts": {"perpetrator": "Not a slug!"}}, 422, "perpetrator is"),
        ({"verb": "explode"}, 422, "verb"),
        ({"verb": "retract", "why": ""}, 422, "why"),
        ({"verb": "retract", "why": "\u200b"}, 422, "why is empty"),
        ({"verb": "retract", "why": "x" * (MAX_WHY + 1)}, 422, "why"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_a_sentence(
    stage: ApiStage, said: dict[str, Any], status: int, sentence: str
) -> None:
    answer = _decide(stage, FIRST, **said)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (status, True), answer.text
    assert stage.desk.decided == []


@pytest.mark.parametrize("right", [Right.READ, Right.WRITE, Right.ADMIN])
def test_only_the_desk_decides(stage: ApiStage, right: Right) -> None:
    assert _decide(stage, FIRST, right, verb="retract").status_code == 403
    assert stage.client(stage.key(right)).get("/v1/desk").status_code == 403


def test_a_decision_that_kafka_does_not_confirm_is_not_called_done(stage: ApiStage) -> None:
    stage.desk.refuse = True
    answer = _decide(stage, FIRST, verb="retract")
    assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")


def test_what_is_retracted_or_unknown_is_not_decided_again() -> None:
    fallen = updated(_told(1), status=Status.RETRACTED)
    stage = ApiStage([_told(1), fallen])
    assert _decide(stage, FIRST, verb="retract").status_code == 409
    assert _decide(stage, "a_none", verb="retract").status_code == 404


def test_held_incidents_and_reported_errors_are_in_one_list_until_they_are_dealt_with(stage: ApiStage) -> None:
    reader, desk = stage.client(stage.key()), stage.client(stage.key(Right.DESK))
    said = reader.post(f"/v1/incidents/{FIRST}/reports", json={"words": "It was\x07 in <b>Kirkuk</b>."})
    assert said.status_code == 201
    assert reader.post("/v1/incidents/a_none/reports", json={"words": "x"}).status_code == 404
    held, reported = desk.get("/v1/desk").json()["items"]
    assert (held["held"], held["incident_id"], held["reports"]) == (True, opened(3).incident_id, [])
    assert (reported["held"], reported["incident"]["incident"]["incident_id"]) == (False, FIRST)
    assert reported["reports"][0]["words"] == "It was in <b>Kirkuk</b>."
    number = reported["reports"][0]["id"]
    assert desk.post(f"/v1/desk/reports/{number}/close", json={"why": "corrected"}).status_code == 200
    assert desk.post(f"/v1/desk/reports/{number}/close", json={"why": "corrected"}).status_code == 404
    assert len(desk.get("/v1/desk").json()["items"]) == 1


def test_one_incident_is_reported_only_so_often(stage: ApiStage) -> None:
    reader = stage.client(stage.key())
    statuses = [reader.post(f"/v1/incidents/{FIRST}/reports", json={"words": "no"}).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 409]


def test_a_decision_goes_to_the_region_in_which_the_incident_is_linked(stage: ApiStage) -> None:
    stage.incidents.histories[FIRST].append(updated(stage.incidents.histories[FIRST][0], place=KIRKUK_CITY))
    _decide(stage, FIRST, verb="retract")
    assert stage.desk.decided[0].region == "mena"


def _page(stage: ApiStage, right: Right = Right.DESK) -> Any:
    client = stage.client(stage.key(right))
    client.headers["Origin"] = "http://testserver.local"
    return client


def test_the_desks_page_shows_what_waits_to_keys_of_the_desk_alone(stage: ApiStage) -> None:
    _page(stage, Right.READ).post(f"/v1/incidents/{FIRST}/reports", json={"words": "<script>wrong</script> village"})
    shown = _page(stage).get("/desk")
    assert shown.status_code == 200
    assert opened(3).incident_id in shown.text
    assert "&lt;script&gt;wrong" in shown.text
    assert "<script" not in shown.text
    assert _page(stage, Right.READ).get("/desk").status_code == 403
    assert stage.client().get("/desk").status_code == 401


def test_any_incident_can_be_decided_about_from_its_story(stage: ApiStage) -> None:
    assert f"/desk?incident={FIRST}" in _page(stage).get(f"/incidents/{FIRST}").text
    assert "/desk?incident=" not in _page(stage, Right.READ).get(f"/incidents/{FIRST}").text
    assert f'action="/desk/incidents/{FIRST}"' not in _page(stage).get("/desk").text
    assert f'action="/desk/incidents/{FIRST}"' in _page(stage).get(f"/desk?incident={FIRST}").text
    assert _page(stage).get("/desk?incident=a_none").status_code == 404


def test_a_decision_by_the_form_is_one_by_the_api(stage: ApiStage) -> None:
    form = {"verb": "correct", "why": "the hospital's list", "killed": "7", "place": "", "into": "", "item_ids": ""}
    answer = _page(stage).post(f"/desk/incidents/{FIRST}", data=form)
    assert answer.status_code == 202
    action = stage.desk.decided[0].desk
    assert action is not None
    assert (action.verb, action.why) == (DeskVerb.CORRECT, "the hospital's list")
    assert action.facts is not None
    assert action.facts.casualties.killed == Count(best=7, low=7, high=7)


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"verb": "shout", "why": "x"}, 422, "verb"),
        ({"verb": "retract", "why": " "}, 422, "why"),
        ({"verb": "merge", "why": "the same"}, 422, "into is missing"),
        ({"verb": "correct", "why": "x", "killed": "many"}, 422, "facts"),
    ],
)
def test_a_decision_that_cannot_be_made_is_said_and_not_written(
    stage: ApiStage, form: dict[str, str], status: int, said: str
) -> None:
    answer = _page(stage).post(f"/desk/incidents/{FIRST}", data=form)
    assert answer.status_code == status
    assert said in answer.text
    assert stage.desk.decided == []


def test_a_reported_error_is_taken_off_the_list_by_the_page(stage: ApiStage) -> None:
    _page(stage, Right.READ).post(f"/v1/incidents/{FIRST}/reports", json={"words": "wrong village"})
    number = stage.desk.open[0].report_id
    assert _page(stage).post(f"/desk/reports/{number}/close", data={"why": ""}).status_code == 422
    assert _page(stage).post(f"/desk/reports/{number}/close", data={"why": "corrected"}).status_code == 200
    assert stage.desk.open == []
