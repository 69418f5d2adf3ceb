"""What a poll can come to, as values; the words of ``FailureReason`` stand in logs, metric labels and documents alike."""

from dataclasses import dataclass
from enum import StrEnum

from services.ingest.feed import HubLinks, Validators


class FailureReason(StrEnum):
    """Why a poll brought nothing (or, for ``cut_off``, not everything)."""

    NAME_NOT_FOUND = "name_not_found"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    PROXY_FAILED = "proxy_failed"
    ADDRESS_BLOCKED = "address_blocked"
    BAD_REDIRECT = "bad_redirect"
    THROTTLED = "throttled"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    UNEXPECTED_STATUS = "unexpected_status"
    TOO_LARGE = "too_large"
    CUT_OFF = "cut_off"
    BAD_COMPRESSION = "bad_compression"
    EMPTY = "empty"
    NOT_A_FEED = "not_a_feed"
    PARSING_TOO_SLOW = "parsing_too_slow"
    PARSING_FAILED = "parsing_failed"
    GONE = "gone"


class PollOutcome(StrEnum):
    """How a poll ended, for logs and metrics."""

    NOT_MODIFIED = "not_modified"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    """304: nothing new; only the schedule moves."""

    fresh_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """200 with a body, decompressed. ``moved_to`` is set when every hop to it was a permanent redirect; ``hub`` when the headers name one."""

    body: bytes
    url: str
    content_type: str = ""
    validators: Validators
    fresh_seconds: float = 0.0
    moved_to: str | None = None
    hub: HubLinks | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """The poll failed and will be tried again. ``detail`` is a sentence for people; it never contains credentials."""

    reason: FailureReason
    detail: str
    retry_after_seconds: float | None = None
    status: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """410: the publisher says that the feed is over."""

    detail: str


Answer = NotModified | Fetched | Failed | Gone
