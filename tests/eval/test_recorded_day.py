"""What the demo's day becomes when it is read and linked in process: a promise about the day and the reader together."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from services.classify.backtest import Backtest
from services.classify.items import item_of_line
from services.classify.read.reader import Reader
from services.standalone.recorded_day import input_lines, load_recorded_day, shift
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import Kind, Report

RECORDED = load_recorded_day()
DAY = shift(RECORDED, datetime(2026, 11, 25, 12, tzinfo=UTC))
TRUTH: dict[str, tuple[str, str, int | None, int | None]] = {
    # item: (country, first-order division, killed, wounded)
    "tarmiyah-bomb": ("IQ", "IQG08", 2, 1),
    "taji-rockets-ar": ("IQ", "IQG08", 0, 0),
    "taji-rockets-en": ("IQ", "IQG08", 0, 0),
    "katsina-raid": ("NG", "NG-KT", 18, None),
    "katsina-toll": ("NG", "NG-KT", 23, None),
    "dara-flash": ("IQ", "IQG10", 4, 2),
    "dara-full": ("IQ", "IQG10", 7, 5),
    "dara-arabic": ("IQ", "IQG10", 7, 5),
    "dara-sorani": ("IQ", "IQG10", 7, 5),
    "dara-reaction": ("IQ", "IQG10", 7, 5),
    "daquq-checkpoint-en": ("IQ", "IQG13", 3, 1),
    "daquq-checkpoint-ar": ("IQ", "IQG13", 3, 1),
    "helmand-market": ("AF", "AF-HEL", 6, 14),
    "duhok-jets-ckb": ("IQ", "IQG09", 0, 0),
    "duhok-jets-en": ("IQ", "IQG09", 0, 0),
    "tuz-ied": ("IQ", "IQG16", 1, 2),
    "salahaddin-ied-ar": ("IQ", "IQG16", 1, 2),
    "mogadishu-teashop": ("SO", "SO-BN", 5, 11),
    "mine-shepherd": ("IQ", "IQG03", 1, None),
    "albab-car-ar": ("SY", "SY-HL", 4, 9),
    "albab-car-en": ("SY", "SY-HL", 4, 9),
}
LEAST_RIGHT = 1.0
"""Share of the attack items read fully right; the demo's own five are asserted one by one."""


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    reader = Reader.load()
    read = (reader.read(item_of_line(line.encode())) for line in input_lines(DAY))
    return {report.item_id: report for report in read}


@pytest.fixture(scope="module")
def changes(reports: dict[str, Report]) -> Sequence[IncidentChange]:
    folding = Backtest()
    return [change for report in reports.values() for change in folding.take(report)]


def test_a_watch_over_diyala_gets_one_alert_and_one_update(changes: Sequence[IncidentChange]) -> None:
    told = [
        change
        for change in changes
        if change.notify and change.place is not None and change.place.admin1 == RECORDED.expected.watch_admin1
    ]

    assert [(change.item_id, change.change) for change in told] == [
        (RECORDED.expected.alert_item, ChangeKind.OPENED),
        (RECORDED.expected.update_item, ChangeKind.UPDATED),
    ]
    alert, update = told
    assert alert.incident_id == update.incident_id
    assert update.place is not None
    assert update.place.admin2 == RECORDED.expected.watch_admin2
    killed, wounded = update.casualties.killed, update.casualties.wounded
    assert killed is not None
    assert wounded is not None
    assert (killed.best, wounded.best) == (RECORDED.expected.killed, RECORDED.expected.wounded)


def test_all_five_tellings_are_one_incident_and_the_last_is_a_reaction(changes: Sequence[IncidentChange]) -> None:
    told = [change for change in changes if change.item_id.startswith("dara-")]

    assert len(told) == 5
    assert len({change.incident_id for change in told}) == 1
    assert told[-1].item_id == RECORDED.expected.reaction_item
    assert told[-1].change is ChangeKind.REACTED


def test_ordinary_news_opens_nothing(reports: dict[str, Report], changes: Sequence[IncidentChange]) -> None:
    assert {key for key, report in reports.items() if report.kind is not Kind.OTHER} <= set(TRUTH)
    assert {change.item_id for change in changes} <= set(TRUTH)


def test_every_telling_names_the_village_and_what_it_may_be(reports: dict[str, Report]) -> None:
    for key in (key for key in TRUTH if key.startswith("dara-")):
        place = reports[key].place
        assert place is not None, key
        assert (place.name, place.admin2) in {(name, RECORDED.expected.watch_admin2) for name in ("Dara", "دارا")}, key
        assert place.lat is None, key


def test_those_hit_are_not_those_who_attacked(reports: dict[str, Report]) -> None:
    assert reports["tuz-ied"].perpetrator == "unknown"
    assert (reports["mogadishu-teashop"].perpetrator, reports["mogadishu-teashop"].claimed) == ("al_shabaab", True)


def test_attacks_elsewhere_are_read_right(reports: dict[str, Report]) -> None:
    wrong = {key: _read(reports[key]) for key, truth in TRUTH.items() if _read(reports[key]) != truth}

    assert len(wrong) <= (1 - LEAST_RIGHT) * len(TRUTH), wrong


def _read(report: Report) -> tuple[str, str, int | None, int | None] | None:
    if report.kind is Kind.OTHER or report.place is None:
        return None
    killed, wounded = report.casualties.killed, report.casualties.wounded
    return (
        report.place.country or "",
        report.place.admin1 or "",
        killed.best if killed else None,
        wounded.best if wounded else None,
    )
