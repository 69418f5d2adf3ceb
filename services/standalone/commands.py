"""The commands `up` and `demo`."""

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

from services.standalone.console import Console
from services.standalone.demo import DemoOptions, run_demo
from services.standalone.local_services import ServiceFailedError, free_port, is_free
from services.standalone.up import UpOptions, run_up
from services.standalone.waiting import StoppedAtStartError
from shared.embedded.errors import EmbeddedError
from shared.kafka.topics import TopicError
from shared.postgres.schema import Schema, SchemaError

INTERRUPTED = 130
"""The exit status of what was stopped by Ctrl-C before its end."""

_SCHEMA_MODULES = ("services.ingest.schema", "services.alert.schema")


def schemas() -> tuple[Schema, ...]:
    """The database schemas of the services, looked up by name: the services' code is not imported into this process."""
    return tuple(importlib.import_module(module).SCHEMA for module in _SCHEMA_MODULES)


def _page_port(wanted: int) -> int:
    """The port of the page: a free one for 0; a taken one is refused before anything is started."""
    port = wanted or free_port()
    if not is_free(port):
        raise click.UsageError(
            f"port {port} is in use, so the page cannot be served; choose another with --api-port (0 takes a free one)"
        )
    return port


def _stoppable(work: Coroutine[Any, Any, int], stop: asyncio.Event) -> Coroutine[Any, Any, int]:
    async def run() -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            return await work
        except StoppedAtStartError:
            # All that was begun has been undone, but for a download in a thread, which nobody can cancel: leave without it.
            click.echo("stopped before everything ran")
            sys.stdout.flush()
            os._exit(INTERRUPTED)

    return run()


def _said(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _run(work: Coroutine[Any, Any, int], stop: asyncio.Event) -> None:
    try:
        status = asyncio.run(_stoppable(work, stop))
    except (EmbeddedError, ServiceFailedError, SchemaError, TopicError) as error:
        raise click.ClickException(str(error)) from error
    except TimeoutError as error:
        raise click.ClickException("it took too long; the logs of the services say why") from error
    except OSError as error:
        raise click.ClickException(_said(error)) from error
    sys.exit(status)


@click.command()
@click.option("--keep", is_flag=True, help="Keep running after the outcome, with the page, until Ctrl-C.")
@click.option(
    "--duration", default=25.0, show_default=True, type=click.FloatRange(min=5), help="Seconds the day takes to appear."
)
@click.option(
    "--api-port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the page; 0 takes a free one.",
)
def demo(keep: bool, duration: float, api_port: int) -> None:
    """Replay a recorded news day on real Kafka and PostgreSQL; exit status 1 when the outcome is not the promised one."""
    stop = asyncio.Event()
    options = DemoOptions(duration_seconds=duration, keep=keep, api_port=_page_port(api_port))

    async def work() -> int:
        verdict = await run_demo(options, schemas(), Console(), stop)
        return INTERRUPTED if verdict is None else 1 if verdict.problems else 0

    _run(work(), stop)


@click.command()
@click.option(
    "--data-dir",
    default=Path(".data"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Kafka's, PostgreSQL's and the services' data.",
)
@click.option(
    "--feeds",
    default=Path("config/feeds.yaml"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="The feeds to poll.",
)
@click.option(
    "--watches",
    default=Path("config/watches.yaml"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Who watches what.",
)
@click.option(
    "--api-port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the page; 0 takes a free one.",
)
def up(data_dir: Path, feeds: Path, watches: Path, api_port: int) -> None:
    """Run Kafka, PostgreSQL and the three services on this machine until Ctrl-C; data survives."""
    stop = asyncio.Event()
    options = UpOptions(data_dir=data_dir, feeds_file=feeds, watches_file=watches, api_port=_page_port(api_port))
    _run(run_up(options, schemas(), Console(), stop), stop)
