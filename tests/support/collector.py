"""A collector of traces on loopback: takes what the services send by OTLP over HTTP and keeps the spans."""

import gzip
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.standalone.loopback import LoopbackSite


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenSpan:
    """A span as it arrived."""

    service: str
    name: str
    trace_id: str
    attributes: dict[str, str]


class Collector:
    """Listens while its context is open."""

    def __init__(self) -> None:
        self.spans: list[SeenSpan] = []
        app = web.Application(client_max_size=16_000_000)
        app.router.add_post("/v1/traces", self._take)
        self._site = LoopbackSite(app=app, port=0, before_stop=lambda: None)

    @property
    def endpoint(self) -> str:
        """What ``TOCSIN_TRACE_ENDPOINT`` is set to."""
        return f"{self._site.url}/v1/traces"

    def of_trace(self, trace_id: str) -> list[SeenSpan]:
        """The spans of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    async def __aenter__(self) -> Self:
        await self._site.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._site.stop()

    async def _take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        message = ExportTraceServiceRequest.FromString(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        for resource in message.resource_spans:
            service = next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
            for scope in resource.scope_spans:
                self.spans += [
                    SeenSpan(
                        service=service,
                        name=span.name,
                        trace_id=span.trace_id.hex(),
                        attributes={one.key: one.value.string_value for one in span.attributes},
                    )
                    for span in scope.spans
                ]
        return web.Response()
