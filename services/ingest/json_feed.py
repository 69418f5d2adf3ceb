"""JSON Feed 1.0 and 1.1."""

import json
from typing import Any

from services.ingest import hub_links
from services.ingest.dates import parse_date
from services.ingest.document import Document, Unreadable
from services.ingest.entries import entry_of
from services.ingest.older_pages import same_host
from services.ingest.outcome import FailureReason


def parse(text: str, *, url: str, language: str | None, max_entries: int) -> Document | Unreadable:
    """Return the document, or why the text is no JSON Feed."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(reason=FailureReason.NOT_A_FEED, detail=f"not readable as JSON: {error}")
    items = raw.get("items") if isinstance(raw, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(raw.get("version", "")):
        return Unreadable(
            reason=FailureReason.NOT_A_FEED, detail="JSON, but no JSON Feed: 'version' or 'items' is missing"
        )
    page = _words(raw.get("home_page_url")) or url
    found = [_entry(item, page, language) for item in items[:max_entries] if isinstance(item, dict)]
    problem = (
        f"carries {len(items)} items, of which the first {max_entries} were read" if len(items) > max_entries else None
    )
    return Document(
        entries=tuple(entry for entry in found if entry is not None),
        language=_words(raw.get("language")) or None,
        problem=problem,
        older=same_host(_words(raw.get("next_url")), url),
        hub=hub_links.in_json(raw.get("hubs"), raw.get("feed_url"), url),
    )


def _entry(item: dict[str, Any], page: str, language: str | None) -> Any:
    text, markup, summary = (
        _words(item.get("content_text")),
        _words(item.get("content_html")),
        _words(item.get("summary")),
    )
    content = markup or text
    return entry_of(
        guid=_words(item.get("id")),
        url=_words(item.get("url")) or _words(item.get("external_url")),
        title=_words(item.get("title")),
        summary=summary or content,
        content=content if summary else None,
        published=parse_date(_words(item.get("date_published"))),
        page=page,
        language=language,
    )


def _words(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
