"""Sets about attacks: MUC-4 (Latin America, 1980s), HRDsAttack (attacks on human rights defenders), CEHA (Horn of Africa)."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.public.articles import item
from bench.scoring.figures import Rates, binary, share
from bench.scoring.tables import cell, table
from services.classify.read.reader import Reader
from shared.events.report import Kind, Report
from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import EntryKind

_STATES_FACTS = frozenset({Kind.REPORT, Kind.UPDATE})
_VIOLENT = frozenset({"killing", "kidnapping", "sexual violence"})
Row = list[str]


def attack_parts(reader: Reader, folder: Path) -> dict[str, str]:
    """Return the page's part on each set found in ``folder``; absent ones are named on standard error."""
    gazetteer = Gazetteer.load()
    parts = {}
    for name, path in (("muc4", folder / "muc4"), ("hrdsattack", folder / "hrdsattack"), ("ceha", folder / "ceha")):
        if not path.is_dir():
            sys.stderr.write(f"{name}: nothing at {path}: skipped\n")
            continue
        rows = {"muc4": _muc4, "hrdsattack": _hrds_attack, "ceha": _ceha}[name](reader, path, gazetteer)
        parts[name] = table([name, ""], rows)
    return parts


def _muc4(reader: Reader, folder: Path, _gazetteer: Gazetteer) -> list[Row]:
    """A text with any filled role holds a template of an attack; years old or not, the set does not say, so any kind but other counts."""
    pairs = []
    for path in sorted(folder.glob("*.json")):
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items():
            # All capitals, as the wire sent it.
            title, _, rest = " ".join(entry["doc"].split()).partition(". ")
            report = reader.read(item(key, title=title, content=rest, published=datetime(1990, 1, 1, 12, tzinfo=UTC)))
            pairs.append((any(entry["roles"].values()), report.kind is not Kind.OTHER))
    return [["texts", str(len(pairs))], ["with an attack", str(sum(true for true, _ in pairs))], *_rates(binary(pairs))]


def _hrds_attack(reader: Reader, folder: Path, gazetteer: Gazetteer) -> list[Row]:
    violent: list[Report] = []
    detained: list[Report] = []
    countries: list[bool] = []
    days: list[bool] = []
    for path in sorted(folder.glob("*.json")):
        for number, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            text, truth = entry["sample"], entry["merged_sample"]
            published = datetime.fromisoformat(text["Input.publish_date"]).replace(tzinfo=UTC)
            report = reader.read(
                item(
                    f"{path.stem}{number}",
                    title=text["Input.title"],
                    content=text["Input.article_interface"],
                    published=published,
                )
            )
            kinds = set(truth["violation_types"])
            if kinds & _VIOLENT:
                violent.append(report)
                if report.kind is not Kind.OTHER:
                    countries += _country(report, truth["country"], gazetteer)
                if report.kind in _STATES_FACTS:
                    days += _day(report, truth)
            elif "arbitrary detention" in kinds:
                detained.append(report)
    return [
        ["articles with killing, kidnapping or sexual violence", str(len(violent))],
        ["of them read as attack news", cell(share(one.kind is not Kind.OTHER for one in violent))],
        ["of them read as new facts", cell(share(one.kind in _STATES_FACTS for one in violent))],
        ["articles with arbitrary detention alone", str(len(detained))],
        ["of them read as new facts (an error)", cell(share(one.kind in _STATES_FACTS for one in detained))],
        ["country, where read as attack news", cell(share(countries))],
        ["date exact, where read as new facts and a day is labelled", cell(share(days))],
    ]


def _country(report: Report, name: str, gazetteer: Gazetteer) -> Iterator[bool]:
    codes = {m.entry.country for m in gazetteer.lookup(name) if m.entry.kind is EntryKind.COUNTRY}
    if codes:  # a name that is no country ("Africa", "None") judges nothing
        yield report.place is not None and report.place.country in codes


def _day(report: Report, truth: dict[str, Any]) -> Iterator[bool]:
    try:
        year, month, number = (int(float(truth[unit])) for unit in ("year", "month", "date"))
        day = date(year, month, number)
    except (TypeError, ValueError):
        return
    yield report.occurred_on == day


def _ceha(reader: Reader, folder: Path, _gazetteer: Gazetteer) -> list[Row]:
    found: list[tuple[bool, bool]] = []
    places = []
    with (folder / "CEHA_dataset.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    why = next(name for name in rows[0] if "NOT relevant" in name)
    for row in rows:
        if row["ACLED/GDELT"] != "GDELT":
            continue  # ACLED's own notes may be the sample that acceptance reserves: nothing here looks at them
        is_violent = row["Is the event relevant?"] == "Yes"
        if not is_violent and not row[why].startswith("2"):
            continue  # outside the region, or a summary: says nothing of violence
        at = datetime.strptime(row["Time"], "%Y-%m-%d" if "-" in row["Time"] else "%Y%m%d").replace(tzinfo=UTC)
        title, _, rest = row["Event Description"].partition("\n")
        report = reader.read(item(row["Index"], title=title, content=rest, published=at + timedelta(hours=20)))
        found.append((is_violent, report.kind is not Kind.OTHER))
        if is_violent and report.kind is not Kind.OTHER and ";" not in row["Country"]:
            places.append(report.place is not None and report.place.country == _CODES[row["Country"]])
    rates = binary(found)
    return [
        ["articles, of them about violence", f"{len(found)}, {sum(true for true, _ in found)}"],
        ["attack news, precision", f"{rates.precision:.3f}"],
        ["attack news, recall", f"{rates.recall:.3f}"],
        ["country, where read as attack news", cell(share(places))],
    ]


_CODES = {
    "Sudan": "SD",
    "Ethiopia": "ET",
    "Somalia": "SO",
    "South Sudan": "SS",
    "Uganda": "UG",
    "Kenya": "KE",
    "Eritrea": "ER",
}


def _rates(rates: Rates) -> list[Row]:
    return [
        ["attack news, precision", f"{rates.precision:.3f}"],
        ["attack news, recall", f"{rates.recall:.3f}"],
        ["attack news, F1", f"{rates.f1:.3f}"],
    ]
