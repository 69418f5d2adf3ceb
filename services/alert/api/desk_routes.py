"""The desk: what is held or said to be wrong, in one list; decisions about incidents, which go the way of the news; "wrong?"."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from services.alert.api.access import known_caller
from services.alert.api.incident_routes import IncidentId, headlines
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.api.shapes import IncidentView, incident_view
from services.alert.audit import Act, Action
from services.alert.desk import MAX_WORDS
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Caller, Right
from services.alert.words import cleaned
from shared.desk.correction import Correction, CorrectionError, CorrectionRules, read_correction
from shared.desk.decision import MAX_WHO, MAX_WHY, desk_report, objection, region_of_incident
from shared.events.incident import IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb

_MOST = 500
_REQUEST = Request[object, object, State]
_Words = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WORDS)]
_Why = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WHY, description="Kept with the decision and shown.")]
_Fact = Annotated[str, msgspec.Meta(max_length=200)]
_Id = Annotated[str, msgspec.Meta(max_length=64)]
_REPORT_ID = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
Verb = Literal["retract", "correct", "merge", "split", "hold", "release"]


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The right facts; those left out stay. Tolls are a number or a range such as ``5-7``, of which the first is best."""

    killed: _Fact | None = None
    wounded: _Fact | None = None
    attackers_killed: _Fact | None = None
    place: Annotated[_Fact | None, msgspec.Meta(description="Jalawla; Salman, Muthanna; IQG10Q05; 34.17,45.33")] = None
    date: Annotated[_Fact | None, msgspec.Meta(description="The local day of the attack.")] = None
    event_type: _Fact | None = None
    perpetrator: _Fact | None = None
    claimed: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is decided: ``into`` for a merge, ``item_ids`` for a split, ``facts`` for a correction."""

    verb: Verb
    why: _Why
    into: _Id | None = None
    item_ids: Annotated[tuple[_Id, ...], msgspec.Meta(max_length=50)] = ()
    facts: Facts | None = None


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision is written into the topic of reports and takes effect in its order; ``item_id`` names it in the incident's history."""

    item_id: str
    incident_id: str
    verb: Verb


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong, in a reader's words."""

    words: _Words


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was done about a reported error."""

    why: _Why


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A reported error; ``delivery`` names the mail that it is about, null for the page and the API."""

    id: int
    revision: int
    words: str
    delivery: str | None
    created_at: datetime


