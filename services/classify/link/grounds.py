"""The grounds of a decision: a name with a weight."""

from functools import lru_cache

from shared.events.incident import Reason


@lru_cache(maxsize=1024)  # a decision weighs thousands of pairs, and the grounds are few
def ground(name: str, weight: float) -> Reason:
    """Return the ground of this name and weight."""
    return Reason(name=name, weight=weight)
