"""Holds the threads of a library that opens its own sockets to an address policy.

The interpreter announces every connection before it is made (``sys.addaudithook``), whichever library makes it, with the address
that is really dialled. Threads that are not marked are not looked at. The hook cannot be taken out again, so there is one for
the process, and it costs other threads one look-up.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from shared.addresses import AddressPolicy, BlockedAddressError


class _Held(threading.local):
    policy: AddressPolicy | None = None
    refused: BlockedAddressError | None = None


_held = _Held()


@contextmanager
def held_to(policy: AddressPolicy) -> Iterator[None]:
    """Let this thread connect only where the policy permits; other connections raise ``BlockedAddressError`` inside the library.

    Raises it at the end as well when there was one, for libraries swallow what they do not know.
    """
    _listen()
    _held.policy, _held.refused = policy, None
    try:
        yield
    finally:
        refused = _held.refused
        _held.policy = _held.refused = None
        if refused is not None:
            raise refused


@lru_cache(maxsize=1)
def _listen() -> None:
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    policy = _held.policy
    if policy is None:
        return
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        _held.refused = BlockedAddressError("a program", "only network services are reached")
        raise _held.refused
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    address = arguments[1] if len(arguments) > 1 else None
    host = str(address[0]) if isinstance(address, tuple) and address else "a local socket"
    if host == "a local socket" and event != "socket.connect":
        return  # a connected socket was looked at when it was connected
    problem = policy.problem(host)
    if problem is not None:
        _held.refused = BlockedAddressError(host, problem)
        raise _held.refused
