"""Whether a loop still turns: beaten by the loop, read by /livez."""

from collections.abc import Callable


class Heartbeat:
    """A loop calls ``beat`` each round; ``problem`` says so when it has not for too long."""

    def __init__(self, name: str, *, longest_seconds: float, monotonic: Callable[[], float]) -> None:
        self._name = name
        self._longest_seconds = longest_seconds
        self._monotonic = monotonic
        self._last = monotonic()

    def beat(self) -> None:
        """The loop turned."""
        self._last = self._monotonic()

    def problem(self) -> str | None:
        """None while the loop turns."""
        still = self._monotonic() - self._last
        return f"{self._name} has not moved for {still:.0f} s" if still > self._longest_seconds else None
