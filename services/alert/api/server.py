"""Serves the application inside the service's own event loop. Only this module imports the web server."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import uvicorn
from litestar import Litestar

from services.alert.errors import AddressInUseError
from shared.logging import logger

_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_BACKLOG = 128


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the composition root: the page is one part of the service among others."""
        yield


class PageServer:
    """Listens while its context is open; raises ``AddressInUseError`` when it cannot."""

    def __init__(self, app: Litestar, *, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._wanted_port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        listener = self._listen()
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=5,
            limit_concurrency=200,
            h11_max_incomplete_event_size=16_384,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        async with asyncio.timeout(_START_SECONDS):
            while not self._server.started:
                if self._task.done():
                    raise AddressInUseError(self._host, self._wanted_port, "the web server ended at start")
                await asyncio.sleep(0.01)
        logger().info("page.served", host=self._host, port=self.port, url=f"http://{self._host}:{self.port}/")
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await self._task
            except TimeoutError:
                self._server.force_exit = True

    def _listen(self) -> socket.socket:
        try:
            family, _, _, _, address = socket.getaddrinfo(self._host, self._wanted_port, type=socket.SOCK_STREAM)[0]
            listener = socket.create_server(
                (str(address[0]), self._wanted_port), family=family, backlog=_BACKLOG, reuse_port=False
            )
        except OSError as error:
            raise AddressInUseError(self._host, self._wanted_port, error.strerror or str(error)) from error
        listener.setblocking(False)
        return listener
