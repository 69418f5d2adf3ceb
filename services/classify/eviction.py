"""Forgetting what can never matter: incidents that ended long ago, and the entries of reports that Kafka itself has deleted.

An entry goes when its report is no longer on the topic, so that it can never come again, and every incident it touched is
forgotten. Before the first goes, a mark says up to which number entries may be absent; those above are still counted.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from services.classify.entries import MARK_KEY, decode_entry, encode_mark

Rewrite = Callable[[Sequence[tuple[bytes, bytes | None]]], Awaitable[None]]
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgettable:
    """Keys that may go, and the highest number among them."""

    keys: tuple[bytes, ...]
    highest: int


def forgettable(values: Iterable[bytes], *, open_incidents: frozenset[str], first_offset: int) -> Forgettable:
    """Return the entries of one partition that may go; ``first_offset`` is that of the oldest report still on the topic."""
    keys, highest = [], 0
    for value in values:
        entry = decode_entry(value)
        if entry.key == MARK_KEY or entry.offset >= first_offset:
            continue
        if not any(change.incident_id in open_incidents for change in entry.changes):
            keys.append(entry.key.encode())
            highest = max(highest, entry.number)
    return Forgettable(keys=tuple(keys), highest=highest)


async def forget(found: Forgettable, partition: int, marked: int, rewrite: Rewrite) -> None:
    """Write the mark, then delete; interrupted anywhere it can be done again."""
    if not found.keys:
        return
    await rewrite([(MARK_KEY.encode(), encode_mark(partition, max(marked, found.highest)))])
    for start in range(0, len(found.keys), _AT_ONCE):
        await rewrite([(key, None) for key in found.keys[start : start + _AT_ONCE]])
