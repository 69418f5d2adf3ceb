"""``/v1/deliveries`` and ``/v1/changes``: what was sent to a tenant's endpoints, and the same to be fetched."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter

from services.alert.api import cursors
from services.alert.api.access import known_caller
from services.alert.api.incident_routes import Cursor, Limit
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.api.subscription_routes import own_id
from services.alert.bulletin_payload import BulletinType
from services.alert.keys import Right, tenant_of
from services.alert.ledger import AttemptRow, DeliveryRow, DeliveryStatus
from services.alert.payload import BodyType
from services.alert.watch import PullEndpoint, WebhookEndpoint

PAGE_SIZE = 50
_DELIVERIES, _CHANGES = "deliveries", "changes"
_REQUEST = Request[object, object, State]
_DeliveryId = Annotated[str, PathParameter(max_length=200)]
_STATUSES = {"enum": [one.value for one in DeliveryStatus]}


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery; its id is the ``webhook-id``."""

    id: str
    endpoint: str
    channel: str
    incident_id: str
    revision: int
    message: str
    watches: tuple[str, ...]
    test: bool
    status: DeliveryStatus
    attempts: int
    reason: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt and what was answered."""

    attempt: int
    started_at: datetime
    seconds: float
    outcome: str
    reason: str | None
    http_status: int | None
    detail: str


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of deliveries, newest first; ``next`` is the cursor of the page after it, null at the end."""

    deliveries: tuple[DeliveryView, ...]
    next: str | None


