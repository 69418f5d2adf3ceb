"""Atom feeds of watches and CAP documents of incidents."""

from typing import Annotated

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter

from services.alert import atom, cap
from services.alert.api.access import address_of, caller_of, known_caller
from services.alert.api.incident_routes import KEY_OR_OPEN, IncidentId
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.api.subscription_routes import Id, own_id
from services.alert.feed_token import feed_token, key_id_of_token
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Right
from services.alert.watch import Watch

_ENTRIES = 50
_REQUEST = Request[object, object, State]
_Token = Annotated[
    str | None, QueryParameter(name="token", max_length=200, description="In place of a key; from the feed's address.")
]
_Revision = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]


class FeedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a feed reader finds a watch's feed. Whoever has the address can read it, until the key that asked is revoked."""

    url: str


@get(
    "/v1/watches/{name:str}/feed",
    opt={"right": Right.READ},
    responses=responses(Fault.NOT_FOUND),
    summary="The address of a watch's Atom feed",
)
async def feed_address(request: _REQUEST, state: State, name: Id) -> FeedAddress:
    """An address for readers that can send no header: it carries a token in place of the key."""
    parts, caller = parts_of(state), known_caller(request)
    watch = _watch(parts, own_id(caller, name))
    token = feed_token(parts.feed_secret, key_id=caller.actor, watch_id=watch.id)
    return FeedAddress(url=f"{_base(request)}v1/watches/{watch.id}/feed.atom?token={token}")


@get(
    "/v1/watches/{name:str}/feed.atom",
    security=KEY_OR_OPEN,
    media_type=atom.MEDIA_TYPE,
    responses=responses(Fault.NOT_FOUND),
    summary="What a watch was told, as Atom (RFC 4287)",
)
async def feed(request: _REQUEST, state: State, name: Id, token: _Token = None) -> Response[bytes]:
    """The newest incidents that the watch was told, each as it stands: with a key, or with the token of the feed's address."""
    parts = parts_of(state)
    if token is not None:
        caller = await parts.gate.holder(
            key_id_of_token(parts.feed_secret, token, watch_id=name), address=address_of(request)
        )
    else:
        admitted = await parts.gate.admit(request, right=Right.READ)
        assert admitted is not None
        caller = admitted
    watch = _watch(parts, own_id(caller, name))
    states = await parts.incidents.incidents(limit=_ENTRIES, wanted=IncidentFilter(watch=watch.id))
    base = _base(request)
    own_url = f"{base}v1/watches/{watch.id}/feed.atom"
    return Response(
        atom.atom_feed(watch, states, parts.places, page_url=base, own_url=own_url), media_type=atom.MEDIA_TYPE
    )


@get(
    "/v1/incidents/{incident_id:str}/cap",
    opt={"right": Right.READ, "incident_list": True},
    security=KEY_OR_OPEN,
    media_type=cap.MEDIA_TYPE,
    responses=responses(Fault.NOT_FOUND),
    summary="The latest CAP 1.2 document of an incident",
)
async def cap_latest(request: _REQUEST, state: State, incident_id: IncidentId) -> Response[bytes]:
    """The document of the last revision that told something new, where the operator offers CAP (``TOCSIN_ALERT_CAP_SENDER``)."""
    return await _cap(request, parts_of(state), incident_id, None)


@get(
    "/v1/incidents/{incident_id:str}/cap/{revision:int}",
    opt={"right": Right.READ, "incident_list": True},
    security=KEY_OR_OPEN,
    media_type=cap.MEDIA_TYPE,
    responses=responses(Fault.NOT_FOUND),
    summary="The CAP 1.2 document of a revision",
)
async def cap_of_revision(
    request: _REQUEST, state: State, incident_id: IncidentId, revision: _Revision
) -> Response[bytes]:
    """The document of one revision: Alert, Update or Cancel, with references to those before it."""
    return await _cap(request, parts_of(state), incident_id, revision)


async def _cap(request: _REQUEST, parts: ApiParts, incident_id: str, revision: int | None) -> Response[bytes]:
    if parts.cap_sender is None:
        raise ProblemError(
            Fault.NOT_FOUND, "this server offers no CAP documents; TOCSIN_ALERT_CAP_SENDER would name their sender"
        )
    history = list(await parts.incidents.history(incident_id))
    wanted = cap.latest_told(history) if revision is None else revision
    if not history or wanted is None or (history[-1].held and caller_of(request) is None):
        raise ProblemError(Fault.NOT_FOUND, "there is no such incident, or nothing was told of it yet")
    document = cap.cap_document(history, wanted, parts.cap_sender, parts.places)
    if document is None:
        raise ProblemError(Fault.NOT_FOUND, "this revision told nothing new")
    return Response(document, media_type=cap.MEDIA_TYPE)


def _watch(parts: ApiParts, watch_id: str) -> Watch:
    watch = parts.roster.index.watches.get(watch_id)
    if watch is None:
        raise ProblemError(Fault.NOT_FOUND, "there is no such watch")
    return watch


def _base(request: _REQUEST) -> str:
    return str(request.base_url).rstrip("/") + "/"
