"""How one feed is: what alert must know to tell silence from blindness.

Topic ``tocsin.sources.v1``; key: feed slug; producer: ingest; consumer: alert; compacted, so that it always holds the last
word on every feed and a reader that begins anew knows all of them at once.
"""

from datetime import datetime

import msgspec

CANARY_FEED = "tocsin-canary"
"""The reserved feed of test items that prove the chain. No configured feed may bear this slug."""


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as ingest last saw it, at the time ``at``.

    ``country`` (ISO 3166-1) and ``topic`` say what it covers; None is the world. ``is_active`` is false once it is paused,
    retired or taken off the list. ``last_success_at`` is the last answer that was a whole document or "not modified";
    ``failures`` counts the polls that failed since. ``next_poll_at`` is when ingest means to look again: a quiet feed that
    is looked at every hour is not blind after half of one.

    The reserved feed ``CANARY_FEED`` stands for the test items: its ``last_success_at`` is the slot of the last one sent.
    """

    slug: str
    outlet: str
    language: str | None = None
    country: str | None = None
    topic: str = "news"
    tier: int = 3
    is_active: bool = True
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    at: datetime
