"""``tocsin subscribers``: forgetting people who ask for it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.errors import LedgerError
from services.alert.keys import TENANT
from services.alert.keys_cli import actor
from services.alert.settings import AlertSettings
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

T = TypeVar("T")


@click.group()
def subscribers() -> None:
    """Forget a subscriber: address, watches, and what was sent; how much was sent stays as a count."""


@subscribers.command("forget-endpoint")
@click.argument("endpoint_id", metavar="ENDPOINT")
@click.confirmation_option(prompt="This cannot be undone. Forget it?")
def forget_endpoint(endpoint_id: str) -> None:
    """Forget ENDPOINT: its address, every mail or webhook written to it, and the watches of the API that tell nobody else.

    Take one that is in the watches file out of the file first, and restart: the file is not changed here.
    """

    async def forget(store: PostgresSubscriptions) -> int:
        return await store.forget_endpoint(endpoint_id, actor=actor())

    click.echo(f"forgotten; {_with_store(forget)} deliveries stay as counts")


@subscribers.command("forget-tenant")
@click.argument("tenant", metavar="TENANT")
@click.confirmation_option(prompt="This cannot be undone. Forget it?")
def forget_tenant(tenant: str) -> None:
    """Forget TENANT: all its watches and endpoints of the API, what was written to them, and revoke its keys."""
    if not TENANT.fullmatch(tenant):
        raise click.BadParameter(f"{tenant!r} is no tenant's name", param_hint="TENANT")

    async def forget(store: PostgresSubscriptions) -> tuple[int, int]:
        return await store.delete_tenant(tenant, actor=actor())

    entries, keys = _with_store(forget)
    if not entries and not keys:
        raise click.ClickException(f"there is nothing of {tenant}")
    click.echo(f"forgotten: {entries} watches and endpoints; {keys} keys are revoked")


def _with_store(work: Callable[[PostgresSubscriptions], Awaitable[T]]) -> T:
    async def run() -> T:
        dsn = AlertSettings.from_environment(os.environ).postgres_dsn.get_secret_value()
        pool = await open_pool(dsn, application="tocsin-subscribers", deadline_seconds=5.0, max_size=1)
        try:
            return await work(PostgresSubscriptions(pool))
        finally:
            await pool.close()

    try:
        return asyncio.run(run())
    except (SettingsError, DatabaseUnavailableError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
