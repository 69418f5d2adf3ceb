"""The web application: a factory over what it shows. Only this package imports the web framework."""

from collections.abc import Callable
from importlib import resources
from typing import Annotated

from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import PathParameter, QueryParameter

from services.alert.api import pages
from services.alert.api.shapes import (
    ErrorView,
    IncidentPage,
    IncidentStory,
    change_view,
    cursor_after,
    incident_view,
    read_cursor,
)
from services.alert.errors import LedgerError
from services.alert.ports import IncidentShelf
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, Language
from services.alert.words import PlaceWords, Telling, headline
from shared.events.incident import IncidentChange
from shared.logging import logger

_PAGE_SIZE = 50
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_Cursor = Annotated[str | None, QueryParameter(name="cursor", max_length=200)]
_Lang = Annotated[str, QueryParameter(name="lang", max_length=3)]
_Id = Annotated[str, PathParameter(max_length=64)]


def create_app(shelf: IncidentShelf, names: PlaceWords) -> Litestar:
    """Return the application; nothing is opened or read before a request comes."""
    return Litestar(
        route_handlers=[front, incident_page, style, attribution, list_incidents, one_incident],
        state=State({"shelf": shelf, "names": names}),
        openapi_config=OpenAPIConfig(
            title="Tocsin", version="1", path="/v1", render_plugins=[JsonRenderPlugin(path="/openapi.json")]
        ),
        exception_handlers={LedgerError: _unavailable},
        after_request=_with_headers,
        logging_config=None,
        debug=False,
    )


def _with_headers(response: Response[object]) -> Response[object]:
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _unavailable(_request: Request[object, object, State], error: LedgerError) -> Response[ErrorView]:
    logger().error("request.failed", reason=str(error))
    return Response(ErrorView(error="the database does not answer; try again soon"), status_code=503)


def _language(said: str) -> Language:
    return next((language for language in LANGUAGES if language == said), "en")


async def _page_of(shelf: IncidentShelf, cursor: str | None, limit: int) -> tuple[list[IncidentChange], str | None]:
    before = read_cursor(cursor) if cursor else None
    found = list(await shelf.incidents(limit=limit + 1, before=before))
    return found[:limit], cursor_after(found[limit - 1]) if len(found) > limit else None


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def front(state: State, cursor: _Cursor = None, lang: _Lang = "en") -> Response[str]:
    """The incident list."""
    try:
        incidents, following = await _page_of(state.shelf, cursor, _PAGE_SIZE)
    except ValueError:
        incidents, following = await _page_of(state.shelf, None, _PAGE_SIZE)
    return _html(pages.list_page(incidents, _language(lang), state.names, next_cursor=following))


@get("/incidents/{incident_id:str}", media_type=MediaType.HTML, include_in_schema=False)
async def incident_page(state: State, incident_id: _Id, lang: _Lang = "en") -> Response[str]:
    """One incident's story."""
    history = list(await state.shelf.history(incident_id))
    if not history:
        return _html(pages.missing_page(_language(lang)), status=404)
    deliveries = list(await state.shelf.deliveries(incident_id=incident_id))
    return _html(pages.story_page(history, deliveries, _language(lang), state.names))


@get("/style.css", media_type="text/css", include_in_schema=False)
async def style() -> Response[bytes]:
    """The style sheet."""
    return Response(pages.style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@get("/attribution", media_type=MediaType.TEXT, include_in_schema=False)
async def attribution() -> Response[str]:
    """Where the gazetteer's data come from, as their licences ask."""
    found = resources.files("shared.geo") / "data" / "ATTRIBUTION.md"
    return Response(found.read_text(encoding="utf-8") if found.is_file() else "", media_type=MediaType.TEXT)


@get("/v1/incidents", media_type=MediaType.JSON)
async def list_incidents(
    state: State, cursor: _Cursor = None, limit: Annotated[int, QueryParameter(ge=1, le=200)] = _PAGE_SIZE
) -> Response[IncidentPage | ErrorView]:
    """Incidents as they stand, the one with the newest report first."""
    try:
        incidents, following = await _page_of(state.shelf, cursor, limit)
    except ValueError as error:
        return Response(ErrorView(error=str(error)), status_code=400)
    told = _headlines(state.names)
    return Response(IncidentPage(incidents=tuple(incident_view(one, told(one)) for one in incidents), next=following))


@get("/v1/incidents/{incident_id:str}", media_type=MediaType.JSON)
async def one_incident(state: State, incident_id: _Id) -> Response[IncidentStory | ErrorView]:
    """One incident as it stands, and its history."""
    history = list(await state.shelf.history(incident_id))
    if not history:
        return Response(ErrorView(error="there is no such incident"), status_code=404)
    latest = history[-1]
    view = incident_view(latest, _headlines(state.names)(latest))
    return Response(IncidentStory(incident=view, history=tuple(change_view(change) for change in history)))


def _headlines(names: PlaceWords) -> Callable[[IncidentChange], str]:
    return lambda state: headline(state, Telling(message=Message.ALERT, language="en"), names)


def _html(text: str, *, status: int = 200) -> Response[str]:
    return Response(text, media_type=MediaType.HTML, status_code=status)
