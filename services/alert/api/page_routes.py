"""The page's addresses: the list, a story, the log-in by key, the style."""

from importlib import resources
from typing import Annotated

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.params import PathParameter, QueryParameter, URLEncodedBody

from services.alert.api import pages
from services.alert.api.access import COOKIE, address_of, caller_of, is_same_origin
from services.alert.api.assets import asset
from services.alert.api.map_routes import Lang, form_of, language_of, searched
from services.alert.api.metrics import ApiMetrics
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import STATUS_OF, Fault, ProblemError, as_problem
from services.alert.api.why_routes import own_watches, reasons_of
from services.alert.desk import MAX_WORDS
from services.alert.keys import DEFAULT_TENANT, Right
from services.alert.watch import Language
from services.alert.words import cleaned

_REQUEST = Request[object, object, State]
_Cursor = Annotated[str | None, QueryParameter(name="cursor", max_length=300)]
_Id = Annotated[str, PathParameter(max_length=64)]
_MAY_READ = {"right": Right.READ, "incident_list": True}
_PAGE_SIZE = 50
_MOST_READ = 3_000
"""Incidents that one search looks at; the link at its end goes on."""
_ANYBODY = "page:anybody"
_SESSION_SECONDS = 12 * 3600
_LONGEST_KEY = 200


@get("/", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_READ)
async def front(request: _REQUEST, state: State, cursor: _Cursor = None, lang: Lang = "en") -> Response[str]:
    """The incident list."""
    parts = parts_of(state)
    asked = form_of(request, parts)
    try:
        incidents, following = await searched(
            parts, asked.wanted, asked.sought, cursor, limit=_PAGE_SIZE, most_read=_MOST_READ
        )
    except ProblemError:  # a cursor that was never given
        incidents, following = await searched(
            parts, asked.wanted, asked.sought, None, limit=_PAGE_SIZE, most_read=_MOST_READ
        )
    return html(
        pages.list_page(
            incidents,
            language_of(lang),
            parts.places,
            asked=asked,
            next_cursor=following,
            signed_in=caller_of(request) is not None,
        )
    )


@get("/incidents/{incident_id:str}", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_READ)
async def incident_page(request: _REQUEST, state: State, incident_id: _Id, lang: Lang = "en") -> Response[str]:
    """One incident's story; who of the caller's own was told is for keys alone."""
    return await _story(request, parts_of(state), incident_id, language_of(lang))


@post(
    "/incidents/{incident_id:str}/wrong",
    media_type=MediaType.HTML,
    include_in_schema=False,
    status_code=200,
    opt=_MAY_READ,
)
async def wrong(
    request: _REQUEST, state: State, incident_id: _Id, data: URLEncodedBody[dict[str, str]]
) -> Response[str]:
    """Take a reader's words about what is wrong; with or without a key they must come from our own page."""
    parts, caller = parts_of(state), caller_of(request)
    language = language_of(data.get("lang", "en"))
    if not is_same_origin(request):
        raise ProblemError(Fault.CROSS_SITE, "a report must come from this server's page")
    history = list(await parts.incidents.history(incident_id))
    if not history or (history[-1].held and caller is None):
        return html(pages.missing_page(language), status=404)
    words = cleaned(data.get("words", ""), limit=MAX_WORDS)
    if not words:
        return await _story(request, parts, incident_id, language, reported="say_it", status=422)
    is_kept = await parts.desk.report(
        incident_id,
        revision=history[-1].revision,
        words=words,
        tenant=caller.tenant if caller else DEFAULT_TENANT,
        actor=caller.actor if caller else _ANYBODY,
    )
    return await _story(request, parts, incident_id, language, reported="thanks" if is_kept else "enough")


@get("/sources", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_READ)
async def sources_view(request: _REQUEST, state: State, lang: Lang = "en") -> Response[str]:
    """Which feeds are being seen."""
    parts = parts_of(state)
    known = [] if parts.sources is None else list(await parts.sources.sources())
    page = pages.sources_page(
        known,
        language_of(lang),
        parts.places,
        now=parts.clock.now(),
        signed_in=caller_of(request) is not None,
    )
    return html(page)


