"""One step of one incident: its tellings before, what is added and taken away, and the change that this is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

import msgspec

from services.classify.link.changes import differences, is_notable
from services.classify.link.heard import is_place_told, named_perpetrator
from services.classify.link.picture import STATING, Picture, draw, in_order
from services.classify.link.settings import LinkSettings
from services.classify.link.severity import severity_of
from shared.events.facts import Casualties
from shared.events.incident import (
    ChangeKind,
    Contribution,
    Decision,
    FactChange,
    IncidentChange,
    Severity,
    Status,
)
from shared.events.report import DeskVerb, Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What is to happen to one incident. ``trigger`` is the telling that caused it, None when something was only taken away."""

    item_id: str
    event_id: str
    incident_id: str
    at: datetime
    decision: Decision
    add: tuple[Contribution, ...] = ()
    remove: tuple[str, ...] = ()
    trigger: Contribution | None = None
    split_from: str | None = None
    merged_into: str | None = None
    held: bool | None = None
    test: bool = False


def opened(step: Step, settings: LinkSettings) -> IncidentChange:
    """Return revision 1 of the incident that the step opens; silent when all that is known of it is backfill, or when it was denied before."""
    picture = draw(in_order(step.add), settings)
    is_backfill = all(c.backfill for c in step.add)
    first = IncidentChange(
        item_id=step.item_id,
        event_id=step.event_id,
        incident_id=step.incident_id,
        revision=1,
        change=ChangeKind.OPENED,
        notify=not is_backfill and picture.status is Status.ACTIVE,
        first_seen=picture.first_seen,
        last_seen=picture.last_seen,
        expires=_expires(picture, settings),
        confidence=picture.confidence,
        severity=Severity.MINOR,
        split_from=step.split_from,
        backfill=is_backfill,
        held=bool(step.held),
        test=step.test,
        contributions=step.add,
        decision=step.decision,
    )
    return _painted(first, picture)


def changed(
    before: IncidentChange, tellings: Mapping[str, Contribution], step: Step, settings: LinkSettings
) -> IncidentChange:
    """Return the next change of an incident in state ``before`` with ``tellings``.

    An incident that loses its last source is neither deleted nor retracted: it keeps its last known facts, says
    ``withdrawn``, and notifies, because those who were told must hear that nobody stands behind it any more.
    """
    after = {part: c for part, c in tellings.items() if part not in step.remove}
    after.update({c.source.item_id: c for c in step.add})
    if all(c.desk for c in after.values()):
        return _emptied(before, step)
    picture = draw(in_order(after.values()), settings)
    found = differences(
        before,
        picture,
        named=named_perpetrator(tellings.values(), picture.perpetrator),
        is_place_told=picture.place is not None
        and picture.place != before.place
        and is_place_told(picture.place, tellings.values()),
    )
    kind, notify, is_silent = _kind(before, picture, found, step)
    expires = before.expires
    if kind in {ChangeKind.UPDATED, ChangeKind.OPENED}:
        expires = max(expires, step.at + settings.expires_after)
    change = msgspec.structs.replace(
        before,
        item_id=step.item_id,
        event_id=step.event_id,
        revision=before.revision + 1,
        change=kind,
        notify=notify,
        changed=found,
        first_seen=picture.first_seen,
        last_seen=picture.last_seen,
        expires=expires,
        backfill=is_silent,
        held=before.held if step.held is None else step.held,
        contributions=step.add,
        removed=step.remove,
        decision=step.decision,
    )
    return _painted(change, picture)


def _kind(
    before: IncidentChange, after: Picture, found: tuple[FactChange, ...], step: Step
) -> tuple[ChangeKind, bool, bool]:
    """The kind of change, whether it notifies, and whether the incident is still known from backfill alone."""
    trigger = step.trigger
    is_news = (
        trigger is not None and trigger.source.kind in STATING and not trigger.backfill and trigger.desk is None
    )  # a person's correction of old news does not make it fresh
    is_silent = before.backfill and not is_news
    if after.status is Status.RETRACTED:
        if before.status is not Status.RETRACTED:
            return ChangeKind.RETRACTED, not before.backfill, before.backfill
        return _quiet(trigger), False, before.backfill
    if before.backfill and not is_silent:
        return ChangeKind.OPENED, True, False  # the first fresh report of what was known from old news alone rings
    # A person's correction is told whatever fact it is of, a date or a weapon included: those who were told know it wrongly.
    is_corrected = trigger is not None and trigger.desk is DeskVerb.CORRECT and bool(found)
    if is_notable(found) or is_corrected:
        return ChangeKind.UPDATED, not is_silent, is_silent
    return _quiet(trigger), False, is_silent


def _quiet(trigger: Contribution | None) -> ChangeKind:
    is_reaction = trigger is not None and trigger.source.kind is Kind.REACTION
    return ChangeKind.REACTED if is_reaction else ChangeKind.CORROBORATED


def _emptied(before: IncidentChange, step: Step) -> IncidentChange:
    is_merged = step.merged_into is not None
    status = Status.MERGED if is_merged else Status.WITHDRAWN
    is_emptied_now = before.status is not status
    found = (
        FactChange(fact="status", before=before.status.value, after=status.value),
        FactChange(fact="sources", before=str(before.source_count), after="0"),
        *((FactChange(fact="merged_into", before=None, after=step.merged_into),) if step.merged_into else ()),
    )
    return msgspec.structs.replace(
        before,
        item_id=step.item_id,
        event_id=step.event_id,
        revision=before.revision + 1,
        change=ChangeKind.UPDATED if is_emptied_now and not is_merged else ChangeKind.CORROBORATED,
        notify=not is_merged and not before.backfill and before.status is Status.ACTIVE,
        changed=found if is_emptied_now else (),
        sources=(),
        source_count=0,
        origins=0,
        tolls=(),
        evidence=(),
        confidence=0.0,
        status=status,
        merged_into=step.merged_into,
        held=before.held if step.held is None else step.held,
        contributions=(),
        removed=step.remove,
        decision=step.decision,
    )


def _painted(change: IncidentChange, picture: Picture) -> IncidentChange:
    """The change with the picture's facts in it."""
    is_retracted = picture.status is Status.RETRACTED
    return msgspec.structs.replace(
        change,
        event_type=picture.event_type,
        event_group=picture.event_group,
        place=picture.place,
        casualties=picture.casualties,
        best_reason=picture.best_reason,
        occurred_on=picture.occurred_on,
        perpetrator=picture.perpetrator,
        claimed=picture.claimed,
        sources=picture.sources,
        source_count=picture.source_count,
        origins=picture.origins,
        tolls=picture.tolls,
        evidence=picture.evidence,
        targets=picture.targets,
        weapons=picture.weapons,
        confidence=min(picture.confidence, 0.05) if is_retracted else picture.confidence,
        severity=_severity(picture.casualties, picture),
        status=picture.status,
    )


def _severity(casualties: Casualties, picture: Picture) -> Severity:
    return severity_of(casualties, picture.event_type, picture.weapons)


def _expires(picture: Picture, settings: LinkSettings) -> datetime:
    """So long after the day of the attack, else after the first report."""
    if picture.occurred_on is None:
        return picture.first_seen + settings.expires_after
    return datetime.combine(picture.occurred_on, time(tzinfo=UTC)) + settings.expires_after
