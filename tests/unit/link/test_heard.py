"""What has been read already is no update: names that stood in a headline, and a perpetrator named where the news is told."""

import msgspec
import pytest

from shared.events.facts import Evidence, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, Kind
from tests.support.told import facts, told
from tests.unit.link.streams import last_of

BALADRUZ = Place(
    name="بلدروز", geonameid=7, lat=33.696, lon=45.078, precision=Precision.TOWN, country="IQ", admin1="IQG10",
    admin2="IQG10Q03",
)  # fmt: skip
TURKI = Place(
    name="Turki", geonameid=8, lat=33.560, lon=45.120, precision=Precision.EXACT, country="IQ", admin1="IQG10",
    admin2="IQG10Q03",
)  # fmt: skip


def naming(field: str, *, confidence: float = 0.9) -> AttackFacts:
    words = Evidence(fact="perpetrator", field=field, text="ISIS", start=0, end=4)
    return msgspec.structs.replace(facts(perpetrator="isis", confidence=confidence), evidence=(words,))


def claim_after(first: AttackFacts) -> IncidentChange:
    claim = told("b", facts(on=None, perpetrator="isis", claimed=True), kind=Kind.UPDATE, hours=5)
    return last_of(told("a", first), claim)


@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_claim_by_whom_one_outlet_named_as_its_news_is_no_update(field: str) -> None:
    change = claim_after(naming(field))
    assert (change.change, change.notify, change.claimed) == (ChangeKind.CORROBORATED, False, True)


def test_a_claim_rings_where_the_claimant_stood_in_the_background_or_was_read_unsurely() -> None:
    assert claim_after(naming("content")).notify
    assert claim_after(naming("summary", confidence=0.6)).notify


@pytest.mark.parametrize(
    "headline",
    ["مجزرة بحق عائلة في قرية تركي جنوبي بلدروز", "Family killed in Turki", "داعش خێزانێک لە گوندی تورکی دەکوژێت"],
)
def test_a_village_that_stood_in_an_earlier_headline_is_no_news_when_it_is_found_on_the_map(headline: str) -> None:
    change = last_of(told("a", facts(BALADRUZ, killed=3), title=headline), told("b", facts(TURKI, killed=3), hours=2))
    assert (change.change, change.notify) == (ChangeKind.CORROBORATED, False)
    assert change.place == TURKI, "the state has it, and the next update tells it"


def test_one_of_two_towns_between_which_it_was_is_no_news() -> None:
    between = msgspec.structs.replace(TURKI, name="جلولاء وخانقين", precision=Precision.DISTRICT, lat=None, lon=None)
    jalawla = msgspec.structs.replace(TURKI, name="Jalawla", precision=Precision.TOWN)
    change = last_of(told("a", facts(between, killed=3)), told("b", facts(jalawla, killed=3), hours=2))
    assert not change.notify


def test_a_village_that_nobody_had_named_is_news() -> None:
    first = told("a", facts(BALADRUZ, killed=3), title="مجزرة بحق عائلة جنوبي بلدروز")
    change = last_of(first, told("b", facts(TURKI, killed=3), hours=2))
    assert (change.change, change.changed[0].fact) == (ChangeKind.UPDATED, "point")


def test_a_correction_to_another_place_rings_though_its_name_stood_in_a_headline() -> None:
    elsewhere = msgspec.structs.replace(TURKI, admin2="IQG10Q05", lat=34.180)
    first = told("a", facts(BALADRUZ, killed=3), title="Family of Turki killed in Baladruz")
    change = last_of(first, told("b", facts(elsewhere, killed=3), kind=Kind.UPDATE, hours=2))
    assert change.notify
