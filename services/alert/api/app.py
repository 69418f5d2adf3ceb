"""The web application: a factory over its parts. Only this package imports the web framework."""

import time

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler, Message, Scope

from services.alert.api import (
    account_routes,
    delivery_routes,
    desk_page,
    desk_routes,
    document_routes,
    export_routes,
    incident_routes,
    mail_links,
    map_routes,
    page_routes,
    problems,
    subscription_routes,
    why_routes,
)
from services.alert.api.access import STARTED, guard
from services.alert.api.metrics import ApiMetrics
from services.alert.api.parts import ApiParts

_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    page_routes.front,
    page_routes.incident_page,
    page_routes.wrong,
    page_routes.sources_view,
    desk_page.desk_view,
    desk_page.decide,
    desk_page.close,
    map_routes.map_view,
    map_routes.points,
    map_routes.base_map,
    map_routes.watches,
    map_routes.static_file,
    page_routes.login_form,
    page_routes.login,
    page_routes.logout,
    page_routes.style,
    page_routes.attribution,
    incident_routes.list_incidents,
    incident_routes.list_features,
    incident_routes.one_incident,
    why_routes.why,
    subscription_routes.list_watches,
    subscription_routes.one_watch,
    subscription_routes.put_watch,
    subscription_routes.delete_watch,
    subscription_routes.list_endpoints,
    subscription_routes.one_endpoint,
    subscription_routes.put_endpoint,
    subscription_routes.delete_endpoint,
    delivery_routes.list_deliveries,
    delivery_routes.one_delivery,
    delivery_routes.replay_delivery,
    delivery_routes.list_changes,
    document_routes.feed_address,
    document_routes.feed,
    document_routes.cap_latest,
    document_routes.cap_of_revision,
    export_routes.export_csv,
    export_routes.export_geojson,
    desk_routes.desk_list,
    desk_routes.report_error,
    desk_routes.close_report,
    desk_routes.decide,
    account_routes.list_keys,
    account_routes.add_key,
    account_routes.revoke_key,
    account_routes.list_acts,
    account_routes.forget_tenant,
    *mail_links.ROUTES,
)


def create_app(parts: ApiParts) -> Litestar:
    """Return the application; nothing is opened or read before a request comes."""
    return Litestar(
        route_handlers=list(_HANDLERS),
        state=State({"parts": parts}),
        guards=[guard],
        before_send=[_finish],
        openapi_config=OpenAPIConfig(
            title="Tocsin",
            version="1",
            description="Alerts for new attack reports. Every answer that is not what was asked for is a problem (RFC 9457).",
            path="/v1",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
            security=[{"key": []}],
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        ),
        exception_handlers={Exception: _answer_error},
        after_request=_with_headers,
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=6, exclude=["^/v1"]),
        request_max_body_size=parts.max_body_bytes,
        logging_config=None,
        debug=False,
    )


def _with_headers(response: Response[object]) -> Response[object]:
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _answer_error(request: Request[object, object, State], error: Exception) -> Response[object]:
    if request.url.path.startswith("/v1"):
        answer: Response[object] = problems.handle(request, error)  # type: ignore[assignment]  # it is covariant
    else:
        answer = page_routes.answer_as_page(request, error, request.app.state.parts.metrics)  # type: ignore[assignment]
    return _with_headers(answer)


async def _finish(message: Message, scope: Scope) -> None:
    """Count the answer, and name all methods in that of OPTIONS: the framework knows only those it met first."""
    if message["type"] == "http.response.start":
        if scope.get("method") == "OPTIONS" and message["status"] == 204:
            methods = _methods_at(scope["litestar_app"], scope.get("path_template", ""))
            headers = [(name, value) for name, value in message["headers"] if name.lower() != b"allow"]
            message["headers"] = [*headers, (b"allow", ", ".join(methods).encode())]
        metrics: ApiMetrics = scope["litestar_app"].state.parts.metrics
        metrics.count(message["status"])
        if (started := scope["state"].get(STARTED)) is not None:
            metrics.duration.observe(time.monotonic() - started)


def _methods_at(app: Litestar, template: str) -> list[str]:
    return sorted({method for route in app.routes if route.path_format == template for method in route.methods})
