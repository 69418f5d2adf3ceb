"""The map's addresses: the page, its points, its outlines, the caller's own watches, and the files that pages are made with."""

import asyncio
from typing import Annotated

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter

from services.alert.api import pages
from services.alert.api.access import caller_of, known_caller
from services.alert.api.assets import asset
from services.alert.api.incident_routes import cursor_after, page_of
from services.alert.api.map_points import MOST, cache_key, map_points
from services.alert.api.map_shapes import watch_features
from services.alert.api.page_filters import Asked, read_form
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Right, tenant_of
from services.alert.search import Sought, is_found
from services.alert.watch import LANGUAGES, Language
from shared.events.incident import IncidentChange

_REQUEST = Request[object, object, State]
Lang = Annotated[str, QueryParameter(name="lang", max_length=3)]
_FOR_EVER = "public, max-age=31536000, immutable"
_A_DAY = "private, max-age=86400"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Of the map alone: no other page may run a script."""
_PIECE = 1_000
"""Incidents read at once: between two pieces the loop serves others."""


def language_of(said: str) -> Language:
    """Return the language that is asked for, English for one that we do not speak."""
    return next((language for language in LANGUAGES if language == said), "en")


def form_of(request: _REQUEST, parts: ApiParts) -> Asked:
    """Return what the request's form asks for."""
    said = {name: request.query_params.get(name, "") for name in ("q", "area", "type", "min_severity", "days")}
    return read_form(said, parts.places, now=parts.clock.now(), with_held=caller_of(request) is not None)


@get("/map", media_type=MediaType.HTML, include_in_schema=False, opt={"right": Right.READ, "incident_list": True})
async def map_view(request: _REQUEST, state: State, lang: Lang = "en") -> Response[str]:
    """The map."""
    parts = parts_of(state)
    base = parts.atlas.version if parts.atlas else ""
    asked = form_of(request, parts)
    page = pages.map_page(
        language_of(lang), parts.places, chosen=asked.chosen, base=base, signed_in=caller_of(request) is not None
    )
    return Response(page, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})


@get("/map/points.json", include_in_schema=False, opt={"right": Right.READ, "incident_list": True})
async def points(request: _REQUEST, state: State, lang: Lang = "en") -> Response[bytes]:
    """The incidents that the form asks for, as points."""
    parts, language = parts_of(state), language_of(lang)
    asked = form_of(request, parts)
    cache = parts.point_cache
    key = cache_key(asked.wanted, asked.chosen.q, language)
    body = cache.find(key)
    if body is None:
        states, is_cut = await _all(parts, asked.wanted, asked.sought)
        found = map_points(
            states, language, parts.places, parts.atlas.point_of if parts.atlas else lambda _: None, is_cut=is_cut
        )
        body = msgspec.json.encode(found)
        cache.keep(key, body)
    return Response(body, media_type="application/json")


@get("/map/base.json", include_in_schema=False)
async def base_map(state: State) -> Response[bytes]:
    """The outlines, made once."""
    atlas = parts_of(state).atlas
    body = (
        b'{"type":"FeatureCollection","features":[]}'
        if atlas is None
        else await asyncio.to_thread(lambda: atlas.base_map)
    )
    return Response(body, media_type="application/geo+json", headers={"Cache-Control": _A_DAY})


@get("/map/watches.json", include_in_schema=False, opt={"right": Right.READ})
async def watches(request: _REQUEST, state: State) -> Response[bytes]:
    """The areas and sites of the caller's tenant, nobody else's."""
    parts, tenant = parts_of(state), known_caller(request).tenant
    own = [watch for watch in parts.roster.index.watches.values() if tenant_of(watch.id) == tenant]
    atlas = parts.atlas
    body = msgspec.json.encode(watch_features(own, atlas.shape_of if atlas else lambda _: None))
    return Response(body, media_type="application/geo+json")


@get("/static/{version:str}/{name:str}", include_in_schema=False)
async def static_file(
    version: Annotated[str, PathParameter(max_length=20)], name: Annotated[str, PathParameter(max_length=40)]
) -> Response[bytes]:
    """A style or script; its address names its content, so it never changes."""
    found = asset(name)
    if found is None or found.version != version:
        raise ProblemError(Fault.NOT_FOUND, "there is no such file")
    return Response(found.body, media_type=found.media_type, headers={"Cache-Control": _FOR_EVER})


async def searched(
    parts: ApiParts, wanted: IncidentFilter, sought: Sought | None, cursor: str | None, *, limit: int, most_read: int
) -> tuple[list[IncidentChange], str | None]:
    """Return up to ``limit`` incidents and where to go on; a search looks at no more than ``most_read`` at once."""
    if sought is None:
        return await page_of(parts, wanted, cursor, limit)
    found: list[IncidentChange] = []
    read = 0
    while True:
        piece, following = await page_of(parts, wanted, cursor, _PIECE)
        for one in piece:
            if is_found(one, sought, parts.places):
                found.append(one)
                if len(found) == limit:
                    is_last = one is piece[-1] and following is None
                    return found, None if is_last else cursor_after(one)
        read += len(piece)
        cursor = following
        if following is None or read >= most_read:
            return found, following
        await asyncio.sleep(0)


async def _all(parts: ApiParts, wanted: IncidentFilter, sought: Sought | None) -> tuple[list[IncidentChange], bool]:
    found: list[IncidentChange] = []
    cursor: str | None = None
    read = 0
    while True:
        piece, cursor = await page_of(parts, wanted, cursor, _PIECE)
        found += [one for one in piece if sought is None or is_found(one, sought, parts.places)]
        read += len(piece)
        if cursor is None or read >= MOST:
            return found, cursor is not None
        await asyncio.sleep(0)