class DeskItem(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that waits for the desk: held back, reported as wrong, or both."""

    held: bool
    reports: tuple[ReportView, ...]
    incident: IncidentView | None
    incident_id: str


class DeskPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that waits: held incidents, newest report first, then others with reported errors, oldest error first."""

    items: tuple[DeskItem, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """It was kept."""

    done: bool = True


@get("/v1/desk", opt={"right": Right.DESK}, responses=responses(), summary="What waits for the desk")
async def desk_list(state: State) -> DeskPage:
    """Held incidents and reported errors in one list."""
    parts = parts_of(state)
    told = headlines(parts.places)
    items = [
        DeskItem(
            held=one.latest is not None and one.latest.held,
            reports=one.reports,
            incident=incident_view(one.latest, told(one.latest)) if one.latest is not None else None,
            incident_id=one.incident_id,
        )
        for one in await waiting_items(parts)
    ]
    return DeskPage(items=tuple(items))


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that waits for a person, with its latest state where that is still known."""

    incident_id: str
    latest: IncidentChange | None
    reports: tuple[ReportView, ...]


async def waiting_items(parts: ApiParts) -> list[WaitingItem]:
    """What waits for a person, in the order of ``DeskPage``."""
    held = {
        one.incident_id: one for one in await parts.incidents.incidents(limit=_MOST, wanted=IncidentFilter(held=True))
    }
    reports: dict[str, list[ReportView]] = {}
    for one in await parts.desk.open_reports(limit=_MOST):
        reports.setdefault(one.incident_id, []).append(
            ReportView(
                id=one.report_id, revision=one.revision, words=cleaned(one.words, limit=MAX_WORDS), delivery=one.delivery_id,
                created_at=one.created_at,
            )
        )  # fmt: skip
    items = []
    for incident_id in dict.fromkeys((*held, *reports)):
        latest = held.get(incident_id) or next(reversed(list(await parts.incidents.history(incident_id))), None)
        items.append(WaitingItem(incident_id=incident_id, latest=latest, reports=tuple(reports.get(incident_id, ()))))
    return items


@post(
    "/v1/incidents/{incident_id:str}/reports",
    opt={"right": Right.READ},
    responses=responses(Fault.NOT_FOUND, Fault.CONFLICT, Fault.TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE),
    summary="Wrong? Tell the desk",
)
async def report_error(request: _REQUEST, state: State, incident_id: IncidentId, data: JSONBody[ErrorReport]) -> Done:
    """Say what is wrong with an incident; a person of the desk reads it."""
    parts, caller = parts_of(state), known_caller(request)
    history = list(await parts.incidents.history(incident_id))
    if not history:
        raise _unknown()
    words = cleaned(data.words, limit=MAX_WORDS)
    if not words:
        raise ProblemError(Fault.INVALID, "words: say what is wrong")
    is_kept = await parts.desk.report(
        incident_id, revision=history[-1].revision, words=words, tenant=caller.tenant, actor=caller.actor
    )
    if not is_kept:
        raise ProblemError(Fault.CONFLICT, "so many errors of this incident are reported already that the desk knows")
    return Done()


@post(
    "/v1/desk/reports/{report_id:int}/close",
    opt={"right": Right.DESK},
    status_code=200,
    responses=responses(Fault.NOT_FOUND, Fault.TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE),
    summary="A reported error was dealt with",
)
async def close_report(request: _REQUEST, state: State, report_id: _REPORT_ID, data: JSONBody[Closing]) -> Done:
    """Take a reported error off the list; what was done is in the audit."""
    caller = known_caller(request)
    is_done = await parts_of(state).desk.close(
        report_id, tenant=caller.tenant, actor=caller.actor, why=cleaned(data.why, limit=MAX_WHY)
    )
    if not is_done:
        raise ProblemError(Fault.NOT_FOUND, "there is no such error that is open")
    return Done()


@post(
    "/v1/incidents/{incident_id:str}/decisions",
    opt={"right": Right.DESK},
    status_code=202,
    responses=responses(Fault.NOT_FOUND, Fault.CONFLICT, Fault.TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE),
    summary="Decide about an incident",
)
async def decide(request: _REQUEST, state: State, incident_id: IncidentId, data: JSONBody[Decision]) -> Decided:
    """Retract, correct, merge, split, hold or release. What cannot be done is a conflict and says why; the rest happens in the order of the news."""
    return await decided(parts_of(state), known_caller(request), incident_id, data)


async def decided(parts: ApiParts, caller: Caller, incident_id: str, data: Decision) -> Decided:
    """Check a decision, note it in the audit, and write it; raises ``ProblemError`` for one that cannot be made."""
    history = list(await parts.incidents.history(incident_id))
    if not history:
        raise _unknown()
    into = list(await parts.incidents.history(data.into)) if data.into else []
    action = DeskAction(
        verb=DeskVerb.HOLD if data.verb == "release" else DeskVerb(data.verb),
        incident_id=incident_id,
        who=_who(caller),
        why=_why(data.why),
        into_incident_id=data.into if data.verb == "merge" else None,
        item_ids=tuple(dict.fromkeys(data.item_ids)) if data.verb == "split" else (),
        facts=_facts(parts, data, history),
        release=data.verb == "release",
    )
    _complete(data)
    if (sentence := objection(action, history, into)) is not None:
        raise ProblemError(Fault.CONFLICT, sentence)
    report = desk_report(action, region_of_incident(history), parts.clock.now())
    detail = {"verb": data.verb, "why": action.why, "item_id": report.item_id}
    await parts.desk.note_decision(  # before it is made: a decision that nobody can be asked about must not be
        Act(
            tenant=caller.tenant, actor=caller.actor, action=Action.INCIDENT_DECIDED, subject=incident_id, detail=detail
        )
    )
    await parts.decisions.write(report)
    return Decided(item_id=report.item_id, incident_id=incident_id, verb=data.verb)


def _complete(data: Decision) -> None:
    needed = {"merge": data.into, "split": data.item_ids}
    if data.verb in needed and not needed[data.verb]:
        name = "into" if data.verb == "merge" else "item_ids"
        raise ProblemError(Fault.INVALID, f"{name} is missing: {data.verb} needs it")


def _facts(parts: ApiParts, data: Decision, history: list[IncidentChange]) -> AttackFacts | None:
    if data.verb != "correct":
        return None
    said = data.facts or Facts()
    place = history[-1].place
    country = place.country if place is not None else None
    try:
        return read_correction(
            Correction(
                killed=said.killed,
                wounded=said.wounded,
                attackers_killed=said.attackers_killed,
                place=said.place,
                occurred_on=said.date,
                event_type=said.event_type,
                perpetrator=said.perpetrator,
                claimed=said.claimed,
            ),
            lambda words: parts.place_reader(words, country),
            CorrectionRules(),
            now=parts.clock.now(),
        )
    except CorrectionError as error:
        raise ProblemError(Fault.INVALID, f"facts: {error}") from error


def _who(caller: Caller) -> str:
    return cleaned(f"{caller.name} (key {caller.actor})" if caller.name else f"key {caller.actor}", limit=MAX_WHO)


def _why(said: str) -> str:
    words = cleaned(said, limit=MAX_WHY)
    if not words:
        raise ProblemError(Fault.INVALID, "why is empty; decisions are kept with who made them and why")
    return words


def _unknown() -> ProblemError:
    return ProblemError(Fault.NOT_FOUND, "there is no such incident")
