"""The desk's page: what is held or said to be wrong, and a form that decides; for keys with the right ``desk`` alone."""

from typing import Annotated

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter, URLEncodedBody

from services.alert.api import pages
from services.alert.api.access import is_same_origin, known_caller
from services.alert.api.desk_routes import Decision, WaitingItem, decided, waiting_items
from services.alert.api.map_routes import Lang, language_of
from services.alert.api.page_routes import html
from services.alert.api.parts import parts_of
from services.alert.api.problems import STATUS_OF, Fault, ProblemError
from services.alert.keys import Right
from services.alert.watch import Language
from services.alert.words import cleaned
from shared.desk.decision import MAX_WHY

_REQUEST = Request[object, object, State]
_Id = Annotated[str, PathParameter(max_length=64)]
_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
_Incident = Annotated[str | None, QueryParameter(name="incident", max_length=64)]
_MAY_DECIDE = {"right": Right.DESK}
_FACTS = ("killed", "wounded", "attackers_killed", "place", "date", "event_type", "perpetrator")


@get("/desk", media_type=MediaType.HTML, include_in_schema=False, opt=_MAY_DECIDE)
async def desk_view(state: State, incident: _Incident = None, lang: Lang = "en") -> Response[str]:
    """What waits for a person, after the incident that is asked for by name."""
    return await _page(state, language_of(lang), incident=incident)


@post(
    "/desk/incidents/{incident_id:str}",
    media_type=MediaType.HTML,
    include_in_schema=False,
    status_code=200,
    opt=_MAY_DECIDE,
)
async def decide(
    request: _REQUEST, state: State, incident_id: _Id, data: URLEncodedBody[dict[str, str]]
) -> Response[str]:
    """Take a decision from the form; one that cannot be made is said, and nothing is written."""
    language = language_of(data.get("lang", "en"))
    _check_origin(request)
    try:
        made = await decided(parts_of(state), known_caller(request), incident_id, _decision(data))
    except ProblemError as problem:
        return await _page(state, language, said=str(problem.detail), status=STATUS_OF[problem.fault])
    return await _page(state, language, done=made.verb, status=202)


@post(
    "/desk/reports/{report_id:int}/close",
    media_type=MediaType.HTML,
    include_in_schema=False,
    status_code=200,
    opt=_MAY_DECIDE,
)
async def close(
    request: _REQUEST, state: State, report_id: _Number, data: URLEncodedBody[dict[str, str]]
) -> Response[str]:
    """Take a reported error off the list."""
    language = language_of(data.get("lang", "en"))
    _check_origin(request)
    caller = known_caller(request)
    why = cleaned(data.get("why", ""), limit=MAX_WHY)
    if not why:
        return await _page(state, language, said="why: say what was done", status=422)
    await parts_of(state).desk.close(report_id, tenant=caller.tenant, actor=caller.actor, why=why)
    return await _page(state, language, done="close")


def _decision(data: dict[str, str]) -> Decision:
    """The form as the API has it; fields that are left empty are not said."""
    said = {name: value.strip() for name, value in data.items() if value.strip()}
    facts: dict[str, object] = {name: said[name] for name in _FACTS if name in said}
    document: dict[str, object] = {"verb": said.get("verb", ""), "why": said.get("why", "")}
    if document["verb"] == "correct":
        document["facts"] = facts
    if "into" in said:
        document["into"] = said["into"]
    if "item_ids" in said:
        document["item_ids"] = said["item_ids"].replace(",", " ").split()
    try:
        return msgspec.convert(document, Decision)
    except msgspec.ValidationError as error:
        raise ProblemError(Fault.INVALID, str(error)) from error


def _check_origin(request: _REQUEST) -> None:
    if not is_same_origin(request):
        raise ProblemError(Fault.CROSS_SITE, "a decision must come from this server's page")


async def _page(
    state: State,
    language: Language,
    *,
    incident: str | None = None,
    said: str | None = None,
    done: str | None = None,
    status: int = 200,
) -> Response[str]:
    parts = parts_of(state)
    items = await waiting_items(parts)
    if incident is not None and all(one.incident_id != incident for one in items):
        history = list(await parts.incidents.history(incident))
        if not history:
            raise ProblemError(Fault.NOT_FOUND, "there is no such incident")
        items = [WaitingItem(incident_id=incident, latest=history[-1], reports=()), *items]
    page = pages.desk_page(items, language, parts.places, asked=incident, said=said, done=done)
    return html(page, status=status)
