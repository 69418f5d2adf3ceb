"""Settings: defaults, relations, and what is said when they are wrong."""

from datetime import timedelta

import pytest

from services.alert.delivery import SCHEDULE
from services.alert.settings import AlertSettings
from shared.settings import SettingsError

DSN = {"TOCSIN_ALERT_POSTGRES_DSN": "postgresql://tocsin:secret-word@db/tocsin"}


def test_the_schedule_is_the_documented_one_unless_set() -> None:
    assert AlertSettings.from_environment(DSN).schedule == SCHEDULE
    short = AlertSettings.from_environment(DSN | {"TOCSIN_ALERT_RETRY_SCHEDULE_SECONDS": "0.5, 2"})
    assert short.schedule == (timedelta(seconds=0.5), timedelta(seconds=2))


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"TOCSIN_ALERT_LEASE_SECONDS": "35"}, "must be at least 40"),
        ({"TOCSIN_ALERT_WEBHOOK_CONNECT_SECONDS": "30"}, "must not be above webhook_timeout_seconds"),
        ({"TOCSIN_ALERT_ALLOW_NETWORKS": "127.0.0.1/8"}, "'127.0.0.1/8' is not a network"),
        ({"TOCSIN_ALERT_RETRY_SCHEDULE_SECONDS": "5,soon"}, "'soon' is not a number of seconds"),
        ({"TOCSIN_ALERT_MAIL_FROM": "x@example.org\nBcc: y@example.org"}, "control characters"),
        ({"TOCSIN_ALERT_SMTP_USERNAME": "u"}, "smtp_username and smtp_password belong together"),
        ({"TOCSIN_ALERT_SMTP_TLS": "maybe"}, "TOCSIN_ALERT_SMTP_TLS"),
        ({"TOCSIN_ALERT_WATCHES_FIEL": "x"}, "did you mean TOCSIN_ALERT_WATCHES_FILE"),
    ],
)
def test_a_wrong_setting_ends_with_a_sentence(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        AlertSettings.from_environment(DSN | environment)
    assert sentence in str(raised.value)
    assert "secret-word" not in str(raised.value)


def test_secrets_are_masked_where_settings_are_logged() -> None:
    environment = DSN | {"TOCSIN_ALERT_SMTP_USERNAME": "u", "TOCSIN_ALERT_SMTP_PASSWORD": "pass-word"}
    said = str(AlertSettings.from_environment(environment).described())
    assert "secret-word" not in said
    assert "pass-word" not in said
