"""Keys of the API: whom they belong to, what they permit, and whether a presented one is genuine (pure).

A key is ``tocsin_<id>_<secret>``; the secret is 256 random bits, so its SHA-256 is all that is kept. The id is no secret: it
names the key in lists, logs and the audit.

Everything that people own has an id that names its tenant: ``acme.diyala`` is tenant ``acme``'s, ``diyala`` the default tenant's,
whose are also the watches and endpoints of the watches file.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

DEFAULT_TENANT = "default"
TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_KEY = re.compile(r"tocsin_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = sha256(b"").digest()


class Right(StrEnum):
    """What a key permits.

    ``READ``: incidents and the tenant's own watches, endpoints, deliveries. ``WRITE``: change those as well. ``DESK``: decide about
    incidents for everybody (retract, correct, merge, split, hold). ``ADMIN``: the tenant's keys and audit, and all of ``WRITE``.
    """

    READ = "read"
    WRITE = "write"
    DESK = "desk"
    ADMIN = "admin"


_INCLUDED = {
    Right.READ: frozenset({Right.READ}),
    Right.WRITE: frozenset({Right.READ, Right.WRITE}),
    Right.DESK: frozenset({Right.READ, Right.DESK}),
    Right.ADMIN: frozenset({Right.READ, Right.WRITE, Right.ADMIN}),
}


class KeyFault(StrEnum):
    """Why a request is not let in by its key; the same words stand in metrics, logs and answers."""

    MISSING = "key_missing"
    WRONG = "key_wrong"
    REVOKED = "key_revoked"
    EXPIRED = "key_expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key as it is kept; ``digest`` is the SHA-256 of the whole key."""

    key_id: str
    tenant: str
    name: str
    rights: tuple[Right, ...]
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks: a key's tenant and rights. ``actor`` names the key in the audit."""

    tenant: str
    actor: str
    rights: frozenset[Right]
    name: str = ""

    def may(self, right: Right) -> bool:
        """Whether the right is among those of the key."""
        return right in self.rights


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A key at birth: ``text`` is shown once and kept nowhere."""

    key_id: str
    text: str = field(repr=False)
    digest: bytes = field(repr=False)


def new_key() -> NewKey:
    """Draw a key."""
    key_id = secrets.token_hex(6)
    text = f"tocsin_{key_id}_{secrets.token_urlsafe(32)}"
    return NewKey(key_id=key_id, text=text, digest=digest_of(text))


def digest_of(text: str) -> bytes:
    """Return what is kept of a key."""
    return sha256(text.encode()).digest()


def key_id_of(text: str) -> str | None:
    """Return the id that a presented text claims, None when it has not the shape of a key."""
    found = _KEY.fullmatch(text)
    return found[1] if found else None


def judged(text: str, held: ApiKey | None, *, now: datetime) -> Caller | KeyFault:
    """Return who presents the key, or why it is not accepted. An unknown id takes as long as a wrong secret."""
    is_genuine = hmac.compare_digest(digest_of(text), _NOBODY if held is None else held.digest)
    return KeyFault.WRONG if held is None or not is_genuine else standing(held, now=now)


def standing(held: ApiKey, *, now: datetime) -> Caller | KeyFault:
    """Return who holds a key whose genuineness is settled, or why it is good no longer."""
    if held.revoked_at is not None:  # said only to who has the secret, so that nobody learns which ids exist
        return KeyFault.REVOKED
    if held.expires_at is not None and held.expires_at <= now:
        return KeyFault.EXPIRED
    return Caller(tenant=held.tenant, actor=held.key_id, rights=rights_of(held.rights), name=held.name)


def rights_of(granted: Iterable[Right]) -> frozenset[Right]:
    """Return all rights that the granted ones include."""
    return frozenset(right for one in granted for right in _INCLUDED[one])


def owned_id(tenant: str, name: str) -> str:
    """Return the id of what a tenant calls ``name``."""
    return name if tenant == DEFAULT_TENANT else f"{tenant}.{name}"


def tenant_of(owned: str) -> str:
    """Return whose a watch or endpoint with this id is."""
    tenant, dot, _ = owned.partition(".")
    return tenant if dot else DEFAULT_TENANT
