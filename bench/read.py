#!/usr/bin/env python3
"""How fast Tocsin reads on one core, how it starts, what memory it holds, and the worst single hostile input.

    python -m bench.read [--rounds 2] [--stream DIR]...

Speeds count the CPU time of this process, so that the machine's other work does not; start and memory are of a fresh process.
Items are those of the labelled streams: as title and summary, and as full articles, for which bodies of one language are
joined until an article has 3,500 characters (about 600 English words).
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import msgspec

from services.classify.read.reader import Reader
from shared.events.item import Item

ROOT = Path(__file__).resolve().parents[1]
OWN_STREAMS = ROOT / "tests" / "eval" / "streams"
ARTICLE_CHARACTERS = 3_500
MEGABYTE = 1_000_000

_FRESH = """
import resource, sys, time
from pathlib import Path
began = time.perf_counter()
from services.classify.read.reader import Reader
from services.classify.items import item_of_line
reader = Reader.load()
lines = sys.stdin.buffer.read().splitlines()
reader.read(item_of_line(lines[0]))
print(time.perf_counter() - began)
for line in lines:
    reader.read(item_of_line(line))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A figure beside its target; ``is_ceiling`` when less is better."""

    name: str
    value: float
    target: float
    unit: str
    is_ceiling: bool = False

    def line(self) -> str:
        """Return the figure, its target and their ratio; above 1 is better than the target."""
        ratio = self.target / self.value if self.is_ceiling else self.value / self.target
        bound = "at most" if self.is_ceiling else "at least"
        verdict = "" if ratio >= 1 else "  MISSED"
        return f"{self.name:<44} {self.value:>9.2f} {self.unit:<8} {bound} {self.target:g}: {ratio:.2f} x{verdict}"


def as_teaser(item: Item) -> Item:
    """Return the item as a feed without bodies delivers it."""
    return msgspec.structs.replace(item, content=None)


def as_articles(items: Sequence[Item]) -> list[Item]:
    """Return each item with a body of at least ``ARTICLE_CHARACTERS``, its own first."""
    bodies: dict[str, list[str]] = {}
    for item in items:
        bodies.setdefault(item.lang or "", []).append(item.content or item.summary or item.title)
    turns = {lang: cycle(texts) for lang, texts in bodies.items()}
    made = []
    for item in items:
        body = item.content or ""
        while len(body) < ARTICLE_CHARACTERS:
            body = f"{body}\n\n{next(turns[item.lang or ''])}"
        made.append(msgspec.structs.replace(item, content=body))
    return made


def items_a_second(read: Callable[[Item], object], items: Sequence[Item], rounds: int) -> float:
    """Return the best of ``rounds``: interference only ever adds time."""
    best = 0.0
    for _ in range(rounds):
        began = time.process_time()
        for item in items:
            read(item)
        best = max(best, len(items) / (time.process_time() - began))
    return best


def hostile_inputs() -> Iterator[tuple[str, Item]]:
    """Yield named inputs that a broken or hostile feed could send, a megabyte each where size is the point."""

    def item(title: str = "Gunmen kill seven in Khanaqin", summary: str = "", content: str | None = None) -> Item:
        return Item(
            item_id="hostile", event_id="hostile", feed="bench", outlet="bench", url="", lang=None,
            title=title, summary=summary, content=content, published=datetime(2026, 3, 2, tzinfo=UTC),
        )  # fmt: skip

    def filled(unit: str) -> str:
        return unit * (MEGABYTE // len(unit.encode("utf-8", "surrogatepass")))

    yield "empty title, no body", item(title="")
    yield "1 MB body of one report repeated", item(content=filled("Gunmen killed seven people in Khanaqin on Sunday. "))
    yield "1 MB of one word", item(content=filled("killed "))
    yield "1 MB of one word in the headline", item(title=filled("killed "))
    yield "1 MB of one letter", item(content=filled("a"))
    yield "1 MB of digits", item(content=filled("7"))
    yield "1 MB of numbers", item(content=filled("7 killed and 12 wounded, "))
    yield "1 MB of place names", item(content=filled("Khanaqin Jalawla Baquba Mosul "))
    yield "1 MB of one Arabic word", item(content=filled("مقتل "))
    yield "1 MB of Arabic tolls", item(content=filled("مقتل سبعة وإصابة خمسة في خانقين، "))
    yield "1 MB of Sorani tolls", item(content=filled("حەوت کەس کوژران لە خانەقین، "))
    yield "1 MB of open tags", item(content=filled("<div><p class='"))
    yield "1 MB of ampersands", item(content=filled("&amp;#x3c;&"))
    yield "1 MB of nested brackets", item(content=filled("(") + filled(")"))
    yield "1 MB of quotation marks", item(content=filled('"“'))
    yield "1 MB of full stops", item(content=filled(". "))
    yield "1 MB of commas and ands", item(content=filled("and, "))
    yield "1 MB of control characters", item(content=filled("\x00\x07\u200f\u202e"))
    yield "1 MB of half surrogates", item(content=filled("\ud83d"))
    yield "1 MB of combining marks", item(content=filled("\u0301"))
    yield "1 MB of dates", item(content=filled("Sunday 1 March 2026, yesterday, "))
    yield "three languages in turns", item(content=filled("Seven killed in Khanaqin. مقتل سبعة. حەوت کەس کوژران. "))


def fresh_process(items: Sequence[Item]) -> tuple[float, float]:
    """Return the seconds from start to the first report and the peak memory in MB after reading all items."""
    lines = b"\n".join(
        msgspec.json.encode(
            {"id": i.item_id, "title": i.title, "summary": i.summary, "content": i.content, "published": i.published}
        )
        for i in items
    )
    done = subprocess.run([sys.executable, "-c", _FRESH], input=lines, capture_output=True, cwd=ROOT, check=True)
    seconds, peak = done.stdout.split()
    per_mb = MEGABYTE if sys.platform == "darwin" else 1_000  # ru_maxrss: bytes there, kilobytes on Linux
    return float(seconds), int(peak) / per_mb


def main() -> int:
    """Print one line a figure, then the slowest hostile inputs."""
    from bench.evaluate import streams_in  # noqa: PLC0415 - the scorer is only needed for its streams

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--stream", type=Path, action="append", default=[])
    args = parser.parse_args()
    items = [item for one in streams_in([OWN_STREAMS, *args.stream]) for item in one.items]
    if not items:
        sys.stderr.write("no labelled stream: nothing to read\n")
        return 1
    reader = Reader.load()
    teasers, articles = [as_teaser(item) for item in items], as_articles(items)
    for item in teasers[:50]:
        reader.read(item)  # first uses fill caches
    start_seconds, peak_mb = fresh_process(articles)
    for measured in (
        Measured(
            name="title and summary",
            value=items_a_second(reader.read, teasers, args.rounds),
            target=300,
            unit="items/s",
        ),
        Measured(
            name=f"full articles ({ARTICLE_CHARACTERS} characters)",
            value=items_a_second(reader.read, articles, args.rounds),
            target=60,
            unit="items/s",
        ),
        Measured(name="start to the first report", value=start_seconds, target=3, unit="s", is_ceiling=True),
        Measured(name="peak memory after all articles", value=peak_mb, target=500, unit="MB", is_ceiling=True),
    ):
        print(measured.line())
    times = []
    for name, item in hostile_inputs():
        began = time.process_time()
        reader.read(item)
        times.append((time.process_time() - began, name))
    print("\nhostile inputs, slowest first:")
    for seconds, name in sorted(times, reverse=True)[:8]:
        print(f"  {seconds * 1_000:>8.0f} ms  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
