"""An HTTP application on one port: started, and gone without leaving a socket, also when the port is taken."""

from dataclasses import dataclass, field

from aiohttp import web


@dataclass(kw_only=True, slots=True)
class Listener:
    """``purpose`` and ``setting`` are for the sentence about a port that is taken: what it is for, and what to set."""

    app: web.Application
    host: str
    wanted_port: int
    purpose: str
    setting: str
    shutdown_seconds: float = 1.0
    keepalive_seconds: float = 3630.0
    """The library's own: longer than a proxy keeps its side, so that it never writes into what we just closed."""
    _runner: web.AppRunner | None = field(default=None, init=False)

    async def start(self) -> int:
        """Listen and return the port, a free one for 0; raises ``OSError`` naming the port when it is taken."""
        runner = web.AppRunner(
            self.app,
            access_log=None,
            shutdown_timeout=self.shutdown_seconds,
            keepalive_timeout=self.keepalive_seconds,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.wanted_port).start()
        except OSError as error:
            await runner.cleanup()
            raise OSError(
                error.errno,
                f"cannot listen on {self.host}:{self.wanted_port} for {self.purpose}: {error.strerror}; set "
                f"{self.setting} to a free port",
            ) from error
        self._runner = runner
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Listen no more, once the requests in hand are answered or ``shutdown_seconds`` are over; may be repeated."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
