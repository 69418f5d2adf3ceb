"""Public texts as items of an outlet of their own."""

import html
from datetime import UTC, datetime

from shared.events.item import Item

UNDATED = datetime(2005, 3, 1, 12, tzinfo=UTC)
"""For sets without dates: only the day of an attack depends on it, which they cannot judge either."""


def item(key: str, *, title: str, summary: str = "", content: str | None = None, published: datetime = UNDATED) -> Item:
    """Return an item with the given text."""
    return Item(
        item_id=key,
        event_id=key,
        feed="public",
        outlet="public",
        url="",
        title=title,
        summary=summary,
        content=content,
        published=published,
    )


def unescaped(text: str) -> str:
    """Return text whose entities lost their ampersands (" #39;", "quot;") or line ends became backslashes, as AG's did."""
    text = text.replace(" #", "&#").replace(" quot;", "&quot;").replace("\\", " ")
    return html.unescape(text)
