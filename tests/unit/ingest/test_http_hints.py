"""Headers that ask a poller to wait."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http_hints import fresh_seconds, retry_after_seconds

NOW = datetime(2026, 4, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sat, 11 Apr 2026 12:10:00 GMT", 600.0),
        ("Sat, 11 Apr 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("٣٠", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize(
    ("cache_control", "expires", "seconds"),
    [
        ("max-age=300", None, 300.0),
        ('public, Max-Age = "60"', "Sat, 11 Apr 2026 14:00:00 GMT", 60.0),
        ("no-cache, max-age=300", None, 0.0),
        ("s-maxage=900", None, 0.0),
        (None, "Sat, 11 Apr 2026 12:05:00 GMT", 300.0),
        (None, "0", 0.0),
        (None, "Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        (None, None, 0.0),
    ],
)
def test_freshness_is_what_cache_control_or_else_expires_says(cache_control, expires, seconds):
    assert fresh_seconds(cache_control, expires, None, NOW) == seconds


def test_expires_counts_from_the_servers_own_clock():
    assert fresh_seconds(None, "Sat, 11 Apr 2026 13:05:00 GMT", "Sat, 11 Apr 2026 13:00:00 GMT", NOW) == 300.0


@given(st.text(), st.text(), st.text())
def test_no_header_makes_it_fail_or_wait_backwards(cache_control, expires, date):
    assert fresh_seconds(cache_control, expires, date, NOW) >= 0
    assert (retry_after_seconds(expires, NOW) or 0.0) >= 0
