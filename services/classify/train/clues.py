"""``python -m services.classify.train.clues``: counts how common each clue is and writes the table beside the reader.

Counted are the open labelled streams and our own items; the accounts of one attack count once, so that a village which five
outlets name is as rare as it is. Clues that stand in fewer than ``LEAST_TEXTS`` texts are left out: the reader takes what
it does not find for rare, so the table holds the common words of a language and nobody's name.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import services.classify.read as reader_package
from services.classify.read.clues import TABLE, ClueReader, rarity_of
from services.classify.read.language import KNOWN, UNKNOWN, language_of
from services.classify.read.text import document_of
from services.classify.train.examples import LANGUAGES, examples
from services.classify.train.streams import LEARNT_FROM, STREAMS, labelled
from shared.events.item import Item
from shared.geo.gazetteer import Gazetteer

LEAST_TEXTS = 3
MAX_SENTENCES = 24


def main() -> int:
    """Write the table."""
    path = Path(next(iter(reader_package.__path__))) / "data" / TABLE
    path.write_text(table_of(counted(LEARNT_FROM)), encoding="utf-8")
    sys.stdout.write(f"written: {path.name}\n")
    return 0


def counted(streams: Sequence[str]) -> tuple[Counter[str], int]:
    """Return in how many texts each clue stands, and how many texts there are; the accounts of one attack are one text."""
    texts: dict[str, set[str]] = defaultdict(set)
    reader = ClueReader(Gazetteer.load())
    for name in streams:
        incident_of = _incident_of(name)
        for one in labelled(name):
            texts[f"{name} {incident_of[one.item.item_id] or one.item.item_id}"] |= _clues(reader, one.item)
    for lang in LANGUAGES:
        for example in examples(lang):
            texts[example.item.item_id] |= _clues(reader, example.item)
    counts = Counter(clue for clues in texts.values() for clue in clues)
    return counts, len(texts)


def _incident_of(stream: str) -> dict[str, str | None]:
    lines = (STREAMS / stream / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return {truth["id"]: truth.get("incident") for truth in map(json.loads, lines)}


def _clues(reader: ClueReader, item: Item) -> set[str]:
    lang = language_of(item)
    if lang == UNKNOWN:
        return set()
    assert lang in KNOWN
    document = document_of(item, lang, most_sentences=MAX_SENTENCES)
    return {kind + word for kind, word in reader.every(document, ())}


def table_of(counts: tuple[Counter[str], int]) -> str:
    """Return the table's text: one line for each rarity."""
    by: dict[int, list[str]] = defaultdict(list)
    for clue, times in counts[0].items():
        if times >= LEAST_TEXTS:
            by[rarity_of(times, counts[1])].append(clue)
    lines = [f"{rarity} {' '.join(sorted(clues))}" for rarity, clues in sorted(by.items())]
    return "\n".join(["; rarity and clues; made by python -m services.classify.train.clues", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
