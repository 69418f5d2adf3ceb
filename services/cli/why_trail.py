"""Where an item went and why: read as what, linked to what, and for each watch one reason out of a closed list (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.alert.ledger import DeliveryRow
from services.alert.reasons import REASONS, Judge, most_telling
from services.classify.backtest import Backtest
from shared.events.incident import IncidentChange
from shared.events.report import Kind, Report


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """One version of the item in ingest's outbox; ``acknowledged_at`` None: Kafka has not taken it yet."""

    version: int
    change: str
    at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """What is known of one item. ``reasons`` is by watch; ``deliveries`` are those of the item's incidents."""

    item_id: str
    report: Report | None
    changes: tuple[IncidentChange, ...]
    reasons: Mapping[str, str]
    fetched: tuple[Fetched, ...] = ()
    deliveries: tuple[DeliveryRow, ...] = ()


def followed(reports: Iterable[Report], judge: Judge) -> Iterator[Trail]:
    """Yield the trail of each report, linked and judged in the order given."""
    folding = Backtest()
    for report in reports:
        changes = tuple(folding.take(report))
        reasons = judge.take(changes, attack_news=report.kind is not Kind.OTHER)
        yield Trail(item_id=report.item_id, report=report, changes=changes, reasons=reasons)


def caused_by(item_id: str, changes: Iterable[IncidentChange]) -> tuple[IncidentChange, ...]:
    """Return the changes that the item itself caused, further attacks (``<item id>#2``) included."""
    return tuple(change for change in changes if change.item_id.partition("#")[0] == item_id)


def judged(item_id: str, report: Report | None, histories: Sequence[Sequence[IncidentChange]], judge: Judge) -> Trail:
    """Return the trail of one item from the whole histories of its incidents: what was told before decides what is told now."""
    found: dict[str, list[str]] = {}
    for history in histories:
        for change in history:
            reasons = judge.take((change,), attack_news=True)
            if change.item_id.partition("#")[0] == item_id:
                for watch_id, reason in reasons.items():
                    found.setdefault(watch_id, []).append(reason)
    changes = tuple(change for history in histories for change in caused_by(item_id, history))
    if not changes:
        attack_news = report is None or report.kind is not Kind.OTHER
        return Trail(item_id=item_id, report=report, changes=(), reasons=judge.take((), attack_news=attack_news))
    return Trail(
        item_id=item_id,
        report=report,
        changes=changes,
        reasons={watch_id: most_telling(reasons) for watch_id, reasons in found.items()},
    )


def in_words(trail: Trail, watch_ids: Sequence[str]) -> Iterator[str]:
    """Yield the lines for people."""
    yield f"item {trail.item_id}" + (f"  {trail.report.url}" if trail.report is not None and trail.report.url else "")
    for one in trail.fetched:
        taken = f"in Kafka at {_time(one.acknowledged_at)}" if one.acknowledged_at else "Kafka has not taken it yet"
        yield f"  fetched  {_time(one.at)}, version {one.version} ({one.change}), {taken}"
    if trail.report is None:
        yield "  read     its text is no longer kept (docs/feeds.md says for how long)"
    else:
        yield f"  read     {_read(trail.report)}"
    for change in trail.changes:
        yield f"  linked   {change.incident_id} revision {change.revision}: {change.change.value}{'' if change.notify else ', no fact changed'}"
    if not trail.changes:
        yield "  linked   to nothing"
    for watch_id in watch_ids:
        reason = trail.reasons[watch_id]
        yield f"  watch    {watch_id}: {reason} ({REASONS[reason]})"
        for row in trail.deliveries:
            if watch_id in row.watch_ids and any(
                (row.incident_id, row.revision) == (change.incident_id, change.revision) for change in trail.changes
            ):
                yield f"           {row.endpoint_id}: {_sent(row)}"


def in_one_line(trail: Trail, watch_ids: Sequence[str]) -> str:
    """Return the item, its kind, what it did, and a reason for each watch."""
    kind = "?" if trail.report is None else trail.report.kind.value
    did = ",".join(f"{change.incident_id}:{change.change.value}" for change in trail.changes) or "-"
    return "\t".join((trail.item_id, kind, did, *(f"{watch_id}={trail.reasons[watch_id]}" for watch_id in watch_ids)))


def as_object(trail: Trail, watch_ids: Sequence[str]) -> dict[str, object]:
    """Return the trail as plain values, for JSON."""
    return {
        "item_id": trail.item_id,
        "kind": None if trail.report is None else trail.report.kind.value,
        "confidence": None if trail.report is None else trail.report.confidence,
        "reader": None if trail.report is None else trail.report.reader,
        "changes": [
            {"incident_id": one.incident_id, "revision": one.revision, "change": one.change.value, "notify": one.notify}
            for one in trail.changes
        ],
        "watches": {watch_id: trail.reasons[watch_id] for watch_id in watch_ids},
        "deliveries": [
            {
                "delivery_id": row.delivery_id,
                "endpoint": row.endpoint_id,
                "status": row.status.value,
                "reason": row.reason,
            }
            for row in trail.deliveries
        ],
    }


def _read(report: Report) -> str:
    where = "no place" if report.place is None else f"{report.place.name} ({report.place.precision.value})"
    what = report.event_type.value if report.event_type is not None else "no event type"
    facts = "" if report.kind is Kind.OTHER else f", {what}, {where}"
    return f"{report.kind.value}, confidence {report.confidence:.2f}{facts}; by {report.reader or 'an unnamed reader'}"


def _sent(row: DeliveryRow) -> str:
    at = f" {_time(row.delivered_at)}" if row.delivered_at is not None else ""
    why = f" ({row.reason})" if row.reason else ""
    return f"{row.message}, {row.status.value}{at}, {row.attempts} attempts{why}, {row.delivery_id}"


def _time(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}Z"
