"""What somebody wants to hear of, and where to tell them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from services.alert.area import Area
from services.alert.manners import ORDINARY, Manners
from shared.events.facts import EventGroup, EventType
from shared.events.incident import IncidentChange, Severity

Language = Literal["en", "ar", "ckb"]
LANGUAGES: tuple[Language, ...] = ("en", "ar", "ckb")
SEVERITY_ORDER = {severity: rank for rank, severity in enumerate(Severity)}


class WhenVague(StrEnum):
    """What to do when the incident's place is vaguer than the watch.

    ``NARROWED`` tells when at least the governorate is known ("somewhere in Diyala" to a watch on Khanaqin), or when the name has
    a bearer inside the watch; "somewhere in Iraq" waits until more is known, or every watch in Iraq would ring for it.
    """

    TELL = "tell"
    NARROWED = "narrowed"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What an incident's state must be besides where. An empty tuple and None accept everything.

    ``languages``: at least one source is in one of them. A toll nobody has stated passes no ``min_killed`` above 0.
    """

    groups: tuple[EventGroup, ...] = ()
    types: tuple[EventType, ...] = ()
    min_severity: Severity | None = None
    min_killed: int | None = None
    min_confidence: float | None = None
    min_origins: int | None = None
    languages: tuple[str, ...] = ()


class Refusal(StrEnum):
    """Why a watch does not pass a state; the same words stand in logs, metrics and ``tocsin why``."""

    OUTSIDE = "outside"
    TOO_VAGUE = "too_vague"
    GROUP = "group"
    TYPE = "type"
    SEVERITY = "severity"
    KILLED = "killed"
    CONFIDENCE = "confidence"
    ORIGINS = "origins"
    LANGUAGE = "language"
    TEST = "test"
    BACKFILL = "backfill"
    NOT_STANDING = "not_standing"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """One watch: ``areas`` are alternatives. ``language`` None leaves the choice to the endpoint.

    ``minimal``: structured facts only; no quotes, no names of outlets or armed groups, no links. For people whom a message
    about an attack may endanger when it is read over their shoulder.
    """

    id: str
    name: str
    areas: tuple[Area, ...]
    endpoints: tuple[str, ...]
    filters: Filters = Filters()
    when_vague: WhenVague = WhenVague.NARROWED
    language: Language | None = None
    receives_tests: bool = False
    minimal: bool = False
    manners: Manners = ORDINARY


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookEndpoint:
    """A receiver of Standard Webhooks. The first of ``secrets`` is current; all sign, so that a receiver may change over at leisure.

    ``owner`` is the endpoint that hears when this one fails. ``max_concurrent`` and ``per_second`` bound what it gets, None: as all.
    """

    id: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    language: Language | None = None
    owner: str | None = None
    max_concurrent: int | None = None
    per_second: float | None = None
    channel: Literal["webhook"] = "webhook"


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailEndpoint:
    """One mail address. Addresses from a configuration file count as confirmed."""

    id: str
    to: str
    language: Language | None = None
    owner: str | None = None
    max_concurrent: int | None = None
    per_second: float | None = None
    channel: Literal["email"] = "email"


@dataclass(frozen=True, kw_only=True, slots=True)
class AppriseEndpoint:
    """Any service that the library Apprise reaches (Telegram, Slack, Signal, ntfy, SMS, …). ``url`` carries its credentials."""

    id: str
    url: str = field(repr=False)
    language: Language | None = None
    owner: str | None = None
    max_concurrent: int | None = None
    per_second: float | None = None
    channel: Literal["apprise"] = "apprise"


@dataclass(frozen=True, kw_only=True, slots=True)
class PullEndpoint:
    """Nobody is called: what it would be sent is read from ``/v1/changes``."""

    id: str
    language: Language | None = None
    channel: Literal["pull"] = "pull"


@dataclass(frozen=True, kw_only=True, slots=True)
class SinkEndpoint:
    """The reserved end of the canary's way; nobody can configure one."""

    id: str
    language: Language | None = None
    channel: Literal["sink"] = "sink"


Endpoint = WebhookEndpoint | EmailEndpoint | AppriseEndpoint | PullEndpoint | SinkEndpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriptions:
    """Everything a watches file says."""

    watches: tuple[Watch, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


def refusal(filters: Filters, state: IncidentChange) -> Refusal | None:
    """Return the first rule of the filters that the state fails, or None when it passes them all."""
    if filters.groups and state.event_group not in filters.groups:
        return Refusal.GROUP
    if filters.types and state.event_type not in filters.types:
        return Refusal.TYPE
    if filters.min_severity and SEVERITY_ORDER[state.severity] < SEVERITY_ORDER[filters.min_severity]:
        return Refusal.SEVERITY
    if filters.min_killed and (state.casualties.killed is None or state.casualties.killed.best < filters.min_killed):
        return Refusal.KILLED
    if filters.min_confidence is not None and state.confidence < filters.min_confidence:
        return Refusal.CONFIDENCE
    if filters.min_origins is not None and state.origins < filters.min_origins:
        return Refusal.ORIGINS
    if filters.languages and not any(source.lang in filters.languages for source in state.sources):
        return Refusal.LANGUAGE
    return None
