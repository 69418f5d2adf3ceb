"""The link table's entries: one for each report, holding every change it caused (design, promise 4)."""

from collections.abc import Iterable

import msgspec

from shared.events.incident import IncidentChange


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one report did. ``key`` is the report's own (item version); ``partition`` and ``offset`` say where in the reports topic it stood first; ``changes`` is empty when it touched nothing."""

    key: str
    partition: int
    offset: int
    changes: tuple[IncidentChange, ...]


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's bytes."""
    return _ENCODER.encode(entry)


def decode_entry(raw: bytes) -> Entry:
    """Return the entry; raises ``msgspec.MsgspecError`` when the table holds something else."""
    return _DECODER.decode(raw)


def in_order(entries: Iterable[Entry], partition: int) -> list[Entry]:
    """The entries of one partition in the order of the reports topic."""
    return sorted((entry for entry in entries if entry.partition == partition), key=lambda entry: entry.offset)
