"""The body of a bulletin's webhook: one JSON document under 20 kB, frozen when the delivery is written down.

The schema is published in ``schemas/bulletin.v1.json`` and changes only by addition within v1. The envelope is that of alerts;
``type`` tells them apart.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec

from services.alert.area import Relation
from services.alert.bulletin import Bulletin, BulletinKind, Entry, GatheredBy
from services.alert.bulletin_words import bulletin_short, bulletin_story, entry_headline, ranked
from services.alert.payload import MAX_BODY_BYTES, Told, cleaned_headline
from services.alert.routing import Message
from services.alert.sight import BlindReason
from services.alert.watch import Language
from services.alert.words import PlaceWords, cleaned, plain_text
from shared.events.facts import EventType
from shared.events.incident import Severity

SCHEMA_ID = "https://tocsin.example/schemas/bulletin.v1.json"
BulletinType = Literal["watch.heartbeat", "watch.blind", "watch.recovered", "incidents.digest", "incidents.summary"]
_MOST_IDS = 300
_STEPS = ((30, 30, _MOST_IDS), (15, 15, _MOST_IDS), (8, 5, _MOST_IDS), (0, 0, 100), (0, 0, 0))
"""Entries in full, entries in the text, ids: from the fullest body to one that always has room."""


class BulletinWatch(msgspec.Struct, frozen=True, kw_only=True):
    """A watch that this bulletin serves."""

    id: str
    name: str


class SourceCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many sources cover the watch, how many of them are healthy, and the outlets of some that are not (none when minimal)."""

    healthy: int
    total: int
    failing: tuple[str, ...]


class ListedIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident of a list. ``message`` is what it would have been told as by itself; ``late_by_seconds`` is set when it waited in our hands."""

    incident_id: str
    revision: int
    message: Message
    relation: Relation | None
    event_type: EventType | None
    severity: Severity
    country: str | None
    admin1: str | None
    admin2: str | None
    last_seen: datetime
    expires: datetime
    headline: str
    late_by_seconds: int | None


class BulletinData(msgspec.Struct, frozen=True, kw_only=True):
    """What is told.

    ``since`` and ``until`` are the day of a heartbeat, the span of blindness (``until`` null while it lasts), the window of a
    list. ``incident_count`` counts the incidents of that time. ``incidents`` holds the gravest and newest of a list,
    ``incident_ids`` all of them (up to 300), ``incidents_omitted`` how many ``incidents`` leaves out; ``expired`` how many were no longer current.
    """

    message: BulletinKind
    test: bool
    minimal: bool
    watches: tuple[BulletinWatch, ...]
    since: datetime
    until: datetime | None
    sources: SourceCount | None
    blind_reason: BlindReason | None
    gathered_by: GatheredBy | None
    incident_count: int
    waiting: int
    incidents: tuple[ListedIncident, ...]
    incident_ids: tuple[str, ...]
    incidents_omitted: int
    expired: int
    told: Told
    disclaimer: str


class BulletinBody(msgspec.Struct, frozen=True, kw_only=True):
    """The document. ``timestamp`` is when the body was written, and does not change between attempts."""

    type: BulletinType
    timestamp: datetime
    data: BulletinData


_TYPES: dict[BulletinKind, BulletinType] = {
    BulletinKind.HEARTBEAT: "watch.heartbeat",
    BulletinKind.BLIND: "watch.blind",
    BulletinKind.RECOVERED: "watch.recovered",
    BulletinKind.DIGEST: "incidents.digest",
    BulletinKind.SUMMARY: "incidents.summary",
}
_ENCODER = msgspec.json.Encoder(order="deterministic")


def bulletin_body(bulletin: Bulletin, language: Language, names: PlaceWords) -> bytes:
    """Return the body, with fewer entries where it would pass 20 kB."""
    body = b""
    for most, most_told, most_ids in _STEPS:
        body = _ENCODER.encode(_body(bulletin, language, names, most=most, most_told=most_told, most_ids=most_ids))
        if len(body) <= MAX_BODY_BYTES:
            return body
    return body


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the body; the published file is this, and a test holds them together."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(BulletinBody)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Tocsin bulletin, v1",
        **schema,
    }


def _body(
    bulletin: Bulletin, language: Language, names: PlaceWords, *, most: int, most_told: int, most_ids: int
) -> BulletinBody:
    told = bulletin_story(bulletin, language, names, most_entries=most_told)
    entries = ranked(bulletin.entries)
    outlook = bulletin.outlook
    return BulletinBody(
        type=_TYPES[bulletin.kind],
        timestamp=bulletin.at,
        data=BulletinData(
            message=bulletin.kind,
            test=False,
            minimal=bulletin.minimal,
            watches=tuple(
                BulletinWatch(id=one.id, name=cleaned(one.name, limit=200))
                for one in bulletin.watches[: 50 if most else 10]
            ),
            since=bulletin.since,
            until=bulletin.until,
            sources=None
            if outlook is None
            else SourceCount(
                healthy=outlook.healthy,
                total=outlook.total,
                failing=() if bulletin.minimal else tuple(cleaned(one, limit=100) for one in outlook.failing),
            ),
            blind_reason=bulletin.blind_reason,
            gathered_by=bulletin.gathered_by,
            incident_count=len(entries) or bulletin.incidents,
            waiting=bulletin.waiting,
            incidents=tuple(_listed(one, bulletin, language, names) for one in entries[:most]),
            incident_ids=tuple(one.state.incident_id for one in entries[:most_ids]),
            incidents_omitted=max(0, len(entries) - most),
            expired=bulletin.expired,
            told=Told(
                language=language,
                headline=cleaned_headline(told),
                text=plain_text(told),
                short=bulletin_short(bulletin, language, names),
            ),
            disclaimer=told.footer,
        ),
    )


def _listed(entry: Entry, bulletin: Bulletin, language: Language, names: PlaceWords) -> ListedIncident:
    state = entry.state
    return ListedIncident(
        incident_id=state.incident_id,
        revision=state.revision,
        message=entry.message,
        relation=entry.relation,
        event_type=state.event_type,
        severity=state.severity,
        country=state.place.country if state.place else None,
        admin1=state.place.admin1 if state.place else None,
        admin2=state.place.admin2 if state.place else None,
        last_seen=state.last_seen,
        expires=state.expires,
        headline=entry_headline(entry, bulletin, language, names)[:600],
        late_by_seconds=None if entry.late_by is None else round(entry.late_by.total_seconds()),
    )
