"""Documents for tests of the reader."""

from datetime import UTC, datetime

from services.classify.read.text import Document, document_of
from shared.events.item import Item

TUESDAY_NOON = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
"""Tuesday 10 February 2026, noon in Baghdad."""


def document(
    title: str, lang: str = "en", *, summary: str = "", content: str | None = None, published: datetime = TUESDAY_NOON
) -> Document:
    """An item of an invented outlet as the reader sees it."""
    item = Item(
        item_id="i", event_id="e", feed="f", outlet="o", url="https://example.org/1", title=title, summary=summary, content=content,
        published=published,
    )  # fmt: skip
    return document_of(item, lang)
