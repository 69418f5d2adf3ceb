"""A dashboard drawn from answers: every panel is there, in its place, with the figures that were answered."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.picture import draw, series_of, written

DASHBOARDS = tuple(sorted((Path(__file__).parents[3] / "deploy" / "monitoring" / "dashboards").glob("*.json")))


def answer(_expression):
    return [
        {"metric": {"outcome": "delivered"}, "values": [[100, "1"], [101, "3"], [102, "NaN"]]},
        {"metric": {"outcome": "<failed>"}, "values": [[100, "0"], [101, "0"]]},
    ]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_panel_of_a_dashboard_is_drawn(path):
    picture = draw(path, answer)
    ET.fromstring(picture)
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        assert panel["title"] in picture


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_panel_without_an_answer_says_so(path):
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    assert draw(path, lambda _: []).count("no data") == sum(panel["type"] != "row" for panel in panels)


def test_curves_bear_their_labels_and_leave_out_what_is_no_number():
    first, second = series_of("{{outcome}}", answer(""))
    assert (first.name, first.points) == ("delivered", ((100, 1.0), (101, 3.0)))
    assert second.name == "<failed>"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0, "s", "0"), (0.25, "s", "250 ms"), (90, "s", "1.5 min"), (0.5, "ops", "0.5 /s"), (1536, "bytes", "1.5 KiB"), (0.123, "percentunit", "12.3 %")],
)  # fmt: skip
def test_values_are_written_for_people(value, unit, text):
    assert written(value, unit) == text
