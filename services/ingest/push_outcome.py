"""What a request to the WebSub callback can come to; the words stand in metric labels, logs and documents alike."""

from enum import StrEnum


class PushOutcome(StrEnum):
    """``read``: items were new; ``nothing_new``; ``woke``: nothing that can be trusted or read, so the feed is polled at once.

    ``bad_signature`` is told 2xx and ignored (WebSub, section 7.1.2), ``unknown`` is told 410 (or 404 when it asked),
    ``too_large`` 413, ``throttled`` 429 (or 503 when too many ask at once), ``broken`` 503 (408 when it was too slow): the hub tries again.
    ``dropped`` waited for a day in vain. ``confirmed`` and ``denied`` are a hub's questions.
    """

    READ = "read"
    NOTHING_NEW = "nothing_new"
    WOKE = "woke"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN = "unknown"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    BROKEN = "broken"
    DROPPED = "dropped"
    CONFIRMED = "confirmed"
    DENIED = "denied"
