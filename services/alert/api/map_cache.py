"""The points of the last seconds: many people look at the map after one alert."""

import time

_FRESH_SECONDS = 10.0
"""How long points are answered anew without a look at the database: many people look after one alert."""
_MOST_KEPT = 16


class PointCache:
    """Answers of the last seconds, few of them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[float, bytes]] = {}

    def find(self, key: tuple[object, ...]) -> bytes | None:
        """Return a fresh answer."""
        at, body = self._kept.get(key, (0.0, b""))
        return body if body and time.monotonic() - at < _FRESH_SECONDS else None

    def keep(self, key: tuple[object, ...], body: bytes) -> None:
        """Keep an answer; the oldest goes."""
        self._kept.pop(key, None)
        while len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (time.monotonic(), body)
