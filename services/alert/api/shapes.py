"""The JSON of the API; the incident's shape is the webhook's."""

import base64
import binascii
from datetime import datetime

import msgspec

from services.alert.payload import IncidentState, ShownEvidence, ShownSource, incident_state, shown_source
from services.alert.words import cleaned
from shared.events.incident import ChangeKind, FactChange, IncidentChange

_MAX_SOURCES = 50
_MAX_EVIDENCE = 50


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it stands."""

    headline: str
    test: bool
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


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, in a sentence."""

    error: str


def incident_view(state: IncidentChange, headline: str) -> IncidentView:
    """Return an incident as the API shows it."""
    return IncidentView(
        headline=headline,
        test=state.test,
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


def cursor_after(state: IncidentChange) -> str:
    """Return the cursor that continues after this incident."""
    return base64.urlsafe_b64encode(f"{state.last_seen.isoformat()}|{state.incident_id}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, str]:
    """Return what a cursor says; raises ``ValueError`` for one that we never gave."""
    try:
        said = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, incident_id = said.partition("|")
        last_seen = datetime.fromisoformat(at)
    except (ValueError, binascii.Error) as error:
        raise ValueError("the cursor is not one that this server gave") from error
    if last_seen.tzinfo is None or not incident_id:
        raise ValueError("the cursor is not one that this server gave")
    return last_seen, incident_id
