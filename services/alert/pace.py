"""How often somebody may ask: a bucket each that refills at a steady pace (pure but for the clock it is given).

In memory and per replica on purpose: a limit protects this process, and a shared counter would be one more thing to be down.
"""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil

_MOST_SUBJECTS = 20_000


class Pace:
    """Lets each subject pass ``per_minute`` times a minute, up to that many at once."""

    def __init__(self, *, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_of(self, subject: str) -> int:
        """Take one turn and return 0; when there is none left, take none and return the whole seconds until the next, at least 1."""
        now = self._monotonic()
        each = 60.0 / self._per_minute
        full_at = max(now, self._full_at.get(subject, now)) + each
        if full_at > now + 60.0 + 1e-9:
            return max(1, ceil(full_at - now - 60.0))
        self._full_at[subject] = full_at
        self._full_at.move_to_end(subject)
        if len(self._full_at) > _MOST_SUBJECTS:  # whoever asked longest ago has the fullest bucket
            self._full_at.popitem(last=False)
        return 0
