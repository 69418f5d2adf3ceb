"""Turns at a host."""

import asyncio

import pytest

from services.ingest.politeness import NotYourTurnError, Politeness


class Stopwatch:
    """A monotonic clock whose sleeps pass at once and are remembered."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        await asyncio.sleep(0)


def politeness(watch, **changes):
    values = {"connections": 2, "delay_seconds": 1.0, "longest_wait_seconds": 5.0, **changes}
    return Politeness(monotonic=lambda: watch.now, sleep=watch.sleep, **values)


async def test_polls_of_one_host_begin_a_delay_apart_and_others_do_not_wait():
    watch = Stopwatch()
    polite = politeness(watch)
    for url in ("https://a.example/1", "https://a.example/2", "https://b.example/1", "https://A.example:444/3"):
        async with polite.turn(url):
            pass
    assert watch.slept == [1.0, 2.0]


async def test_a_wait_beyond_the_limit_is_refused_at_once_and_told():
    watch = Stopwatch()
    polite = politeness(watch, delay_seconds=4.0)
    async with polite.turn("https://a.example/1"), polite.turn("https://a.example/2"):
        pass
    with pytest.raises(NotYourTurnError) as refused:
        async with polite.turn("https://a.example/3"):
            pass
    assert (refused.value.host, refused.value.seconds) == ("a.example", 8.0)


async def test_no_more_than_the_permitted_number_run_at_once():
    polite = politeness(Stopwatch(), delay_seconds=0.0)
    running, most = 0, 0

    async def poll():
        nonlocal running, most
        async with polite.turn("https://a.example/"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(poll() for _ in range(10)))
    assert most == 2


async def test_a_poll_that_fails_gives_its_slot_back():
    polite = politeness(Stopwatch(), connections=1, delay_seconds=0.0)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            async with polite.turn("https://a.example/"):
                raise ValueError("broken")


async def test_a_host_that_asked_for_a_pause_is_left_alone_and_others_are_not():
    watch = Stopwatch()
    polite = politeness(watch)
    polite.hold("a.example", 60.0)
    with pytest.raises(NotYourTurnError) as refused:
        async with polite.turn("https://a.example/1"):
            pass
    assert refused.value.seconds == 60.0
    async with polite.turn("https://b.example/1"):
        pass
    watch.now = 61.0
    async with polite.turn("https://a.example/1"):
        pass
    assert watch.slept == []


async def test_who_holds_a_slot_can_wait_for_the_next_beginning_without_another():
    watch = Stopwatch()
    polite = politeness(watch, connections=1)
    async with polite.turn("https://a.example/1"):
        await polite.pace("https://a.example/2")
    assert watch.slept == [1.0]
