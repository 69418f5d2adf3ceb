"""What the desk decided is told as the desk's, never as a source's."""

import pytest

from services.alert.routing import Message
from services.alert.watch import LANGUAGES
from services.alert.words import Telling, story
from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from shared.events.incident import IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind
from tests.support.places import FewPlaces
from tests.support.told import facts, told


def decided(verb: DeskVerb, right: AttackFacts | None = None) -> IncidentChange:
    """An attack that one outlet reported, after the desk's decision about it."""
    fold = OpenIncidents()
    (first,) = fold.apply(told("a", facts(killed=3)), LinkSettings())
    action = DeskAction(verb=verb, incident_id=first.incident_id, who="duty editor", why="seen the scene", facts=right)
    (after,) = fold.apply(told("d", facts(None), kind=Kind.OTHER, hours=5, desk=action), LinkSettings())
    return after


def test_a_retraction_by_hand_blames_no_source_and_keeps_the_editor_s_name_inside() -> None:
    written = story(decided(DeskVerb.RETRACT), Telling(message=Message.RETRACTION, language="en"), FewPlaces())
    assert "Retracted by our own editors" in written.headline
    assert written.lead == ("Our own editors found that it did not happen. Treat the earlier alert as wrong.",)
    assert "duty editor" not in repr(written)
    assert "seen the scene" not in repr(written)


def test_a_correction_by_hand_says_that_the_sources_may_say_otherwise() -> None:
    after = decided(DeskVerb.CORRECT, facts(None, event_type=None, on=None, killed=5))
    written = story(after, Telling(message=Message.UPDATE, language="en"), FewPlaces())
    assert written.lead == ("Our own editors corrected it; the sources may still say otherwise.",)
    assert written.changes == ("killed: 3 → 5",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_speaks_every_language(language: str) -> None:
    telling = Telling(message=Message.RETRACTION, language=language)  # type: ignore[arg-type]  # the tuple's items are plain strings
    (lead,) = story(decided(DeskVerb.RETRACT), telling, FewPlaces()).lead
    assert lead
    assert (language == "en") is lead.isascii()
