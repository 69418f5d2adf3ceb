"""The real article, read as its README says; skipped where the shared folder is absent."""

from pathlib import Path

import pytest

from services.classify.items import item_of_line
from shared.events.facts import EventType
from shared.events.report import Kind
from tests.unit.read.reading import reader

REAL = Path(__file__).resolve().parents[4] / "shared" / "real" / "items.jsonl"


@pytest.mark.shared_data
@pytest.mark.skipif(not REAL.exists(), reason="the labelled data beside the repository is absent")
def test_the_article_on_leaders_who_condemn_is_a_reaction_with_the_facts_of_the_attack() -> None:
    report = reader().read(item_of_line(REAL.read_bytes().splitlines()[0]))
    assert report.kind is Kind.REACTION
    assert report.event_type is EventType.ATTACK
    assert report.place is not None
    assert (report.place.name, report.place.admin1, report.place.admin2) == ("Dara", "IQG10", "IQG10Q05")
    assert report.occurred_on is not None
    assert report.occurred_on.isoformat() == "2020-06-13"
    assert report.casualties.killed is not None
    assert report.casualties.wounded is not None
    assert (report.casualties.killed.best, report.casualties.wounded.best) == (7, 5)
    assert report.perpetrator == "isis"
    assert not report.claimed
    assert report.other_events == ()
