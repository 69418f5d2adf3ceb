"""Settings of ingest: relations that must hold, and what a wrong one says."""

import pytest

from services.ingest.settings import IngestSettings
from shared.settings import SettingsError


def settings(**environment):
    return IngestSettings.from_environment({f"TOCSIN_INGEST_{name}": value for name, value in environment.items()})


def test_the_defaults_are_good():
    assert settings().poll_limits.min_seconds == 60


def test_a_lease_must_outlast_the_longest_poll():
    with pytest.raises(SettingsError, match=r"LEASE_SECONDS 60 must exceed .* = 115"):
        settings(LEASE_SECONDS="60")


def test_publishing_must_end_before_its_claim_does():
    with pytest.raises(SettingsError, match="PUBLISH_TIMEOUT_SECONDS 60 must be below OUTBOX_CLAIM_SECONDS 60"):
        settings(PUBLISH_TIMEOUT_SECONDS="60")


def test_an_allow_list_that_is_none_is_refused():
    with pytest.raises(SettingsError, match=r"TOCSIN_INGEST_ALLOW_NETWORKS .* '127\.0\.0\.1/8'"):
        settings(ALLOW_NETWORKS="127.0.0.1/8")


def test_the_contact_stands_in_the_user_agent():
    assert settings(CONTACT="https://desk.example/bot").user_agent.endswith("+https://desk.example/bot)")
    assert "no contact" in settings().user_agent


def test_the_databases_password_is_not_described():
    assert "hunter2" not in str(settings(POSTGRES_DSN="postgresql://tocsin:hunter2@db/tocsin").described())


@pytest.mark.parametrize("proxy", ["socks5://proxy:1080", "http://proxy", "proxy:3128", "http://[::1"])
def test_a_proxy_must_be_an_http_address_with_a_port_and_is_never_repeated(proxy):
    with pytest.raises(SettingsError, match=r"http://host:port") as refused:
        settings(PROXY=f"{proxy}")
    assert proxy not in str(refused.value)


def test_hosts_are_names_and_nothing_more():
    assert settings(THROTTLED_HOSTS="www.Reddit.com, b.example").throttled_hosts == ("www.reddit.com", "b.example")
    with pytest.raises(SettingsError, match="no host name"):
        settings(THROTTLED_HOSTS="https://a.example/feed")
