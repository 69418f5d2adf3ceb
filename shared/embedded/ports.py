"""Loopback ports for the embedded servers, and waiting until a server answers."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from shared.embedded.errors import PortInUseError, ServerDiedError, StartTimedOutError
from shared.embedded.processes import ChildProcess

LOOPBACK = "127.0.0.1"
PROBE_INTERVAL_SECONDS = 0.05
BIND_REFUSALS = ("Address already in use", "could not bind", "BindException")


def free_port(*, other_than: int = 0) -> int:
    """A port nobody listens on now; another process may take it before it is used, so callers try again."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port != other_than:  # the system does hand out the same one twice now and then
            return port


def claim_port(wanted: int, *, server: str) -> int:
    """``wanted`` if nobody listens there, a free one for 0; raises PortInUseError."""
    if wanted == 0:
        return free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of an earlier run that linger in TIME_WAIT are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            raise PortInUseError(server=server, port=wanted) from error
    return wanted


async def until_ready(child: ChildProcess, is_ready: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    """Return once ``is_ready`` says so; raises ServerDiedError when the child ends first, StartTimedOutError when time is up."""
    assert child.log_path is not None
    deadline = asyncio.get_running_loop().time() + seconds
    while not await is_ready():
        if not child.is_running:
            raise ServerDiedError(
                server=child.name, returncode=child.returncode, log_path=child.log_path, last_lines=child.last_lines()
            )
        if asyncio.get_running_loop().time() > deadline:
            raise StartTimedOutError(
                server=child.name, seconds=seconds, log_path=child.log_path, last_lines=child.last_lines()
            )
        await asyncio.sleep(PROBE_INTERVAL_SECONDS)


def lost_the_port(error: ServerDiedError) -> bool:
    """Whether the server ended because someone took its port between our choice and its bind."""
    return any(words in str(error) for words in BIND_REFUSALS)
