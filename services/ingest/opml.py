"""Lists of feeds as OPML, both ways. What OPML has no word for (slug, tier, country, pace) travels as attributes of a namespace of ours."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from services.ingest.feed import Feed

NAMESPACE = "urn:tocsin:feeds"
_OURS = ("slug", "country", "tier", "topic", "interval_seconds", "full_text")


class OpmlError(ValueError):
    """The text is no OPML."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A feed as an OPML file tells of it; ``more`` holds what only our own files say."""

    url: str
    title: str
    language: str | None
    more: Mapping[str, str]


def write(feeds: Iterable[Feed]) -> str:
    """Return the feeds as OPML 2.0."""
    ET.register_namespace("tocsin", NAMESPACE)
    root = ET.Element("opml", {"version": "2.0"})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Feeds of Tocsin"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        named = {
            "type": "rss",
            "text": feed.outlet,
            "title": feed.outlet,
            "xmlUrl": feed.url,
            "language": feed.language,
        }
        values = {name: getattr(feed, name) for name in _OURS}
        ours = {
            f"{{{NAMESPACE}}}{name}": "true" if value is True else str(value)
            for name, value in values.items()
            if value is not None and value is not False
        }
        ET.SubElement(body, "outline", {**named, **ours})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def read(raw: bytes) -> tuple[Outline, ...]:
    """Return every outline with an ``xmlUrl``, however deep; raises ``OpmlError``. A document type is refused: only that declares entities."""
    found: list[Outline] = []
    roots: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        roots.append(name)
        plain = {key.lower(): value.strip() for key, value in attributes.items()}
        if name.lower() == "outline" and plain.get("xmlurl"):
            more = {key: plain[f"{NAMESPACE} {key}"] for key in _OURS if plain.get(f"{NAMESPACE} {key}")}
            title = plain.get("title") or plain.get("text") or ""
            found.append(Outline(url=plain["xmlurl"], title=title, language=plain.get("language"), more=more))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise OpmlError(f"not readable as OPML: {error}") from error
    if roots[0].lower() != "opml":
        raise OpmlError(f"the document is {roots[0]!r}, not OPML")
    return tuple(found)


def _refuse(*_: object) -> None:
    raise OpmlError("not readable as OPML: it declares a document type")
