"""Any feed behind one function: bytes in, a ``Document`` of plain values out. CPU-bound and synchronous; run it in ``parse_worker``.

Plain, well-formed XML is read by ``plain_xml``; whatever that declines, feedparser reads. The entries are the same.
"""

import calendar
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser

from services.ingest import hub_links, json_feed, news_sitemap, tombstones
from services.ingest.adapters import plain_xml
from services.ingest.dates import parse_date
from services.ingest.document import Document, Entry, Unreadable
from services.ingest.encoding import decode
from services.ingest.entries import entry_of
from services.ingest.older_pages import older_page
from services.ingest.outcome import FailureReason

_PERIOD_SECONDS = {
    "hourly": 3600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}
_DAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
_SKIPPED_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_SKIPPED_DAY = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)
_ROOT = re.compile(r"<\s*(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_SITEMAP = re.compile(r"<\s*(?:\w+:)?urlset\b", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_HTML = re.compile(
    r"^\s*(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TIMES = ("published", "updated", "created")
_HEAD_CHARACTERS = 20_000
_TAIL_CHARACTERS = 4_000


def parse(body: bytes, *, content_type: str, url: str, language: str | None, max_entries: int) -> Document | Unreadable:
    """Return what the feed says, or why it is none. A document that breaks off gives its complete entries and says so.

    Entities of the document itself are never expanded and external ones never fetched (the parser does neither).
    """
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return Unreadable(reason=FailureReason.EMPTY, detail="the body is empty")
    text = decode(body, content_type).text
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return json_feed.parse(start, url=url, language=language, max_entries=max_entries)
    root = _ROOT.search(text, 0, _HEAD_CHARACTERS)
    if root is None and _SITEMAP.search(text, 0, _HEAD_CHARACTERS) is not None:
        return news_sitemap.parse(text, url=url, language=language, max_entries=max_entries)
    if root is None:
        what = (
            "an HTML page" if _HTML.match(start, 0, _HEAD_CHARACTERS) else f"something else, beginning {start[:40]!r}"
        )
        return Unreadable(reason=FailureReason.NOT_A_FEED, detail=f"answered with {what} instead of a feed")
    is_cut_off = _breaks_off(text, root.group(1))
    if not is_cut_off and (plain := read_plain(text, max_entries)) is not None:
        return _document(plain.feed, plain.entries, text, url=url, language=language, problem=None, is_cut_off=False)
    return read_any(text, url=url, language=language, max_entries=max_entries, is_cut_off=is_cut_off)


def read_plain(text: str, max_entries: int) -> plain_xml.PlainFeed | None:
    """Return a feed in plain XML, or None when feedparser has to read it: also for dates that only the library knows."""
    plain = plain_xml.read(text)
    if plain is None or len(plain.entries) > max_entries:
        return None
    for entry in plain.entries:
        for name in _TIMES:
            written = entry.get(name)
            if written and parse_date(written) is None:
                return None
    return plain


def read_any(text: str, *, url: str, language: str | None, max_entries: int, is_cut_off: bool) -> Document | Unreadable:
    """Return what feedparser makes of the text."""
    starts = [match.start() for match in _ENTRY.finditer(text)]
    if len(starts) > max_entries:  # parsing is the dear part: what will not be read is not parsed either
        text, is_cut_off = text[: starts[max_entries]], False
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        why = parsed.get("bozo_exception")
        return Unreadable(
            reason=FailureReason.NOT_A_FEED, detail=f"no feed of a known format{f' ({why})' if why else ''}"
        )
    problem = None
    if len(starts) > max_entries:
        problem = f"carries {len(starts)} items, of which the first {max_entries} were read"
    return _document(
        parsed.feed, parsed.entries, text, url=url, language=language, problem=problem, is_cut_off=is_cut_off
    )


def _document(
    feed: Mapping[str, Any],
    listed: Sequence[Any],
    text: str,
    *,
    url: str,
    language: str | None,
    problem: str | None,
    is_cut_off: bool,
) -> Document:
    raw = listed[:-1] if is_cut_off else listed
    page = str(feed.get("link") or url)
    entries = [_entry(entry, page, language) for entry in raw]
    if is_cut_off:
        problem = f"the document breaks off; {len(raw)} complete entries were read"
    beginning = text[:_HEAD_CHARACTERS]
    head = beginning if "<skip" in beginning else ""
    first = _ENTRY.search(beginning)
    before = beginning[: first.start()] if first else beginning
    return Document(
        entries=tuple(entry for entry in entries if entry is not None),
        language=str(feed.get("language") or "").strip().lower() or None,
        wait_seconds=_asked_wait(feed),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _SKIPPED_HOUR.findall(head)})),
        skip_days=tuple(sorted({_DAYS[day.lower()] for day in _SKIPPED_DAY.findall(head) if day.lower() in _DAYS})),
        problem=problem,
        is_cut_off=is_cut_off,
        withdrawn=tombstones.references(text),
        older=older_page(before, url),
        hub=hub_links.in_head(before, url),
    )


def _breaks_off(text: str, root: str) -> bool:
    return re.search(rf"</\s*(?:\w+:)?{root}\s*>", text[-_TAIL_CHARACTERS:], re.IGNORECASE) is None


def _entry(raw: Any, page: str, language: str | None) -> Entry | None:
    summary, content = _texts(raw)
    return entry_of(
        guid=str(raw.get("id") or ""),
        url=str(raw.get("link") or ""),
        title=str(raw.get("title") or ""),
        summary=summary,
        content=content,
        published=_time(raw),
        page=page,
        language=language,
    )


def _texts(raw: Any) -> tuple[str, str | None]:
    """Summary and content; a feed with only one of them gives it as the summary."""
    contents: Iterable[Mapping[str, Any]] = raw.get("content") or ()
    content = max((str(part.get("value") or "") for part in contents), key=len, default="")
    summary = str(raw.get("summary") or "")
    if not content:
        return summary, None
    return (summary, content) if summary and summary != content else (content, None)


def _time(raw: Any) -> datetime | None:
    for name in _TIMES:
        if name not in raw:  # asking all the same makes the library warn and answer with another date
            continue
        written = str(raw.get(name) or "")
        if written and (at := parse_date(written)) is not None:
            return at
        if (
            parts := raw.get(f"{name}_parsed")
        ) is not None:  # shapes that only the library knows: Greek, Korean, week dates
            try:
                return datetime.fromtimestamp(calendar.timegm(parts), tz=UTC)
            except (ValueError, OverflowError, OSError, TypeError):
                continue
    return None


def _asked_wait(feed: Mapping[str, Any]) -> float:
    waits = [0.0]
    ttl = str(feed.get("ttl") or "").strip()
    if ttl.isascii() and ttl.isdigit():
        waits.append(float(ttl[:6]) * 60)
    period = _PERIOD_SECONDS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period is not None:
        frequency = str(feed.get("sy_updatefrequency") or "1").strip()
        times = int(frequency[:6]) if frequency.isascii() and frequency.isdigit() else 1
        waits.append(period / max(times, 1))
    return max(waits)
