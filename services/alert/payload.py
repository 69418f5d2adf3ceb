"""The body of a webhook: one JSON document under 20 kB, frozen when the delivery is written down.

The schema is published in ``schemas/alert.v1.json`` and changes only by addition within v1. The envelope (``type``,
``timestamp``, ``data``) is the one that Standard Webhooks recommends; the delivery's id travels in the header ``webhook-id``.
"""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from services.alert.area import Relation
from services.alert.routing import Message
from services.alert.watch import Language
from services.alert.words import Story, cleaned, is_known_from_reaction, plain_text, told_changes, web_address
from shared.events.facts import Casualties, EventGroup, EventType, Place
from shared.events.incident import ChangeKind, FactChange, IncidentChange, Severity, Source, Status
from shared.events.report import Kind

MAX_BODY_BYTES = 20_000
_MAX_SOURCES = 10
_MAX_EVIDENCE = 12
_MAX_CANDIDATES = 5
_MAX_CHANGED = 20
_MAX_FACT = 150
BodyType = Literal[
    "incident.alert",
    "incident.update",
    "incident.left_area",
    "incident.merged",
    "incident.withdrawal",
    "incident.retraction",
]
SCHEMA_ID = "https://tocsin.example/schemas/alert.v1.json"


class SiteNote(msgspec.Struct, frozen=True, kw_only=True):
    """A named site of a watch: how far the incident is and where as seen from it (N, NE, …); null where that is unknown."""

    name: str
    distance_km: float | None
    direction: str | None


class WatchNote(msgspec.Struct, frozen=True, kw_only=True):
    """A watch that this delivery serves. ``message`` is what it is to that watch; ``relation`` how the place lies to its area.

    ``sites`` are its named ones that the incident may concern, nearest first; none when minimal.
    """

    id: str
    name: str
    message: Message
    relation: Relation | None
    sites: tuple[SiteNote, ...] = ()


class ShownSource(msgspec.Struct, frozen=True, kw_only=True):
    """A news item that contributed; ``origin`` is shared by syndicated copies. ``url`` is null unless it is a web address."""

    item_id: str
    outlet: str
    origin: str
    url: str | None
    title: str
    time: datetime
    kind: Kind
    lang: str


class ShownEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a source behind a fact; ``item_id`` is the source's."""

    item_id: str
    fact: str
    text: str


class IncidentState(msgspec.Struct, frozen=True, kw_only=True):
    """The incident after this change. ``opened_by_reaction``: nobody reported the attack itself, only reactions to it."""

    incident_id: str
    revision: int
    status: Status
    event_type: EventType | None
    event_group: EventGroup | None
    place: Place | None
    occurred_on: date | None
    casualties: Casualties
    best_reason: str | None
    perpetrator: str
    claimed: bool
    severity: Severity
    confidence: float
    origins: int
    source_count: int
    opened_by_reaction: bool
    split_from: str | None
    merged_into: str | None
    first_seen: datetime
    last_seen: datetime
    expires: datetime


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The same in words, in the receiver's language.

    ``short`` is one text message: at most 160 characters of GSM 03.38 in English, 70 of UCS-2 in Arabic and Sorani.
    """

    language: Language
    headline: str
    text: str
    short: str


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When the news behind this change was published, fetched, read and linked, and this body written; null where unknown."""

    published: datetime | None = None
    fetched: datetime | None = None
    read: datetime | None = None
    linked: datetime | None = None
    created: datetime


class AlertData(msgspec.Struct, frozen=True, kw_only=True):
    """What is told. ``previous_sent_revision`` is the last revision sent to this endpoint, null for the first.

    ``minimal``: the watch asked for facts without quotes, names of outlets and armed groups, or links; ``sources`` and
    ``evidence`` are empty then and ``perpetrator`` is "withheld".
    """

    message: Message
    test: bool
    minimal: bool
    change: ChangeKind
    notify: bool
    changed: tuple[FactChange, ...]
    previous_sent_revision: int | None
    watches: tuple[WatchNote, ...]
    incident: IncidentState
    sources: tuple[ShownSource, ...]
    sources_omitted: int
    evidence: tuple[ShownEvidence, ...]
    told: Told
    times: Times
    late_by_seconds: int | None
    disclaimer: str


class AlertBody(msgspec.Struct, frozen=True, kw_only=True):
    """The document. ``timestamp`` is when the body was written, and does not change between attempts."""

    type: BodyType
    timestamp: datetime
    data: AlertData


_TYPES: dict[Message, BodyType] = {
    Message.ALERT: "incident.alert",
    Message.UPDATE: "incident.update",
    Message.LEFT_AREA: "incident.left_area",
    Message.MERGED: "incident.merged",
    Message.WITHDRAWAL: "incident.withdrawal",
    Message.RETRACTION: "incident.retraction",
}
_ENCODER = msgspec.json.Encoder(order="deterministic")


