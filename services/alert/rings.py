"""How often each watch rang about each district in this hour, as far as this process knows (pure).

The ledger counts for all replicas; it is asked only for keys that this process alone has rung a quarter of the limit for.
So the limit may be passed by a quarter for each further replica and each restart, and news of quiet districts costs no query.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from services.alert.timing import RingKey


class RingGauge:
    """Counts of the present hour; older ones are forgotten as it passes."""

    def __init__(self) -> None:
        self._counts: Counter[RingKey] = Counter()

    def count(self, key: RingKey) -> int:
        """How often it rang."""
        return self._counts[key]

    def learn(self, counts: Mapping[RingKey, int]) -> None:
        """The ledger knows of so many; never fewer than we do."""
        for key, count in counts.items():
            self._counts[key] = max(self._counts[key], count)

    def add(self, rings: Iterable[RingKey]) -> None:
        """These were written down."""
        for key in rings:
            self._counts[key] += 1
        newest = max((key.hour for key in self._counts), default=None)
        if newest is not None and any(key.hour < newest for key in self._counts):
            self._counts = Counter({key: count for key, count in self._counts.items() if key.hour == newest})
