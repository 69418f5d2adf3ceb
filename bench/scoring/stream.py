"""A labelled stream: items as a feed delivers them, the truth of each, and the truth of each incident at its end.

The format is described in ``tests/eval/streams/levant/README.md``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from services.classify.items import item_of_line
from shared.events.item import Item

ATTACK_NEWS = frozenset({"report", "update", "reaction", "retraction"})
STATES_FACTS = frozenset({"report", "update"})
HELD_OUT = frozenset({"estuary"})
"""Streams whose single items nobody who changes the reader may see: only their totals are printed."""

_Row = TypeVar("_Row")


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What a careful reader gets from one item."""

    id: str
    kind: str
    incident: str | None = None
    event_type: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    killed: int | None = None
    wounded: int | None = None
    attackers_killed: int | None = None
    occurred_on: str | None = None
    perpetrator: str | None = None


class TrueIncident(msgspec.Struct, frozen=True, kw_only=True):
    """What was true of one incident at the end of the stream."""

    incident: str
    admin1: str | None = None
    final_killed: int | None = None
    final_wounded: int | None = None
    false_alarm: bool = False


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A stream in order of publication; ``truths`` has the same order and ids as ``items``."""

    name: str
    items: tuple[Item, ...]
    truths: tuple[Truth, ...]
    incidents: tuple[TrueIncident, ...]

    @property
    def may_be_looked_at(self) -> bool:
        """Whether single items and errors may be printed."""
        return self.name not in HELD_OUT


def load(folder: Path) -> Stream:
    """Return the stream in ``folder``; raises ``OSError`` when a file is missing and ``ValueError`` when labels and items differ."""
    items = tuple(_lines(folder / "items.jsonl", item_of_line))
    truths = tuple(_lines(folder / "gold.jsonl", lambda line: msgspec.json.decode(line, type=Truth)))
    incidents = tuple(_lines(folder / "incidents.jsonl", lambda line: msgspec.json.decode(line, type=TrueIncident)))
    if [item.item_id for item in items] != [truth.id for truth in truths]:
        raise ValueError(f"{folder}: items.jsonl and gold.jsonl do not hold the same ids in the same order")
    return Stream(name=folder.name, items=items, truths=truths, incidents=incidents)


def _lines(path: Path, read: Callable[[bytes], _Row]) -> Iterable[_Row]:
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield read(line)
