"""The page's addresses: the list, a story, the log-in by key, the style."""

from importlib import resources
from typing import Annotated

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.params import PathParameter, QueryParameter, URLEncodedBody

from services.alert.api import pages
from services.alert.api.access import COOKIE, address_of, caller_of, is_same_origin
from services.alert.api.incident_routes import PAGE_SIZE, page_of
from services.alert.api.metrics import ApiMetrics
from services.alert.api.parts import parts_of
from services.alert.api.problems import STATUS_OF, Fault, ProblemError, as_problem
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Right
from services.alert.watch import LANGUAGES, Language

_REQUEST = Request[object, object, State]
_Cursor = Annotated[str | None, QueryParameter(name="cursor", max_length=300)]
_Lang = Annotated[str, QueryParameter(name="lang", max_length=3)]
_Id = Annotated[str, PathParameter(max_length=64)]
_MAY_READ = {"right": Right.READ, "incident_list": True}
_SESSION_SECONDS = 12 * 3600
_LONGEST_KEY = 200


def language_of(said: str) -> Language:
    """Return the language that is asked for, English for one that we do not speak."""
    return next((language for language in LANGUAGES if language == said), "en")


@get("/", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_READ)
async def front(request: _REQUEST, state: State, cursor: _Cursor = None, lang: _Lang = "en") -> Response[str]:
    """The incident list."""
    parts = parts_of(state)
    wanted = IncidentFilter(held=None if caller_of(request) is not None else False)
    try:
        incidents, following = await page_of(parts, wanted, cursor, PAGE_SIZE)
    except ProblemError:
        incidents, following = await page_of(parts, wanted, None, PAGE_SIZE)
    return html(pages.list_page(incidents, language_of(lang), parts.places, next_cursor=following))


@get("/incidents/{incident_id:str}", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_READ)
async def incident_page(request: _REQUEST, state: State, incident_id: _Id, lang: _Lang = "en") -> Response[str]:
    """One incident's story; who of the caller's own was told is for keys alone."""
    parts, caller = parts_of(state), caller_of(request)
    history = list(await parts.incidents.history(incident_id))
    if not history or (history[-1].held and caller is None):
        return html(pages.missing_page(language_of(lang)), status=404)
    deliveries = None
    if caller is not None:
        found = await parts.deliveries.deliveries(tenant=caller.tenant, incident_id=incident_id, limit=200)
        deliveries = [row for _, row in found]
    return html(pages.story_page(history, deliveries, language_of(lang), parts.places))


@get("/login", media_type=MediaType.HTML, include_in_schema=False)
async def login_form(lang: _Lang = "en") -> Response[str]:
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
    return Response(pages.style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@get("/attribution", media_type=MediaType.TEXT, include_in_schema=False)
async def attribution() -> Response[str]:
    """Where the gazetteer's data come from, as their licences ask."""
    found = resources.files("shared.geo") / "data" / "ATTRIBUTION.md"
    return Response(found.read_text(encoding="utf-8") if found.is_file() else "", media_type=MediaType.TEXT)


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
