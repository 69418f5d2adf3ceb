"""When a watch wants to be told: clocks, quiet hours, digests, and the sentences for what is not understood."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.alert.manners import (
    Digest,
    DigestPace,
    Manners,
    Override,
    Quiet,
    Site,
    digest_window,
    heartbeat_at,
    heartbeat_day,
    quiet_window,
)
from services.alert.manners_file import MannersError, manners_words, read_manners
from shared.events.incident import Severity

NIGHT = Quiet(begins=time(22), ends=time(6))
BAGHDAD, BERLIN = "Asia/Baghdad", "Europe/Berlin"


def quiet_until(quiet: Quiet, zone: str, now: datetime) -> datetime | None:
    window = quiet_window(quiet, zone, now)
    assert window is None or window[0] <= now < window[1]
    return window and window[1]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-06-13T18:59", None),
        ("2026-06-13T19:00", "2026-06-14T03:00"),
        ("2026-06-14T02:59", "2026-06-14T03:00"),
        ("2026-06-14T03:00", None),
    ],
)
def test_quiet_hours_pass_midnight_on_the_watchs_clock(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, BAGHDAD, _utc(now)) == (_utc(until) if until else None)


def test_quiet_hours_within_a_day_end_on_that_day() -> None:
    siesta = Quiet(begins=time(13), ends=time(16))
    assert quiet_until(siesta, BAGHDAD, _utc("2026-06-13T10:30")) == _utc("2026-06-13T13:00")
    assert quiet_until(siesta, BAGHDAD, _utc("2026-06-13T13:00")) is None


def test_the_night_the_clocks_change_ends_at_the_same_hour_of_the_clock() -> None:
    assert quiet_until(NIGHT, BERLIN, _utc("2026-03-28T22:00")) == _utc("2026-03-29T04:00")
    assert quiet_until(NIGHT, BERLIN, _utc("2026-10-24T22:00")) == _utc("2026-10-25T05:00")


@given(st.integers(0, 10 * 365 * 24 * 60), st.sampled_from([BAGHDAD, BERLIN, "America/New_York"]))
def test_a_digests_window_holds_the_moment_and_the_next_begins_where_it_ends(minutes: int, zone: str) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for digest in (Digest(pace=DigestPace.HOUR), Digest(pace=DigestPace.DAY, hour=7)):
        begins, ends = digest_window(digest, zone, now)
        assert begins <= now < ends
        assert digest_window(digest, zone, ends)[0] == ends
        assert digest_window(digest, zone, ends - timedelta(microseconds=1)) == (begins, ends)


def test_a_daily_digest_leaves_at_the_local_hour() -> None:
    daily = Digest(pace=DigestPace.DAY, hour=7)
    assert digest_window(daily, BAGHDAD, _utc("2026-06-13T03:59")) == (
        _utc("2026-06-12T04:00"),
        _utc("2026-06-13T04:00"),
    )


def test_the_heartbeat_due_last_is_todays_from_its_hour_on() -> None:
    manners = Manners(heartbeat_hour=8)
    assert heartbeat_day(manners, _utc("2026-06-13T04:59")) == date(2026, 6, 12)
    assert heartbeat_day(manners, _utc("2026-06-13T05:00")) == date(2026, 6, 13)
    assert heartbeat_at(manners, date(2026, 6, 13)) == _utc("2026-06-13T05:00")
    assert heartbeat_day(Manners(heartbeat_hour=None), _utc("2026-06-13T05:00")) is None


def _read(text: str) -> Manners:
    return read_manners(yaml.safe_load(text) or {})


def test_nothing_said_is_a_daily_sign_of_life_and_a_limit() -> None:
    assert _read("") == Manners(zone=BAGHDAD, heartbeat_hour=8, limit_an_hour=20)


def test_everything_that_can_be_said_is_understood() -> None:
    assert _read("""
        timezone: Europe/Berlin
        heartbeat: false
        limit_an_hour: 5
        quiet: {from: 22:00, to: "06:30", unless: {severity: severe, within_km: 20}}
        digest: {every: day, at: 7, unless: {severity: critical}}
        sites: [{name: Kalar office, lat: 34.63, lon: 45.32, radius_km: 30}]
        until: 2026-12-31
    """) == Manners(
        zone=BERLIN,
        heartbeat_hour=None,
        limit_an_hour=5,
        quiet=Quiet(begins=time(22), ends=time(6, 30), unless=Override(min_severity=Severity.SEVERE, within_km=20.0)),
        digest=Digest(pace=DigestPace.DAY, hour=7, unless=Override(min_severity=Severity.CRITICAL)),
        sites=(Site(name="Kalar office", lat=34.63, lon=45.32, radius_km=30.0),),
        ends_at=_utc("2026-12-31T23:00"),
    )


def test_all_that_is_said_is_shown_as_understood() -> None:
    said = _read(
        "{quiet: {from: 22:00, to: 06:00, unless: {severity: severe, within_km: 20}}, digest: {every: day, at: 7}, limit_an_hour: false}"
    )
    assert manners_words(said) == (
        "sign of life at 08:00, quiet from 22:00 to 06:00 unless severe or worse within 20 km, digest every day at 07:00, "
        "no limit (Asia/Baghdad)"
    )


@pytest.mark.parametrize("until", ["2026-12-31T18:00", "'2026-12-31T18:00'", "2026-12-31T15:00:00Z"])
def test_an_end_may_be_a_time_on_the_watchs_clock(until: str) -> None:
    assert _read(f"until: {until}").ends_at == _utc("2026-12-31T15:00")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("timezone: Asia/Bagdad", "timezone is 'Asia/Bagdad'; a name such as Asia/Baghdad or Europe/Berlin is accepted; did you mean Asia/Baghdad"),
        ("heartbeat: 24", "heartbeat is 24; a whole number from 0 to 23, or false, is accepted"),
        ("heartbeat: true", "heartbeat is True"),
        ("limit_an_hour: 0", "limit_an_hour is 0; a whole number from 1 to 10000, or false, is accepted"),
        ("quiet: night", "quiet must have the keys from, to, unless"),
        ("quiet: {from: 22:00, to: 22:00}", "quiet.from and quiet.to are the same"),
        ("quiet: {from: late, to: 06:00}", "quiet.from is 'late'; a time such as 22:00 is accepted"),
        ("quiet: {from: 25:00, to: 06:00}", "quiet.from is 1500; a time such as 22:00 is accepted"),
        ("quiet: {from: 22:00, to: 06:00, unless: {severity: bad}}", "quiet.unless.severity is 'bad'; accepted are minor, moderate, severe, critical"),
        ("quiet: {form: 22:00}", "quiet has 'form', which is not a key there; accepted are from, to, unless"),
        ("digest: {every: week}", "digest.every is 'week'; accepted are hour, day"),
        ("digest: {every: hour, at: 7}", "digest.at belongs to a daily digest"),
        ("sites: [{name: '', lat: 1, lon: 1, radius_km: 1}]", "sites[0].name is ''; a text of 1 to 60 characters is accepted"),
        ("sites: [{name: X, lat: 91, lon: 1, radius_km: 1}]", "sites[0].lat is 91; a number from -90 to 90 is accepted"),
        ("sites: [{name: X, lat: 1, lon: 1}]", "sites[0].radius_km is None; a number from 0.1 to 2000 is accepted"),
        ("until: soon", "until is 'soon'; a day such as 2026-12-31 or a time such as 2026-12-31T18:00 is accepted"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_with_what_is_accepted(said: str, sentence: str) -> None:
    with pytest.raises(MannersError) as raised:
        _read(said)
    assert str(raised.value).startswith(sentence)


def test_a_reading_of_nonsense_ends_in_a_sentence() -> None:
    values: tuple[Any, ...] = (None, 1, "x", [], {}, True, 1.5)
    for key in ("timezone", "heartbeat", "quiet", "digest", "limit_an_hour", "sites", "until"):
        for value in values:
            try:
                read_manners({key: value})
            except MannersError as error:
                assert key in str(error)  # noqa: PT017  # either outcome is right; only a crash is not
