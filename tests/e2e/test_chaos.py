"""The whole pipeline while its parts are killed, stopped and cut off by a seeded plan; `make chaos` runs it for longer."""

import itertools
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.false_clock import FalseClock, can_step_clocks
from tests.support.pipeline import busy_day, pipeline, possible_kinds
from tests.support.pipeline_chaos import incidents, judged, lose_kafka, survive
from tests.support.pipeline_faults import DISKS, PLAIN_KINDS, each_kind, plan

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.timeout(400)]

SECONDS = 52.0
SEED = 22


def test_a_plan_is_the_same_for_the_same_seed_and_hurts_one_part_at_a_time() -> None:
    faults = plan(seed=SEED, seconds=3600)
    assert faults == plan(seed=SEED, seconds=3600)
    assert faults != plan(seed=SEED + 1, seconds=3600)
    for before, after in itertools.pairwise(faults):
        assert before.at + before.seconds < after.at
    assert len({(fault.part, fault.what) for fault in faults}) > 20
    assert {fault.part for fault in faults} >= {f"disk of {name}" for name in DISKS}
    assert not [one for one in plan(seed=SEED, seconds=3600, kinds=PLAIN_KINDS) if " of " in one.part]


def test_a_clock_that_was_stepped_tells_when_it_was_wrong(tmp_path: Path) -> None:
    if not can_step_clocks():
        pytest.skip("needs Linux and a C compiler")
    clock, noon, hour = FalseClock.make(tmp_path, "one"), datetime(2026, 11, 23, 12, tzinfo=UTC), timedelta(hours=1)
    told = [sys.executable, "-c", "import time; print(time.time())"]
    clock.step(hour, at=noon)
    ahead = float(subprocess.run(told, env=dict(clock.environment), check=True, capture_output=True).stdout)
    assert 3595 < ahead - time.time() < 3605
    clock.step(timedelta(0), at=noon + timedelta(seconds=8))
    assert clock.true_time(noon + hour + timedelta(seconds=4)) == noon + timedelta(seconds=4)
    assert clock.true_time(noon + timedelta(seconds=4)) == noon + timedelta(seconds=4)
    assert clock.true_time(noon + hour + timedelta(seconds=9)) == noon + hour + timedelta(seconds=9)


async def test_nothing_is_lost_and_nothing_comes_twice_whatever_breaks(tmp_path: Path) -> None:
    day = busy_day(datetime.now(tz=UTC))
    drawn = plan(seed=SEED, seconds=20, pause=(2.0, 4.0), kinds=PLAIN_KINDS)
    faults = (*drawn, *each_kind(begin=24, apart=4, lasting=2, kinds=possible_kinds()))
    assert len({fault.part for fault in faults}) >= 5
    async with pipeline(tmp_path, day, seconds=SECONDS) as made:
        outcome = await survive(made, faults, tell=print, drain_seconds=200)
    assert outcome.stories == len(day.items)
    assert outcome.told > 10
    assert outcome.lost == ()
    assert outcome.repeated == ()


async def test_a_kafka_that_lost_everything_is_refilled_nothing_is_missing_and_nothing_is_told_again(
    tmp_path: Path,
) -> None:
    day = busy_day(datetime.now(tz=UTC))
    async with pipeline(tmp_path, day, seconds=8) as made:
        before = await survive(made, (), tell=print, drain_seconds=120)
        told = {webhook.message_id: webhook.body for webhook in made.receiver.accepted}
        known = await incidents(made)
        await lose_kafka(made)
        after = await judged(made)
        again = {webhook.message_id: webhook.body for webhook in made.receiver.accepted}
        assert await incidents(made) == known
    assert len(told) > 10
    assert before.lost == after.lost == ()
    assert before.repeated == after.repeated == ()
    assert again == told
