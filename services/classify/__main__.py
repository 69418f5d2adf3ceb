"""Composition root of the classify service: settings in, exit status out."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

from prometheus_client import CollectorRegistry

from services.classify.app import EXIT_TEMPORARY_FAILURE, Classifier
from services.classify.errors import ReaderError
from services.classify.metrics import ClassifyMetrics
from services.classify.progress import Partition, Progress, watch
from services.classify.reading_pool import ReadingPool
from services.classify.settings import ClassifySettings
from shared import logging, tracing
from shared.clock import SystemClock
from shared.health import HealthServer
from shared.kafka.awaiting import KafkaUnusableError, await_kafka
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher
from shared.logging import logger
from shared.metrics import new_registry
from shared.settings import SettingsError
from shared.topics import ALL


def run(environment: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; returns 0 then, 2 for wrong settings, 75 when Kafka cannot be used."""
    try:
        settings = ClassifySettings.from_environment(environment)
        tracing.configure("classify", settings)
    except SettingsError as error:
        print(f"tocsin classify: {error}", file=sys.stderr)  # logging is not set up before settings are known
        return 2
    logging.configure("classify", level=settings.log_level, log_format=settings.log_format)
    logger().info("service.started", settings=settings.described())
    try:
        return asyncio.run(_serve(settings))
    finally:
        tracing.close()


class _Checks:
    """The health checks, answered before there is a classifier too."""

    def __init__(self, progress: Progress) -> None:
        self.classifier: Classifier | None = None
        self._progress = progress

    def not_live(self) -> str | None:
        return self._progress.stuck(time.monotonic())

    def not_ready(self) -> str | None:
        return "Kafka and its topics are awaited" if self.classifier is None else self.classifier.not_ready()

    def assigned(self) -> frozenset[Partition]:
        return frozenset() if self.classifier is None else self.classifier.assigned()


async def _serve(settings: ClassifySettings) -> int:
    connection = KafkaConnection.from_settings(settings)
    registry = new_registry()
    progress = Progress(stall_seconds=settings.stall_seconds)
    checks = _Checks(progress)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with HealthServer(
        host=settings.http_host,
        port=settings.http_port,
        registry=registry,
        live={"progress": checks.not_live},
        ready={"state": checks.not_ready},
    ):
        working = asyncio.create_task(
            _work(settings, connection, registry=registry, checks=checks, progress=progress, stop=stop)
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            _end_after(settings.stop_seconds)
            if checks.classifier is None:
                working.cancel()  # nothing was taken in hand yet
        try:
            return await working
        except asyncio.CancelledError:
            logger().info("service.stopped", crashed=False)
            return 0
        finally:
            stopping.cancel()


def _end_after(seconds: float) -> None:
    """End the process if it is still there: neither Kafka nor a library may hold up a stop. What is in hand will be repeated."""

    def end() -> None:
        logger().warning("service.stop_timed_out", seconds=seconds)
        sys.stdout.flush()
        os._exit(EXIT_TEMPORARY_FAILURE)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


async def _work(
    settings: ClassifySettings,
    connection: KafkaConnection,
    *,
    registry: CollectorRegistry,
    checks: _Checks,
    progress: Progress,
    stop: asyncio.Event,
) -> int:
    """Run until told to stop or the framework crashes; returns the exit status."""
    async with AsyncExitStack() as stack:
        try:
            await await_kafka(connection, ALL, deadline_seconds=settings.startup_deadline_seconds)
            publisher = await stack.enter_async_context(
                Publisher(connection, client_id="tocsin-classify", timeout_seconds=settings.publish_timeout_seconds)
            )
        except (KafkaUnusableError, KafkaError, OSError) as error:
            logger().error("kafka.unusable", bootstrap=connection.bootstrap, reason=str(error))
            return EXIT_TEMPORARY_FAILURE
        try:
            reader = await stack.enter_async_context(
                ReadingPool(workers=settings.read_workers, timeout_seconds=settings.read_timeout_seconds)
            )
        except ReaderError as error:
            logger().error("reader.unusable", reason=str(error))
            return EXIT_TEMPORARY_FAILURE
        metrics = ClassifyMetrics(registry)
        classifier = checks.classifier = Classifier(
            settings=settings,
            connection=connection,
            publisher=publisher,
            reader=reader,
            metrics=metrics,
            clock=SystemClock(),
        )
        try:
            await classifier.start()
        except (KafkaError, OSError) as error:  # it went away since it was awaited
            logger().error("kafka.unusable", bootstrap=connection.bootstrap, reason=str(error) or type(error).__name__)
            return EXIT_TEMPORARY_FAILURE
        watching = asyncio.create_task(
            watch(
                connection,
                progress,
                checks.assigned,
                settings.stall_seconds / 6,
                lambda topic, records: metrics.waiting.labels(topic).set(records),
            )
        )
        crash = asyncio.create_task(classifier.wait_for_crash())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({crash, stopped}, return_when=asyncio.FIRST_COMPLETED)
        crashed = crash.done()
        if crashed:
            _end_after(settings.stop_seconds)
        for task in (crash, stopped, watching):
            task.cancel()
        await asyncio.gather(crash, stopped, watching, return_exceptions=True)
        await classifier.stop()
        logger().info("service.stopped", crashed=crashed)
        return EXIT_TEMPORARY_FAILURE if crashed else 0


if __name__ == "__main__":
    sys.exit(run(os.environ))
