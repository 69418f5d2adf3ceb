"""What can stop the embedded servers from starting or running, each rendered as a sentence that says what to do.

EmbeddedError
├── DataDirectoryError
│   ├── AlreadyRunningError      another process holds this data directory
│   ├── NotADataDirectoryError   the directory holds something else
│   ├── OtherVersionError        the data was written by another Kafka, PostgreSQL or layout
│   ├── ForeignOwnerError        the data belongs to another user of the machine
│   └── NoDiskSpaceError         too little room to start safely
├── JarError
│   ├── JarDownloadError         first start without a network
│   └── JarMismatchError         a cached or downloaded jar is not the locked one
└── ServerError
    ├── PortInUseError           the port asked for is taken
    ├── NotStartedError          the program could not be executed at all
    ├── StartTimedOutError       it runs but did not accept connections in time
    └── ServerDiedError          it ended by itself; carries the last lines of its log
"""

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded servers cannot do what was asked; the text is fit for the person at the terminal."""


class DataDirectoryError(EmbeddedError):
    """The data directory cannot be used."""

    def __init__(self, sentence: str, *, path: Path) -> None:
        super().__init__(sentence)
        self.path = path


class AlreadyRunningError(DataDirectoryError):
    """Another process holds the data directory; ``pid`` is the holder where it could be read."""

    def __init__(self, *, path: Path, pid: int | None, is_stopping: bool = False) -> None:
        if is_stopping:
            state = f"the servers of a process that has ended (pid {pid}) are still stopping in {path}"
            advice = "try again in a few seconds"
        else:
            state = f"{path} is in use by process {pid if pid is not None else 'unknown'}"
            advice = "stop that process first, or give another data directory"
        super().__init__(f"{state}; {advice}.", path=path)
        self.pid = pid


class NotADataDirectoryError(DataDirectoryError):
    """The directory has contents but no VERSION file of ours."""

    def __init__(self, *, path: Path) -> None:
        super().__init__(
            f"{path} is not empty and was not made by Tocsin (no readable VERSION file); give an empty or a new directory.",
            path=path,
        )


class OtherVersionError(DataDirectoryError):
    """The data was written by a version that this one does not read."""

    def __init__(self, *, path: Path, part: str, found: str, wanted: str) -> None:
        super().__init__(
            f"the data in {path} belongs to {part} {found}, and this Tocsin runs {part} {wanted}; "
            f"start it with the Tocsin that made it, or move the directory away to begin with empty data.",
            path=path,
        )
        self.part = part
        self.found = found
        self.wanted = wanted


class ForeignOwnerError(DataDirectoryError):
    """The directory belongs to another user, or cannot be written."""

    def __init__(self, *, path: Path, owner: str) -> None:
        super().__init__(
            f"{path} belongs to user {owner} and cannot be used by this one; "
            f"run as {owner}, hand the directory over with chown, or give another data directory.",
            path=path,
        )
        self.owner = owner


class NoDiskSpaceError(DataDirectoryError):
    """There is less room than a start needs."""

    def __init__(self, *, path: Path, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(
            f"{path} has {free_bytes // 1_000_000} MB free and {needed_bytes // 1_000_000} MB are needed; "
            f"free some space, or give a directory on another disk.",
            path=path,
        )
        self.free_bytes = free_bytes
        self.needed_bytes = needed_bytes


class JarError(EmbeddedError):
    """Kafka's jars are not there as locked."""


class JarDownloadError(JarError):
    """A jar could not be downloaded; ``coordinate`` says which."""

    def __init__(self, *, coordinate: str, cache: Path, reason: str) -> None:
        super().__init__(
            f"Kafka's jars must be downloaded once (44 MB, from Maven Central) and {coordinate} could not be: {reason}. "
            f"Connect to the network (HTTPS_PROXY and TOCSIN_MAVEN_URL are honoured) and start again, "
            f"or copy {cache} from a machine that has it."
        )
        self.coordinate = coordinate
        self.reason = reason


class JarMismatchError(JarError):
    """A jar's SHA-256 is not the one locked in the repository; it is never put on the class path."""

    def __init__(self, *, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path} is not the locked file (SHA-256 {found}, expected {expected}) and is refused; "
            f"delete it and start again to download it anew."
        )
        self.path = path
        self.expected = expected
        self.found = found


class ServerError(EmbeddedError):
    """A server process failed."""

    def __init__(self, sentence: str, *, server: str) -> None:
        super().__init__(sentence)
        self.server = server


class PortInUseError(ServerError):
    """The port asked for is taken."""

    def __init__(self, *, server: str, port: int) -> None:
        super().__init__(
            f"port {port} on 127.0.0.1, wanted by {server}, is in use; "
            f"stop what listens there, or give another port (0 chooses a free one).",
            server=server,
        )
        self.port = port


class NotStartedError(ServerError):
    """The program could not be executed."""

    def __init__(self, *, server: str, reason: str) -> None:
        super().__init__(f"{server} could not be executed: {reason}.", server=server)
        self.reason = reason


class StartTimedOutError(ServerError):
    """The server did not accept connections within its time."""

    def __init__(self, *, server: str, seconds: float, log_path: Path, last_lines: str) -> None:
        super().__init__(
            f"{server} did not accept connections within {seconds:.0f} seconds; see {log_path}. It last said:\n{last_lines}",
            server=server,
        )
        self.log_path = log_path


class ServerDiedError(ServerError):
    """The server ended by itself; the text ends with the last lines of its log."""

    def __init__(self, *, server: str, returncode: int | None, log_path: Path, last_lines: str) -> None:
        super().__init__(
            f"{server} ended by itself (exit status {returncode}); see {log_path}. It last said:\n{last_lines}",
            server=server,
        )
        self.returncode = returncode
        self.log_path = log_path
