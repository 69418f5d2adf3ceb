"""A denial that is read before the news it denies."""

import random

import pytest

from services.classify.entries import Entry, encode_entry, restore
from services.classify.link.fold import OpenIncidents, entry_key
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import ChangeKind, Status
from shared.events.item import ItemChange
from shared.events.report import Kind, Report
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING, changes_of, last_of

NEWS = told("news", facts("Baquba town", killed=3), outlet="wire")
DENIAL = told("denial", facts("Baquba town", on=None), kind=Kind.RETRACTION, outlet="wire", hours=3)


def test_news_denied_before_it_arrives_is_opened_as_retracted_and_rings_nobody() -> None:
    nothing, (opened,) = changes_of(DENIAL, NEWS)
    assert nothing == ()
    assert (opened.change, opened.status, opened.notify) == (ChangeKind.OPENED, Status.RETRACTED, False)
    assert {source.item_id for source in opened.sources} == {NEWS.item_id, DENIAL.item_id}


def test_the_order_of_arrival_does_not_change_what_is_believed() -> None:
    after = last_of(NEWS, DENIAL)
    before = last_of(DENIAL, NEWS)
    assert (before.status, before.casualties, before.place, before.sources) == (
        after.status, after.casualties, after.place, after.sources,
    )  # fmt: skip


@pytest.mark.parametrize(
    "news",
    [
        told("news", facts("Baquba town", killed=3), outlet="wire", hours=6),  # told with its dead after the denial
        told("news", facts("Kirkuk town", killed=3), outlet="wire"),
        told("news", facts("Baquba town", killed=3, event_type=EventType.ABDUCTION), outlet="another"),
        told("news", facts("Baquba town", killed=3), outlet="wire", hours=-24 * 5),
    ],
)
def test_a_denial_waits_for_its_own_news_alone_and_not_for_ever(news: Report) -> None:
    (opened,) = changes_of(DENIAL, news)[-1]
    assert (opened.status, opened.notify) == (Status.ACTIVE, True)


@pytest.mark.parametrize(("named", "status"), [("5phmrn", Status.ACTIVE), ("5ptll", Status.RETRACTED)])
def test_a_denial_that_names_hills_of_no_such_attack_waits_for_other_news(named: str, status: Status) -> None:
    hills = Place(name="Hamrin", precision=Precision.COUNTRY, country="IQ")
    false = facts(hills, event_type=EventType.ARMED_CLASH, on=None, clues=(named,))
    denial = told("denial", false, kind=Kind.RETRACTION, outlet="wire", hours=20)
    news = told("news", facts("Tulul", event_type=EventType.ARMED_CLASH, clues=("5ptll",)), outlet="wire")
    (opened,) = changes_of(denial, news)[-1]
    assert (opened.status, opened.notify) == (status, status is Status.ACTIVE)


def test_a_denial_that_was_taken_back_denies_nothing() -> None:
    back = told("denial", facts("Baquba town"), version=2, change=ItemChange.WITHDRAWN, hours=4)
    (opened,) = changes_of(DENIAL, back, NEWS)[-1]
    assert opened.status is Status.ACTIVE


def test_what_waits_is_restored_from_the_table() -> None:
    fold, entries = OpenIncidents(), []
    for number, report in enumerate((told("other", facts("Hama")), DENIAL), start=1):
        outcome = fold.link(report, LINKING)
        entries.append(
            Entry(
                key=entry_key(report),
                partition=0,
                offset=number,
                number=number,
                changes=outcome.changes,
                waiting=outcome.waiting,
            )
        )
    random.Random(1).shuffle(entries)
    restored = restore(encode_entry(entry) for entry in entries).region.incidents
    assert restored.contents() == fold.contents()
    assert restored.apply(NEWS, LINKING) == fold.apply(NEWS, LINKING)
