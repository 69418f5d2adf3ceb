"""One version of one news item.

Topic ``tocsin.items.v1``; key: item id; producer: ingest; consumer: classify; retention: 7 days.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class ItemChange(StrEnum):
    """Why this version exists."""

    NEW = "new"
    TITLE = "title"
    TEXT = "text"
    WITHDRAWN = "withdrawn"


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What a feed said, normalised once.

    ``item_id`` names the item for ever, ``event_id`` this version of it. ``published`` is aware UTC; where the feed gave
    none or an impossible one it is the time of first sight and ``published_is_estimated`` is true. ``lang`` is what the
    feed declares, not what was detected. ``tier`` is the outlet's reliability: 1 local and trusted, 2 national or wire,
    3 the rest. ``backfill`` marks items that were old when the feed was first polled; ``test`` marks canaries.
    """

    item_id: str
    event_id: str
    version: int = 1
    change: ItemChange = ItemChange.NEW
    feed: str
    outlet: str
    tier: int = 3
    lang: str | None = None
    country: str | None = None
    url: str
    title: str
    summary: str = ""
    content: str | None = None
    published: datetime
    published_is_estimated: bool = False
    backfill: bool = False
    test: bool = False