@get("/login", media_type=MediaType.HTML, include_in_schema=False)
async def login_form(lang: Lang = "en") -> Response[str]:
    """Ask for a key."""
    return html(pages.login_page(language_of(lang), refused=None))


@post("/login", media_type=MediaType.HTML, include_in_schema=False, status_code=303)
async def login(
    request: _REQUEST,
    state: State,
    data: URLEncodedBody[dict[str, str]],
) -> Response[str]:
    """Keep a key in a cookie that scripts cannot read and no other site can send; a wrong one is told so."""
    language = language_of(data.get("lang", "en"))
    if not is_same_origin(request):
        raise ProblemError(Fault.CROSS_SITE, "the log-in must come from this server's page")
    key = data.get("key", "").strip()[:_LONGEST_KEY]
    try:
        await parts_of(state).gate.caller(key, address=address_of(request))
    except ProblemError as problem:
        parts_of(state).metrics.refused.labels(problem.fault.value).inc()
        return html(pages.login_page(language, refused=problem.fault.value), status=STATUS_OF[problem.fault])
    answer = Response("", status_code=303, headers={"Location": f"/?lang={language}"}, media_type=MediaType.HTML)
    answer.cookies.append(
        Cookie(
            key=COOKIE,
            value=key,
            max_age=_SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/",
        )
    )
    return answer


@post("/logout", media_type=MediaType.HTML, include_in_schema=False, status_code=303)
async def logout() -> Response[str]:
    """Forget the cookie."""
    answer = Response("", status_code=303, headers={"Location": "/login"}, media_type=MediaType.HTML)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@get("/style.css", media_type="text/css", include_in_schema=False)
async def style() -> Response[bytes]:
    """The style sheet."""
    found = asset("style.css")
    assert found is not None
    return Response(found.body, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@get("/attribution", media_type=MediaType.TEXT, include_in_schema=False)
async def attribution() -> Response[str]:
    """Where the gazetteer's data come from, as their licences ask."""
    found = resources.files("shared.geo") / "data" / "ATTRIBUTION.md"
    return Response(found.read_text(encoding="utf-8") if found.is_file() else "", media_type=MediaType.TEXT)


async def _story(
    request: _REQUEST,
    parts: ApiParts,
    incident_id: str,
    language: Language,
    *,
    reported: str | None = None,
    status: int = 200,
) -> Response[str]:
    caller = caller_of(request)
    history = list(await parts.incidents.history(incident_id))
    if not history or (history[-1].held and caller is None):
        return html(pages.missing_page(language), status=404)
    deliveries, reasons = None, None
    if caller is not None:
        reasons = reasons_of(history, own_watches(parts, caller))
        found = await parts.deliveries.deliveries(tenant=caller.tenant, incident_id=incident_id, limit=200)
        deliveries = [row for _, row in found]
    page = pages.story_page(
        history,
        deliveries,
        language,
        parts.places,
        reported=reported,
        reasons=reasons,
        may_decide=caller is not None and caller.may(Right.DESK),
    )
    return html(page, status=status)


def html(text: str, *, status: int = 200) -> Response[str]:
    """Return a page."""
    return Response(text, media_type=MediaType.HTML, status_code=status)


def answer_as_page(request: _REQUEST, error: Exception, metrics: ApiMetrics) -> Response[str]:
    """Answer an error for people: who needs a key is asked for it."""
    problem = as_problem(error)
    metrics.refused.labels(problem.fault.value).inc()
    language = language_of(request.query_params.get("lang", "en"))
    status = STATUS_OF[problem.fault]
    if status == 401:
        refused = None if problem.fault is Fault.KEY_MISSING else problem.fault.value
        return html(pages.login_page(language, refused=refused), status=401)
    if status == 404:
        return html(pages.missing_page(language), status=404)
    answer = html(pages.trouble_page(language, problem.fault.value), status=status)
    answer.headers.update(problem.headers)
    return answer
