"""``/v1/watches`` and ``/v1/endpoints``: a tenant's own, with the keys of the watches file. Those of the file are shown, and changed there."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, delete, get, put
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from services.alert.api.access import known_caller
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.keys import DEFAULT_TENANT, Caller, Right, owned_id, tenant_of
from services.alert.subscription import (
    FEED_SUFFIX,
    Entry,
    EntryError,
    Kind,
    read_endpoint,
    read_watch,
    shown,
    with_secret,
)
from services.alert.watch import Endpoint

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ACCEPTED = "accepted are up to 64 of a-z, 0-9, - and _, starting with a letter or digit"
_CHANGEABLE = (Fault.NOT_FOUND, Fault.CONFLICT, Fault.TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE)
_REQUEST = Request[object, object, State]
_OWN_CHANNEL = "sink"
"""Where the service's own canaries end; nobody's endpoint."""
Id = Annotated[str, PathParameter(max_length=200, description="Its id, or the name it has within the tenant.")]
Document = dict[str, Any]


class WatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A watch. ``managed`` by the operator's file, or by the API; ``document`` has the watches file's keys and is null for those of the file.

    ``endpoints`` are those it tells now; one that ends in ``~feed`` is read from ``/v1/changes``.
    """

    id: str
    managed: Literal["file", "api"]
    name: str
    endpoints: tuple[str, ...]
    in_force: bool
    document: Document | None
    updated_at: datetime | None


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. Addresses are shown in full to keys with the right to write alone, secrets to nobody.

    ``secret`` is given once: in the answer that made the endpoint, where the request named none.
    """

    id: str
    managed: Literal["file", "api"]
    channel: str
    in_force: bool
    document: Document | None
    updated_at: datetime | None
    secret: str | None = None


class WatchList(msgspec.Struct, frozen=True, kw_only=True):
    """All watches of the tenant."""

    watches: tuple[WatchView, ...]


class EndpointList(msgspec.Struct, frozen=True, kw_only=True):
    """All endpoints of the tenant."""

    endpoints: tuple[EndpointView, ...]


@get("/v1/watches", opt={"right": Right.READ}, responses=responses(), summary="The tenant's watches")
async def list_watches(request: _REQUEST, state: State) -> WatchList:
    """All watches of the key's tenant, those of the operator's file included where the tenant is the default one."""
    parts, tenant = parts_of(state), known_caller(request).tenant
    entries = await parts.subscriptions.entries(tenant=tenant, kind=Kind.WATCH)
    of_file = [_watch_of_file(parts, watch.id) for watch in parts.roster.of_file.watches if tenant == DEFAULT_TENANT]
    return WatchList(watches=(*of_file, *(_watch_view(parts, entry) for entry in entries)))


@get("/v1/watches/{name:str}", opt={"right": Right.READ}, responses=responses(Fault.NOT_FOUND), summary="One watch")
async def one_watch(request: _REQUEST, state: State, name: Id) -> WatchView:
    """One of the tenant's watches."""
    parts = parts_of(state)
    watch_id = own_id(known_caller(request), name)
    if is_of_file(parts, Kind.WATCH, watch_id):
        return _watch_of_file(parts, watch_id)
    return _watch_view(parts, await _known(parts, Kind.WATCH, watch_id))


@put(
    "/v1/watches/{name:str}",
    opt={"right": Right.WRITE},
    status_code=200,
    responses=responses(*_CHANGEABLE),
    summary="Make or replace a watch",
)
async def put_watch(request: _REQUEST, state: State, name: Id, data: JSONBody[Document]) -> WatchView:
    """Make or replace a watch: the body has the keys of a watch in the watches file (docs/alerts.md).

    ``endpoints`` names the tenant's own. Without a webhook among them the watch gets an endpoint to be read from ``/v1/changes``.
    """
    parts, caller = parts_of(state), known_caller(request)
    watch_id = await _may_put(parts, caller, Kind.WATCH, name)
    document = _with_own_ids(caller, data)
    endpoints: dict[str, Endpoint | None] = {
        key: one
        for key, one in parts.roster.endpoints.items()
        if tenant_of(key) == caller.tenant and not key.endswith(FEED_SUFFIX)
    }
    for one in await parts.subscriptions.entries(tenant=caller.tenant, kind=Kind.ENDPOINT):
        endpoints.setdefault(one.id, None)  # not enabled
    try:
        read_watch(watch_id, document, endpoints, parts.places)
    except EntryError as error:
        raise ProblemError(Fault.INVALID, str(error)[:1000]) from error
    entry, _ = await parts.subscriptions.put(
        Kind.WATCH, watch_id, tenant=caller.tenant, document=document, actor=caller.actor
    )
    await parts.roster.refresh()
    return _watch_view(parts, entry)


