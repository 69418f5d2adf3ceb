"""Dead letters: what could not be decoded or processed, kept with its bytes, the reason and where it stood (house style, rule 21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.codec import Headers
from shared.kafka.publisher import Record


class DeadLetterReason(StrEnum):
    """Why a message was put aside; the same words stand in logs, metric labels and documents."""

    UNDECODABLE = "undecodable"
    PROCESSING_FAILED = "processing_failed"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"


_OURS = ("dlq-reason", "dlq-error-type", "dlq-error", "dlq-topic", "dlq-partition", "dlq-offset")
_MAX_ERROR_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A record as the broker delivered it; ``topic`` without prefix."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def dead_letter(record: Received, reason: DeadLetterReason, error: BaseException) -> Record:
    """Return the record for the dead-letter topic: original key, bytes and headers, plus ``dlq-`` headers."""
    kept = tuple((name, value) for name, value in record.headers if name not in _OURS)
    added = (
        ("dlq-reason", reason.value.encode()),
        ("dlq-error-type", type(error).__name__.encode()),
        ("dlq-error", str(error)[:_MAX_ERROR_CHARACTERS].encode("utf-8", "replace")),
        ("dlq-topic", record.topic.encode()),
        ("dlq-partition", str(record.partition).encode()),
        ("dlq-offset", str(record.offset).encode()),
    )
    return Record(topic=f"{record.topic}.dlq", key=record.key, value=record.value, headers=(*kept, *added))


def replayed(letter: Received, *, partition: int | None = None) -> Record:
    """Return the original record of a dead letter, to be published again where it came from; raises ``KeyError`` if it is no dead letter."""
    about = dict(letter.headers)
    headers: Sequence[tuple[str, bytes]] = [(name, value) for name, value in letter.headers if name not in _OURS]
    return Record(
        topic=about["dlq-topic"].decode(),
        key=letter.key,
        value=letter.value,
        headers=tuple(headers),
        partition=partition,
    )
