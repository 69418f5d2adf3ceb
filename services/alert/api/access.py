"""Who may ask what: the key of a request, its rights, its pace. One guard for every route; a route names the right it needs.

A key comes as ``Authorization: Bearer KEY``, as the password of ``Authorization: Basic`` (feed readers), or in the cookie that
the page's log-in sets. A browser sends the last two by itself, so a write that comes with them must come from our own page.
"""

import base64
import binascii
import time
from collections.abc import Callable
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import unquote, urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from services.alert.api.ports import KeyRing
from services.alert.api.problems import Fault, ProblemError
from services.alert.errors import LedgerError
from services.alert.keys import Caller, KeyFault, Right, judged, key_id_of, standing
from services.alert.pace import Pace
from shared.clock import Clock
from shared.logging import logger

COOKIE = "tocsin_key"
STARTED = "tocsin_started"
"""Where a request's state keeps when it began."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTE_USE_AFTER = timedelta(minutes=1)
_LONGEST_HEADER = 400
_WORDS = {
    KeyFault.MISSING: "this needs a key: send it as 'Authorization: Bearer KEY'; 'tocsin keys add' makes one",
    KeyFault.WRONG: "the key is not one of this server's",
    KeyFault.REVOKED: "the key was revoked",
    KeyFault.EXPIRED: "the key has expired",
}
Connection = ASGIConnection[Any, Any, Any, Any]


class Gate:
    """Decides about every request; ``open_incidents`` lets everybody read the incidents, and nothing else."""

    def __init__(
        self,
        *,
        keys: KeyRing,
        clock: Clock,
        monotonic: Callable[[], float],
        per_minute: int,
        anonymous_per_minute: int,
        open_incidents: bool,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._of_key = Pace(per_minute=per_minute, monotonic=monotonic)
        self._of_address = Pace(per_minute=anonymous_per_minute, monotonic=monotonic)
        self.open_incidents = open_incidents

    async def admit(self, connection: Connection, *, right: Right, is_incident_list: bool = False) -> Caller | None:
        """Return who asks, None for anybody where the incident list is open; raises ``ProblemError``."""
        presented, is_ambient = presented_key(connection)
        if presented is None:
            self._keep_pace(self._of_address, address_of(connection))
            if is_incident_list and self.open_incidents:
                return None
            raise ProblemError(Fault.KEY_MISSING, _WORDS[KeyFault.MISSING])
        caller = await self.caller(presented, address=address_of(connection))
        self._keep_pace(self._of_key, caller.actor)
        if is_ambient and str(connection.scope.get("method", "GET")) not in _SAFE and not is_same_origin(connection):
            raise ProblemError(
                Fault.CROSS_SITE, "a write with a cookie or a password must come from this server's page"
            )
        if not caller.may(right):
            has = ", ".join(sorted(one.value for one in caller.rights))
            raise ProblemError(Fault.RIGHT_MISSING, f"this needs the right {right.value}; the key has {has}")
        return caller

    async def holder(self, key_id: str | None, *, address: str) -> Caller:
        """Return who holds the key that a genuine token stands for; raises ``ProblemError``. None: the token is not genuine."""
        held = None if key_id is None else await self._keys.find(key_id)
        found = KeyFault.WRONG if held is None else standing(held, now=self._clock.now())
        if isinstance(found, KeyFault):
            self._keep_pace(self._of_address, address)
            raise ProblemError(Fault(found.value), _WORDS[found])
        self._keep_pace(self._of_key, found.actor)
        return found

    async def caller(self, presented: str, *, address: str) -> Caller:
        """Return whose key it is; raises ``ProblemError``. Wrong keys from one address are slowed down, right ones are not."""
        key_id = key_id_of(presented)
        held = None if key_id is None else await self._keys.find(key_id)
        found = judged(presented, held, now=self._clock.now())
        if isinstance(found, KeyFault):
            logger().warning("key.refused", reason=found.value, key_id=key_id, address=address)
            self._keep_pace(self._of_address, address)
            raise ProblemError(Fault(found.value), _WORDS[found])
        assert held is not None
        if held.last_used_at is None or self._clock.now() - held.last_used_at > _NOTE_USE_AFTER:
            try:
                await self._keys.note_use(held.key_id)
            except LedgerError as error:  # a convenience for people; the request itself goes on
                logger().warning("key.use_not_noted", reason=str(error))
        return found

    def _keep_pace(self, pace: Pace, subject: str) -> None:
        if wait := pace.wait_of(subject):
            raise ProblemError(
                Fault.TOO_MANY_REQUESTS, f"too many requests; try again in {wait} s", headers={"Retry-After": str(wait)}
            )


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Admit the request by the right that its route names (``right``), or end it; a route without one is open to everybody."""
    connection.scope["state"][STARTED] = time.monotonic()
    if any(
        "\x00" in text
        for text in (connection.scope["path"], unquote(connection.scope["query_string"].decode("latin-1")))
    ):
        raise ProblemError(Fault.MALFORMED, "the address has a NUL in it")  # no character of PostgreSQL
    right = handler.opt.get("right")
    if right is None:
        return
    gate: Gate = connection.app.state.parts.gate
    is_incident_list = bool(handler.opt.get("incident_list"))
    connection.state.caller = await gate.admit(connection, right=right, is_incident_list=is_incident_list)


def caller_of(connection: Connection) -> Caller | None:
    """Return whom the guard admitted, None for anybody."""
    found = connection.state.get("caller")
    assert found is None or isinstance(found, Caller)
    return found


def known_caller(connection: Connection) -> Caller:
    """Return whom the guard admitted on a route that always needs a key."""
    found = caller_of(connection)
    assert found is not None
    return found


def presented_key(connection: Connection) -> tuple[str | None, bool]:
    """Return the key of a request, and whether a browser sends it by itself."""
    header = connection.headers.get("authorization", "")
    scheme, _, said = header.partition(" ")
    if header:
        if len(header) > _LONGEST_HEADER:
            return "", False
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(said.strip(), validate=True).decode("ascii").partition(":")
            except (binascii.Error, ValueError):
                return "", True
            return password or user, True
        return said.strip(), False
    try:
        found = SimpleCookie(connection.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None, True
    return (found.value if found is not None and found.value else None), True


def address_of(connection: Connection) -> str:
    """Return where the request comes from, as far as we see."""
    return connection.client.host if connection.client is not None else "unknown"


def is_same_origin(connection: Connection) -> bool:
    """Whether a browser says that our own page sent the request. Neither header can be set by a foreign page's script."""
    if (site := connection.headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host")
