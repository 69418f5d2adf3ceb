"""Real headlines grouped by incident (UCDP, CC BY 4.0): are those of one incident linked, and only those?

Each headline becomes a title-only item of an outlet of its own, published at noon of the day after its incident began. The
grouping is noisy and a wave of attacks shares headlines, so full recall is out of reach.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from bench.scoring.figures import Rates
from bench.scoring.linking import assignment
from bench.scoring.tables import table
from services.classify.backtest import Backtest
from services.classify.items import item_of
from services.classify.read.reader import Reader


@dataclass(frozen=True, kw_only=True)
class PairFigures:
    """Pairs of headlines of one incident that were linked; ``across`` counts links over a first-order division's border."""

    headlines: int
    about_an_attack: int
    pairs: Rates
    across: int


def score_pairs(
    event_of: Mapping[str, str], division_of: Mapping[str, tuple[str, str]], assigned: Mapping[str, str]
) -> PairFigures:
    """Return the figures of an assignment of headlines to incidents."""
    true_pairs, linked = _pairs(event_of), _pairs(assigned)
    right = len(true_pairs & linked)
    return PairFigures(
        headlines=len(event_of),
        about_an_attack=len(assigned),
        pairs=Rates.of_counts(right=right, wrong=len(linked) - right, missed=len(true_pairs) - right),
        across=sum(division_of[a] != division_of[b] for a, b in linked),
    )


def headlines_part(reader: Reader, path: Path) -> dict[str, str]:
    """Return the page's part on the headlines in ``path``; nothing, and a word about it, when the file is absent."""
    if not path.exists():
        sys.stderr.write(f"no real headlines at {path}: skipped\n")
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = {f"h{number:04d}": row for number, row in enumerate(csv.DictReader(lines))}
    items = [
        item_of(
            {"id": key, "feed": f"outlet-{key}", "lang": "en", "title": row["headline"],
             "published": _published(row["date_start"]).isoformat()}
        )
        for key, row in rows.items()
    ]  # fmt: skip
    folding = Backtest()
    changes = [
        change
        for item in sorted(items, key=lambda one: (one.published, one.item_id))
        for change in folding.take(reader.read(item))
    ]
    found = score_pairs(
        {key: row["event_id"] for key, row in rows.items()},
        {key: (row["country"], row["adm_1"]) for key, row in rows.items()},
        assignment([change for change in changes if "#" not in change.item_id]),
    )
    body = [
        ["headlines", str(found.headlines)],
        ["read as attack news", str(found.about_an_attack)],
        ["pair precision", f"{found.pairs.precision:.3f}"],
        ["pair recall", f"{found.pairs.recall:.3f}"],
        ["links across first-order divisions", str(found.across)],
    ]
    return {"headlines": table(["real headlines", ""], body)}


def _published(began: str) -> datetime:
    return datetime.combine(date.fromisoformat(began) + timedelta(days=1), datetime.min.time(), UTC) + timedelta(
        hours=12
    )


def _pairs(group_of: Mapping[str, str]) -> set[tuple[str, str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, group in group_of.items():
        groups[group].append(key)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}
