"""Why, and why not, in the API and on the page: for one's own watches alone."""

from html import unescape

from services.alert.api import page_words
from services.alert.area import CodedArea
from services.alert.keys import Right
from services.alert.reasons import REASONS
from services.alert.watch import LANGUAGES, Filters, Subscriptions, Watch
from shared.events.incident import Severity
from tests.support.api import ApiStage
from tests.support.incidents import opened, updated

INCIDENT = opened().incident_id
DIYALA = CodedArea(codes=("IQ", "IQG10"))
WATCHES = (
    Watch(id="diyala", name="Diyala", areas=(DIYALA,), endpoints=()),
    Watch(id="grave", name="Diyala", areas=(DIYALA,), endpoints=(), filters=Filters(min_severity=Severity.CRITICAL)),
    Watch(id="acme.diyala", name="Diyala", areas=(DIYALA,), endpoints=()),
)


def staged() -> ApiStage:
    return ApiStage([opened(), updated(opened())], of_file=Subscriptions(watches=WATCHES), open_incidents=True)


def test_each_change_has_a_reason_for_each_of_ones_own_watches() -> None:
    stage = staged()
    answer = stage.client(stage.key(Right.READ)).get(f"/v1/incidents/{INCIDENT}/why").json()
    assert answer["incident_id"] == INCIDENT
    assert [[(one["watch"], one["reason"]) for one in change["watches"]] for change in answer["changes"]] == [
        [("diyala", "alert"), ("grave", "severity")],
        [("diyala", "update"), ("grave", "severity")],
    ]
    assert answer["changes"][0]["watches"][0]["words"] == REASONS["alert"]


def test_anothers_watch_and_an_unknown_incident_do_not_exist() -> None:
    stage = staged()
    client = stage.client(stage.key(Right.READ, tenant="acme"))
    (first, _) = client.get(f"/v1/incidents/{INCIDENT}/why").json()["changes"]
    assert [one["watch"] for one in first["watches"]] == ["acme.diyala"]
    assert (
        client.get(f"/v1/incidents/{INCIDENT}/why?watch=diyala").json()["changes"][0]["watches"][0]["reason"] == "alert"
    )
    assert client.get(f"/v1/incidents/{INCIDENT}/why?watch=grave").status_code == 404
    assert client.get("/v1/incidents/a_none/why").status_code == 404
    assert stage.client().get(f"/v1/incidents/{INCIDENT}/why").status_code == 401


def test_the_story_says_it_to_its_owner_alone() -> None:
    stage = staged()
    own = unescape(stage.client(stage.key(Right.READ)).get(f"/incidents/{INCIDENT}").text)
    assert page_words.PAGE["why_not"]["en"] in own
    assert page_words.REASON["severity"]["en"] in own
    assert "acme.diyala" not in own
    assert page_words.PAGE["why_not"]["en"] not in stage.client().get(f"/incidents/{INCIDENT}").text


def test_every_reason_has_words_in_three_languages() -> None:
    assert set(page_words.REASON) == set(REASONS)
    for words in page_words.REASON.values():
        assert all(words[language] for language in LANGUAGES)
