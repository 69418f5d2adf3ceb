"""The operators' endpoint of a service: /metrics, /livez, /readyz.

Liveness and readiness mean progress, not reachability: each check returns None when all is well, else a sentence saying
what is stuck. An orchestrator restarts on /livez, so a check there must never depend on another service being up.
"""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from shared.listening import Listener
from shared.logging import logger

Check = Callable[[], str | None]


class HealthServer:
    """Serves the three pages while its context is open; raises ``OSError`` naming the port when it is taken."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        registry: CollectorRegistry,
        live: Mapping[str, Check],
        ready: Mapping[str, Check],
    ) -> None:
        self._registry = registry
        self._live = live
        self._ready = ready
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        self._listener = Listener(
            app=app, host=host, wanted_port=port, purpose="health and metrics", setting="HTTP_PORT"
        )
        self.port = 0

    async def __aenter__(self) -> Self:
        self.port = await self._listener.start()
        logger().info("health.served", host=self._listener.host, port=self.port)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._listener.stop()

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _livez(self, _request: web.Request) -> web.Response:
        return self._answer(self._live)

    async def _readyz(self, _request: web.Request) -> web.Response:
        return self._answer(self._ready)

    def _answer(self, checks: Mapping[str, Check]) -> web.Response:
        problems = {name: problem for name, check in checks.items() if (problem := check()) is not None}
        return web.json_response(
            {"status": "failing" if problems else "ok", "problems": problems}, status=503 if problems else 200
        )