@delete(
    "/v1/watches/{name:str}",
    opt={"right": Right.WRITE},
    responses=responses(Fault.NOT_FOUND, Fault.CONFLICT),
    summary="Give up a watch",
)
async def delete_watch(request: _REQUEST, state: State, name: Id) -> None:
    """Give up a watch. Who was told by it still hears of retractions and withdrawals, and of nothing else."""
    parts, caller = parts_of(state), known_caller(request)
    watch_id = _not_of_file(parts, Kind.WATCH, own_id(caller, name))
    if not await parts.subscriptions.delete_watch(watch_id, tenant=caller.tenant, actor=caller.actor):
        raise _unknown(Kind.WATCH)
    await parts.roster.refresh()


@get("/v1/endpoints", opt={"right": Right.READ}, responses=responses(), summary="The tenant's endpoints")
async def list_endpoints(request: _REQUEST, state: State) -> EndpointList:
    """All endpoints of the key's tenant."""
    parts, caller = parts_of(state), known_caller(request)
    entries = await parts.subscriptions.entries(tenant=caller.tenant, kind=Kind.ENDPOINT)
    of_file = parts.roster.of_file.endpoints if caller.tenant == DEFAULT_TENANT else ()
    of_file = tuple(one for one in of_file if one.channel != _OWN_CHANNEL)
    return EndpointList(
        endpoints=(
            *(_endpoint_of_file(parts, one.id) for one in of_file),
            *(_endpoint_view(parts, entry, caller) for entry in entries),
        )
    )


@get(
    "/v1/endpoints/{name:str}", opt={"right": Right.READ}, responses=responses(Fault.NOT_FOUND), summary="One endpoint"
)
async def one_endpoint(request: _REQUEST, state: State, name: Id) -> EndpointView:
    """One of the tenant's endpoints."""
    parts, caller = parts_of(state), known_caller(request)
    endpoint_id = own_id(caller, name)
    if is_of_file(parts, Kind.ENDPOINT, endpoint_id):
        return _endpoint_of_file(parts, endpoint_id)
    return _endpoint_view(parts, await _known(parts, Kind.ENDPOINT, endpoint_id), caller)


@put(
    "/v1/endpoints/{name:str}",
    opt={"right": Right.WRITE},
    status_code=200,
    responses=responses(*_CHANGEABLE),
    summary="Make or replace an endpoint",
)
async def put_endpoint(request: _REQUEST, state: State, name: Id, data: JSONBody[Document]) -> EndpointView:
    """Make or replace an endpoint: the body has the keys of an endpoint in the watches file (docs/alerts.md).

    A webhook without ``secret`` keeps the one it has, or gets one, which this answer shows and no other. Where it is replaced, the
    old one signs along for a day.
    """
    parts, caller = parts_of(state), known_caller(request)
    endpoint_id = await _may_put(parts, caller, Kind.ENDPOINT, name)
    held = await parts.subscriptions.entry(Kind.ENDPOINT, endpoint_id)
    document = dict(data)
    before = held.document.get("secret") if held is not None else None
    is_kept_webhook = before is not None and document.get("channel") == "webhook"
    if is_kept_webhook and document.setdefault("secret", before) != before:
        document.setdefault("previous_secrets", [before])  # the receiver changes over at leisure: both sign for a while
    completed = dict(with_secret(document))
    try:
        read_endpoint(endpoint_id, completed, parts.places)
    except EntryError as error:
        raise ProblemError(Fault.INVALID, str(error)[:1000]) from error
    if (channel := str(completed.get("channel"))) not in parts.channels:
        raise ProblemError(Fault.INVALID, f"this server does not send by {channel}: the operator has not set it up")
    entry, _ = await parts.subscriptions.put(
        Kind.ENDPOINT, endpoint_id, tenant=caller.tenant, document=completed, actor=caller.actor
    )
    await parts.roster.refresh()
    view = _endpoint_view(parts, entry, caller)
    drawn = completed.get("secret") if "secret" not in document else None
    return msgspec.structs.replace(view, secret=str(drawn)) if drawn is not None else view


