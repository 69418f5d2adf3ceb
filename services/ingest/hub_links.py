"""Where a feed says its hub is (WebSub, W3C Recommendation, section 4): HTTP Link headers first, else links in the document's head."""

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import urlsplit

from services.ingest.entries import web_address
from services.ingest.feed import HubLinks

_LINK = re.compile(r"<(?:\w+:)?link\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w:-])(rel|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_QUOTED = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
"""Others' words, or nobody's: links in them are not the document's own (section 8.1)."""
_HEADER_LINK = re.compile(r"<([^<>]{1,4000})>([^<]{0,2000})")
_HEADER_REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)
_MOST_HEADER_CHARACTERS = 16_000
_MOST_HUBS = 5


def in_headers(values: Sequence[str], url: str) -> HubLinks | None:
    """Return what Link headers (RFC 8288) name, else None; ``url`` is where the document was fetched."""
    found = []
    for match in _HEADER_LINK.finditer(", ".join(values)[:_MOST_HEADER_CHARACTERS]):
        relation = _HEADER_REL.search(match.group(2))
        if relation is not None:
            found.append((relation.group(1) or relation.group(2) or "", match.group(1)))
    return _links(found, url)


def in_head(head: str, url: str) -> HubLinks | None:
    """Return what the links before a document's first entry name, else None."""
    if "hub" not in head:
        return None
    found = []
    for match in _LINK.finditer(_QUOTED.sub("", head)):
        given = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(match.group(1))}
        found.append((given.get("rel", ""), unescape(given.get("href", ""))))
    return _links(found, url)


def in_json(hubs: object, feed_url: object, url: str) -> HubLinks | None:
    """Return the WebSub hub of a JSON Feed (``hubs`` and ``feed_url``, version 1.1), else None."""
    listed = hubs if isinstance(hubs, list) else []
    found = [
        ("hub", one["url"])
        for one in listed
        if isinstance(one, dict) and str(one.get("type", "")).lower() == "websub" and isinstance(one.get("url"), str)
    ]
    if isinstance(feed_url, str):
        found.append(("self", feed_url))
    return _links(found, url)


def _links(found: Sequence[tuple[str, str]], url: str) -> HubLinks | None:
    """The hubs over https first, else in the feed's order; a feed that does not name itself is known by its address."""
    named = dict.fromkeys(address for one, address in _addresses(found, url) if one == "hub")
    topic = next((address for one, address in _addresses(found, url) if one == "self"), url)
    hubs = sorted(named, key=lambda hub: urlsplit(hub).scheme != "https")[:_MOST_HUBS]
    return HubLinks(hub=hubs[0], topic=topic, others=tuple(hubs[1:])) if hubs else None


def _addresses(found: Sequence[tuple[str, str]], url: str) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for relations, address in found:
        absolute = web_address(address, url) if address else ""
        if absolute:
            named.extend((relation, absolute) for relation in relations.lower().split() if relation in {"hub", "self"})
    return named
