"""``tocsin incidents`` without any server: wrong uses, and how an incident is shown."""

import pytest
from click.testing import CliRunner

from services.alert.ledger import TimedChange
from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from services.cli.__main__ import cli
from services.cli.incident_text import line, whole_story
from shared.events.report import DeskAction, DeskVerb, Kind
from tests.support.incidents import opened
from tests.support.places import FewPlaces
from tests.support.told import facts, told

INCIDENT = "a_" + "0" * 24


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["retract", INCIDENT], "Missing option '--why'"),
        (["retract", INCIDENT, "--why", " \t "], "--why is empty"),
        (["retract", INCIDENT, "--why", "x", "--who", "\u200f"], "--who is empty"),
        (["retract", INCIDENT, "--why", "x" * 201], "--why has 201 characters; up to 200 are accepted"),
        (["hold", INCIDENT, "--why", "x", "--who", "x" * 61], "--who has 61 characters; up to 60 are accepted"),
        (["split", INCIDENT, "--why", "x"], "Missing argument 'ITEM…"),
        (["merge", INCIDENT, "--why", "x"], "Missing argument 'INTO'"),
        (["list", "--limit", "0"], "0 is not in the range"),
        (["list", "--status", "gone"], "'gone' is not one of 'active', 'retracted', 'withdrawn', 'merged'"),
    ],
)
def test_a_wrong_use_is_a_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(cli, ["incidents", *arguments])
    assert result.exit_code == 2
    assert sentence in result.output


def test_without_a_database_the_sentence_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_POSTGRES_DSN", "TOCSIN_CLI_POSTGRES_DSN", "TOCSIN_ALERT_POSTGRES_DSN"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(cli, ["incidents", "list"])
    assert result.exit_code == 1
    assert "TOCSIN_ALERT_POSTGRES_DSN" in result.output


def test_the_list_says_what_keeps_an_incident_from_being_told() -> None:
    assert "active, held" in line(opened(held=True), FewPlaces())
    assert "Khanaqin, Diyala: 4 killed" in line(opened(), FewPlaces())


def test_foreign_text_cannot_write_on_the_terminal() -> None:
    evil = told("a", facts(killed=3), title="\x1b[2Jgone\u202e", outlet="\x1b]0;evil")
    (state,) = OpenIncidents().apply(evil, LinkSettings())
    text = "\n".join(whole_story([TimedChange(at=None, state=state)], [], FewPlaces()))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "gone" in text
    assert evil.item_id in text


def test_the_story_tells_sources_tolls_changes_decisions_and_who_decided() -> None:
    fold, settings = OpenIncidents(), LinkSettings()
    first = told("a", facts(killed=3))
    changes = list(fold.apply(first, settings))
    changes += fold.apply(told("b", facts(killed=5, wounded=2), hours=2, kind=Kind.UPDATE), settings)
    incident = changes[0].incident_id
    for number, (verb, more) in enumerate(
        (
            (DeskVerb.HOLD, None),
            (DeskVerb.CORRECT, facts("Tulul", killed=6, event_type=None, on=None)),
            (DeskVerb.RETRACT, None),
        )
    ):
        action = DeskAction(verb=verb, incident_id=incident, who="duty editor", why="seen the scene", facts=more)
        changes += fold.apply(told(f"d{number}", facts(None), hours=5 + number, kind=Kind.OTHER, desk=action), settings)
    text = "\n".join(whole_story([TimedChange(at=None, state=change) for change in changes], [], FewPlaces()))
    for words in (
        f"{incident}  revision 5  retracted, held",
        f"{first.item_id}  2026-04-11 12:00  outlet-a: report, en, tier 3",
        "outlet-b: 5 killed, 2 wounded",
        "killed: 3 → 5; wounded: not known → 2",
        "killed: 5 → 6; point: Imam Ways → Tulul",
        "desk hold: seen the scene (duty editor)",
        "desk retract: seen the scene (duty editor)",
        "Told: nobody",
    ):
        assert words in text
