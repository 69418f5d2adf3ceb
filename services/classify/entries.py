"""The link table's entries: one for each report, holding every change it caused (design, promise 4).

Entries of a partition are numbered from 1 without gaps, so that a table tells by itself whether anything of it is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from services.classify.link.fold import OpenIncidents
from services.classify.link.waiting import Waiting
from shared.events.incident import IncidentChange
from shared.events.report import Report


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one report did.

    ``key`` is the report's own (item version); ``partition`` and ``offset`` say where in the reports topic it stood first;
    ``number`` counts the partition's entries; ``changes`` is empty when it touched nothing; ``waiting`` holds a denial that
    found nothing to deny yet, ``handed`` the reports by which an incident goes to another link region.
    """

    key: str
    partition: int
    offset: int
    number: int = 0
    changes: tuple[IncidentChange, ...]
    waiting: tuple[Waiting, ...] = ()
    handed: tuple[Report, ...] = ()


MARK_KEY = "forgotten"
"""Key of the entry that is no report's: its ``number`` is the one up to which entries may have been forgotten (``eviction.py``)."""

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's bytes."""
    return _ENCODER.encode(entry)


def decode_entry(raw: bytes) -> Entry:
    """Return the entry; raises ``msgspec.MsgspecError`` when the table holds something else."""
    return _DECODER.decode(raw)


def encode_mark(partition: int, number: int) -> bytes:
    """Return the mark's bytes."""
    return encode_entry(Entry(key=MARK_KEY, partition=partition, offset=-1, number=number, changes=()))


@dataclass(kw_only=True, slots=True)
class Region:
    """The state of one partition: its open incidents, the number of its last entry, and the offset of the report after that one's.

    Entries up to the number ``forgotten`` may be absent.
    """

    incidents: OpenIncidents
    entries: int = 0
    next_offset: int = 0
    forgotten: int = 0

    @classmethod
    def empty(cls) -> "Region":
        """The state before the first report."""
        return cls(incidents=OpenIncidents())


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """A region folded anew, and how many entries it lacks: with any missing it must not be used."""

    region: Region
    missing: int


def restore(values: Iterable[bytes]) -> Restored:
    """Fold one partition's entries, given in any order; raises ``msgspec.MsgspecError`` when one cannot be read."""
    telling: list[Entry] = []
    numbers: list[int] = []
    highest, next_offset, forgotten = 0, 0, 0
    for value in values:
        entry = decode_entry(value)
        highest = max(highest, entry.number)
        if entry.key == MARK_KEY:
            forgotten = entry.number
            continue
        numbers.append(entry.number)
        next_offset = max(next_offset, entry.offset + 1)
        if entry.changes or entry.waiting:
            telling.append(entry)
    telling.sort(key=lambda entry: entry.offset)
    incidents = OpenIncidents()
    for entry in telling:
        incidents.replay(entry.key, entry.changes, entry.waiting)
    present = sum(1 for number in numbers if number > forgotten)
    return Restored(
        region=Region(incidents=incidents, entries=highest, next_offset=next_offset, forgotten=forgotten),
        missing=highest - forgotten - present,
    )
