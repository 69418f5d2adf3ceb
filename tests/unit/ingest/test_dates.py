"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.dates import parse_date


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("Sat, 11 Apr 2026 12:30:00 GMT", 12, 30),
        ("Sat, 11 Apr 2026 12:30:00 +0300", 9, 30),
        ("Sat, 11 Apr 2026 12:30:00 +03:00", 9, 30),
        ("Sat, 11 Apr 26 12:30 EST", 17, 30),
        ("Saturday, 11 April 2026 12:30:00", 12, 30),
        ("Sat, 11 Apr 2026 12:30:00 GMT+3", 9, 30),
        ("Sat, 11 Apr 2026 12:30:00 GMT+03:00", 9, 30),
        ("Sat, 11 Apr 2026 12:30:00 AST", 9, 30),
        ("2026-04-11T12:30:00Z", 12, 30),
        ("2026-04-11T12:30:00.123+03:00", 9, 30),
        ("2026-04-11T12:30:00-0530", 18, 0),
        ("2026-04-11 12:30:00", 12, 30),
        ("2026/04/11 12:30:00", 12, 30),
        ("2026-4-11 1:05 PM", 13, 5),
        ("11-04-2026 12:30", 12, 30),
        ("11/04/2026 12:30", 12, 30),
        ("4/11/2026 12:30:00 PM", 12, 30),
        ("4/11/2026 12:30:00 AM", 0, 30),
        ("April 11, 2026 12:30", 12, 30),
        ("1775910600", 12, 30),
        ("1775910600000", 12, 30),
        ("٢٠٢٦-٠٤-١١ ١٢:٣٠:٠٠", 12, 30),
        ("السبت، 11 نيسان 2026 12:30", 12, 30),
        ("السبت 11 أبريل 2026 - 01:05 م", 13, 5),
        ("2026-04-11", 0, 0),
    ],
)
def test_a_date_is_read_in_whatever_shape(written, hour, minute):
    assert parse_date(written) == datetime(2026, 4, 11, hour, minute, tzinfo=UTC)


def test_months_of_two_words_are_months():
    assert parse_date("3 كانون الثاني 2026") == datetime(2026, 1, 3, tzinfo=UTC)
    assert parse_date("3 تشرين الأول 2026") == datetime(2026, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2026-13-01",
        "31/31/2026",
        "Sat, 11 Apr 2026 25:00:00 GMT",
        "11 Apr 2026 12:30 QQQ",
        "12:30",
        "2026-04-11T12:30:00+99:00",
    ],
)
def test_what_is_no_date_is_none(written):
    assert parse_date(written) is None


@given(st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 - the zone is added below
def test_the_two_standard_shapes_come_back_as_they_went(at):
    at = at.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(at.isoformat()) == at
    assert parse_date(f"{at:%a, %d %b %Y %H:%M:%S} +0000") == at


@given(st.text(max_size=120))
def test_no_text_makes_it_fail(text):
    parse_date(text)
