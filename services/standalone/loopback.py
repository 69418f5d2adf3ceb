"""A small web server on 127.0.0.1 and nowhere else, started and stopped with an ``async with``."""

from collections.abc import Callable

from aiohttp import web

HOST = "127.0.0.1"


class LoopbackSite:
    """Serves an aiohttp application on a loopback port.

    ``port`` 0 takes a free one. ``before_stop`` is called first when stopping, so that handlers that wait on purpose can end.
    Raises ``OSError`` on entry when the port is in use.
    """

    def __init__(self, *, app: web.Application, port: int, before_stop: Callable[[], None]) -> None:
        self._wanted_port = port
        self._before_stop = before_stop
        # A client that hangs up cancels its handler: otherwise a handler that answers slowly on purpose would outlive it.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        self._port: int | None = None

    async def start(self) -> None:
        """Bind and listen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._wanted_port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """End waiting handlers, then close every connection; returns within about a second."""
        self._before_stop()
        await self._runner.cleanup()
        self._port = None

    @property
    def port(self) -> int:
        """The port that is listened on; raises ``RuntimeError`` while stopped."""
        if self._port is None:
            raise RuntimeError("the server is not running: use it inside `async with`")
        return self._port

    @property
    def url(self) -> str:
        """The address without a trailing slash; raises ``RuntimeError`` while stopped."""
        return f"http://{HOST}:{self.port}"
