"""What the reader's tests share: one loaded reader, and items from a headline and a summary."""

from datetime import UTC, datetime
from functools import cache

from services.classify.read.reader import Reader
from shared.events.item import Item, ItemChange
from shared.events.report import Report

PUBLISHED = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
"""A Tuesday morning."""


@cache
def reader() -> Reader:
    """The shipped reader, loaded once a test run."""
    return Reader.load()


def item(
    title: str,
    summary: str = "",
    content: str | None = None,
    *,
    lang: str | None = None,
    published: datetime = PUBLISHED,
    change: ItemChange = ItemChange.NEW,
) -> Item:
    """An item of an outlet that says nothing about itself."""
    return Item(
        item_id="i",
        event_id="v",
        feed="outlet",
        outlet="Outlet",
        lang=lang,
        url="https://outlet.example/1",
        title=title,
        summary=summary,
        content=content,
        published=published,
        change=change,
    )


def read(
    title: str,
    summary: str = "",
    content: str | None = None,
    *,
    lang: str | None = None,
    published: datetime = PUBLISHED,
) -> Report:
    """What the reader reports of such an item."""
    return reader().read(item(title, summary, content, lang=lang, published=published))
