"""What one batch of changes does to the waiting lists and the counts of rings, until all of it is written at once (pure)."""

from collections import Counter

from services.alert.timing import Decided, RingKey, Waiting, WaitingKey


class BatchLists:
    """The last word on each entry. ``learned`` are the rings that the ledger was asked for in this transaction."""

    def __init__(self) -> None:
        self._entries: dict[WaitingKey, Waiting | None] = {}
        self._rings: Counter[RingKey] = Counter()
        self.learned: set[RingKey] = set()

    def take(self, decided: Decided) -> None:
        """Take in one change's outcome."""
        self._entries |= dict.fromkeys(decided.forgotten)
        self._entries |= {WaitingKey(one.endpoint_id, one.incident_id, one.watch_id): one for one in decided.waiting}
        self._rings.update(decided.rings)

    def rung(self, key: RingKey) -> int:
        """How often this batch rang so far."""
        return self._rings[key]

    @property
    def are_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not self._entries and not self._rings

    @property
    def waiting(self) -> list[Waiting]:
        """What goes onto lists."""
        return [one for one in self._entries.values() if one is not None]

    @property
    def forgotten(self) -> list[WaitingKey]:
        """What leaves them."""
        return [key for key, one in self._entries.items() if one is None]

    @property
    def rings(self) -> list[RingKey]:
        """What rang, as often as it did."""
        return list(self._rings.elements())
