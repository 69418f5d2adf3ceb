"""One change of one incident, with the incident's whole state after it.

Topic ``tocsin.incidents.v1``; key: incident id; producer: classify (linking); consumer: alert; retention: 120 days, never
compacted, because each change is a fact of its own.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from shared.events.facts import Casualties, EventGroup, EventType, Evidence, Place
from shared.events.report import AttackFacts, DeskVerb, Kind


class ChangeKind(StrEnum):
    """What a report did to an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    CORROBORATED = "corroborated"
    REACTED = "reacted"
    RETRACTED = "retracted"


class Severity(StrEnum):
    """Least first; the table is in the docstring of the function that computes it, ``services/classify/link/severity.py``."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    CRITICAL = "critical"


class Status(StrEnum):
    """Whether the incident stands.

    ``WITHDRAWN``: every source took its item back, so nobody says it any more, but nobody called it false either.
    ``MERGED``: the desk found it to be part of ``merged_into``.
    """

    ACTIVE = "active"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class FactChange(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that changed: its name and its values before and after, as people would write them."""

    fact: str
    before: str | None
    after: str | None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A news item that contributed. ``origin`` names the text's origin: syndicated copies share one.

    ``telling`` names what of the item counts here: ``<item_id>``, or ``<item_id>#<n>`` for its n-th further attack, whose
    ``item_id`` is then empty in the sources of a change: an item belongs to the incident of its main attack alone.
    """

    item_id: str
    telling: str = ""
    event_id: str
    feed: str
    outlet: str
    tier: int
    origin: str
    url: str
    title: str
    time: datetime
    kind: Kind
    lang: str = "und"


class SourcedEvidence(Evidence, frozen=True, kw_only=True):
    """Evidence of an incident: the offsets count in the item ``item_id``."""

    item_id: str = ""


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one attack told by one version of one item adds to an incident; ``source.item_id`` names it (``<item_id>#<n>`` for further attacks).

    Linking rebuilds its memory from these alone. ``signature`` is the low half of each value of the report's signature,
    big-endian. ``desk`` is set when a person wrote it: such facts override those of the news.
    """

    source: Source
    facts: AttackFacts
    version: int = 1
    signature: bytes = b""
    backfill: bool = False
    desk: DeskVerb | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One ground of a decision and its weight; the table is ``services/classify/link/likeness.py``."""

    name: str
    weight: float


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Why the report went where it went: the rule that decided, the score, the grounds, and the best of the incidents it did not join."""

    rule: str
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    runner_up: str | None = None
    runner_up_score: float = 0.0
    flags: tuple[str, ...] = ()


class TollEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What one source said of the toll, and when."""

    item_id: str
    outlet: str
    time: datetime
    casualties: Casualties


class IncidentChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change and the state after it.

    (``incident_id``, ``revision``) identifies it; revisions of an incident start at 1 and have no gaps. ``notify`` means the
    facts changed: true for opened, updated and retracted, false while the incident is known from backfill alone.
    ``sources`` and ``tolls`` keep the last 50; ``source_count`` counts all. ``origins`` counts independent origins.
    ``expires`` is when the alert stops being current. ``best_reason`` says why the best toll is the best.

    ``moved_to`` is the link region in which the incident is linked from the next revision on, ``moved_from`` the one before: a
    correction by hand put it there.

    ``contributions`` are those that this change added or replaced, ``removed`` names those it took away; together they
    are the incident's history, and from them linking restores its memory. ``decision`` is for ``tocsin why``.
    """

    item_id: str
    event_id: str
    incident_id: str
    revision: int
    change: ChangeKind
    notify: bool
    changed: tuple[FactChange, ...] = ()
    event_type: EventType | None = None
    event_group: EventGroup | None = None
    place: Place | None = None
    casualties: Casualties = Casualties()
    best_reason: str | None = None
    occurred_on: date | None = None
    perpetrator: str = "unknown"
    claimed: bool = False
    sources: tuple[Source, ...] = ()
    source_count: int = 0
    origins: int = 0
    tolls: tuple[TollEntry, ...] = ()
    evidence: tuple[SourcedEvidence, ...] = ()
    targets: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    first_seen: datetime
    last_seen: datetime
    expires: datetime
    confidence: float
    severity: Severity
    status: Status = Status.ACTIVE
    split_from: str | None = None
    merged_into: str | None = None
    moved_to: str | None = None
    moved_from: str | None = None
    backfill: bool = False
    held: bool = False
    test: bool = False
    contributions: tuple[Contribution, ...] = ()
    removed: tuple[str, ...] = ()
    decision: Decision | None = None
