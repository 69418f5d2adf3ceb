"""A dashboard drawn as SVG from a Prometheus's answers: its rows, titles, units, legends and curves, in the places that its file gives them.

Not Grafana, and not meant to look like it to the last line: it shows which panel shows what. Answers are what ``/api/v1/query_range``
returns, one list of series for each target of a panel.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

_CELL_WIDTH, _CELL_HEIGHT, _GAP = 58, 34, 6
_COLOURS = (
    "#3274d9",
    "#e0752d",
    "#37872d",
    "#c4162a",
    "#8f3bb8",
    "#b39400",
    "#007a7a",
    "#757575",
    "#d44a8c",
    "#5a3d1f",
)
_INK, _FAINT, _PAPER, _PANEL = "#1f2329", "#8a9099", "#f3f4f6", "#ffffff"
_LEGEND_LINES = 2
_UNITS: Mapping[str, tuple[tuple[float, str], ...]] = {
    "s": ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"), (0.001, "ms"), (0.000_001, "µs")),
    "bytes": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")),
    "ops": ((1_000, "k/s"), (0, "/s")),
    "none": ((1_000_000, "M"), (1_000, "k"), (1, "")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One curve: its name in the legend and its points, times as Unix seconds."""

    name: str
    points: tuple[tuple[float, float], ...]


Ask = Callable[[str], Sequence[Mapping[str, Any]]]
"""Answers a query with the series of ``query_range``."""


def draw(path: Path, ask: Ask) -> str:
    """Return the dashboard of the file as SVG."""
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    width, height = 24 * _CELL_WIDTH + _GAP, bottom * _CELL_HEIGHT + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(dashboard['title'])}</title>",
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>',
        f'<text x="{_GAP}" y="24" font-size="17" fill="{_INK}">{escape(dashboard["title"])}</text>',
    ]
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        x, y = place["x"] * _CELL_WIDTH + _GAP, place["y"] * _CELL_HEIGHT + 36
        if panel["type"] == "row":
            parts.append(
                f'<text x="{x}" y="{y + 22}" font-size="14" font-weight="bold" fill="{_INK}">{escape(panel["title"])}</text>'
            )
            continue
        size = place["w"] * _CELL_WIDTH - _GAP, place["h"] * _CELL_HEIGHT - _GAP
        series = [one for target in panel["targets"] for one in series_of(target["legendFormat"], ask(target["expr"]))]
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel, series, size)}</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def series_of(legend: str, answer: Sequence[Mapping[str, Any]]) -> list[Series]:
    """The answer's curves, named as the legend says; points that are no number are left out."""
    found = []
    for one in answer:
        name = legend
        for label, value in one["metric"].items():
            name = name.replace("{{" + label + "}}", value)
        points = tuple((at, value) for at, text in one["values"] if math.isfinite(value := float(text)))
        if points:
            found.append(Series(name=name.strip(), points=points))
    return found


def written(value: float, unit: str) -> str:
    """A value as a person reads it."""
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if value == 0:
        return "0"
    steps = _UNITS.get(unit, _UNITS["none"])
    size, name = next(((size, name) for size, name in steps if abs(value) >= size), steps[-1])
    return f"{value / (size or 1):.3g} {name}".rstrip()


def _panel(panel: Mapping[str, Any], series: Sequence[Series], size: tuple[int, int]) -> str:
    width, height = size
    defaults = panel["fieldConfig"]["defaults"]
    unit = defaults["unit"]
    head = (
        f'<rect width="{width}" height="{height}" rx="3" fill="{_PANEL}" stroke="#d8dbe0"/>'
        f'<text x="8" y="16" font-weight="bold" fill="{_INK}">{escape(panel["title"])}</text>'
    )
    if not series:
        return head + f'<text x="{width // 2}" y="{height // 2}" text-anchor="middle" fill="{_FAINT}">no data</text>'
    if panel["type"] == "stat":
        return head + _stat(series, unit, size)
    is_stacked = defaults.get("custom", {}).get("stacking", {}).get("mode") == "normal"
    # Curves that never left zero would be drawn over those that did, the more so when stacked on top of them.
    moving = [one for one in series if any(value for _, value in one.points)]
    resting = [one for one in series if one not in moving]
    return head + _curves([*(_stacked(moving) if is_stacked else moving), *resting], unit, size, drawn=len(moving) or 1)


