"""The three services as child processes on this machine: started, watched, restarted, stopped."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.embedded.processes import ChildProcess

SERVICES = ("ingest", "classify", "alert")
_TEMPORARY_FAILURE = 75
_POLL_SECONDS = 0.2
_RESTART_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
_GRACE_SECONDS = 12.0
"""An orderly stop takes 2 s; without Kafka, as when everything is torn down at once, it would wait for Kafka. Killing is safe by design."""


class ServiceFailedError(Exception):
    """A service ended by itself and starting it again would not help, or it did not become ready; says what its log says last."""

    def __init__(self, service: str, what: str, log_path: Path | None, last_lines: str) -> None:
        super().__init__(f"{service} {what}: {last_words(last_lines)}\n(its log: {log_path})")
        self.service = service


def last_words(log: str) -> str:
    """Return what a person needs of the end of a log: the last error's reason, else the last line that is no log record, else all of it."""
    said = ""
    for line in log.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            said = line.strip() or said
            continue
        if isinstance(record, dict) and record.get("level") == "error":
            said = str(record.get("reason") or record.get("error") or record.get("event"))
    return said or log


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSpec:
    """A service to run: its name, its settings as environment variables, and the port of its health pages."""

    name: str
    environment: Mapping[str, str]
    health_port: int


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a loopback port can be listened on right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def specs(common: Mapping[str, str], own: Mapping[str, Mapping[str, str]]) -> tuple[ServiceSpec, ...]:
    """Return a spec for each service: ``common`` settings, its ``own``, JSON logs and a free health port.

    Of this process's environment only what is not Tocsin's is passed on, so that a setting left over in the user's shell
    cannot bend the stack.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    found = []
    for name in SERVICES:
        port = free_port()
        found.append(
            ServiceSpec(
                name=name,
                environment={
                    **inherited,
                    "TOCSIN_LOG_FORMAT": "json",
                    "TOCSIN_HTTP_HOST": "127.0.0.1",
                    **common,
                    **own.get(name, {}),
                    f"TOCSIN_{name.upper()}_HTTP_PORT": str(port),
                },
                health_port=port,
            )
        )
    return tuple(found)


class LocalServices:
    """Runs the services of ``specs``; nothing of them outlives this process.

    ``keep_open`` are descriptors held until the last of them is gone: the lock of the data directory they write in.
    """

    def __init__(self, specs: Sequence[ServiceSpec], *, log_dir: Path, keep_open: Sequence[int] = ()) -> None:
        self.specs = tuple(specs)
        self.children = {
            spec.name: ChildProcess(
                name=spec.name,
                argv=[sys.executable, "-m", "services.cli", "run", spec.name],
                log_path=log_dir / f"{spec.name}.log",
                env=spec.environment,
                grace_seconds=_GRACE_SECONDS,
                keep_open=keep_open,
            )
            for spec in self.specs
        }

    def start(self) -> None:
        """Start every service."""
        for child in self.children.values():
            child.start()

    async def ready(self, *, deadline_seconds: float) -> None:
        """Return when every service says so; raises ``ServiceFailedError`` when one ended or the deadline has passed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline_seconds
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            for spec in self.specs:
                child = self.children[spec.name]
                while not await _is_ready(client, spec):
                    if not child.is_running:
                        raise self._failure(child, f"ended with status {child.returncode} at start")
                    if loop.time() > until:
                        raise self._failure(child, f"was not ready within {deadline_seconds:g} s")
                    await asyncio.sleep(_POLL_SECONDS)

    async def keep_running(self, tell: Callable[[str], None]) -> None:
        """Start a service again whenever it ends; raises ``ServiceFailedError`` for one that refuses its settings."""
        failures = dict.fromkeys(self.children, 0)
        while True:
            for name, child in self.children.items():
                if child.is_running:
                    continue
                if (
                    child.returncode not in (_TEMPORARY_FAILURE, 0)
                    and (child.returncode or 0) > 0
                    and failures[name] > 3
                ):
                    raise self._failure(child, f"ended with status {child.returncode} again and again")
                delay = _RESTART_SECONDS[min(failures[name], len(_RESTART_SECONDS) - 1)]
                failures[name] += 1
                tell(f"{name} ended with status {child.returncode}; starting it again in {delay:g} s")
                await asyncio.sleep(delay)
                child.start()
            await asyncio.sleep(_POLL_SECONDS)

    async def stop(self) -> None:
        """Stop every service, all at once; those that do not stop in time are killed."""
        await asyncio.gather(*(child.stop() for child in self.children.values()))

    def _failure(self, child: ChildProcess, what: str) -> ServiceFailedError:
        return ServiceFailedError(child.name, what, child.log_path, child.last_lines())


async def _is_ready(client: httpx.AsyncClient, spec: ServiceSpec) -> bool:
    try:
        answer = await client.get(f"http://127.0.0.1:{spec.health_port}/readyz")
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK
