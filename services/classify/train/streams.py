"""The labelled streams of the repository that the models learn from, beside the items of ``examples``.

Which streams these are is written here, so that a stream is learnt from on purpose: a held-out one never is.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.classify.items import item_of_line
from shared.events.facts import EventType
from shared.events.item import Item
from shared.events.report import Kind

STREAMS = Path(__file__).resolve().parents[3] / "tests" / "eval" / "streams"
LEARNT_FROM = ("dispatches", "garmian", "highlands", "levant", "newsrooms", "rafidain", "sahel", "wires")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """An item of a stream and what is true of it."""

    stream: str
    item: Item
    kind: Kind
    event_type: EventType | None


@cache
def labelled(name: str) -> tuple[Labelled, ...]:
    """Return the items of one stream; raises ``OSError`` where it is missing and ``ValueError`` where labels and items differ."""
    folder = STREAMS / name
    lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
    items = [item_of_line(line) for line in lines if line.strip()]
    labels = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [json.loads(line) for line in labels if line.strip()]
    if [item.item_id for item in items] != [truth["id"] for truth in truths]:
        raise ValueError(f"{folder}: items.jsonl and gold.jsonl do not hold the same ids in the same order")
    return tuple(
        Labelled(
            stream=name,
            item=item,
            kind=Kind(truth["kind"]),
            event_type=EventType(truth["event_type"]) if truth.get("event_type") else None,
        )
        for item, truth in zip(items, truths, strict=True)
    )
