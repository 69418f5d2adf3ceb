"""Everything on one machine: embedded Kafka and PostgreSQL, declared topics, migrated schemas, and the three services."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from services.standalone.local_services import LocalServices, ServiceSpec, specs
from shared.embedded.stack import EmbeddedStack
from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.postgres.schema import Schema
from shared.topics import ALL

READY_SECONDS = 90.0
"""How long the services may take to become ready; on a busy machine with cold caches the first start is slow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackConfig:
    """What the stack runs with. ``own`` are settings of single services, by service; where
    things are (Kafka, PostgreSQL, files, the page) is the stack's to say, whatever ``own`` or the user's shell names.
    """

    data_dir: Path
    feeds_file: Path
    watches_file: Path
    schemas: tuple[Schema, ...]
    api_port: int = 0
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class LocalStack:
    """``async with LocalStack(config) as stack``; entering returns when every service is ready, leaving stops all.

    ``tell`` receives one sentence a step. Raises what ``EmbeddedStack`` raises, and ``ServiceFailedError``.
    """

    def __init__(self, config: StackConfig, *, tell: Callable[[str], None] = lambda _: None) -> None:
        self.config = config
        self._tell = tell
        self.servers = EmbeddedStack(config.data_dir, announce=tell)
        self._services: LocalServices | None = None

    @property
    def services(self) -> LocalServices:
        """The running services; raises RuntimeError outside ``async with``."""
        if self._services is None:
            raise RuntimeError("the stack is not running")
        return self._services

    @property
    def environment_file(self) -> Path:
        """A shell script that points `tocsin dlq`, `feeds`, `deliveries` … at this stack: its ports and its password are its own."""
        return self.config.data_dir.absolute() / "environment"

    @property
    def connection(self) -> KafkaConnection:
        """How to reach the stack's Kafka."""
        return KafkaConnection(bootstrap=self.servers.bootstrap_servers)

    def spec(self, service: str) -> ServiceSpec:
        """How a service was started."""
        return next(spec for spec in self.services.specs if spec.name == service)

    async def __aenter__(self) -> Self:
        self._tell("starting Apache Kafka and PostgreSQL")
        await self.servers.__aenter__()
        try:
            await self._begin()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.environment_file.unlink(missing_ok=True)
        if self._services is not None:
            await self._services.stop()
            self._services = None
        await self.servers.__aexit__(exc_type, exc, tb)

    async def _begin(self) -> None:
        await apply(self.connection, ALL)
        for schema in self.config.schemas:
            await upgrade(self.servers.postgres_dsn, schema)
        self._tell("starting ingest, classify and alert")
        self._services = LocalServices(
            self._specs(), log_dir=self.servers.log_dir, keep_open=(self.servers.lock_descriptor,)
        )
        self._services.start()
        await self._services.ready(deadline_seconds=READY_SECONDS)
        self._write_environment()

    def _write_environment(self) -> None:
        settings = {
            "TOCSIN_KAFKA_BOOTSTRAP": self.servers.bootstrap_servers,
            "TOCSIN_POSTGRES_DSN": self.servers.postgres_dsn,
            "TOCSIN_INGEST_FEEDS_FILE": str(self.config.feeds_file.absolute()),
            "TOCSIN_ALERT_WATCHES_FILE": str(self.config.watches_file.absolute()),
        }
        self.environment_file.unlink(missing_ok=True)
        self.environment_file.touch(mode=0o600)  # it carries the password
        self.environment_file.write_text(
            "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()), encoding="utf-8"
        )

    def _specs(self) -> tuple[ServiceSpec, ...]:
        common = {"TOCSIN_KAFKA_BOOTSTRAP": self.servers.bootstrap_servers}
        own = {
            "ingest": {
                "TOCSIN_INGEST_POSTGRES_DSN": self.servers.postgres_dsn,
                "TOCSIN_INGEST_FEEDS_FILE": str(self.config.feeds_file.absolute()),
            },
            "classify": {"TOCSIN_CLASSIFY_DATA_DIR": str(self.config.data_dir.absolute() / "classify")},
            "alert": {
                "TOCSIN_ALERT_POSTGRES_DSN": self.servers.postgres_dsn,
                "TOCSIN_ALERT_WATCHES_FILE": str(self.config.watches_file.absolute()),
                "TOCSIN_ALERT_API_PORT": str(self.config.api_port),
                "TOCSIN_ALERT_API_OPEN_INCIDENTS": "true",  # on loopback, for whoever has this machine anyway
            },
        }
        return specs(
            common, {service: {**self.config.own.get(service, {}), **settings} for service, settings in own.items()}
        )
