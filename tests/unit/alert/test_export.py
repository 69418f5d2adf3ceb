"""Exports: every format carries the same incidents, no cell is a formula, what was written reads back."""

import csv
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from services.alert.export import Format, plain, written
from services.alert.export_acled import COLUMNS as ACLED_COLUMNS
from services.alert.export_row import COLUMNS, Exported, row_of
from shared.events.facts import Casualties, Place, Precision
from shared.events.incident import IncidentChange, Status
from tests.support.api import ApiStage
from tests.support.api_shelves import NOW
from tests.support.incidents import KIRKUK_CITY, PUBLISHED, exactly, opened, source, updated
from tests.support.places import FewPlaces


def _exported(state: IncidentChange) -> Exported:
    return Exported(state=state, first_change=PUBLISHED, last_change=NOW)


def _file(wanted: Format, *states: IncidentChange) -> str:
    return b"".join(written([_exported(state) for state in states], wanted, FewPlaces())).decode()


def _table(wanted: Format, *states: IncidentChange) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_file(wanted, *states), newline="")))


FALLEN = updated(opened(2), status=Status.RETRACTED)


def test_a_row_tells_facts_precision_sources_times_and_what_no_longer_stands() -> None:
    first, fallen = _table(Format.CSV, opened(1, place=KIRKUK_CITY), FALLEN)
    assert tuple(first) == tuple(COLUMNS)
    assert (first["lat"], first["lon"], first["place_precision"], first["time_precision"]) == (
        "35.468",
        "44.392",
        "town",
        "day",
    )
    assert (first["killed"], first["wounded"], first["first_change"]) == ("4", "", "2026-06-13T20:15:00Z")
    assert (first["withdrawn"], fallen["withdrawn"], fallen["status"]) == ("false", "true", "retracted")
    assert fallen["outlets"] == "Sirwan Post; Hamrin Voice"


def test_hxl_has_a_tag_for_every_column_below_the_names() -> None:
    tags, row = _table(Format.HXL, opened())
    assert all(tag.startswith("#") for tag in tags.values())
    assert len(set(tags.values())) == len(COLUMNS)
    assert row["incident_id"] == opened().incident_id


def test_acleds_fatalities_are_all_who_died_attackers_too() -> None:
    both = Casualties(killed=exactly(4), attackers_killed=exactly(3))
    rows = _table(Format.ACLED, opened(casualties=both), opened(2, casualties=Casualties()), FALLEN)
    assert tuple(rows[0]) == ACLED_COLUMNS
    assert [row["fatalities"] for row in rows] == ["7", "", "7"]
    assert (rows[0]["event_type"], rows[0]["sub_event_type"], rows[0]["iso"]) == (
        "Violence against civilians",
        "Attack",
        "368",
    )
    assert (rows[0]["admin1"], rows[0]["geo_precision"], rows[2]["tags"]) == ("Diyala", "2", "status=retracted")


def test_geojson_has_points_where_they_are_known_and_null_elsewhere() -> None:
    document = json.loads(_file(Format.GEOJSON, opened(1, place=KIRKUK_CITY), FALLEN))
    assert document["type"] == "FeatureCollection"
    known, vague = document["features"]
    assert known["geometry"] == {"type": "Point", "coordinates": [44.392, 35.468]}
    assert vague["geometry"] is None
    assert {one["type"] for one in document["features"]} == {"Feature"}
    assert json.loads(_file(Format.GEOJSON))["features"] == []


@given(text=st.text(max_size=40))
@example(text='=HYPERLINK("http://evil.example","x")')
@example(text="+1+cmd|' /C calc'!A0")
@example(text="'=1")
@example(text="@SUM(A1)")
@example(text="-2")
@example(text="＝1")
def test_no_text_of_the_news_is_a_formula_and_all_of_it_reads_back(text: str) -> None:
    state = opened(
        perpetrator=text,
        place=Place(name=text, precision=Precision.COUNTRY, country="IQ"),
        sources=(source(1, outlet=text, url=f"https://x.example/{'=1'}"),),
    )
    meant = row_of(_exported(state), FewPlaces())
    (row,) = _table(Format.CSV, state)
    for name in ("perpetrator", "place", "outlets", "headline"):
        assert row[name][:1] not in tuple("=+-@\t\r\n|%＝＋－＠") or row[name] == ""
        assert plain(row[name]) == (meant[name] or "")
    (acled,) = _table(Format.ACLED, state)
    assert not acled["actor1"].startswith(("=", "+", "-", "@"))


def test_the_api_gives_the_same_file_in_pages() -> None:
    stage = ApiStage(*([opened(number)] for number in range(1, 6)), [opened(9, test=True)])
    client = stage.client(stage.key())
    for columns, lines in (("plain", 6), ("hxl", 7), ("acled", 6)):
        answer = client.get("/v1/export.csv", params={"columns": columns})
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        assert len(answer.text.strip().split("\r\n")) == lines
    features = client.get("/v1/export.geojson").json()["features"]
    assert [one["id"] for one in features] == [opened(number).incident_id for number in range(1, 6)]
    wrong = client.get("/v1/export.csv", params={"as_of": "yesterday"})
    assert (wrong.status_code, "2026-06-13T20:00:00Z" in wrong.json()["detail"]) == (422, True)
