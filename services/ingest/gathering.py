"""Many small questions to the database as one: what comes while an answer is under way, or within a moment, is asked together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_GATHER_SECONDS = 0.015
"""What a poll waits for company. A statement of its own for each would cost the database and us more than the work in it."""
_WOKEN_AT_ONCE = 6
"""Whoever is answered goes on to work: all of them in one turn of the event loop would be a pause in which nothing else is heard."""


class Gathering(Generic[Question, Answer]):
    """Asks ``together`` for everyone who waits, one call at a time; its answers are in the order of the questions.

    What it raises, all of a call's askers get. ``weigh`` says how much work a question is: a call takes at most ``most`` of it, and at
    least one question, so that no answer takes the event loop for long.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]],
        *,
        weigh: Callable[[Question], int],
        most: int,
        seconds: float = _GATHER_SECONDS,
    ) -> None:
        self._together = together
        self._weigh = weigh
        self._most = most
        self._seconds = seconds
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Return the answer to one question, asked together with others'."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all(), name="gathering")
        return await answered

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._seconds)
                await self._ask_some(self._taken())
        finally:
            self._asking = None
            for _, answered in self._waiting:  # only when cancelled: nobody may wait for ever
                answered.cancel()
            self._waiting.clear()

    def _taken(self) -> list[tuple[Question, "asyncio.Future[Answer]"]]:
        self._waiting = [pair for pair in self._waiting if not pair[1].done()]
        weight = number = 0
        for question, _ in self._waiting:
            weight += self._weigh(question)
            if number and weight > self._most:
                break
            number += 1
        taken, self._waiting = self._waiting[:number], self._waiting[number:]
        return taken

    async def _ask_some(self, taken: list[tuple[Question, "asyncio.Future[Answer]"]]) -> None:
        if not taken:
            return
        try:
            await self._answer(taken)
        finally:
            for _, answered in taken:  # as above
                if not answered.done():
                    answered.cancel()

    async def _answer(self, taken: list[tuple[Question, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._together([question for question, _ in taken])
        except Exception as error:  # noqa: BLE001 - whoever asked decides what a fault costs
            for _, answered in taken:
                if not answered.done():
                    answered.set_exception(error)
            return
        for number, ((_, answered), answer) in enumerate(zip(taken, answers, strict=True), start=1):
            if not answered.done():
                answered.set_result(answer)
            if number % _WOKEN_AT_ONCE == 0:
                await asyncio.sleep(0)
