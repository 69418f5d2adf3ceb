"""Publication to fetch: what the schedule makes of a local outlet's day, by the service's own visitor under a virtual clock."""

import asyncio

import pytest

from bench.freshness import HALF, MOST, simulate


@pytest.fixture(scope="module")
def measured():
    return asyncio.run(simulate(days=0.5, seed=3, sizes={1: 6, 2: 3}))


def test_half_of_the_items_of_trusted_local_feeds_are_fetched_within_90_seconds_and_nearly_all_within_5_minutes(
    measured,
):
    local = measured[0]
    assert len(local.ages) > 50
    assert local.share(HALF) >= 0.5
    assert local.share(MOST) >= 0.95


def test_no_feed_is_polled_more_often_than_once_a_minute(measured):
    assert all(one.polls <= one.feeds * 0.5 * 1440 for one in measured)


def test_publishers_who_ask_for_an_hour_are_obeyed(measured):
    asking = measured[-1]
    assert asking.polls <= asking.feeds * 13
