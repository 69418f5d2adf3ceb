"""``/v1/keys``, ``/v1/audit``, ``/v1/tenant``: what an administrator of a tenant sees and does."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from services.alert.api import cursors
from services.alert.api.access import known_caller
from services.alert.api.incident_routes import Cursor, Limit
from services.alert.api.parts import parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.audit import Action
from services.alert.keys import ApiKey, Right, new_key, rights_of

_AUDIT = "audit"
_REQUEST = Request[object, object, State]
_KeyId = Annotated[str, PathParameter(max_length=64)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\u0000-\u001f]*$")]


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret, which is kept nowhere."""

    id: str
    name: str
    rights: tuple[Right, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key at birth: ``key`` is shown this once."""

    key: str
    id: str
    name: str
    rights: tuple[Right, ...]


class KeyWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the new key is for and may do."""

    name: _Name
    rights: Annotated[tuple[Right, ...], msgspec.Meta(min_length=1, max_length=4)]


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """All keys of the tenant."""

    keys: tuple[KeyView, ...]


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """One write: ``actor`` is a key's id, or ``cli:<user>`` of the operator's command line."""

    at: datetime
    actor: str
    action: Action
    subject: str
    detail: dict[str, object]


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the audit, newest first; ``next`` is the cursor of the page after it, null at the end."""

    acts: tuple[ActView, ...]
    next: str | None


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """How much was forgotten."""

    entries: int
    keys: int


@get("/v1/keys", opt={"right": Right.ADMIN}, responses=responses(), summary="The tenant's keys")
async def list_keys(request: _REQUEST, state: State) -> KeyList:
    """All keys of the tenant, revoked ones included, without their secrets."""
    keys = await parts_of(state).keys.keys(tenant=known_caller(request).tenant)
    return KeyList(keys=tuple(_key_view(key) for key in keys))


@post(
    "/v1/keys",
    opt={"right": Right.ADMIN},
    responses=responses(Fault.TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE),
    summary="Make a key",
)
async def add_key(request: _REQUEST, state: State, data: JSONBody[KeyWanted]) -> NewKeyView:
    """Make a key of the same tenant, with no more rights than the asking one has. The answer shows it, and nothing ever again."""
    parts, caller = parts_of(state), known_caller(request)
    if not rights_of(data.rights) <= caller.rights:
        raise ProblemError(Fault.RIGHT_MISSING, "a key cannot give rights that it has not itself")
    key = new_key()
    kept = await parts.keys.add(
        key, tenant=caller.tenant, name=data.name, rights=data.rights, expires_at=None, actor=caller.actor
    )
    return NewKeyView(key=key.text, id=kept.key_id, name=kept.name, rights=kept.rights)


@delete(
    "/v1/keys/{key_id:str}", opt={"right": Right.ADMIN}, responses=responses(Fault.NOT_FOUND), summary="Revoke a key"
)
async def revoke_key(request: _REQUEST, state: State, key_id: _KeyId) -> None:
    """Revoke a key of the tenant: the next request with it is refused, at every replica."""
    caller = known_caller(request)
    if not await parts_of(state).keys.revoke(key_id, tenant=caller.tenant, actor=caller.actor):
        raise ProblemError(Fault.NOT_FOUND, "there is no such key that is not revoked yet")


@get(
    "/v1/audit",
    opt={"right": Right.ADMIN},
    responses=responses(Fault.CURSOR_INVALID),
    summary="Who changed what in the tenant",
)
async def list_acts(request: _REQUEST, state: State, cursor: Cursor = None, limit: Limit = 100) -> AuditPage:
    """Every write in the tenant, newest first."""
    before = cursors.position(cursors.read(cursor, _AUDIT, 1)[0]) if cursor else None
    found = list(await parts_of(state).audit.acts(tenant=known_caller(request).tenant, before=before, limit=limit + 1))
    following = cursors.make(_AUDIT, str(found[limit - 1].position)) if len(found) > limit else None
    return AuditPage(
        acts=tuple(
            ActView(
                at=row.at,
                actor=row.act.actor,
                action=row.act.action,
                subject=row.act.subject,
                detail=dict(row.act.detail),
            )
            for row in found[:limit]
        ),
        next=following,
    )


@delete(
    "/v1/tenant",
    opt={"right": Right.ADMIN},
    status_code=200,
    responses=responses(),
    summary="Forget the tenant",
)
async def forget_tenant(request: _REQUEST, state: State) -> Forgotten:
    """Delete all watches, endpoints and addresses of the tenant that are managed by the API, and revoke its keys. Counts stay."""
    parts, caller = parts_of(state), known_caller(request)
    entries, keys = await parts.subscriptions.delete_tenant(caller.tenant, actor=caller.actor)
    await parts.roster.refresh()
    return Forgotten(entries=entries, keys=keys)


def _key_view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.key_id,
        name=key.name,
        rights=key.rights,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )
