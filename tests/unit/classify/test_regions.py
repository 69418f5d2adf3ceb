"""Reports reach every link region they concern, once, and no other."""

from services.classify.regions import by_region
from shared.events.facts import Place, Precision
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, Kind, Report
from shared.geo.regions import LinkRegion
from tests.support.reports import report


def abroad(country: str) -> AttackFacts:
    return AttackFacts(place=Place(name="x", precision=Precision.COUNTRY, country=country))


def sent(told: Report) -> dict[str | None, tuple[int, ...] | None]:
    return {one.region: one.parts for one in by_region(told)}


def test_an_item_about_one_region_is_sent_there_once() -> None:
    assert sent(report(1)) == {"mena": (0,)}


def test_attacks_in_two_regions_are_each_linked_in_their_own() -> None:
    told = report(1, other_events=(abroad("NG"), abroad("SY"), abroad("ML")))
    assert sent(told) == {"mena": (0, 2), "africa": (1, 3)}


def test_a_text_without_a_place_belongs_to_the_middle_east() -> None:
    assert sent(report(1, place=None)) == {"mena": (0,)}


def test_a_later_version_tells_every_region_what_it_no_longer_says() -> None:
    told = sent(report(1, version=2))
    assert set(told) == {region.value for region in LinkRegion}
    assert told["mena"] == (0,)
    assert {parts for region, parts in told.items() if region != "mena"} == {()}


def test_a_retraction_without_a_place_is_looked_at_in_every_region() -> None:
    told = sent(report(1, kind=Kind.RETRACTION, place=None, other_events=(abroad("NG"),)))
    assert told.pop("africa") == (0, 1)
    assert told == {region.value: (0,) for region in LinkRegion if region is not LinkRegion.AFRICA}
    assert sent(report(1, kind=Kind.RETRACTION)) == {"mena": (0,)}


def test_a_withdrawal_reaches_every_region_because_nobody_knows_where_the_item_counted() -> None:
    assert set(sent(report(1, change=ItemChange.WITHDRAWN))) == {region.value for region in LinkRegion}
