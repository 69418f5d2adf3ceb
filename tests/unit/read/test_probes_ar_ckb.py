"""Short items in the manner of Arabic and Sorani newsrooms, family by family: kind, type, place, toll and day of each.

None of them is an example that the model learns from. The lines stand in ``data/probes_*.txt``; those that begin with ``?`` are
known to be read wrongly and must stay so few, that nobody forgets them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.events.facts import Count
from shared.events.report import Kind, Report
from tests.unit.read.reading import read

DATA = Path(__file__).parent / "data"
_STATES_FACTS = (Kind.REPORT, Kind.UPDATE)
MOST_WRONG = 12


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One line: an item and what a careful reader gets from it; empty strings are not judged."""

    lang: str
    kind: Kind
    event_type: str
    place: str
    toll: tuple[int, int, int]
    day: str
    title: str
    summary: str
    is_known_wrong: bool


def _probes(lang: str) -> Iterator[Probe]:
    for line in (DATA / f"probes_{lang}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(";"):
            continue
        kind, event_type, place, toll, day, title, summary = (part.strip() for part in line.lstrip("? ").split("|"))
        killed, wounded, attackers = (0 if part.strip() == "-" else int(part) for part in toll.split("/"))
        yield Probe(
            lang=lang, kind=Kind(kind), event_type="" if event_type == "-" else event_type, place="" if place == "-" else place,
            toll=(killed, wounded, attackers), day="" if day == "-" else day, title=title, summary=summary,
            is_known_wrong=line.startswith("?"),
        )  # fmt: skip


PROBES = tuple(probe for lang in ("ar", "ckb") for probe in _probes(lang))


def _best(count: Count | None) -> int:
    return count.best if count else 0


def _code(report: Report) -> str:
    place = report.place
    return (place.admin3 or place.admin2 or place.admin1 or place.country or "") if place else ""


def _wrong(probe: Probe) -> list[str]:
    report = read(probe.title, probe.summary)
    wrong = [] if report.lang == probe.lang else [f"language {report.lang}"]
    if report.kind is not probe.kind:
        wrong.append(f"kind {report.kind.value}")
    if probe.kind not in _STATES_FACTS:
        return wrong
    toll = report.casualties
    read_toll = (_best(toll.killed), _best(toll.wounded), _best(toll.attackers_killed))
    event_type = report.event_type.value if report.event_type else ""
    day = report.occurred_on.isoformat()[5:] if report.occurred_on else ""
    is_there = _code(report).startswith(probe.place) or bool(report.place and report.place.country == probe.place)
    wrong += [f"toll {read_toll}"] * (read_toll != probe.toll)
    wrong += [f"type {event_type}"] * (probe.event_type not in ("", event_type))
    wrong += [f"place {_code(report)}"] * (not is_there)
    wrong += [f"day {day}"] * (probe.day not in ("", day))
    return wrong


@pytest.mark.parametrize("lang", ["ar", "ckb"])
def test_every_family_of_newsroom_sentences_is_read_right(lang: str) -> None:
    wrong = {p.title: found for p in PROBES if p.lang == lang and not p.is_known_wrong and (found := _wrong(p))}
    assert wrong == {}


def test_what_is_known_to_be_read_wrongly_is_little() -> None:
    assert sum(probe.is_known_wrong for probe in PROBES) <= MOST_WRONG
    assert len(PROBES) >= 240
