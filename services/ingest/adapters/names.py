"""Looking up host names without letting a dead name server hold anything up.

The event loop's own look-ups share a handful of threads, which must end before the process may: a few names that nobody answers for
would stop all others, and the exit too. Here each look-up has a thread of its own that is simply left behind when it takes too long.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

Found = Sequence[tuple[int, int, int, str, tuple[Any, ...]]]
LookUp = Callable[[str, int, int], Found]


def system_look_up(host: str, port: int, family: int) -> Found:
    """Ask the system; blocks, and raises ``socket.gaierror`` for a name without addresses."""
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


class LeavingResolver(AbstractResolver):
    """Resolves in threads that nobody waits for. As many run at once as fetches do, for each waits for its own."""

    def __init__(self, look_up: LookUp = system_look_up) -> None:
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``; raises ``socket.gaierror``. Cancelling leaves the thread to end by itself."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Found] = loop.create_future()

        def work() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                try:
                    found = self._look_up(host, port, family)
                except OSError as error:
                    loop.call_soon_threadsafe(_refuse, answer, error)
                except UnicodeError as error:  # a label too long or empty
                    loop.call_soon_threadsafe(_refuse, answer, socket.gaierror(socket.EAI_NONAME, str(error)))
                else:
                    loop.call_soon_threadsafe(_accept, answer, found)

        Thread(target=work, name=f"look up {host}", daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]) if family != socket.AF_INET6 or not address[3] else f"{address[0]}%{address[3]}",
                port=int(address[1]),
                family=family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for family, _, protocol, _, address in await answer
        ]

    async def close(self) -> None:
        """Nothing to close."""


def _accept(answer: asyncio.Future[Found], found: Found) -> None:
    if not answer.done():
        answer.set_result(found)


def _refuse(answer: asyncio.Future[Found], error: OSError) -> None:
    if not answer.done():
        answer.set_exception(error)
