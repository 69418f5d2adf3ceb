"""Questions that come together are asked together; nobody is forgotten, whatever becomes of the others."""

import asyncio
from itertools import pairwise

import pytest

from services.ingest.gathering import Gathering


class Oracle:
    """Answers with the square; remembers what was asked together."""

    def __init__(self):
        self.calls, self.fault, self.may_answer = [], None, asyncio.Event()
        self.may_answer.set()
        self.asked = asyncio.Event()

    async def answer(self, questions):
        self.calls.append(list(questions))
        self.asked.set()
        await self.may_answer.wait()
        if self.fault is not None:
            raise self.fault
        return [question**2 for question in questions]

    def gathering(self, most=100):
        return Gathering(self.answer, weigh=lambda question: question, most=most, seconds=0.0)


async def test_what_comes_while_an_answer_is_under_way_is_asked_together_and_everyone_gets_his_own():
    oracle = Oracle()
    gathering = oracle.gathering()
    oracle.may_answer.clear()
    first = asyncio.create_task(gathering.ask(1))
    async with asyncio.timeout(5):
        await oracle.asked.wait()
        others = [asyncio.create_task(gathering.ask(number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        oracle.may_answer.set()
        assert await asyncio.gather(first, *others) == [1, 4, 9, 16]
    assert oracle.calls == [[1], [2, 3, 4]]


async def test_a_call_takes_no_more_than_its_weight_but_always_one():
    oracle = Oracle()
    gathering = oracle.gathering(most=10)
    answers = await asyncio.gather(*(gathering.ask(number) for number in (50, 4, 6, 1)))
    assert answers == [2500, 16, 36, 1]
    assert oracle.calls == [[50], [4, 6], [1]]


async def test_a_fault_reaches_all_who_asked_together_and_the_next_are_answered():
    oracle = Oracle()
    gathering = oracle.gathering()
    oracle.fault = ValueError("away")
    found = await asyncio.gather(gathering.ask(1), gathering.ask(2), return_exceptions=True)
    assert [str(one) for one in found] == ["away", "away"]
    oracle.fault = None
    assert await gathering.ask(3) == 9


async def test_who_gives_up_costs_the_others_nothing():
    oracle = Oracle()
    gathering = oracle.gathering()
    leaving, staying = asyncio.create_task(gathering.ask(1)), asyncio.create_task(gathering.ask(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert oracle.calls == [[2]]


async def test_many_answers_wake_their_askers_in_small_groups():
    oracle = Oracle()
    gathering = oracle.gathering(most=10_000)
    turns = []

    async def asking(number):
        await gathering.ask(number)
        turns.append(asyncio.get_running_loop().time())

    seen = []

    async def watching():
        while len(turns) < 60:
            seen.append(len(turns))
            await asyncio.sleep(0)
        seen.append(len(turns))

    async with asyncio.timeout(5):
        await asyncio.gather(watching(), *(asking(number) for number in range(60)))
    steps = [later - sooner for sooner, later in pairwise(seen)]
    assert max(steps) <= 12, "the event loop is free in between"


async def test_nobody_waits_for_ever_when_it_is_cancelled():
    oracle = Oracle()
    gathering = oracle.gathering()
    oracle.may_answer.clear()
    asking = [asyncio.create_task(gathering.ask(1))]
    async with asyncio.timeout(5):
        await oracle.asked.wait()
        asking.append(asyncio.create_task(gathering.ask(2)))
        await asyncio.sleep(0)
        gathering._asking.cancel()
        found = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in found] == [asyncio.CancelledError] * 2
    oracle.may_answer.set()
    assert await gathering.ask(3) == 9
