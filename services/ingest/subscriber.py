"""The shell that keeps subscriptions alive: asks hubs that feeds name, asks again when they fail, renews before a lease ends."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from services.ingest import subscription as subscriptions
from services.ingest.errors import LedgerUnavailableError
from services.ingest.metrics import IngestMetrics
from services.ingest.outcome import Failed
from services.ingest.politeness import NotYourTurnError
from services.ingest.subscription import Subscription, SubscriptionState
from shared.clock import Clock
from shared.logging import logger

_IDLE_SECONDS = 5.0
_AT_ONCE = 16


class SubscriptionBook(Protocol):
    """Subscriptions in the database. Each method is one transaction; all raise ``LedgerUnavailableError``."""

    async def take(self, *, limit: int, now: datetime) -> Sequence[Subscription]:
        """Take subscriptions of polled feeds whose hub is to be asked; nobody else gets them for two minutes."""
        ...

    async def keep(self, subscription: Subscription, *, if_attempts: int | None = None) -> None:
        """Store it; ``if_attempts`` only if nothing was stored since it had so many, for a hub may verify before it answers."""
        ...

    async def move(self, subscription: Subscription, hub: str) -> Subscription | None:
        """Give the feed to another hub, under a new address and secret; None when something was stored of it meanwhile."""
        ...

    async def states(self, now: datetime) -> Mapping[SubscriptionState, int]:
        """Count those of polled feeds."""
        ...


class HubClient(Protocol):
    """Asks hubs."""

    async def post_form(self, url: str, form: Mapping[str, str]) -> int | Failed:
        """Post a form, following at most a few 307 and 308 redirects, each guarded; return the status or why there is none."""
        ...


class Subscriber:
    """Asks hubs until cancelled; ``turn`` holds one of a host's slots, as polls do, for many feeds may share one hub."""

    def __init__(
        self,
        *,
        book: SubscriptionBook,
        hubs: HubClient,
        metrics: IngestMetrics,
        clock: Clock,
        callback: str,
        lease_seconds: int,
        random: Callable[[], float],
        turn: Callable[[str], AbstractAsyncContextManager[None]],
    ) -> None:
        self._book = book
        self._hubs = hubs
        self._metrics = metrics
        self._clock = clock
        self._callback = callback
        self._lease_seconds = lease_seconds
        self._random = random
        self._turn = turn

    async def run(self) -> None:
        """Ask what is due, for ever; a fault of the database is waited out."""
        while True:
            asked = 0
            try:
                asked = await self.ask_due()
                for state, count in (await self._book.states(self._clock.now())).items():
                    self._metrics.subscriptions.labels(state.value).set(count)
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("subscriptions.take_failed", reason=str(error))
            if not asked:
                await asyncio.sleep(_IDLE_SECONDS)

    async def ask_due(self) -> int:
        """Ask some hubs that are due; return how many."""
        taken = await self._book.take(limit=_AT_ONCE, now=self._clock.now())
        await asyncio.gather(*(self._ask(one) for one in taken))
        return len(taken)

    async def _ask(self, taken: Subscription) -> None:
        subscription = await self._at_next_hub(taken)
        if subscription is None:
            return
        with structlog.contextvars.bound_contextvars(
            feed=subscription.feed, hub=urlsplit(subscription.hub).hostname or ""
        ):
            try:
                async with self._turn(subscription.hub):
                    await self._ask_now(subscription)
            except NotYourTurnError as error:
                await self._book.keep(subscriptions.put_off(subscription, error.seconds, self._clock.now()))
            except LedgerUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - the boundary of one unit of work: a hub's address is a stranger's words
                # No traceback: it would show the secret. Whatever was stored last says when it is asked again.
                self._metrics.subscription_failures.inc()
                logger().error("subscription.broken", error=type(error).__name__)

    async def _at_next_hub(self, subscription: Subscription) -> Subscription | None:
        other = subscriptions.next_hub(subscription, self._clock.now())
        if other is None:
            return subscription
        moved = await self._book.move(subscription, other)
        if moved is not None:
            logger().info(
                "subscription.moved",
                feed=subscription.feed,
                from_hub=urlsplit(subscription.hub).hostname or "",
                to_hub=urlsplit(other).hostname or "",
                reason=subscription.last_error or "it never verified",
            )
        return moved

    async def _ask_now(self, subscription: Subscription) -> None:
        asked = subscriptions.asked(subscription, self._clock.now(), self._random())
        form = subscriptions.request_of(subscription, callback=self._callback, lease_seconds=self._lease_seconds)
        await self._book.keep(asked)
        answer = await self._hubs.post_form(subscription.hub, form)
        if isinstance(answer, int) and 200 <= answer < 300:
            logger().info("subscription.requested", attempts=asked.attempts)
            return
        why = answer.detail if isinstance(answer, Failed) else f"the hub answered {answer} where 202 was expected"
        refused = subscriptions.after_refused(asked, why, self._clock.now(), self._random())
        await self._book.keep(refused, if_attempts=asked.attempts)
        self._metrics.subscription_failures.inc()
        logger().warning("subscription.refused", reason=why, attempts=asked.attempts)
