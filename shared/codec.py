"""Bytes on the wire: the only place that encodes or decodes a message.

The value is compact JSON (``msgspec``), the facts about the message travel in headers (house style, rule 14).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.events.source import SourceHealth

Event = Item | Report | IncidentChange | SourceHealth
T = TypeVar("T", Item, Report, IncidentChange, SourceHealth)
Headers = tuple[tuple[str, bytes], ...]

MAX_MESSAGE_BYTES = 1_000_000
"""Kafka refuses records above 1 MiB by default; a producer that tried would retry for ever."""

_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_DECODERS: dict[type[Event], msgspec.json.Decoder[Event]] = {
    Item: msgspec.json.Decoder(Item),
    Report: msgspec.json.Decoder(Report),
    IncidentChange: msgspec.json.Decoder(IncidentChange),
    SourceHealth: msgspec.json.Decoder(SourceHealth),
}
_TYPE_NAMES: dict[type[Event], str] = {
    Item: "item",
    Report: "report",
    IncidentChange: "incident-change",
    SourceHealth: "source-health",
}


class CodecError(Exception):
    """Root of this module's errors: ``DecodeError`` (the bytes are not the message) and ``TooLargeError``."""


class DecodeError(CodecError):
    """The bytes are not a valid message of the expected type; ``reason`` names the field."""

    def __init__(self, expected: str, reason: str) -> None:
        super().__init__(f"not a valid {expected} message: {reason}")
        self.expected = expected
        self.reason = reason


class TooLargeError(CodecError):
    """The encoded message exceeds ``MAX_MESSAGE_BYTES``."""

    def __init__(self, expected: str, size_bytes: int) -> None:
        super().__init__(f"{expected} message of {size_bytes} bytes exceeds {MAX_MESSAGE_BYTES}")
        self.size_bytes = size_bytes


def encode(event: Event) -> bytes:
    """Return the message's bytes, the same for equal values; raises ``TooLargeError``."""
    raw = _ENCODER.encode(event)
    if len(raw) > MAX_MESSAGE_BYTES:
        raise TooLargeError(_TYPE_NAMES[type(event)], len(raw))
    return raw


def decode(event_type: type[T], raw: bytes | None) -> T:
    """Return the message; raises ``DecodeError`` for anything that is not one, an empty value included."""
    name = _TYPE_NAMES[event_type]
    if raw is None:
        raise DecodeError(name, "the record has no value")
    try:
        value = _DECODERS[event_type].decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(name, str(error)) from error
    assert isinstance(value, event_type)
    return value


def headers(
    event: Event, *, event_id: str, occurred_at: datetime, carried: Mapping[str, bytes] | None = None, **times: datetime
) -> Headers:
    """Return the standard headers; ``times`` (``fetched_at=…``) become ``fetched-at`` headers, ``carried`` passes headers on from upstream.

    ``occurred-at`` is the time of the fact itself: an item's publication; for a report and a change that of the item behind them.
    """
    base: dict[str, bytes] = {
        **(carried or {}),
        "event-id": event_id.encode(),
        "event-type": _TYPE_NAMES[type(event)].encode(),
        "event-version": b"1",
        "occurred-at": occurred_at.isoformat().encode(),
        "content-type": b"application/json",
    }
    for name, at in times.items():
        base[name.replace("_", "-")] = at.isoformat().encode()
    return tuple(base.items())


CARRIED = ("traceparent", "fetched-at", "read-at", "linked-at")
"""Headers that travel with the news from topic to topic."""


def carried(received: Iterable[tuple[str, bytes]] | None) -> dict[str, bytes]:
    """Return those of a record's headers that the next message should carry on."""
    return {name: value for name, value in received or () if name in CARRIED}
