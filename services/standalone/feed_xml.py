"""Writes feeds: the items of one outlet as RSS 2.0, Atom 1.0 or RSS 1.0, byte for byte the same for the same items.

Titles are plain text. Summaries and bodies are HTML in RSS by custom, so plain text is escaped once as HTML and once more
by the XML writer; Atom says which it is.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from services.standalone.recorded_day import FeedFormat, NewsItem, Outlet

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"

CONTENT_TYPES: dict[FeedFormat, str] = {
    FeedFormat.RSS2: "application/rss+xml; charset=utf-8",
    FeedFormat.ATOM: "application/atom+xml; charset=utf-8",
    FeedFormat.RDF: "application/rdf+xml; charset=utf-8",
}

_RIGHT_TO_LEFT = frozenset({"ar", "ckb"})
_EMPTY_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
"""The date of a feed without items: Atom demands one, and the present would change the bytes at every request."""


def write_feed(outlet: Outlet, items: Sequence[NewsItem], feed_url: str) -> bytes:
    """Return the feed as UTF-8 XML with ``items`` newest first."""
    newest_first = tuple(sorted(items, key=lambda item: item.published, reverse=True))
    root = _WRITERS[outlet.format](outlet, newest_first, feed_url)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + _serialise(root, outlet.format)


def _serialise(root: ET.Element, feed_format: FeedFormat) -> bytes:
    # Readers of the wild match on the usual prefixes, and ElementTree keeps prefixes in a table of the whole process;
    # writing them as literal attribute and tag names here leaves that table alone.
    namespaces = {
        FeedFormat.RSS2: {"xmlns:atom": ATOM, "xmlns:content": CONTENT, "xmlns:dc": DC},
        FeedFormat.ATOM: {"xmlns": ATOM},
        FeedFormat.RDF: {"xmlns": RSS1, "xmlns:rdf": RDF, "xmlns:content": CONTENT, "xmlns:dc": DC},
    }[feed_format]
    for name, uri in namespaces.items():
        root.set(name, uri)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return written + b"\n"


def _rss2(outlet: Outlet, items: Sequence[NewsItem], feed_url: str) -> ET.Element:
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", outlet.name)
    _text(channel, "link", outlet.site)
    _text(channel, "description", _as_html(outlet.description))
    _text(channel, "language", outlet.language)
    _text(channel, "lastBuildDate", format_datetime(_newest(items), usegmt=True))
    ET.SubElement(channel, "atom:link", {"href": feed_url, "rel": "self", "type": "application/rss+xml"})
    for item in items:
        entry = ET.SubElement(channel, "item")
        _text(entry, "title", item.title)
        _text(entry, "link", item.link)
        _text(entry, "guid", item.guid, {"isPermaLink": "true" if item.guid == item.link else "false"})
        _text(entry, "pubDate", format_datetime(item.published, usegmt=True))
        _text(entry, "description", _as_html(item.summary))
        if item.content is not None:
            _text(entry, "content:encoded", _as_paragraphs(item.content))
    return root


def _atom(outlet: Outlet, items: Sequence[NewsItem], feed_url: str) -> ET.Element:
    root = ET.Element("feed", {"xml:lang": outlet.language})
    if outlet.language in _RIGHT_TO_LEFT:
        root.set("dir", "rtl")  # RFC 4287 leaves it undefined, many Arabic feeds carry it all the same
    _text(root, "id", outlet.site)
    _text(root, "title", outlet.name)
    _text(root, "subtitle", outlet.description)
    _text(root, "updated", _newest(items).isoformat())
    ET.SubElement(root, "link", {"href": feed_url, "rel": "self", "type": "application/atom+xml"})
    ET.SubElement(root, "link", {"href": outlet.site, "rel": "alternate", "type": "text/html"})
    _text(ET.SubElement(root, "author"), "name", outlet.name)
    for item in items:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", item.guid)
        _text(entry, "title", item.title, {"type": "text"})
        ET.SubElement(entry, "link", {"href": item.link, "rel": "alternate", "type": "text/html"})
        _text(entry, "published", item.published.isoformat())
        _text(entry, "updated", item.published.isoformat())
        _text(entry, "summary", item.summary, {"type": "text"})
        if item.content is not None:
            _text(entry, "content", _as_paragraphs(item.content), {"type": "html"})
    return root


def _rdf(outlet: Outlet, items: Sequence[NewsItem], feed_url: str) -> ET.Element:
    root = ET.Element("rdf:RDF")
    channel = ET.SubElement(root, "channel", {"rdf:about": feed_url})
    _text(channel, "title", outlet.name)
    _text(channel, "link", outlet.site)
    _text(channel, "description", _as_html(outlet.description))
    _text(channel, "dc:language", outlet.language)
    _text(channel, "dc:date", _newest(items).isoformat())
    order = ET.SubElement(ET.SubElement(channel, "items"), "rdf:Seq")
    for item in items:
        ET.SubElement(order, "rdf:li", {"rdf:resource": item.guid})
    for item in items:
        entry = ET.SubElement(root, "item", {"rdf:about": item.guid})
        _text(entry, "title", item.title)
        _text(entry, "link", item.link)
        _text(entry, "description", _as_html(item.summary))
        _text(entry, "dc:date", item.published.isoformat())
        if item.content is not None:
            _text(entry, "content:encoded", _as_paragraphs(item.content))
    return root


_Writer = Callable[[Outlet, Sequence[NewsItem], str], ET.Element]
_WRITERS: dict[FeedFormat, _Writer] = {FeedFormat.RSS2: _rss2, FeedFormat.ATOM: _atom, FeedFormat.RDF: _rdf}


def _text(parent: ET.Element, tag: str, value: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, tag, attributes or {}).text = value


def _as_html(text: str) -> str:
    return escape(text, quote=False)


def _as_paragraphs(text: str) -> str:
    return "".join(f"<p>{_as_html(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _newest(items: Sequence[NewsItem]) -> datetime:
    return max((item.published for item in items), default=_EMPTY_SINCE)
