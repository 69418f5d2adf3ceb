"""``tocsin explain``: an item with its facts marked."""

import json

from click.testing import CliRunner

from services.classify.cli import explain
from services.classify.explain import explain_text, marked
from shared.events.facts import Evidence
from tests.unit.read.reading import item, reader


def test_the_text_is_shown_with_its_facts_marked_and_named() -> None:
    of = item("Gunmen kill two shepherds near Hatra on Monday", "Police said gunmen shot dead two shepherds.")
    shown = explain_text(of, reader().explain(of), colour=False)
    assert "report  confidence" in shown
    assert "[kill two shepherds]<killed" in shown
    assert "[on Monday]" in shown or "[Monday]" in shown
    assert "what spoke for this kind" in shown


def test_overlapping_evidence_shares_brackets() -> None:
    pieces = [
        Evidence(fact="killed", field="title", text="kill two", start=7, end=15),
        Evidence(fact="kind", field="title", text="Gunmen kill", start=0, end=11),
    ]
    assert marked("Gunmen kill two men", pieces, colour=False) == "[Gunmen kill two]<kind,killed> men"


def test_an_unknown_language_is_explained_without_facts() -> None:
    of = item("Двое убиты при взрыве")
    assert "other" in explain_text(of, reader().explain(of), colour=False)


def test_one_item_of_many_is_chosen_by_its_id() -> None:
    lines = "\n".join(
        json.dumps({"id": name, "feed": "f", "url": "", "title": title, "published": "2026-03-10T08:00:00Z"})
        for name, title in (("a", "Gunmen kill two in Hatra"), ("b", "Oil prices rise"))
    )
    result = CliRunner().invoke(explain, ["a"], input=lines)
    assert result.exit_code == 0
    assert "Hatra" in result.stdout
    assert "Oil" not in result.stdout


def test_an_id_that_is_not_there_is_an_error() -> None:
    result = CliRunner().invoke(explain, ["zzz"], input="")
    assert result.exit_code == 1
    assert "no item 'zzz'" in result.stderr
