"""Errors of ingest.

    Exception
    ├── SettingsError                a setting or file is wrong; the process ends with the sentence
    │   └── FeedsFileError           config/feeds.yaml: file, line, key, value and what is accepted
    └── IngestError
        ├── ParserUnavailableError   the parsing processes cannot be started
        └── LedgerUnavailableError   PostgreSQL refused or did not answer; the work is done again later

What a feed does wrong is no exception but a value: see ``outcome``.
"""

from shared.settings import SettingsError


class FeedsFileError(SettingsError):
    """The list of feeds is wrong. ``problems`` has one sentence for each fault found."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.path = path
        self.problems = problems


class IngestError(Exception):
    """Root of what may go wrong at run time in our own infrastructure."""


class ParserUnavailableError(IngestError):
    """A parsing process ended as soon as it was started."""


class LedgerUnavailableError(IngestError):
    """PostgreSQL did not do what was asked; nothing was half done, the caller tries again."""
