"""``/v1/incidents/…/why``: for each change of an incident, why each of one's own watches was told of it or not."""

from typing import Annotated

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from services.alert.api.access import known_caller
from services.alert.api.incident_routes import IncidentId
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.keys import Caller, Right, tenant_of
from services.alert.matching import WatchIndex
from services.alert.reasons import REASONS, Judge
from shared.events.incident import IncidentChange

_REQUEST = Request[object, object, State]
_Watch = Annotated[
    str | None,
    QueryParameter(name="watch", max_length=200, description="Only this watch; all of one's own without it."),
]


class WatchReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a watch was told or not: ``reason`` is out of the closed list of docs/alerts.md, ``words`` says it."""

    watch: str
    reason: str
    words: str


class WhyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change, the item that caused it (empty for a decision of the desk), and a reason for each watch."""

    revision: int
    change: str
    notify: bool
    item_id: str
    watches: tuple[WatchReason, ...]


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """All changes of an incident, oldest first. What was sent is at ``/v1/deliveries?incident=…``."""

    incident_id: str
    changes: tuple[WhyChange, ...]


@get(
    "/v1/incidents/{incident_id:str}/why",
    opt={"right": Right.READ},
    responses=responses(Fault.NOT_FOUND),
    summary="Why, and why not",
)
async def why(request: _REQUEST, state: State, incident_id: IncidentId, watch: _Watch = None) -> Why:
    """For each change of the incident, why each of one's own watches was told of it or not."""
    parts, caller = parts_of(state), known_caller(request)
    history = list(await parts.incidents.history(incident_id))
    if not history:
        raise ProblemError(Fault.NOT_FOUND, "there is no such incident")
    index = own_watches(parts, caller)
    wanted = sorted(index.watches)
    if watch is not None:
        named = [one for one in wanted if one in (watch, f"{caller.tenant}.{watch}")]
        if not named:
            raise ProblemError(Fault.NOT_FOUND, "there is no such watch")
        wanted = named
    judge = Judge(index)
    changes = []
    for change in history:
        reasons = judge.take((change,), attack_news=True)
        changes.append(
            WhyChange(
                revision=change.revision,
                change=change.change.value,
                notify=change.notify,
                item_id=change.item_id,
                watches=tuple(
                    WatchReason(watch=one, reason=reasons[one], words=REASONS[reasons[one]]) for one in wanted
                ),
            )
        )
    return Why(incident_id=incident_id, changes=tuple(changes))


def own_watches(parts: ApiParts, caller: Caller) -> WatchIndex:
    """The watches of the caller's tenant, as they are in force."""
    return WatchIndex(one for one in parts.roster.index.watches.values() if tenant_of(one.id) == caller.tenant)


def reasons_of(history: list[IncidentChange], index: WatchIndex) -> dict[str, str]:
    """What each watch made of the incident at its last change that told it anything, else at its last change."""
    judge, found = Judge(index), dict[str, list[str]]()
    for change in history:
        for watch_id, reason in judge.take((change,), attack_news=True).items():
            found.setdefault(watch_id, []).append(reason)
    return {watch_id: _last_word(reasons) for watch_id, reasons in found.items()}


_SILENT = frozenset({"no_new_facts", "muted_or_ended"})


def _last_word(reasons: list[str]) -> str:
    said = [one for one in reasons if one not in _SILENT]
    return said[-1] if said else reasons[-1]