def alert_body(
    state: IncidentChange,
    *,
    message: Message,
    watches: tuple[WatchNote, ...],
    previous_revision: int | None,
    told: Story,
    short: str,
    times: Times,
    late_by_seconds: int | None,
    minimal: bool = False,
) -> bytes:
    """Return the body, shortened where it would pass 20 kB: first sources and evidence go, then the story's text is cut."""
    changed = told_changes(state, minimal=minimal)
    sources = () if minimal else state.sources
    evidence = () if minimal else state.evidence
    for keep in (1.0, 0.5, 0.2, 0.0):
        body = _ENCODER.encode(
            AlertBody(
                type=_TYPES[message],
                timestamp=times.created,
                data=AlertData(
                    message=message,
                    test=state.test,
                    minimal=minimal,
                    change=state.change,
                    notify=state.notify,
                    changed=tuple(_shortened(change) for change in changed[: max(3, round(_MAX_CHANGED * keep))]),
                    previous_sent_revision=previous_revision,
                    watches=watches[: 50 if keep == 1.0 else 10],
                    incident=_incident_told(state, minimal=minimal, candidates=round(_MAX_CANDIDATES * keep)),
                    sources=tuple(
                        shown_source(source) for source in _last(sources, max(1, round(_MAX_SOURCES * keep)))
                    ),
                    sources_omitted=max(0, state.source_count - min(len(sources), max(1, round(_MAX_SOURCES * keep)))),
                    evidence=tuple(
                        ShownEvidence(item_id=one.item_id, fact=one.fact, text=cleaned(one.text))
                        for one in evidence[: round(_MAX_EVIDENCE * keep)]
                    ),
                    told=Told(
                        language=told.language,
                        headline=cleaned_headline(told),
                        text=plain_text(told) if keep > 0.3 else cleaned_headline(told),
                        short=short,
                    ),
                    times=times,
                    late_by_seconds=late_by_seconds,
                    disclaimer=told.footer,
                ),
            )
        )
        if len(body) <= MAX_BODY_BYTES:
            return body
    return body


def cleaned_headline(told: Story) -> str:
    """The headline, bounded."""
    return told.headline if len(told.headline) <= 600 else told.headline[:599] + "…"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the body; the published file is this, and a test holds them together."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(AlertBody)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Tocsin alert, v1",
        **schema,
    }


def _incident_told(state: IncidentChange, *, minimal: bool, candidates: int) -> IncidentState:
    whole = incident_state(state, candidates=candidates)
    return msgspec.structs.replace(whole, perpetrator="withheld", best_reason=None) if minimal else whole


def _last(sources: tuple[Source, ...], count: int) -> tuple[Source, ...]:
    return tuple(reversed(sources[-count:]))


def shown_source(source: Source) -> ShownSource:
    """Return a source as receivers see it."""
    return ShownSource(
        item_id=source.telling or source.item_id,
        outlet=cleaned(source.outlet, limit=100),
        origin=cleaned(source.origin, limit=100),
        url=web_address(source.url),
        title=cleaned(source.title),
        time=source.time,
        kind=source.kind,
        lang=source.lang,
    )


def _shortened(change: FactChange) -> FactChange:
    return FactChange(
        fact=change.fact,
        before=None if change.before is None else cleaned(change.before, limit=_MAX_FACT),
        after=None if change.after is None else cleaned(change.after, limit=_MAX_FACT),
    )


def incident_state(state: IncidentChange, *, candidates: int = _MAX_CANDIDATES) -> IncidentState:
    """Return the state as receivers see it, foreign text cleaned and bounded."""
    place = state.place
    if place is not None:
        place = msgspec.structs.replace(place, name=cleaned(place.name), candidates=place.candidates[:candidates])
    return IncidentState(
        incident_id=state.incident_id,
        revision=state.revision,
        status=state.status,
        event_type=state.event_type,
        event_group=state.event_group,
        place=place,
        occurred_on=state.occurred_on,
        casualties=state.casualties,
        best_reason=None if state.best_reason is None else cleaned(state.best_reason),
        perpetrator=cleaned(state.perpetrator, limit=100),
        claimed=state.claimed,
        severity=state.severity,
        confidence=state.confidence,
        origins=state.origins,
        source_count=state.source_count,
        opened_by_reaction=is_known_from_reaction(state),
        split_from=state.split_from,
        merged_into=state.merged_into,
        first_seen=state.first_seen,
        last_seen=state.last_seen,
        expires=state.expires,
    )
