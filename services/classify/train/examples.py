"""The labelled items that the kind model learns from: written for this project, one a line, in three languages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

from shared.events.facts import EventType
from shared.events.item import Item
from shared.events.report import Kind

LANGUAGES = ("en", "ar", "ckb")
PUBLISHED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
"""A fixed day: training must give the same bytes whenever it runs."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """An item and its labels; ``event_type`` is None for kind other."""

    item: Item
    kind: Kind
    event_type: EventType | None


FILES = {"en": ("items", "more", "more2", "wire"), "ar": ("items", "more", "more2"), "ckb": ("items", "more", "more2")}
"""What stands before the language in the names of the files."""


WITHOUT_TYPES = "wire"
"""Bare headlines say too little of whom an attack hit for its type to be learnt from them."""


def examples(lang: str, *, for_types: bool = False) -> tuple[Example, ...]:
    """Return the examples of one language, or those from which types are learnt; raises ``ValueError`` naming the line that is no example."""
    files = (name for name in FILES[lang] if not (for_types and name == WITHOUT_TYPES))
    return tuple(found for name in files for found in _of_file(f"{name}_{lang}"))


def _of_file(name: str) -> list[Example]:
    lang = name.rpartition("_")[2]
    file = resources.files("services.classify.train") / "data" / f"{name}.txt"
    found = []
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith(";"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4:
            raise ValueError(f"{name}.txt line {number}: four parts divided by | are needed, found {len(parts)}")
        kind, event_type, title, summary = parts
        item = Item(
            item_id=f"{name}-{number}",
            event_id=f"{name}-{number}",
            feed="train",
            outlet="train",
            lang=lang,
            url="",
            title=title,
            summary=summary,
            published=PUBLISHED,
        )
        found.append(
            Example(item=item, kind=Kind(kind), event_type=None if event_type == "-" else EventType(event_type))
        )
    return found
