"""What a logged exception shows: where it happened, and nothing of what was in the variables there."""

import pytest

from shared.logging import configure, logger


def sign(secret: str) -> None:
    raise ValueError(f"a message of {len(secret)} letters")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_logged_exception_shows_no_variable(log_format, capsys):
    configure("ingest", log_format=log_format)
    try:
        sign("".join(["whsec_", "hunt", "er2"]))
    except ValueError:
        logger().exception("delivery.broken")
    said = capsys.readouterr().out
    assert "a message of 13 letters" in said
    assert "hunter2" not in said
