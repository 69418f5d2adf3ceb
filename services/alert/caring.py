"""Looks after endpoints: warns owners, disables what has failed too long, ends the overlap of retired secrets.

Every replica runs it; the database lets one of them take each step.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from services.alert.care import Care, CareStep, Health, NoticeKind, next_care
from services.alert.compose import Sender
from services.alert.ledger import NewDelivery
from services.alert.metrics import AlertMetrics
from services.alert.notices import Notice, notice_delivery
from services.alert.rounds import in_rounds
from services.alert.watch import Endpoint, WebhookEndpoint
from shared.logging import logger

OVERLAP = timedelta(hours=24)
"""How long a secret signs along after another became the current one."""


class CareBook(Protocol):
    """What is known of how endpoints fare."""

    async def ailing(self) -> tuple[datetime, Sequence[Health]]:
        """The time, and the endpoints that something may have to be done about."""
        ...

    async def take(self, health: Health, step: CareStep, deliveries: Sequence[NewDelivery]) -> bool:
        """Take a step once; False when it was taken already."""
        ...

    async def retire(self, retired: Sequence[tuple[str, bytes]]) -> Mapping[tuple[str, bytes], datetime]:
        """Since when secrets are no longer the current ones."""
        ...


class Caring:
    """One round looks at every endpoint that fails. ``operator`` is told where an endpoint names no owner."""

    def __init__(
        self,
        *,
        book: CareBook,
        endpoints: Mapping[str, Endpoint],
        sender: Sender,
        metrics: AlertMetrics,
        disable_after: timedelta,
        operator: str | None,
        wake: Callable[[], None],
        retire_secrets: Callable[[frozenset[tuple[str, bytes]]], None],
        every_seconds: float = 30.0,
    ) -> None:
        self._book = book
        self._endpoints = endpoints
        self._sender = sender
        self._metrics = metrics
        self._disable_after = disable_after
        self._operator = operator
        self._wake = wake
        self._retire_secrets = retire_secrets
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Look after them for ever; an unreachable database only delays it."""
        await in_rounds(self.round, every_seconds=self._every_seconds, metrics=self._metrics)

    async def round(self) -> None:
        """Do what is due now; raises ``LedgerError``."""
        now, ailing = await self._book.ailing()
        for health in ailing:
            step = next_care(health, disable_after=self._disable_after)
            if step is not None:
                await self._take(health, step, now)
        await self._end_overlaps(now)

    async def _take(self, health: Health, step: CareStep, now: datetime) -> None:
        kind = NoticeKind.ENDPOINT_FAILING if step.care is Care.WARN else NoticeKind.ENDPOINT_DISABLED
        owner = self._owner_of(health.endpoint_id)
        notice = Notice(
            kind=kind,
            subject_id=health.endpoint_id,
            stage=step.stage,
            since=step.since,
            at=now,
            failures=health.failures,
            reason=health.reason,
            disables_at=step.disables_at,
        )
        deliveries = [] if owner is None else [notice_delivery(notice, owner, sender=self._sender)]
        if not await self._book.take(health, step, deliveries):
            return
        self._metrics.notices.labels(kind.value, "true" if owner else "false").inc()
        log = logger().error if kind is NoticeKind.ENDPOINT_DISABLED or owner is None else logger().warning
        log(
            "endpoint.disabled" if kind is NoticeKind.ENDPOINT_DISABLED else "endpoint.ailing",
            endpoint=health.endpoint_id,
            failing_since=None if health.failing_since is None else health.failing_since.isoformat(),
            failures=health.failures,
            reason=health.reason,
            told=None if owner is None else owner.id,
        )
        if deliveries:
            self._wake()

    def _owner_of(self, endpoint_id: str) -> Endpoint | None:
        endpoint = self._endpoints.get(endpoint_id)
        for name in (getattr(endpoint, "owner", None), self._operator):
            if name is not None and name != endpoint_id and name in self._endpoints:
                return self._endpoints[name]
        return None

    async def _end_overlaps(self, now: datetime) -> None:
        retired = [
            (endpoint.id, fingerprint(secret))
            for endpoint in self._endpoints.values()
            if isinstance(endpoint, WebhookEndpoint)
            for secret in endpoint.secrets[1:]
        ]
        since = await self._book.retire(retired)
        self._retire_secrets(frozenset(one for one, at in since.items() if now - at >= OVERLAP))


def fingerprint(secret: str) -> bytes:
    """What stands for a secret where it must not be kept itself."""
    return sha256(secret.encode()).digest()
