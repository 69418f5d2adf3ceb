"""``tocsin hold`` and ``tocsin mute``: what is asked for is said, and what is wrong is a sentence; no database is needed for that."""

import pytest
from click.testing import CliRunner

from services.alert.brakes_cli import hold, mute


@pytest.mark.parametrize(
    ("command", "words", "sentence"),
    [
        (hold, [], "say what to hold: --area, --source or both, or --all"),
        (hold, ["--all", "--source", "x"], "say what to hold"),
        (hold, ["--all", "--until", "yesterday"], "is neither a time such as 2026-06-13T20:00 nor a span"),
        (hold, ["--all", "--until", "2020-01-01T00:00"], "is over already"),
        (hold, ["--area", "Diyalah Governrate"], "--area is 'Diyalah Governrate', which is not a place that is known"),
        (hold, ["release"], "Missing argument 'NUMBER'"),
        (mute, ["--watch", "diyala"], "give --watch, --until, and one of --incident and --area"),
        (mute, ["--watch", "d", "--until", "2h", "--incident", "a", "--area", "b"], "one of --incident and --area"),
    ],
)
def test_what_is_wrong_is_a_sentence(command: object, words: list[str], sentence: str) -> None:
    result = CliRunner().invoke(command, words)  # type: ignore[arg-type]  # both are commands
    assert result.exit_code != 0
    assert sentence in " ".join(result.output.split())


def test_an_ambiguous_area_lists_what_it_may_mean() -> None:
    result = CliRunner().invoke(hold, ["--area", "Punjab"])
    assert result.exit_code == 1
    assert "--area is 'Punjab', which may mean" in result.output
    assert "IN-PB" in result.output
