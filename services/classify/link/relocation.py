"""An incident that a correction puts into another link region: handed over whole, under its id, with its revisions going on.

The region it leaves emits the correction as its last change, with ``moved_to``, and hands its tellings to the other one in decisions
of the desk's own kind (``adopt``), as many as fit. They travel on the reports topic like everything that is folded, so that each
region stays a fold of its own partition. Where it was, the incident is found no more and nothing changes it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from services.classify.link.incident import Incident
from services.classify.link.picture import in_order
from services.classify.link.screening import aware
from shared import ids
from shared.codec import DecodeError, decode, encode
from shared.events.incident import ChangeKind, Decision, FactChange, IncidentChange
from shared.events.report import DeskAction, DeskVerb, Kind, Report
from shared.geo.regions import region_of


def region_after(report: Report, state: IncidentChange) -> str | None:
    """Return the link region that the incident belongs to after this decision about it, None when that is where it is."""
    if report.desk is None or report.desk.verb is not DeskVerb.CORRECT or report.region is None or state.place is None:
        return None
    there = region_of(state.place.country)
    return there.value if state.place.country and there.value != report.region else None


def handed_over(incident: Incident, report: Report, size: int) -> tuple[Report, ...]:
    """Return the decisions that hand the incident over, each with at most ``size`` of its tellings."""
    state, action = incident.state, report.desk
    assert action is not None
    assert state.moved_to is not None
    tellings = in_order(incident.tellings.values())
    whole = tuple(telling.source.item_id for telling in tellings)
    handed = []
    for number, start in enumerate(range(0, len(tellings), size)):
        part = msgspec.structs.replace(
            state, contributions=tuple(tellings[start : start + size]), removed=(), changed=()
        )
        item_id = ids.derive("desk", "adopt", state.incident_id, str(state.revision), str(number))
        handed.append(
            Report(
                item_id=item_id,
                event_id=ids.item_event_id(item_id, "1"),
                kind=Kind.OTHER,
                confidence=1.0,
                feed=report.feed,
                outlet=report.outlet,
                tier=1,
                url="",
                title=f"adopt: {action.why}",
                published=aware(report.published),
                parts=(0,),
                region=state.moved_to,
                desk=DeskAction(
                    verb=DeskVerb.ADOPT,
                    incident_id=state.incident_id,
                    who=action.who,
                    why=action.why,
                    item_ids=whole,
                    adopted=encode(part),
                ),
            )
        )
    return tuple(handed)


def adopted(report: Report, incidents: Mapping[str, Incident]) -> IncidentChange | None:
    """Return the change by which this region takes the incident in, or more of it; None for what cannot be read or is here already."""
    action = report.desk
    assert action is not None
    try:
        handed = decode(IncidentChange, action.adopted)
    except DecodeError:
        return None
    here = incidents.get(action.incident_id)
    if handed.incident_id != action.incident_id:
        return None
    is_first = here is None or here.state.moved_to is not None
    if here is not None and (here.state.revision >= handed.revision) is is_first:
        return None
    before = handed if here is None or is_first else here.state
    left: Sequence[str] = () if here is None or not is_first else sorted(set(here.tellings) - set(action.item_ids))
    return msgspec.structs.replace(
        before,
        item_id=report.item_id,
        event_id=report.event_id,
        revision=before.revision + 1,
        change=ChangeKind.CORROBORATED,
        notify=False,
        changed=(FactChange(fact="link_region", before=handed.moved_from, after=report.region),) if is_first else (),
        contributions=handed.contributions,
        removed=tuple(left),
        moved_to=None,
        moved_from=handed.moved_from,
        decision=Decision(rule=f"desk adopt: {action.why} ({action.who})"[:300]),
    )
