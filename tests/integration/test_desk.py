"""The desk from the command line to whoever was told: real Kafka, real PostgreSQL, linking and alerting as processes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.classify.desk import desk_record, desk_report
from services.standalone.webhook_receiver import ReceivedWebhook, WebhookReceiver, new_secret
from shared.clock import SystemClock
from shared.events.facts import Casualties, Count
from shared.events.incident import Status
from shared.events.report import DeskAction, DeskVerb, Kind
from shared.geo.regions import LinkRegion
from shared.ids import incident_id
from tests.support.alert_process import webhook
from tests.support.desk_stage import DeskStage, attack
from tests.support.reports import village

pytestmark = pytest.mark.timeout(240)

_WAIT = 45.0
_SECRET = new_secret()


@pytest.fixture
async def diyala() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver(secret=_SECRET) as running:
        yield running


@pytest.fixture
async def kirkuk() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver(secret=_SECRET) as running:
        yield running


@pytest.fixture
async def stage(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, diyala: WebhookReceiver, kirkuk: WebhookReceiver
) -> AsyncIterator[DeskStage]:
    watches = {
        "endpoints": {"diyala": webhook(diyala.url, _SECRET), "kirkuk": webhook(kirkuk.url, _SECRET)},
        "watches": {
            "diyala": {"places": ["Diyala"], "endpoints": ["diyala"]},
            "kirkuk": {"places": ["IQG13"], "endpoints": ["kirkuk"]},
        },
    }
    async with DeskStage(
        kafka=kafka_bootstrap, postgres=postgres_database, directory=tmp_path, watches=watches
    ) as running:
        yield running


def killed(count: int) -> Casualties:
    return Casualties(killed=Count(best=count, low=count, high=count))


def said(hook: ReceivedWebhook) -> tuple[str, dict[str, Any]]:
    body = json.loads(hook.body)
    return body["type"], body["data"]["incident"]


async def test_a_retraction_by_hand_reaches_those_who_were_told_once_and_replays(
    stage: DeskStage, diyala: WebhookReceiver, kirkuk: WebhookReceiver
) -> None:
    first = attack(1, hours_ago=3)
    attacked = incident_id(first.item_id, 0)
    await stage.tell(first)
    await diyala.wait_for_accepted(1, _WAIT)

    output = await stage.decided("retract", attacked, "--why", "the mayor was rung: nothing happened")
    assert f"{attacked} revision 2: retracted, retracted" in output
    assert "tells diyala (retraction)" in output
    hooks = await diyala.wait_for_accepted(2, _WAIT)
    assert [said(hook)[0] for hook in hooks] == ["incident.alert", "incident.retraction"]
    assert kirkuk.received == ()

    assert "is retracted already" in await stage.refused("retract", attacked, "--why", "again")
    shown = await stage.incidents("show", attacked)
    assert "desk retract: the mayor was rung: nothing happened (duty editor)" in shown.output
    assert "diyala: retraction, delivered" in shown.output
    listed = await stage.incidents("list", "--status", "retracted")
    assert attacked in listed.output

    # It stands again, and those who heard that it was false hear so.
    assert "tells diyala (update)" in await stage.decided(
        "correct", attacked, "--killed", "1", "--date", first.published.date().isoformat(), "--why", "the wrong village"
    )
    (*_, back) = await diyala.wait_for_accepted(3, _WAIT)
    assert said(back)[0] == "incident.update"
    assert said(back)[1]["casualties"]["killed"]["best"] == 1
    assert await stage.replayed() == await stage.changes()
    assert await stage.metric('tocsin_classify_reports_linked_out_total{outcome="retracted"}') == 1


async def test_a_correction_to_another_governorate_tells_those_told_and_those_who_watch_there_and_outlasts_the_news(
    stage: DeskStage, diyala: WebhookReceiver, kirkuk: WebhookReceiver
) -> None:
    first = attack(1, hours_ago=3)
    attacked = incident_id(first.item_id, 0)
    await stage.tell(first)
    await diyala.wait_for_accepted(1, _WAIT)

    output = await stage.decided("correct", attacked, "--place", "Hawija", "--why", "the police name Hawija")
    assert "place: Hawija (town, IQG13Q01, IQ" in output
    assert "diyala (left_area), kirkuk (alert)" in output
    (_, left) = await diyala.wait_for_accepted(2, _WAIT)
    assert said(left)[0] == "incident.left_area"
    (alert,) = await kirkuk.wait_for_accepted(1, _WAIT)
    kind, incident = said(alert)
    assert (kind, incident["place"]["admin1"], incident["incident_id"]) == ("incident.alert", "IQG13", attacked)

    # News that still say Diyala neither move it back nor ring there.
    later = attack(2, hours_ago=1, kind=Kind.UPDATE, place=village(1), casualties=killed(5), title="Toll rises to five")
    await stage.tell(later)
    (_, update) = await kirkuk.wait_for_accepted(2, _WAIT)
    kind, incident = said(update)
    assert (kind, incident["place"]["name"], incident["casualties"]["killed"]["best"]) == (
        "incident.update",
        "Hawija",
        5,
    )
    assert len(diyala.received) == 2
    assert await stage.replayed() == await stage.changes()


async def test_what_is_held_is_not_sent_until_it_is_released(stage: DeskStage, diyala: WebhookReceiver) -> None:
    first, other = attack(1, hours_ago=4), attack(9, hours_ago=1)
    attacked = incident_id(first.item_id, 0)
    await stage.tell(first)
    await diyala.wait_for_accepted(1, _WAIT)

    assert "tells nobody" in await stage.decided("hold", attacked, "--why", "two sources contradict each other")
    assert "is held already" in await stage.refused("hold", attacked, "--why", "again")
    toll = attack(2, hours_ago=2, kind=Kind.UPDATE, place=first.place, casualties=killed(6), title="Toll rises to six")
    await stage.tell(toll, other)
    hooks = await diyala.wait_for_accepted(2, _WAIT)
    assert said(hooks[1])[1]["incident_id"] == incident_id(other.item_id, 0), "the held one said nothing in between"
    assert attacked in (await stage.incidents("list", "--held")).output

    assert "tells diyala (update)" in await stage.decided("release", attacked, "--why", "the hospital confirms six")
    (*_, update) = await diyala.wait_for_accepted(3, _WAIT)
    kind, incident = said(update)
    assert (kind, incident["incident_id"], incident["casualties"]["killed"]["best"]) == ("incident.update", attacked, 6)
    assert "is not held" in await stage.refused("release", attacked, "--why", "again")
    assert await stage.replayed() == await stage.changes()


async def test_merge_and_split_by_hand_and_what_cannot_be_done_is_a_sentence_or_counted(
    stage: DeskStage, diyala: WebhookReceiver
) -> None:
    one, two = attack(1, hours_ago=3), attack(9, hours_ago=4)  # the place told first stands
    left, into = incident_id(one.item_id, 0), incident_id(two.item_id, 0)
    await stage.tell(one, two)
    await diyala.wait_for_accepted(2, _WAIT)

    nowhere = "a_" + "0" * 24
    assert f"there is no incident '{nowhere}'" in await stage.refused("retract", nowhere, "--why", "x")
    assert f"there is no incident {nowhere}" in await stage.refused("merge", left, nowhere, "--why", "x")
    assert "cannot be merged into itself" in await stage.refused("merge", left, left, "--why", "x")
    assert f"has no source {two.item_id}; it has {one.item_id}" in await stage.refused(
        "split", left, two.item_id, "--why", "x"
    )
    assert "every source out" in await stage.refused("split", left, one.item_id, "--why", "x")
    assert "nothing to correct" in await stage.refused("correct", left, "--why", "x")

    assert "status: active → merged" in await stage.decided("merge", left, into, "--why", "one attack")
    assert f"was merged into {into}" in await stage.refused("retract", left, "--why", "x")
    shown = await stage.incidents("show", into)
    assert "Sources: 2" in shown.output
    output = await stage.decided("split", into, one.item_id, "--why", "two attacks after all")
    assert "opened, active; tells diyala (alert)" in output
    (*_, merged, apart) = [said(hook) for hook in await diyala.wait_for_accepted(4, _WAIT)]
    assert (merged[0], merged[1]["merged_into"]) == ("incident.merged", into)
    assert (apart[0], apart[1]["split_from"]) == ("incident.alert", into)

    ran = await stage.incidents("retract", into, "--why", "x", TOCSIN_KAFKA_BOOTSTRAP="127.0.0.1:9")
    assert ran.status == 1
    assert "Kafka at 127.0.0.1:9 did not confirm the decision" in ran.errors

    # Two people at once: what the command could not know is refused by linking, and counted.
    action = DeskAction(verb=DeskVerb.RETRACT, incident_id=left, who="another", why="late")
    await stage.alert.publish_raw([desk_record(desk_report(action, LinkRegion.MENA, SystemClock().now()))])
    ran = await stage.incidents("hold", into, "--why", "a marker behind it", "--wait", "60")
    assert ran.status == 0
    assert await stage.metric('tocsin_classify_kept_out_total{reason="unknown_incident"}') == 1
    decided = "tocsin_classify_desk_decisions_total"
    assert await stage.metric(f'{decided}{{outcome="refused",verb="retract"}}') == 1
    assert await stage.metric(f'{decided}{{outcome="done",verb="merge"}}') == 1
    changes = await stage.changes()
    assert await stage.replayed() == changes
    assert [state.status for (incident, _), state in sorted(changes.items()) if incident == left][-1] is Status.MERGED
