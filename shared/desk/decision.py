"""A decision of the desk on its way into ``tocsin.reports.v1``: what speaks against it, which link region it belongs to, its report.

Linking checks the same again (``services/classify/link/desk.py``), in the order of the topic: what is found here is found early, so that a person
hears a sentence instead of a counter going up. Nothing here reads a clock.
"""

from collections.abc import Sequence
from datetime import datetime

from shared import ids
from shared.codec import encode, headers
from shared.events.incident import Contribution, IncidentChange, Status
from shared.events.report import DeskAction, DeskVerb, Kind, Report
from shared.geo.regions import LinkRegion, partition_of, region_of
from shared.kafka.publisher import Record
from shared.topics import REPORTS

OUTLET = "desk"
DESK_WORDS = (*(verb.value for verb in DeskVerb), "release")  # "adopt" is linking's own
"""What a decision is called; a release is a hold that ends."""
MAX_WHO, MAX_WHY = 60, 200
"""Characters; together they fit the rule that a change keeps (300), so that neither is ever cut."""


def word_of(action: DeskAction) -> str:
    """Return which of ``DESK_WORDS`` the decision is."""
    return "release" if action.release and action.verb is DeskVerb.HOLD else action.verb.value


def tellings_in(history: Sequence[IncidentChange]) -> dict[str, Contribution]:
    """Return what the news contribute to an incident now, by item, from all its changes in order; the desk's own notes are left out."""
    held: dict[str, Contribution] = {}
    for change in history:
        for part in change.removed:
            held.pop(part, None)
        held.update({c.source.item_id: c for c in change.contributions if c.desk is None})
    return held


def region_of_incident(history: Sequence[IncidentChange]) -> LinkRegion:
    """Return the region in which the incident is linked: that of the news it was opened with, or the one a correction moved it to."""
    for change in reversed(history):
        if change.moved_to is not None:
            return LinkRegion(change.moved_to)
    for change in history:
        for telling in change.contributions:
            if telling.desk is None:
                place = telling.facts.place
                return region_of(place.country if place is not None else None)
    return region_of(history[-1].place.country if history and history[-1].place is not None else None)


def objection(
    action: DeskAction, history: Sequence[IncidentChange], into: Sequence[IncidentChange] | None = None
) -> str | None:
    """Return the sentence that says why the decision cannot be carried out, None when nothing is known against it.

    ``history`` are all changes of the incident in order, empty for an unknown one; ``into`` the same of a merge's other incident.
    """
    if not history:
        return _unknown(action.incident_id)
    state = history[-1]
    if state.status is Status.MERGED:
        return f"{state.incident_id} was merged into {state.merged_into}; decide about that one"
    if action.verb is DeskVerb.HOLD:
        if action.release and not state.held:
            return f"{state.incident_id} is not held"
        return f"{state.incident_id} is held already" if state.held and not action.release else None
    if state.status is Status.WITHDRAWN:
        return (
            f"every source of {state.incident_id} took its report back, so there is nothing left to {action.verb.value}"
        )
    if action.verb is DeskVerb.RETRACT and state.status is Status.RETRACTED:
        return f"{state.incident_id} is retracted already; 'correct' makes it stand again"
    if action.verb is DeskVerb.MERGE:
        return _against_merge(action, history, into or ())
    return _against_split(action, history) if action.verb is DeskVerb.SPLIT else None


def _unknown(incident_id: str) -> str:
    return f"there is no incident {incident_id or '(no id)'}; 'tocsin incidents list' shows the latest"


def _against_merge(action: DeskAction, history: Sequence[IncidentChange], into: Sequence[IncidentChange]) -> str | None:
    if action.into_incident_id == action.incident_id:
        return f"{action.incident_id} cannot be merged into itself"
    if not into:
        return _unknown(action.into_incident_id or "")
    target = into[-1]
    if target.status is Status.MERGED:
        return f"{target.incident_id} was itself merged into {target.merged_into}; merge into that one"
    if target.status is Status.WITHDRAWN:
        return f"every source of {target.incident_id} took its report back; merge the other way round"
    if target.status is Status.RETRACTED:
        return f"{target.incident_id} is retracted, and whoever was told of {action.incident_id} would not hear so; retract that one, or merge the other way round"
    if target.test is not history[-1].test:
        return "one of the two is a test and the other is not; they are kept apart"
    here, there = region_of_incident(history), region_of_incident(into)
    if here is not there:
        return f"{action.incident_id} is linked with news of {here.value}, {target.incident_id} with news of {there.value}; retract one of them instead"
    return None


def _against_split(action: DeskAction, history: Sequence[IncidentChange]) -> str | None:
    held = tellings_in(history)
    absent = [item for item in action.item_ids if not any(item in (part, part.partition("#")[0]) for part in held)]
    if absent:
        return f"{action.incident_id} has no source {', '.join(absent)}; it has {', '.join(held) or 'none'}"
    if all(part in action.item_ids or part.partition("#")[0] in action.item_ids for part in held):
        return "that would take every source out; name those of the other attack alone"
    return None


def desk_report(action: DeskAction, region: LinkRegion, at: datetime) -> Report:
    """Return the report that carries a decision made at a time; the same decision at the same time has the same id."""
    word = word_of(action)
    item_id = ids.derive("desk", action.who, at.isoformat(), word, action.incident_id)
    return Report(
        item_id=item_id,
        event_id=ids.item_event_id(item_id, "1"),
        kind=Kind.OTHER,
        confidence=1.0,
        feed=OUTLET,
        outlet=OUTLET,
        tier=1,
        url="",
        title=f"{word}: {action.why}",
        published=at,
        parts=(0,),
        region=region.value,
        desk=action,
    )


def desk_record(report: Report) -> Record:
    """Return the record to publish: key, partition and headers as those of other reports."""
    region = report.region or LinkRegion.MENA.value
    return Record(
        topic=REPORTS.name,
        key=region.encode(),
        value=encode(report),
        headers=headers(
            report,
            event_id=ids.derive("r", report.event_id, region),
            occurred_at=report.published,
            read_at=report.published,
        ),
        partition=partition_of(region),
    )
