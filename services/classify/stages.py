"""The two stages as functions of one record: what to publish, and what to remember. The stream framework is not needed to call them.

Every exception about a record ends here as a dead letter (house style, rule 21); the shell only publishes, stores and counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.classify.desk import DeskOutcome, desk_record, word_of
from services.classify.entries import Entry, decode_entry, encode_entry
from services.classify.errors import ClassifyError
from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from services.classify.ports import ItemReader
from services.classify.regions import by_region
from shared.codec import DecodeError, TooLargeError, carried, decode, encode, headers
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.geo.regions import LinkRegion, partition_of
from shared.ids import derive
from shared.kafka.dead_letters import DeadLetterReason, Received, dead_letter
from shared.kafka.publisher import Record
from shared.topics import INCIDENTS, REPORTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a stage decided about one record: ``outcome`` is a label of the stage's metrics; ``log`` are fields for its one log line.

    ``entry`` is the link table's (key, value) to store, None when nothing is to be remembered.
    """

    outcome: str
    records: tuple[Record, ...]
    dead: DeadLetterReason | None = None
    after: tuple[Record, ...] = ()
    """To be published when ``records`` are acknowledged: what must not be acted upon before them."""
    entry: tuple[bytes, bytes] | None = None
    is_new: bool = False
    state_spoilt: bool = False
    flags: tuple[str, ...] = ()
    desk: tuple[str, DeskOutcome] | None = None
    log: dict[str, object] = field(default_factory=dict)


def _dead(received: Received, reason: DeadLetterReason, error: BaseException, *, state_spoilt: bool = False) -> Outcome:
    return Outcome(
        outcome=f"dead_{reason.value}",
        records=(dead_letter(received, reason, error),),
        dead=reason,
        state_spoilt=state_spoilt,
        log={
            "reason": reason.value,
            "error_type": type(error).__name__,
            "error": str(error)[:300],
            "offset": received.offset,
        },
    )


async def read(received: Received, reader: ItemReader, now: Callable[[], datetime]) -> Outcome:
    """Item in, report records out, one for each link region concerned."""
    try:
        item = decode(Item, received.value)
    except DecodeError as error:
        return _dead(received, DeadLetterReason.UNDECODABLE, error)
    try:
        report = await reader.read(item)
        records = tuple(_report_record(received, part, now()) for part in by_region(report))
    except ClassifyError:
        raise  # ours, not the item's: it will be read when we are well
    except TimeoutError as error:
        return _dead(received, DeadLetterReason.TIMED_OUT, error)
    except TooLargeError as error:
        return _dead(received, DeadLetterReason.TOO_LARGE, error)
    except Exception as error:  # noqa: BLE001  # the boundary of a unit of work: whatever reading did, the next item must go on
        return _dead(received, DeadLetterReason.PROCESSING_FAILED, error)
    return Outcome(
        outcome=report.kind.value,
        records=records,
        log={"item_id": item.item_id, "event_id": item.event_id, "feed": item.feed, "kind": report.kind.value},
    )


def _report_record(received: Received, report: Report, now: datetime) -> Record:
    region = report.region or LinkRegion.MENA.value
    event_id = derive("r", report.event_id, region)
    return Record(
        topic=REPORTS.name,
        key=region.encode(),
        value=encode(report),
        headers=headers(
            report, event_id=event_id, occurred_at=report.published, carried=carried(received.headers), read_at=now
        ),
        partition=partition_of(region),
    )


def link(
    received: Received,
    stored: Callable[[bytes], bytes | None],
    incidents: OpenIncidents,
    settings: LinkSettings,
    now: datetime,
    *,
    number: int,
) -> Outcome:
    """Report in, incident changes out. A report seen before is answered with the stored outcome, never decided again.

    ``incidents`` is changed by a new report; ``state_spoilt`` in the outcome says that it must be rebuilt from the table.
    ``number`` is that of the entry, should the report make one: the outcome ``is_new`` then.
    """
    try:
        report = decode(Report, received.value)
    except DecodeError as error:
        return _dead(received, DeadLetterReason.UNDECODABLE, error)
    key = entry_key(report).encode()
    flags: tuple[str, ...] = ()
    known = stored(key)
    try:
        if known is not None:
            entry = decode_entry(known)
            changes, handed = entry.changes, entry.handed
            value = known
        else:
            linked = incidents.link(report, settings)
            changes, handed = linked.changes, linked.handed
            flags = tuple(flag.value for flag in linked.flags)
            value = encode_entry(
                Entry(
                    key=key.decode(),
                    partition=received.partition,
                    offset=received.offset,
                    number=number,
                    changes=changes,
                    waiting=linked.waiting,
                    handed=linked.handed,
                )
            )
        records = tuple(_change_record(received, report, change, now) for change in changes)
        after = tuple(desk_record(one) for one in handed)
    except TooLargeError as error:
        return _dead(received, DeadLetterReason.TOO_LARGE, error, state_spoilt=True)
    except Exception as error:  # noqa: BLE001  # the boundary of a unit of work: a report that cannot be linked must not stop the rest
        return _dead(received, DeadLetterReason.PROCESSING_FAILED, error, state_spoilt=True)
    return Outcome(
        outcome="repeated" if known is not None else changes[0].change.value if changes else "nothing",
        records=records,
        after=after,
        entry=(key, value),
        is_new=known is None,
        flags=flags,
        desk=_decided(report, changes) if known is None else None,
        log={
            "item_id": report.item_id,
            "event_id": report.event_id,
            "incident_id": [change.incident_id for change in changes],
            "change": [change.change.value for change in changes],
            **({"flags": flags} if flags else {}),
            **({"desk": word_of(report.desk), "who": report.desk.who} if report.desk else {}),
        },
    )


def _decided(report: Report, changes: Sequence[IncidentChange]) -> tuple[str, DeskOutcome] | None:
    if report.desk is None:
        return None
    return word_of(report.desk), DeskOutcome.DONE if changes else DeskOutcome.REFUSED


def _change_record(received: Received, report: Report, change: IncidentChange, now: datetime) -> Record:
    event_id = derive("c", change.incident_id, str(change.revision))
    return Record(
        topic=INCIDENTS.name,
        key=change.incident_id.encode(),
        value=encode(change),
        headers=headers(
            change, event_id=event_id, occurred_at=report.published, carried=carried(received.headers), linked_at=now
        ),
    )
