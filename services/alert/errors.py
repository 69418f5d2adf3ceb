"""The alert service's errors.

    Exception
    ├── SettingsError             a setting or file is wrong; the process ends with the sentence
    │   └── WatchesFileError      config/watches.yaml: file, key, value and what is accepted
    └── AlertError
        ├── AddressInUseError     the page's port is taken
        ├── LedgerError           PostgreSQL did not do what was asked; nothing was half done
        └── DecisionNotWrittenError  Kafka did not confirm a decision of the desk

Expected outcomes (an endpoint that is down, a filter that does not match) are values, see ``delivery`` and ``routing``.
"""

from pathlib import Path

from shared.settings import SettingsError


class WatchesFileError(SettingsError):
    """The watches file is wrong: ``problems`` has one sentence for each fault, none of which shows a secret."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.path = path
        self.problems = problems


class AlertError(Exception):
    """Root of what may go wrong at run time."""


class AddressInUseError(AlertError):
    """Something else listens where the page should."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"cannot serve the page on {host}:{port}: {reason}; set TOCSIN_ALERT_API_PORT to a free port (0 lets the system choose)"
        )
        self.host = host
        self.port = port


class LedgerError(AlertError):
    """PostgreSQL did not do what was asked."""


class DecisionNotWrittenError(AlertError):
    """Kafka did not confirm a decision of the desk."""