def _stat(series: Sequence[Series], unit: str, size: tuple[int, int]) -> str:
    width, height = size
    share = width / len(series)
    return "".join(
        f'<text x="{share * (number + 0.5):.0f}" y="{height * 0.62:.0f}" text-anchor="middle" font-size="22" fill="{_INK}">'
        f"{escape(written(one.points[-1][1], unit))}</text>"
        f'<text x="{share * (number + 0.5):.0f}" y="{height * 0.82:.0f}" text-anchor="middle" fill="{_FAINT}">{escape(one.name)}</text>'
        for number, one in enumerate(series)
    )


def _stacked(series: Sequence[Series]) -> list[Series]:
    """Each curve on top of those before it."""
    below: dict[float, float] = {}
    found = []
    for one in series:
        points = tuple((at, below.get(at, 0.0) + value) for at, value in one.points)
        below |= dict(points)
        found.append(Series(name=one.name, points=points))
    return found


def _curves(series: Sequence[Series], unit: str, size: tuple[int, int], *, drawn: int) -> str:
    width, height = size
    left, top, right, bottom = 52, 26, width - 8, height - 22 - 14 * _LEGEND_LINES
    begin = min(one.points[0][0] for one in series)
    end = max(begin + 1, *(one.points[-1][0] for one in series))
    most = max(value for one in series for _, value in one.points)
    least = min(0.0, *(value for one in series for _, value in one.points))
    most = most if most > least else least + 1

    def at(point: tuple[float, float]) -> str:
        x = left + (point[0] - begin) / (end - begin) * (right - left)
        y = bottom - (point[1] - least) / (most - least) * (bottom - top)
        return f"{x:.0f},{y:.0f}"

    parts = []
    for step in range(3):
        value = least + (most - least) * step / 2
        y = bottom - (bottom - top) * step / 2
        parts.append(f'<path d="M{left} {y:.0f}H{right}" stroke="#e6e8eb"/>')
        parts.append(
            f'<text x="{left - 5}" y="{y + 4:.0f}" text-anchor="end" fill="{_FAINT}">{escape(written(value, unit))}</text>'
        )
    for place, moment, anchor in ((left, begin, "start"), (right, end, "end")):
        clock = datetime.fromtimestamp(moment, tz=UTC).strftime("%H:%M:%S")
        parts.append(f'<text x="{place}" y="{bottom + 14}" text-anchor="{anchor}" fill="{_FAINT}">{clock}</text>')
    for number, one in enumerate(series[:drawn]):
        colour = _COLOURS[number % len(_COLOURS)]
        if len(one.points) == 1:
            alone_x, alone_y = at(one.points[0]).split(",")
            parts.append(f'<circle cx="{alone_x}" cy="{alone_y}" r="2" fill="{colour}"/>')
        else:
            line = " ".join(at(point) for point in one.points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    return "".join(parts) + _legend(series, width, bottom + 30)


def _legend(series: Sequence[Series], width: int, y: int) -> str:
    parts, x, line = [], 10, 0
    for number in range(len(series)):
        name = series[number].name
        needed = 16 + int(len(name) * 6.2) + 10
        if x + needed > width - 30 and x > 10:
            line, x = line + 1, 10
        if line == _LEGEND_LINES:
            parts.append(
                f'<text x="{width - 8}" y="{y + 14 * (line - 1)}" text-anchor="end" fill="{_FAINT}">+{len(series) - number}</text>'
            )
            break
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<rect x="{x}" y="{y - 8 + 14 * line}" width="9" height="9" fill="{colour}"/>')
        parts.append(f'<text x="{x + 13}" y="{y + 14 * line}" fill="{_INK}">{escape(name)}</text>')
        x += needed
    return "".join(parts)
