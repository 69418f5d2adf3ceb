"""Settings: what the environment may say, and what is answered when it says it wrongly."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr

from shared.settings import CommaSeparated, Settings, SettingsError


class BakerySettings(Settings):
    """An invented service."""

    service: ClassVar[str] = "bakery"
    ovens: int = 2
    """How many ovens are lit."""
    token: SecretStr
    """What the flour merchant asks for."""
    towns: CommaSeparated = ()
    """Where bread goes."""


GOOD = {"TOCSIN_BAKERY_TOKEN": "hunter2"}


def test_a_setting_is_read_under_its_service_and_else_under_the_product() -> None:
    own = BakerySettings.from_environment({**GOOD, "TOCSIN_OVENS": "3", "TOCSIN_BAKERY_OVENS": "4"})
    shared = BakerySettings.from_environment({**GOOD, "TOCSIN_OVENS": "3"})
    assert (own.ovens, shared.ovens) == (4, 3)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("hunter3\n", encoding="utf-8")
    settings = BakerySettings.from_environment({"TOCSIN_BAKERY_TOKEN_FILE": str(secret)})
    assert settings.token.get_secret_value() == "hunter3"


def test_several_values_are_separated_by_commas() -> None:
    assert BakerySettings.from_environment({**GOOD, "TOCSIN_BAKERY_TOWNS": "Kalar, Kifri,"}).towns == ("Kalar", "Kifri")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({**GOOD, "TOCSIN_BAKERY_OVENS": "many"}, ["TOCSIN_BAKERY_OVENS", "'many'", "valid integer", "How many ovens"]),
        ({}, ["TOCSIN_BAKERY_TOKEN", "required"]),
        (
            {**GOOD, "TOCSIN_BAKERY_OVEN": "1"},
            ["TOCSIN_BAKERY_OVEN is not a setting", "did you mean TOCSIN_BAKERY_OVENS"],
        ),
        ({"TOCSIN_BAKERY_TOKEN_FILE": "/no/such/file"}, ["TOCSIN_BAKERY_TOKEN_FILE", "/no/such/file"]),
        ({**GOOD, "TOCSIN_BAKERY_KAFKA_SECURITY": "NONE"}, ["TOCSIN_BAKERY_KAFKA_SECURITY", "'NONE'", "SASL_SSL"]),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence_that_names_it(environment: dict[str, str], said: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        BakerySettings.from_environment(environment)
    for words in said:
        assert words in str(refused.value)


def test_no_secret_appears_in_what_is_logged_or_refused() -> None:
    settings = BakerySettings.from_environment(GOOD)
    assert "hunter2" not in str(settings.described())
    assert "hunter2" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        BakerySettings.from_environment({**GOOD, "TOCSIN_BAKERY_OVENS": "x"})
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
