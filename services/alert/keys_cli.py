"""``tocsin keys``: who may use the API and the page."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import click

from services.alert.adapters.keys import PostgresKeys
from services.alert.errors import LedgerError
from services.alert.keys import DEFAULT_TENANT, TENANT, ApiKey, Right, new_key
from services.alert.settings import AlertSettings
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

T = TypeVar("T")


@click.group()
def keys() -> None:
    """Keys of the API and the page: whose they are, what they may do."""


@keys.command("add")
@click.argument("name")
@click.option(
    "--tenant",
    default=DEFAULT_TENANT,
    show_default=True,
    help="Whose watches and endpoints it sees; those of the watches file are the default tenant's.",
)
@click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice([right.value for right in Right]),
    help="What it may do, given once or more; default: read. write and admin include read, admin includes write.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; default: until it is revoked.")
def add_key(name: str, tenant: str, rights: Sequence[str], days: int | None) -> None:
    """Make a key and print it, this once: only a hash of it is kept. NAME says what it is for."""
    if not TENANT.fullmatch(tenant):
        raise click.BadParameter(
            f"{tenant!r}: up to 31 of a-z, 0-9 and - are accepted, starting with a letter or digit",
            param_hint="--tenant",
        )
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise click.BadParameter("1 to 100 printable characters are accepted", param_hint="NAME")
    granted = tuple(Right(right) for right in dict.fromkeys(rights)) or (Right.READ,)
    expires_at = None if days is None else datetime.now(tz=UTC) + timedelta(days=days)
    key = new_key()

    async def add(ring: PostgresKeys) -> ApiKey:
        return await ring.add(
            key, tenant=tenant, name=name.strip(), rights=granted, expires_at=expires_at, actor=actor()
        )

    kept = _with_ring(add)
    click.echo(key.text)
    click.echo(f"key {kept.key_id} of tenant {tenant} may {', '.join(granted)}; it is not shown again", err=True)


@keys.command("list")
@click.option("--tenant", help="Only this tenant's.")
def list_keys(tenant: str | None) -> None:
    """List keys with their rights and last use; their secrets are kept nowhere."""

    async def read(ring: PostgresKeys) -> Sequence[ApiKey]:
        return await ring.keys(tenant=tenant)

    found = _with_ring(read)
    for key in found:
        click.echo(_words(key))
    if not found:
        click.echo("there is no key; 'tocsin keys add NAME' makes one", err=True)


@keys.command("revoke")
@click.argument("key_id", metavar="KEY_ID")
def revoke_key(key_id: str) -> None:
    """Revoke a key: the next request with it is refused. Ends with 1 when there is no such key that is not revoked yet."""

    async def revoke(ring: PostgresKeys) -> bool:
        return await ring.revoke(key_id, tenant=None, actor=actor())

    if not _with_ring(revoke):
        raise click.ClickException(f"there is no key {key_id!r} that is not revoked yet; 'tocsin keys list' shows them")
    click.echo(f"key {key_id} is revoked")


def _words(key: ApiKey) -> str:
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
    until = f", good until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    ended = f", revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC" if key.revoked_at else ""
    rights = ",".join(right.value for right in key.rights)
    return f"{key.key_id}  {key.tenant}  {rights}  {key.name}  {used}{until}{ended}"


def actor() -> str:
    """Return who is at the command line, as the audit names them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):  # a container's user often has no name
        return "cli"


def _with_ring(work: Callable[[PostgresKeys], Awaitable[T]]) -> T:
    async def run() -> T:
        dsn = AlertSettings.from_environment(os.environ).postgres_dsn.get_secret_value()
        pool = await open_pool(dsn, application="tocsin-keys", deadline_seconds=5.0, max_size=1)
        try:
            return await work(PostgresKeys(pool))
        finally:
            await pool.close()

    try:
        return asyncio.run(run())
    except (SettingsError, DatabaseUnavailableError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
