"""Is ``confidence`` a probability? Reports in bins of confidence against the share of each bin that is right, as a table and a drawing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.scoring.reading import kind_of, wrong_facts
from bench.scoring.stream import Truth
from shared.events.report import Report

BINS = 10
_DECIDES = frozenset({"kind", "district", "killed"})
"""What must be right: the kind, and of a report or update its district and the killed too (wherever the truth knows them)."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Reports with ``low <= confidence < high`` (the last bin includes 1)."""

    low: float
    high: float
    reports: int
    right: int
    mean_confidence: float

    @property
    def share_right(self) -> float | None:
        """None for an empty bin."""
        return self.right / self.reports if self.reports else None


def is_right(truth: Truth, report: Report) -> bool:
    """Whether the report is right in what its confidence speaks for."""
    return not _DECIDES & set(wrong_facts(truth, report))


def judged(truths: Iterable[Truth], reports: Mapping[str, Report]) -> list[tuple[float, bool, str]]:
    """Return (confidence, right, kind as read) of each report."""
    return [
        (reports[truth.id].confidence, is_right(truth, reports[truth.id]), kind_of(reports[truth.id]))
        for truth in truths
        if truth.id in reports
    ]


def bins_of(judgements: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Return the ten bins of width 0.1, empty ones included."""
    sorted_in: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judgements:
        # The tiny sum puts 0.3 = 2.9999…/10 where people look for it.
        sorted_in[min(BINS - 1, int(confidence * BINS + 1e-9))].append((confidence, right))
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            reports=len(inside),
            right=sum(right for _, right in inside),
            mean_confidence=sum(confidence for confidence, _ in inside) / len(inside) if inside else 0.0,
        )
        for number, inside in enumerate(sorted_in)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean distance of confidence from the share right, weighted by reports."""
    total = sum(one.reports for one in bins)
    off = sum(abs(one.mean_confidence - one.right / one.reports) * one.reports for one in bins if one.reports)
    return off / total if total else 0.0


def plot(series: Mapping[str, Sequence[Bin]]) -> str:
    """Return an SVG with one line of dots for each series; a dot's area grows with its reports, on the diagonal it is calibrated."""
    size, margin, legend = 360, 48, 26
    colours = ("#1b6ca8", "#c8553d", "#3a7d44", "#7a5195")

    def at(x: float, y: float) -> tuple[float, float]:
        return round(margin + x * size, 1), round(margin / 2 + (1 - y) * size, 1)

    width, height = size + margin + 24, size + margin + 28 + legend * len(series)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        "<title>Share of reports that are right against their confidence</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tenth in range(11):
        x, y = at(tenth / 10, 0)
        left, level = at(0, tenth / 10)
        right, _ = at(1, 0)
        _, top = at(0, 1)
        out += [
            f'<path d="M{left} {level}H{right}M{x} {y}V{top}" stroke="#e4e4e4"/>',
            f'<text x="{x}" y="{y + 16}" text-anchor="middle" fill="#444">{tenth / 10:.1f}</text>',
            f'<text x="{left - 8}" y="{level + 4}" text-anchor="end" fill="#444">{tenth / 10:.1f}</text>',
        ]
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    out += [
        f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#888" stroke-dasharray="4 4"/>',
        f'<text x="{(x0 + x1) / 2}" y="{y0 + 34}" text-anchor="middle" fill="#222">confidence</text>',
        f'<text transform="translate(12 {(y0 + y1) / 2}) rotate(-90)" text-anchor="middle" fill="#222">share right</text>',
    ]
    for number, (name, bins) in enumerate(series.items()):
        colour = colours[number % len(colours)]
        dots = [(one, at(one.mean_confidence, one.right / one.reports)) for one in bins if one.reports]
        if len(dots) > 1:
            line = "L".join(f"{x} {y}" for _, (x, y) in dots)
            out.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for one, (x, y) in dots:
            radius = round(min(14.0, 2 + one.reports**0.5 / 2), 1)
            out.append(
                f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" fill-opacity="0.55">'
                f"<title>{one.right} of {one.reports} right</title></circle>"
            )
        below = y0 + 40 + legend * (number + 0.6)
        out += [
            f'<circle cx="{x0 + 6}" cy="{below - 4}" r="5" fill="{colour}"/>',
            f'<text x="{x0 + 18}" y="{below}" fill="#222">{name}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])
