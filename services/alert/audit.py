"""The values of the audit: who changed what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What was done; the closed list of what the audit has."""

    KEY_ADDED = "key.added"
    KEY_REVOKED = "key.revoked"
    WATCH_SET = "watch.set"
    WATCH_DELETED = "watch.deleted"
    ENDPOINT_SET = "endpoint.set"
    ENDPOINT_DELETED = "endpoint.deleted"
    SUBSCRIBER_DELETED = "subscriber.deleted"
    DELIVERY_REPLAYED = "delivery.replayed"
    INCIDENT_DECIDED = "incident.decided"
    ERROR_REPORTED = "error.reported"
    ERROR_CLOSED = "error.closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One write: ``actor`` is a key's id, or ``cli:<user>``; ``detail`` never holds a secret or an address."""

    tenant: str
    actor: str
    action: Action
    subject: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """An act as it is kept."""

    position: int
    at: datetime
    act: Act
