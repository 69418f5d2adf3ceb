"""Composition root of the classify service: settings in, exit status out."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping

from services.classify.app import EXIT_TEMPORARY_FAILURE, Classifier
from services.classify.errors import TopicsMissingError
from services.classify.metrics import ClassifyMetrics
from services.classify.reading_pool import ReadingPool
from services.classify.settings import ClassifySettings
from shared import logging
from shared.clock import SystemClock
from shared.health import HealthServer
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher
from shared.kafka.topics import missing
from shared.logging import logger
from shared.metrics import new_registry
from shared.settings import SettingsError
from shared.topics import ALL

_STOP_SECONDS = 40.0


def run(environment: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; returns 0 then, 2 for wrong settings, 75 when Kafka cannot be used."""
    try:
        settings = ClassifySettings.from_environment(environment)
    except SettingsError as error:
        print(f"tocsin classify: {error}", file=sys.stderr)  # logging is not set up before settings are known
        return 2
    logging.configure("classify", level=settings.log_level, log_format=settings.log_format)
    logger().info("service.started", settings=settings.described())
    return asyncio.run(_serve(settings))


async def _topics_exist(connection: KafkaConnection, deadline_seconds: float) -> None:
    """Wait until Kafka answers and has every topic; the framework would ignore a missing one for ever."""
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline_seconds
    while True:
        problem: Exception
        try:
            names = await missing(connection, ALL)
            if not names:
                return
            problem = TopicsMissingError(names)
        except (KafkaError, OSError) as error:
            problem = error
        if loop.time() > until:
            raise problem
        logger().warning("kafka.awaited", bootstrap=connection.bootstrap, reason=str(problem))
        await asyncio.sleep(1.0)


async def _serve(settings: ClassifySettings) -> int:
    connection = KafkaConnection.from_settings(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await _topics_exist(connection, settings.startup_deadline_seconds)
    except (KafkaError, OSError, TopicsMissingError) as error:
        logger().error("kafka.unusable", bootstrap=connection.bootstrap, reason=str(error))
        return EXIT_TEMPORARY_FAILURE
    registry = new_registry()
    async with (
        Publisher(
            connection, client_id="tocsin-classify", timeout_seconds=settings.publish_timeout_seconds
        ) as publisher,
        ReadingPool(workers=settings.read_workers, timeout_seconds=settings.read_timeout_seconds) as reader,
    ):
        classifier = Classifier(
            settings=settings,
            connection=connection,
            publisher=publisher,
            reader=reader,
            metrics=ClassifyMetrics(registry),
            clock=SystemClock(),
        )
        async with HealthServer(
            host=settings.http_host,
            port=settings.http_port,
            registry=registry,
            live={"progress": classifier.not_live},
            ready={"state": classifier.not_ready},
        ):
            await classifier.start()
            crash = asyncio.create_task(classifier.wait_for_crash())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({crash, stopped}, return_when=asyncio.FIRST_COMPLETED)
            crashed = crash.done()
            for task in (crash, stopped):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await classifier.stop()
            except TimeoutError:
                logger().warning("service.stop_timed_out", seconds=_STOP_SECONDS)
            logger().info("service.stopped", crashed=crashed)
            return EXIT_TEMPORARY_FAILURE if crashed else 0


if __name__ == "__main__":
    sys.exit(run(os.environ))
