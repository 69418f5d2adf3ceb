"""``tocsin watches add``: a watch into the file or the database, only when all of it is understood then."""

import getpass
import os
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import click
import yaml

from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.deliveries_cli import with_pool
from services.alert.keys import tenant_of
from services.alert.ports import PlaceBook
from services.alert.subscription import EntryError, Kind, read_watch, subscriptions_of
from services.alert.watch import Subscriptions
from services.alert.watch_entry import ShapeError, with_watch
from services.alert.watches_file import load
from shared.settings import SettingsError


def key_value(said: str) -> tuple[str, object]:
    """Return one ``--set``; raises ``ClickException``."""
    key, equals, value = said.partition("=")
    fault = f"--set {said!r} is not KEY=VALUE with a value in YAML, such as quiet='{{from: 22:00, to: 06:00}}'"
    if not equals or not key.strip():
        raise click.ClickException(fault)
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise click.ClickException(fault) from error


def add_to_file(
    path: Path, watch_id: str, document: Mapping[str, object], known: Subscriptions, book: PlaceBook
) -> None:
    """Write the watch into the file, if the whole is understood then; else nothing is changed."""
    if any(watch.id == watch_id for watch in known.watches):
        raise click.ClickException(f"{path} has a watch {watch_id} already")
    try:
        text = with_watch(path.read_text(encoding="utf-8"), watch_id, document)
    except ShapeError as error:
        raise click.ClickException(f"{path}: {error}") from error
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(path.stat().st_mode)
        try:
            found = load(draft, os.environ, book, every_endpoint=True)
        except SettingsError as error:
            raise click.ClickException(str(error).replace(str(draft), str(path))) from error
        if {watch.id for watch in found.watches} != {watch_id, *(watch.id for watch in known.watches)}:
            raise click.ClickException(f"{path} is not of a shape that a watch can be added to; nothing was changed")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def add_to_database(watch_id: str, document: Mapping[str, object], of_file: Subscriptions, book: PlaceBook) -> None:
    """Keep the watch in the database, if it is understood."""

    async def put(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        store = PostgresSubscriptions(pool)
        all_of_them, _ = subscriptions_of(of_file, await store.entries(), book)
        if any(watch.id == watch_id for watch in all_of_them.watches):
            raise click.ClickException(f"there is a watch {watch_id} already")
        tenant = tenant_of(watch_id)
        endpoints = {one.id: one for one in all_of_them.endpoints if tenant_of(one.id) == tenant}
        try:
            read_watch(watch_id, document, endpoints, book)
        except EntryError as error:
            raise click.ClickException(str(error)) from error
        await store.put(Kind.WATCH, watch_id, tenant=tenant, document=document, actor=f"command:{getpass.getuser()}")

    with_pool(put)
