"""Which place the tellings make together: the finest that most name, in the governorate that most name."""

from services.classify.link.picture import draw, in_order
from services.classify.link.screening import screen
from shared.events.facts import EventType
from shared.events.report import Kind
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING


def place_of(*named: str | tuple[str, Kind], event_type: EventType = EventType.ATTACK) -> str | None:
    """The place that reports, or stories of the given kinds, make together in this order."""
    told_of = [(one, Kind.REPORT) if isinstance(one, str) else one for one in named]
    reports = [
        told(f"n{at}", facts(name, event_type=event_type), kind=kind, hours=at)
        for at, (name, kind) in enumerate(told_of)
    ]
    tellings = [contribution for report in reports for contribution in screen(report, LINKING).contributions]
    place = draw(in_order(tellings), LINKING).place
    return place.name if place else None


def test_the_finest_place_that_most_name() -> None:
    assert place_of("Diyala", "Khanaqin", "Imam Ways", "Khanaqin") == "Imam Ways"
    assert place_of("Tulul", "Imam Ways", "Imam Ways") == "Imam Ways"
    assert place_of("Tulul", "Imam Ways") == "Tulul", "the first told of equals"


def test_a_town_that_one_story_names_does_not_move_the_attack_to_another_governorate() -> None:
    assert place_of("Diyala", "Kirkuk town") == "Diyala"
    assert place_of("Diyala", "Diyala", "Kirkuk town", "Diyala") == "Diyala"
    assert place_of("Diyala", "Imam Ways", "Kirkuk town") == "Imam Ways"


def test_two_stories_do_and_so_does_an_update_that_corrects_it() -> None:
    assert place_of("Diyala", "Kirkuk town", "Kirkuk") == "Kirkuk"
    assert place_of("Diyala", "Diyala", ("Kirkuk town", Kind.UPDATE)) == "Kirkuk"


def test_where_the_abducted_were_freed_is_not_where_they_were_taken() -> None:
    named = ("Khanaqin town", ("Baquba town", Kind.UPDATE))
    assert place_of(*named, event_type=EventType.ABDUCTION) == "Khanaqin"
    assert place_of(*named, event_type=EventType.ATTACK) == "Baquba"


def test_a_country_gives_way_to_the_first_governorate_named() -> None:
    assert place_of("Iraq", "Iraq", "Kirkuk town") == "Kirkuk"
