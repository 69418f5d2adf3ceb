"""LGL: place names in 588 articles of small local papers, most of them namesakes in North America."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.public.articles import item
from bench.scoring.figures import Rates, share
from bench.scoring.tables import cell, table
from services.classify.read.place_choice import settle
from services.classify.read.place_context import Settled, context_of
from services.classify.read.place_mentions import mentions_in
from services.classify.read.place_roles import read_mentions
from services.classify.read.place_unknown import coherent
from services.classify.read.text import document_of
from shared.geo.distance import km_between
from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import Entry

CITY_KM = 161.0
"""100 miles: the distance that the literature calls right."""


@dataclass(frozen=True, kw_only=True)
class Toponym:
    """A labelled name; ``lat`` and ``lon`` are None where the labellers found no entry for it."""

    start: int
    end: int
    lat: float | None
    lon: float | None


def lgl_part(folder: Path) -> dict[str, str]:
    """Return the page's part on LGL; nothing, and a word about it, when it is absent."""
    path = folder / "lgl" / "lgl.xml"
    if not path.exists():
        sys.stderr.write(f"LGL: nothing at {path}: skipped\n")
        return {}
    gazetteer = Gazetteer.load()
    found = wrong = missed = 0
    near: list[bool] = []
    articles = 0
    for article in ET.parse(path).getroot():
        articles += 1
        text = article.findtext("text") or ""
        truths, read = toponyms(article), settled_in(gazetteer, text)
        matched = 0
        for truth in truths:
            hit = next(
                (
                    one
                    for one in read
                    if one.reading.mention.start < truth.end and truth.start < one.reading.mention.end
                ),
                None,
            )
            missed += hit is None
            if hit is None:
                continue
            matched += 1
            near += _is_near(hit, truth)
        found += matched
        wrong += sum(
            not any(one.reading.mention.start < t.end and t.start < one.reading.mention.end for t in truths)
            for one in read
        )
    spans = Rates.of_counts(right=found, wrong=wrong, missed=missed)
    rows = [
        ["articles", str(articles)],
        ["names found, precision (overlapping)", f"{spans.precision:.3f}"],
        ["names found, recall (overlapping)", f"{spans.recall:.3f}"],
        ["within 161 km, of the names found and read as a town or finer", cell(share(near))],
    ]
    return {"lgl": table(["LGL", ""], rows)}


def settled_in(gazetteer: Gazetteer, text: str) -> list[Settled]:
    """Return what the reader takes each name of a text for, as it does before it chooses the place of an attack."""
    document = document_of(item("lgl", title="", content=text), "en")
    readings = read_mentions(mentions_in(gazetteer, document.sentences, document.lang), document.published)
    context = context_of(readings, {}, None)
    return coherent([one for one in (settle(reading, context, gazetteer) for reading in readings) if one is not None])


def toponyms(article: ET.Element) -> list[Toponym]:
    """Return the labelled names of an article."""
    return [
        Toponym(
            start=int(one.findtext("start") or 0),
            end=int(one.findtext("end") or 0),
            lat=_number(one.findtext("gaztag/lat") or one.findtext("lat")),
            lon=_number(one.findtext("gaztag/lon") or one.findtext("lon")),
        )
        for one in article.iter("toponym")
    ]


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _is_near(settled: Settled, truth: Toponym) -> Iterator[bool]:
    """Yield whether the point read is near the true one; countries and divisions have none here and judge nothing."""
    entry = settled.entry
    if truth.lat is not None and truth.lon is not None and (entry is None or entry.lat is not None):
        yield entry is not None and _km(entry, truth.lat, truth.lon) <= CITY_KM


def _km(entry: Entry, lat: float, lon: float) -> float:
    return km_between(entry.lat, entry.lon, lat, lon) if entry.lat is not None and entry.lon is not None else math.inf
