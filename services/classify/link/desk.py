"""What a person of the desk decides about an incident, as steps like those of the news.

- retract: the incident is called false; those who were told hear it.
- correct: the given facts replace what the news say, from now on; a retracted incident stands again.
- merge: the sources move into ``into_incident_id``, earlier decisions about the merged incident do not; the emptied incident says where they went, silently, for its facts stand.
- split: the named items move to an incident of their own, which names ``split_from``.
- adopt is linking's own (``relocation.py``): an incident that a correction moved here from another link region.
- hold, and its release: marks the incident; what is held is not sent, which is the alert service's to heed.

A decision that would change nothing (a second retraction, a hold of what is held) or that no telling of the news is left for is
refused with a flag, so that two people deciding the same are one decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.classify.link.incident import Incident
from services.classify.link.screening import Flag, aware, is_possible, screen_facts
from services.classify.link.settings import LinkSettings
from services.classify.link.transition import Step
from shared import ids
from shared.events.incident import Contribution, Decision, Source, Status
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind, Report

OUTLET = "desk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """The steps of a decision, in order; none and a flag when it cannot be carried out."""

    steps: tuple[Step, ...] = ()
    flags: tuple[Flag, ...] = ()


def plan(report: Report, incidents: Mapping[str, Incident], settings: LinkSettings) -> Planned:
    """Return what the report's desk action does to the incidents as they are now."""
    action = report.desk
    assert action is not None
    if not is_possible(aware(report.published)):
        return Planned(flags=(Flag.IMPOSSIBLE_PUBLICATION,))
    incident = incidents.get(action.incident_id)
    if incident is None or incident.state.status is Status.MERGED or incident.state.moved_to is not None:
        return Planned(flags=(Flag.UNKNOWN_INCIDENT,))
    if (refused := _refusal(action, incident)) is not None:
        return Planned(flags=(refused,))
    if action.verb is DeskVerb.MERGE:
        return _merge(report, action, incident, incidents, settings)
    if action.verb is DeskVerb.SPLIT:
        return _split(report, action, incident, settings)
    if action.verb is DeskVerb.HOLD:
        return Planned(steps=(_step(report, action, incident, held=not action.release),))
    flags: list[Flag] = []
    note = _note(report, action, flags, settings)
    return Planned(steps=(_step(report, action, incident, add=(note,), trigger=note),), flags=tuple(flags))


def _refusal(action: DeskAction, incident: Incident) -> Flag | None:
    """Why the decision would change nothing, or has nothing left to change."""
    if action.verb is DeskVerb.HOLD:
        return Flag.REFUSED_BY_RULE if incident.state.held is not action.release else None
    if action.verb is DeskVerb.RETRACT and incident.state.status is Status.RETRACTED:
        return Flag.NOTHING_TO_RETRACT
    is_empty_correction = action.verb is DeskVerb.CORRECT and action.facts is None
    return Flag.REFUSED_BY_RULE if is_empty_correction or incident.state.status is Status.WITHDRAWN else None


def _merge(
    report: Report, action: DeskAction, gone: Incident, incidents: Mapping[str, Incident], settings: LinkSettings
) -> Planned:
    into = incidents.get(action.into_incident_id or "")
    if into is None or into is gone or into.state.status is Status.MERGED or into.state.moved_to is not None:
        return Planned(flags=(Flag.UNKNOWN_INCIDENT,))
    if into.state.status is Status.RETRACTED:  # those who were told of the other would never hear that it is false
        return Planned(flags=(Flag.REFUSED_BY_RULE,))
    moved = tuple(gone.tellings[part] for part in sorted(gone.tellings) if gone.tellings[part].desk is None)
    if not moved:
        return Planned(flags=(Flag.REFUSED_BY_RULE,))
    leaving = _step(report, action, gone, remove=tuple(sorted(gone.tellings)), merged_into=into.state.incident_id)
    joining = tuple(
        _step(report, action, into, add=some, trigger=_fresh(some)) for some in _portions(moved, settings.max_moved)
    )
    return Planned(steps=(leaving, *joining))


def _split(report: Report, action: DeskAction, incident: Incident, settings: LinkSettings) -> Planned:
    wanted = set(action.item_ids)
    news = tuple(part for part in sorted(incident.tellings) if incident.tellings[part].desk is None)
    parts = tuple(part for part in news if part in wanted or part.partition("#")[0] in wanted)
    if not parts or len(parts) == len(news):
        return Planned(flags=(Flag.REFUSED_BY_RULE,))
    moved = tuple(incident.tellings[part] for part in parts)
    opening = tuple(
        Step(
            item_id=report.item_id,
            event_id=report.event_id,
            incident_id=ids.incident_id(report.item_id, 0),
            at=aware(report.published),
            decision=_decision(action),
            add=some,
            trigger=_fresh(some),
            split_from=incident.state.incident_id,
            test=incident.state.test,
        )
        for some in _portions(moved, settings.max_moved)
    )
    return Planned(steps=(_step(report, action, incident, remove=parts), *opening))


def _portions(moved: tuple[Contribution, ...], size: int) -> tuple[tuple[Contribution, ...], ...]:
    return tuple(moved[start : start + size] for start in range(0, len(moved), size))


def _fresh(moved: tuple[Contribution, ...]) -> Contribution | None:
    return next((c for c in moved if not c.backfill), moved[0] if moved else None)


def _note(report: Report, action: DeskAction, flags: list[Flag], settings: LinkSettings) -> Contribution:
    facts = action.facts or AttackFacts(confidence=1.0)
    return Contribution(
        source=Source(
            item_id=report.item_id,
            event_id=report.event_id,
            feed=OUTLET,
            outlet=OUTLET,
            tier=1,
            origin=OUTLET,
            url=report.url,
            title=report.title[: settings.max_text],
            time=aware(report.published),
            kind=Kind.RETRACTION if action.verb is DeskVerb.RETRACT else Kind.UPDATE,
            lang=report.lang,
        ),
        facts=screen_facts(facts, aware(report.published), 1.0, flags, settings),
        version=report.version,
        desk=action.verb,
    )


def _decision(action: DeskAction) -> Decision:
    word = "release" if action.release and action.verb is DeskVerb.HOLD else action.verb.value
    return Decision(rule=f"desk {word}: {action.why} ({action.who})"[:300])


def _step(
    report: Report,
    action: DeskAction,
    incident: Incident,
    *,
    add: tuple[Contribution, ...] = (),
    remove: tuple[str, ...] = (),
    trigger: Contribution | None = None,
    merged_into: str | None = None,
    held: bool | None = None,
) -> Step:
    return Step(
        item_id=report.item_id,
        event_id=report.event_id,
        incident_id=incident.state.incident_id,
        at=aware(report.published),
        decision=_decision(action),
        add=add,
        remove=remove,
        trigger=trigger,
        merged_into=merged_into,
        held=held,
        test=incident.state.test,
    )