@delete(
    "/v1/endpoints/{name:str}",
    opt={"right": Right.WRITE},
    responses=responses(Fault.NOT_FOUND, Fault.CONFLICT),
    summary="Delete an endpoint and its address",
)
async def delete_endpoint(request: _REQUEST, state: State, name: Id) -> None:
    """Delete an endpoint with its address, what was written to it, and the watches that tell nobody else; counts stay."""
    parts, caller = parts_of(state), known_caller(request)
    endpoint_id = _not_of_file(parts, Kind.ENDPOINT, own_id(caller, name))
    if not await parts.subscriptions.delete_endpoint(endpoint_id, tenant=caller.tenant, actor=caller.actor):
        raise _unknown(Kind.ENDPOINT)
    await parts.roster.refresh()


def own_id(caller: Caller, name: str) -> str:
    """Return the id of what a caller calls so: by its name or its id. What is another tenant's can never be meant."""
    if "." in name:
        return name if tenant_of(name) == caller.tenant else owned_id(caller.tenant, "?")
    return owned_id(caller.tenant, name)


def is_of_file(parts: ApiParts, kind: Kind, entry_id: str) -> bool:
    """Whether the operator's file has it."""
    file = parts.roster.of_file
    return any(one.id == entry_id for one in (file.watches if kind is Kind.WATCH else file.endpoints))


async def _known(parts: ApiParts, kind: Kind, entry_id: str) -> Entry:
    entry = await parts.subscriptions.entry(kind, entry_id)
    if entry is None:
        raise _unknown(kind)
    return entry


def _unknown(kind: Kind) -> ProblemError:
    return ProblemError(Fault.NOT_FOUND, f"there is no such {kind.value}")


def _not_of_file(parts: ApiParts, kind: Kind, entry_id: str) -> str:
    if is_of_file(parts, kind, entry_id):
        raise ProblemError(Fault.CONFLICT, f"this {kind.value} is in the operator's watches file, and is changed there")
    return entry_id


async def _may_put(parts: ApiParts, caller: Caller, kind: Kind, name: str) -> str:
    own = name.partition(".")[2] if "." in name and tenant_of(name) == caller.tenant else name
    if not _NAME.fullmatch(own):
        raise ProblemError(Fault.INVALID, f"the name is {name[:80]!r}; {_ACCEPTED}")
    entry_id = _not_of_file(parts, kind, owned_id(caller.tenant, own))
    entries = await parts.subscriptions.entries(tenant=caller.tenant, kind=kind)
    if len(entries) >= parts.max_entries and all(one.id != entry_id for one in entries):
        raise ProblemError(
            Fault.CONFLICT, f"there are {len(entries)} already; TOCSIN_ALERT_API_MAX_ENTRIES bounds them"
        )
    return entry_id


def _with_own_ids(caller: Caller, data: JSONBody[Document]) -> Document:
    """The tenant's own names of endpoints stand for their ids; anything else is left to be refused."""
    said = data.get("endpoints")
    if not isinstance(said, list):
        return data
    return {**data, "endpoints": [owned_id(caller.tenant, one) if _is_name(one) else one for one in said]}


def _is_name(said: object) -> bool:
    return isinstance(said, str) and "." not in said


def _watch_of_file(parts: ApiParts, watch_id: str) -> WatchView:
    watch = parts.roster.index.watches[watch_id]
    return WatchView(
        id=watch.id,
        managed="file",
        name=watch.name,
        endpoints=watch.endpoints,
        in_force=True,
        document=None,
        updated_at=None,
    )


def _watch_view(parts: ApiParts, entry: Entry) -> WatchView:
    watch = parts.roster.index.watches.get(entry.id)
    said = entry.document.get("name")
    return WatchView(
        id=entry.id,
        managed="api",
        name=watch.name if watch else said if isinstance(said, str) else entry.id,
        endpoints=watch.endpoints if watch else (),
        in_force=watch is not None,
        document=dict(entry.document),
        updated_at=entry.updated_at,
    )


def _endpoint_of_file(parts: ApiParts, endpoint_id: str) -> EndpointView:
    endpoint = parts.roster.endpoints[endpoint_id]
    return EndpointView(
        id=endpoint_id, managed="file", channel=endpoint.channel, in_force=True, document=None, updated_at=None
    )


def _endpoint_view(parts: ApiParts, entry: Entry, caller: Caller) -> EndpointView:
    return EndpointView(
        id=entry.id,
        managed="api",
        channel=str(entry.document.get("channel")),
        in_force=entry.id in parts.roster.endpoints,
        document=shown(entry.document, in_full=caller.may(Right.WRITE)),
        updated_at=entry.updated_at,
    )
