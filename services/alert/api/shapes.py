"""The JSON of the API; the incident's shape is the webhook's."""

from datetime import datetime

import msgspec

from services.alert.payload import IncidentState, ShownEvidence, ShownSource, incident_state, shown_source
from services.alert.words import cleaned
from shared.events.incident import ChangeKind, FactChange, IncidentChange

_MAX_SOURCES = 50
_MAX_EVIDENCE = 50


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it stands. ``held``: the desk holds it back, nothing is sent about it."""

    headline: str
    test: bool
    held: bool
    incident: IncidentState
    sources: tuple[ShownSource, ...]
    evidence: tuple[ShownEvidence, ...]


class IncidentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of incidents, newest report first; ``next`` is the cursor of the page after it, null at the end."""

    incidents: tuple[IncidentView, ...]
    next: str | None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One revision in an incident's history."""

    revision: int
    change: ChangeKind
    notify: bool
    changed: tuple[FactChange, ...]
    item_id: str
    last_seen: datetime


class IncidentStory(msgspec.Struct, frozen=True, kw_only=True):
    """An incident and how it came to be so."""

    incident: IncidentView
    history: tuple[ChangeView, ...]


def incident_view(state: IncidentChange, headline: str) -> IncidentView:
    """Return an incident as the API shows it."""
    return IncidentView(
        headline=headline,
        test=state.test,
        held=state.held,
        incident=incident_state(state),
        sources=tuple(shown_source(source) for source in reversed(state.sources[-_MAX_SOURCES:])),
        evidence=tuple(
            ShownEvidence(item_id=one.item_id, fact=one.fact, text=cleaned(one.text))
            for one in state.evidence[:_MAX_EVIDENCE]
        ),
    )


def change_view(state: IncidentChange) -> ChangeView:
    """Return a revision as the API shows it."""
    return ChangeView(
        revision=state.revision,
        change=state.change,
        notify=state.notify,
        changed=state.changed,
        item_id=state.item_id,
        last_seen=state.last_seen,
    )
