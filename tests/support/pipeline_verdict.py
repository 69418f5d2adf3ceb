"""What a pipeline under faults brought forth, against what it should have: lost, repeated, late."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.classify.backtest import Backtest
from services.standalone.feed_server import FeedServer
from services.standalone.webhook_receiver import WebhookReceiver
from shared.codec import decode
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.kafka.connection import KafkaConnection
from shared.topics import INCIDENTS, ITEMS, REPORTS
from tests.support.link_world import dump


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came out against what should have. ``late`` are deliveries that took longer than a minute from fetch to arrival."""

    stories: int
    changes: int
    told: int
    lost: tuple[str, ...]
    repeated: tuple[str, ...]
    late: int
    worst_seconds: float

    def __str__(self) -> str:
        return (
            f"{self.stories} stories, {self.changes} changes, {self.told} told; lost {len(self.lost)}, repeated by id {len(self.repeated)}, "
            f"later than a minute {self.late}, the latest after {self.worst_seconds:.0f} s"
        )


async def verdict(
    connection: KafkaConnection,
    feeds: FeedServer,
    receiver: WebhookReceiver,
    *,
    true_time: Callable[[datetime], datetime] = lambda told: told,
) -> Verdict:
    """Compare the incidents with the fold of the reports, and what was told with the changes that notify.

    ``true_time`` says when a time was that ingest wrote down, whose clock may have been wrong.
    """
    items = [decode(Item, record.value) for record in await dump(connection, ITEMS)]
    fetched = {item.url for item in items}
    stories = [item for outlet in feeds.listings for item in feeds.visible(outlet.slug)]
    lost = [f"story {story.key} never reached Kafka" for story in stories if story.link not in fetched]
    reports = [decode(Report, record.value) for record in await dump(connection, REPORTS)]
    read = {report.event_id for report in reports}
    lost += [f"item {item.item_id} has no report" for item in items if item.event_id not in read]
    changes: dict[tuple[str, int], IncidentChange] = {}
    repeated = []
    for record in await dump(connection, INCIDENTS):
        change = decode(IncidentChange, record.value)
        key = (change.incident_id, change.revision)
        if changes.setdefault(key, change) != change:
            repeated.append(f"change {key} has two bodies")
    folding = Backtest()
    folded = {(one.incident_id, one.revision): one for report in reports for one in folding.take(report)}
    lost += [f"change {key} is not the fold's" for key in folded if changes.get(key) != folded[key]]
    repeated += [f"change {key} should not be" for key in changes if key not in folded]
    expected = {
        key for key, change in changes.items() if change.notify and change.place is not None and not change.test
    }
    arrivals: dict[tuple[str, int], datetime] = {}
    worst, late = 0.0, 0
    for webhook in receiver.accepted:
        data = json.loads(webhook.body)["data"]
        key = (data["incident"]["incident_id"], data["incident"]["revision"])
        if key in arrivals:
            repeated.append(f"delivery of {key} came under two ids")
        arrivals[key] = webhook.received_at
        if data["times"]["fetched"] is not None:
            fetched_at = true_time(datetime.fromisoformat(data["times"]["fetched"]).astimezone(UTC))
            took = (webhook.received_at - fetched_at).total_seconds()
            worst, late = max(worst, took), late + (took > 60)
    repeated += [f"webhook {one} had two bodies" for one in receiver.contradictions]
    lost += [f"delivery of {key} never came" for key in sorted(expected - set(arrivals))]
    repeated += [f"delivery of {key} should not be" for key in sorted(set(arrivals) - expected)]
    return Verdict(
        stories=len(stories), changes=len(changes), told=len(arrivals), lost=tuple(lost), repeated=tuple(repeated),
        late=late, worst_seconds=worst,
    )  # fmt: skip
