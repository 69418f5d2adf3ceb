"""Figures as Markdown tables."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.scoring.figures import Rates, Share
from bench.scoring.linking import LinkingFigures
from bench.scoring.reading import ReadingFigures
from bench.scoring.reliability import Bin, calibration_error

READING_ROWS = (
    ("attack news, F1", "attack_news", 0.97),
    ("new facts (report or update), F1", "new_facts", None),
    ("story kind, macro F1", "kind_macro_f1", 0.88),
    ("event type", "event_type", 0.90),
    ("country", "country", None),
    ("governorate", "governorate", 0.97),
    ("district", "district", 0.93),
    ("place within 5 km", "within_5_km", 0.85),
    ("place within 20 km", "within_20_km", None),
    ("killed exact", "killed", 0.93),
    ("killed exact where a number is given", "killed_where_given", None),
    ("wounded exact", "wounded", 0.93),
    ("wounded exact where a number is given", "wounded_where_given", None),
    ("date exact", "date", 0.93),
)
"""Name, field of the figures, and the target that issue 4 sets."""

LINKING_ROWS = (
    ("B-cubed F1", "b_cubed"),
    ("incidents alerted", "alerted"),
    ("incidents alerted exactly once", "alerted_once"),
    ("alerted at the first report", "alerted_at_first_report"),
    ("first alerts that are right", "openings_right"),
    ("first alerts that are false (count)", "false_alerts"),
    ("repeated first alerts (count)", "repeated_alerts"),
    ("first alerts of further attacks of an item (count)", "further_openings"),
    ("ordinary items attached to an incident (count)", "ordinary_attached"),
    ("incidents hidden by a merge (count)", "hidden_by_merge"),
    ("updates sent (count)", "updates"),
    ("updates that state a new fact", "updates_with_news"),
    ("watch over Diyala, precision", "watch.precision"),
    ("watch over Diyala, recall", "watch.recall"),
    ("final killed", "final_killed"),
    ("final wounded", "final_wounded"),
    ("final governorate", "final_governorate"),
    ("retractions delivered", "retractions_delivered"),
    ("retractions that are right", "retractions_right"),
)


def cell(value: object) -> str:
    """Return a figure as text: three decimals, and of a share how many were judged."""
    match value:
        case Rates():
            return f"{value.f1:.3f}"
        case Share():
            return "–" if value.value is None else f"{value.value:.3f} of {value.of}"
        case float():
            return f"{value:.3f}"
        case None:
            return "–"
    return str(value)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column words, the others figures."""
    ruler = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruler, *rows))


def reading_table(by_language: Mapping[str, ReadingFigures]) -> str:
    """Return the figures of reading, one column for each language and one for all."""
    rows = [["items", "", *(str(figures.items) for figures in by_language.values())]]
    for name, field, target in READING_ROWS:
        wanted = "" if target is None else f"{target:.2f}"
        rows.append([name, wanted, *(cell(getattr(figures, field)) for figures in by_language.values())])
    return table(["", "target", *by_language], rows)


def linking_table(figures: LinkingFigures) -> str:
    """Return the figures of linking."""
    rows = []
    for name, path in LINKING_ROWS:
        value: object = figures
        for part in path.split("."):
            value = getattr(value, part)
        rows.append([name, cell(value)])
    return table([f"{figures.incidents} incidents", ""], rows)


def confusion_table(of: Mapping[str, Counter[str]], *, only_wrong: bool = False) -> str:
    """Return truth by row, reading by column; ``only_wrong`` lists the confusions alone, for many labels."""
    if only_wrong:
        wrong = [(times, truth, found) for truth, row in of.items() for found, times in row.items() if found != truth]
        if not wrong:
            return "No confusion."
        rows = [[f"{truth} read as {found}", str(times)] for times, truth, found in sorted(wrong, key=_most_first)]
        return table(["confusion", "items"], rows)
    labels = sorted({*of, *(found for row in of.values() for found in row)})
    none: Counter[str] = Counter()
    rows = [[f"**{truth}**", *(str(of.get(truth, none)[found] or "·") for found in labels)] for truth in labels]
    return table(["truth \\ read", *labels], rows)


def _most_first(row: tuple[int, str, str]) -> tuple[int, str, str]:
    times, truth, found = row
    return -times, truth, found


def reliability_table(series: Mapping[str, Sequence[Bin]]) -> str:
    """Return reports and share right for each bin, and the calibration error of each series."""
    head = ["confidence", *(f"{name}: reports | right" for name in series)]
    first = next(iter(series.values()))
    rows = []
    for number, one in enumerate(first):
        row = [f"{one.low:.1f} to {one.high:.1f}"]
        for bins in series.values():
            found = bins[number]
            row += [str(found.reports), "–" if found.share_right is None else f"{found.share_right:.3f}"]
        rows.append(row)
    rows.append(
        ["calibration error", *(part for bins in series.values() for part in ("", f"{calibration_error(bins):.3f}"))]
    )
    flat = [part for title in head for part in title.split(" | ")]
    return table(flat, rows)