class DeliveryStory(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery and its attempts."""

    delivery: DeliveryView
    attempts: tuple[AttemptView, ...]


class AnyBody(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's body. ``data`` is what ``schemas/alert.v1.json`` has for ``incident.…``, ``schemas/bulletin.v1.json`` for the others."""

    type: BodyType | BulletinType
    timestamp: datetime
    data: dict[str, object]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook would have been sent: ``id`` is its ``webhook-id``, ``body`` its body."""

    id: str
    body: AnyBody


class ChangeAsSent(msgspec.Struct, frozen=True, kw_only=True):
    """``Change`` with the body's very bytes."""

    id: str
    body: msgspec.Raw


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Changes in order, oldest first. ``next`` is where to go on, now if ``more``, else later; it stays good for months."""

    changes: tuple[Change, ...]
    next: str
    more: bool


class ChangePageAsSent(msgspec.Struct, frozen=True, kw_only=True):
    """``ChangePage`` with the bodies' very bytes."""

    changes: tuple[ChangeAsSent, ...]
    next: str
    more: bool


@get(
    "/v1/deliveries",
    opt={"right": Right.READ},
    responses=responses(Fault.CURSOR_INVALID),
    summary="What was sent to the tenant's endpoints",
)
async def list_deliveries(
    *,
    request: _REQUEST,
    state: State,
    status: Annotated[str | None, QueryParameter(name="status", schema_extra=_STATUSES)] = None,
    endpoint: Annotated[str | None, QueryParameter(name="endpoint", max_length=200)] = None,
    watch: Annotated[str | None, QueryParameter(name="watch", max_length=200)] = None,
    incident: Annotated[str | None, QueryParameter(name="incident", max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_SIZE,
) -> DeliveryPage:
    """Deliveries of the key's tenant that match all that is given, newest first."""
    parts, caller = parts_of(state), known_caller(request)
    if status is not None and status not in set(DeliveryStatus):
        accepted = ", ".join(one.value for one in DeliveryStatus)
        raise ProblemError(Fault.INVALID, f"status is {status[:60]!r}; accepted are {accepted}")
    before = cursors.position(cursors.read(cursor, _DELIVERIES, 1)[0]) if cursor else None
    found = list(
        await parts.deliveries.deliveries(
            tenant=caller.tenant,
            status=None if status is None else DeliveryStatus(status),
            endpoint_id=None if endpoint is None else own_id(caller, endpoint),
            watch_id=None if watch is None else own_id(caller, watch),
            incident_id=incident,
            before=before,
            limit=limit + 1,
        )
    )
    following = cursors.make(_DELIVERIES, str(found[limit - 1][0])) if len(found) > limit else None
    return DeliveryPage(deliveries=tuple(delivery_view(row) for _, row in found[:limit]), next=following)


@get(
    "/v1/deliveries/{delivery_id:str}",
    opt={"right": Right.READ},
    responses=responses(Fault.NOT_FOUND),
    summary="One delivery and its attempts",
)
async def one_delivery(request: _REQUEST, state: State, delivery_id: _DeliveryId) -> DeliveryStory:
    """One of the tenant's deliveries with every attempt and what was answered."""
    detail = await parts_of(state).deliveries.delivery(delivery_id)
    if detail is None or tenant_of(detail.row.endpoint_id) != known_caller(request).tenant:
        raise ProblemError(Fault.NOT_FOUND, "there is no such delivery")
    return DeliveryStory(
        delivery=delivery_view(detail.row), attempts=tuple(_attempt_view(one) for one in detail.attempts)
    )


@post(
    "/v1/deliveries/{delivery_id:str}/replay",
    opt={"right": Right.WRITE},
    status_code=202,
    responses=responses(Fault.NOT_FOUND, Fault.CONFLICT),
    summary="Send one again",
)
async def replay_delivery(request: _REQUEST, state: State, delivery_id: _DeliveryId) -> DeliveryView:
    """Make a dead or expired delivery due again, under its id and with its bytes; its endpoint is enabled."""
    parts, caller = parts_of(state), known_caller(request)
    detail = await parts.deliveries.delivery(delivery_id)
    if detail is None or tenant_of(detail.row.endpoint_id) != caller.tenant:
        raise ProblemError(Fault.NOT_FOUND, "there is no such delivery")
    if not await parts.deliveries.replay(delivery_id, tenant=caller.tenant, actor=caller.actor):
        raise ProblemError(
            Fault.CONFLICT, f"it is {detail.row.status.value}; only dead and expired ones are sent again"
        )
    again = await parts.deliveries.delivery(delivery_id)
    return delivery_view(again.row if again is not None else detail.row)


@get(
    "/v1/changes",
    opt={"right": Right.READ},
    responses=responses(
        Fault.NOT_FOUND, Fault.CURSOR_INVALID, Fault.CURSOR_FOREIGN, Fault.CURSOR_EXPIRED, Fault.CONFLICT
    ),
    summary="What a watch's webhook is sent, to be fetched",
)
async def list_changes(
    *,
    request: _REQUEST,
    state: State,
    watch: Annotated[str, QueryParameter(name="watch", max_length=200, description="The watch.")],
    endpoint: Annotated[
        str | None,
        QueryParameter(
            name="endpoint",
            max_length=200,
            description="Which of the watch's endpoints, where it has several; default: its first webhook or feed.",
        ),
    ] = None,
    after: Annotated[
        str | None,
        QueryParameter(
            name="after", max_length=500, description="``next`` of the page before; default: the beginning."
        ),
    ] = None,
    limit: Limit = PAGE_SIZE,
) -> ChangePage:
    """The same bodies and ids as the webhooks, oldest first, retractions and withdrawals included, whether they arrived or not.

    A receiver that was off walks on from the cursor it had, drops ids it has seen, and keeps of each incident the highest
    revision: then it knows what it would know had it never been off.
    """
    parts, caller = parts_of(state), known_caller(request)
    watch_id = own_id(caller, watch)
    endpoint_id = _endpoint_of(parts, watch_id, None if endpoint is None else own_id(caller, endpoint))
    position = await _position(parts, after, watch_id, endpoint_id)
    horizon = await parts.deliveries.horizon()  # before the reading: what is written after it is read by the next call
    found = list(
        await parts.deliveries.changes(endpoint_id=endpoint_id, watch_id=watch_id, after=position, limit=limit + 1)
    )
    page = found[:limit]
    last = page[-1].position if page else position
    if len(found) <= limit:  # so that the cursor of a quiet watch does not grow old
        last = max(last, horizon)
    return ChangePageAsSent(  # type: ignore[return-value]  # the same document: the bodies are not decoded and encoded again
        changes=tuple(ChangeAsSent(id=one.delivery_id, body=msgspec.Raw(one.body)) for one in page),
        next=cursors.make(_CHANGES, watch_id, endpoint_id, str(last)),
        more=len(found) > limit,
    )


def _endpoint_of(parts: ApiParts, watch_id: str, wanted: str | None) -> str:
    watch = parts.roster.index.watches.get(watch_id)
    if watch is None:
        raise ProblemError(Fault.NOT_FOUND, "there is no such watch")
    readable = [
        name
        for name in watch.endpoints
        if isinstance(parts.roster.endpoints.get(name), (WebhookEndpoint, PullEndpoint))
    ]
    if wanted is not None:
        if wanted not in readable:
            raise ProblemError(Fault.NOT_FOUND, "the watch has no such webhook or feed")
        return wanted
    if not readable:
        raise ProblemError(
            Fault.CONFLICT,
            "the watch has neither a webhook nor an endpoint with channel 'pull'; add one to read its changes",
        )
    return readable[0]


async def _position(parts: ApiParts, after: str | None, watch_id: str, endpoint_id: str) -> int:
    if not after:
        return 0
    of_watch, of_endpoint, said = cursors.read(after, _CHANGES, 3)
    if (of_watch, of_endpoint) != (watch_id, endpoint_id):
        raise ProblemError(
            Fault.CURSOR_FOREIGN, "the cursor is of another watch or endpoint; each is walked by its own"
        )
    position = cursors.position(said)
    if position < await parts.deliveries.pruned():
        raise ProblemError(
            Fault.CURSOR_EXPIRED,
            "changes after this cursor are no longer kept; begin anew with /v1/incidents?watch=… and without a cursor",
        )
    return position


def delivery_view(row: DeliveryRow) -> DeliveryView:
    """Return a delivery as the API shows it."""
    return DeliveryView(
        id=row.delivery_id,
        endpoint=row.endpoint_id,
        channel=row.channel,
        incident_id=row.incident_id,
        revision=row.revision,
        message=row.message,
        watches=row.watch_ids,
        test=row.test,
        status=row.status,
        attempts=row.attempts,
        reason=row.reason,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        delivered_at=row.delivered_at,
    )


def _attempt_view(row: AttemptRow) -> AttemptView:
    return AttemptView(
        attempt=row.attempt,
        started_at=row.started_at,
        seconds=row.duration / timedelta(seconds=1),
        outcome=row.outcome,
        reason=row.reason,
        http_status=row.http_status,
        detail=row.detail,
    )
