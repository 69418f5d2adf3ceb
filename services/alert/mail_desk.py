"""Looks after mail addresses: asks new ones to confirm, takes in bounces, keeps the gate up to date.

Every replica runs it; what is done is noted in the database, so that it is done once.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.alert.bounce import Bounce, read_bounce
from services.alert.care import NoticeKind
from services.alert.compose import Sender
from services.alert.errors import LedgerError
from services.alert.ledger import NewDelivery
from services.alert.mail_gate import MailGate, MailRules
from services.alert.mail_links import LinkKind, LinkSigner, MailLink
from services.alert.metrics import AlertMetrics
from services.alert.notices import Notice, notice_delivery
from services.alert.watch import EmailEndpoint, Endpoint
from shared.logging import logger


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorReport:
    """What a reader says is wrong with a mail."""

    report_id: int
    delivery_id: str
    incident_id: str
    revision: int
    endpoint_id: str
    words: str
    created_at: datetime


class MailDesk(Protocol):
    """What people asked of their mail, and what became of it. Every method raises ``LedgerError``."""

    async def rules(self) -> MailRules:
        """What holds now."""
        ...

    async def leave(self, endpoint_id: str, watch_id: str) -> None:
        """Unsubscribe from a watch, from all with ``*``."""
        ...

    async def return_to(self, endpoint_id: str, watch_id: str) -> None:
        """Take it back."""
        ...

    async def ask(self, endpoint_id: str, address: str) -> datetime | None:
        """Note that an address is asked to be confirmed; None where that was done before."""
        ...

    async def unasked(self, endpoint_ids: Sequence[str]) -> Mapping[str, datetime]:
        """Those whose mail was never written down, and when it should have been."""
        ...

    async def keep(self, delivery: NewDelivery) -> None:
        """Write a mail down to be sent."""
        ...

    async def confirm(self, endpoint_id: str, address: str) -> bool:
        """Confirm; False when the endpoint has another address."""
        ...

    async def report(self, delivery_id: str, endpoint_id: str, words: str) -> bool:
        """Keep a reported error; False when there is no such mail, or too many reports of it."""
        ...

    async def bounced(self, bounce: Bounce) -> str | None:
        """Count a bounce; returns the endpoint it was for."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLinkParts:
    """What the pages behind the links of mails need: read tokens, do what they say, count it."""

    signer: LinkSigner
    desk: MailDesk
    metrics: AlertMetrics


class BounceBox(Protocol):
    """Where bounces arrive."""

    def take(self) -> Iterable[tuple[str, bytes]]:
        """What lies there, each with its name; blocking."""
        ...

    def done(self, name: str) -> None:
        """It was dealt with and may go."""
        ...


class MailKeeper:
    """One round does what is due. ``of_file`` are the endpoints that need no confirmation."""

    def __init__(
        self,
        *,
        desk: MailDesk,
        gate: MailGate,
        endpoints: Mapping[str, Endpoint],
        of_file: frozenset[str],
        sender: Sender,
        metrics: AlertMetrics,
        wake: Callable[[], None],
        box: BounceBox | None = None,
        every_seconds: float = 5.0,
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._endpoints = endpoints
        self._of_file = of_file
        self._sender = sender
        self._metrics = metrics
        self._wake = wake
        self._box = box
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Look after them for ever; an unreachable database only delays it."""
        while True:
            await asyncio.sleep(self._every_seconds)
            try:
                await self.round()
            except (LedgerError, OSError) as error:
                self._metrics.ledger_errors.inc()
                logger().warning("mail.not_kept", reason=str(error), retry_in_s=self._every_seconds)

    async def round(self) -> None:
        """Do what is due now; raises ``LedgerError`` or ``OSError``."""
        rules = await self._desk.rules()
        self._gate.become(rules)
        await self._ask_new_ones(rules)
        if self._box is not None:
            await self._take_bounces(self._box)

    async def _ask_new_ones(self, rules: MailRules) -> None:
        unconfirmed = {
            one.id: one
            for one in self._endpoints.values()
            if isinstance(one, EmailEndpoint) and one.id not in self._of_file and rules.confirmed.get(one.id) != one.to
        }
        if not unconfirmed or self._sender.links is None:
            return
        for endpoint in unconfirmed.values():
            await self._desk.ask(endpoint.id, endpoint.to)
        for endpoint_id, asked_at in (await self._desk.unasked(list(unconfirmed))).items():
            await self._ask(unconfirmed[endpoint_id], asked_at)

    async def _ask(self, endpoint: EmailEndpoint, asked_at: datetime) -> None:
        assert self._sender.links is not None
        link = self._sender.links.url(MailLink(kind=LinkKind.CONFIRM, endpoint_id=endpoint.id, subject=endpoint.to))
        notice = Notice(
            kind=NoticeKind.CONFIRM_ADDRESS, subject_id=endpoint.id, stage=1, since=asked_at, at=asked_at, link=link
        )
        await self._desk.keep(notice_delivery(notice, endpoint, sender=self._sender))
        self._metrics.notices.labels(NoticeKind.CONFIRM_ADDRESS.value, "true").inc()
        logger().info("address.asked", endpoint=endpoint.id)
        self._wake()

    async def _take_bounces(self, box: BounceBox) -> None:
        for name, raw in await asyncio.to_thread(lambda: list(box.take())):
            bounce = read_bounce(raw)
            endpoint_id = None if bounce is None else await self._desk.bounced(bounce)
            if bounce is None or endpoint_id is None:
                self._metrics.bounces.labels("unknown").inc()
            else:
                self._metrics.bounces.labels(bounce.hardness.value).inc()
                logger().warning(
                    "mail.bounced", delivery_id=bounce.delivery_id, endpoint=endpoint_id, hardness=bounce.hardness.value
                )
            await asyncio.to_thread(box.done, name)
