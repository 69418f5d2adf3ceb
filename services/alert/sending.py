"""Composition of the sending half: channels, the dispatcher over them, and the care for endpoints."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from services.alert.adapters.care import PostgresCare
from services.alert.adapters.mail_desk import PostgresMailDesk
from services.alert.adapters.maildir import Maildir
from services.alert.adapters.postgres import PostgresLedger
from services.alert.backlog import LaneLimits
from services.alert.caring import Caring
from services.alert.channels.apprise import AppriseChannel
from services.alert.channels.email import EmailChannel
from services.alert.channels.sink import SinkChannel
from services.alert.channels.webhook import WebhookChannel
from services.alert.compose import Sender
from services.alert.dispatcher import Dispatcher, DispatchLimits, allowance
from services.alert.mail_desk import MailKeeper, MailLinkParts
from services.alert.mail_gate import MailGate
from services.alert.metrics import AlertMetrics
from services.alert.ports import Channel
from services.alert.settings import AlertSettings
from services.alert.watch import Endpoint
from shared.addresses import AddressPolicy
from shared.clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What sends and what looks after those it sends to; both run until cancelled or stopped."""

    dispatcher: Dispatcher
    caring: Caring
    mails: MailKeeper
    links: MailLinkParts | None


async def sending_of(
    stack: AsyncExitStack,
    settings: AlertSettings,
    *,
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    endpoints: Mapping[str, Endpoint],
    of_file: frozenset[str],
    sender: Sender,
    metrics: AlertMetrics,
    clock: Clock,
    beat: Callable[[], None],
) -> Sending:
    """Open the channels and return the parts. ``of_file``: the endpoints that the operator wrote down; their addresses are confirmed."""
    desk = PostgresMailDesk(pool, ledger)
    gate = MailGate(of_file)
    webhooks = await stack.enter_async_context(_webhooks(settings, clock))
    channels: dict[str, Channel] = {"sink": SinkChannel(metrics=metrics, clock=clock), "webhook": webhooks}
    channels["apprise"] = await stack.enter_async_context(
        AppriseChannel(
            policy=AddressPolicy.allowing(settings.allow_networks),
            timeout_seconds=settings.apprise_timeout_seconds,
            threads=settings.apprise_concurrency,
        )
    )
    if settings.smtp_host is not None:
        gate.become(await desk.rules())
        channels["email"] = await stack.enter_async_context(_mails(settings, settings.smtp_host, gate))
    dispatcher = Dispatcher(
        queue=ledger,
        endpoints=endpoints,
        channels=channels,
        limits=_limits(settings, endpoints),
        metrics=metrics,
        clock=clock,
        beat=beat,
    )
    caring = Caring(
        book=PostgresCare(pool, ledger),
        endpoints=endpoints,
        sender=sender,
        metrics=metrics,
        disable_after=timedelta(hours=settings.disable_after_hours),
        operator=settings.operator_endpoint,
        wake=dispatcher.wake,
        retire_secrets=webhooks.retire,
        every_seconds=settings.care_seconds,
    )
    mails = MailKeeper(
        desk=desk,
        gate=gate,
        endpoints=endpoints,
        of_file=of_file,
        sender=sender,
        metrics=metrics,
        wake=dispatcher.wake,
        box=Maildir(settings.mail_bounce_maildir) if settings.mail_bounce_maildir else None,
    )
    links = MailLinkParts(signer=sender.links, desk=desk, metrics=metrics) if sender.links else None
    return Sending(dispatcher=dispatcher, caring=caring, mails=mails, links=links)


def _webhooks(settings: AlertSettings, clock: Clock) -> WebhookChannel:
    proxy = settings.webhook_proxy
    return WebhookChannel(
        policy=AddressPolicy.allowing(settings.allow_networks),
        clock=clock,
        timeout_seconds=settings.webhook_timeout_seconds,
        connect_seconds=settings.webhook_connect_seconds,
        proxy=proxy.get_secret_value() if proxy else None,
        tells_trace=settings.webhook_traceparent,
    )


def _mails(settings: AlertSettings, host: str, gate: MailGate) -> EmailChannel:
    password = settings.smtp_password
    return EmailChannel(
        host=host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.mail_from,
        bounces=settings.mail_bounce_address,
        gate=gate,
        ca_file=None if settings.smtp_ca_file is None else str(settings.smtp_ca_file),
        most_idle=settings.smtp_concurrency,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout_seconds=settings.smtp_timeout_seconds,
    )


def _limits(settings: AlertSettings, endpoints: Mapping[str, Endpoint]) -> DispatchLimits:
    return DispatchLimits(
        lanes=LaneLimits(
            endpoint_concurrency=settings.endpoint_concurrency,
            endpoint_backlog=settings.endpoint_backlog,
            max_in_flight=settings.max_in_flight,
            max_in_flight_of={"email": settings.smtp_concurrency, "apprise": settings.apprise_concurrency},
            stay_seconds=settings.longest_stay_seconds,
            breaker_failures=settings.breaker_failures,
            breaker_pause_seconds=settings.breaker_pause_seconds,
            allowance_of=allowance(endpoints),
        ),
        lease=timedelta(seconds=settings.lease_seconds),
        poll_seconds=settings.poll_seconds,
        attempt_seconds=settings.longest_attempt_seconds,
        schedule=settings.schedule,
    )
