"""Receivers of webhooks to measure against, some of their endpoints hanging: the peers' own, written in Go, or a small one in this process."""

import asyncio
import csv
import io
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import httpx
from aiohttp import web

ENDPOINTS = 100
_HANG = "30s"
_PEER_RECEIVER = Path(__file__).resolve().parents[2] / "shared" / "peers" / "webhooks" / "receiver"


class Receiver(Protocol):
    """Endpoints that answer 200, or hang; it remembers when each id came first."""

    urls: Sequence[str]

    async def arrivals(self) -> Mapping[str, float]:
        """Epoch seconds of the first arrival of each delivery at an endpoint that does not hang."""
        ...


class GoReceiver:
    """The peers' receiver."""

    def __init__(self, control: str, urls: Sequence[str]) -> None:
        self.urls = urls
        self._control = control

    async def arrivals(self) -> Mapping[str, float]:
        """Ask it."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            dump = (await client.get(f"{self._control}/dump")).text
        rows = csv.reader(io.StringIO(dump))
        return {row[2]: int(row[3]) / 1e9 for row in rows if row[1] == "healthy"}


class OwnReceiver:
    """The same for machines without Go."""

    def __init__(self, hanging: int) -> None:
        self.urls: Sequence[str] = ()
        self._hanging = hanging
        self._first: dict[str, float] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Take one."""
        now = time.time()
        await request.read()
        if int(request.match_info["number"]) < self._hanging:
            await asyncio.sleep(30)
        else:
            self._first.setdefault(request.headers["webhook-id"], now)
        return web.Response()

    async def arrivals(self) -> Mapping[str, float]:
        """What came."""
        return dict(self._first)


@asynccontextmanager
async def receiving(binary: Path | None, hanging: int) -> AsyncIterator[Receiver]:
    """A receiver of ``ENDPOINTS`` endpoints, the first of them hanging."""
    if binary is None:
        own = OwnReceiver(hanging)
        app = web.Application()
        app.router.add_post("/hook/{number}", own.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        own.urls = [f"http://127.0.0.1:{port}/hook/{number}" for number in range(ENDPOINTS)]
        yield own
        await runner.cleanup()
        return
    port, control = _free_port(), f"127.0.0.1:{_free_port()}"
    classes = ["-classes", f"0-{hanging - 1}:hanging"] if hanging else []
    process = subprocess.Popen(  # noqa: ASYNC220  # returns at once
        [binary, "-n", str(ENDPOINTS), "-port", str(port), "-control", control, "-hang", _HANG, *classes],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield GoReceiver(f"http://{control}", await _urls(f"http://{control}/urls"))
    finally:
        process.kill()
        process.wait()


async def _urls(address: str) -> Sequence[str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(100):
            try:
                return (await client.get(address)).text.split()
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise SystemExit("the receiver did not start")


def go_receiver(directory: Path) -> Path | None:
    """Build the peers' receiver; None where it or Go is missing."""
    go = shutil.which("go")
    if go is None or not _PEER_RECEIVER.is_dir():
        return None
    source = shutil.copytree(_PEER_RECEIVER, directory / "receiver")
    subprocess.run([go, "build", "-o", directory / "hookrecv", "."], cwd=source, check=True)
    return directory / "hookrecv"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
