"""Where a feed says its older entries are: RFC 5005's ``prev-archive``, or ``next`` of a feed in pages."""

import re
from urllib.parse import urlsplit

from services.ingest.entries import web_address

_LINK = re.compile(r"<(?:\w+:)?link\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_RELATIONS = ("prev-archive", "next")


def older_page(head: str, url: str) -> str | None:
    """Return the address of the page of older entries that ``head`` (all before the first entry) links to, else None.

    Only a page of the same host counts: what a feed names elsewhere was chosen by nobody here.
    """
    if not any(relation in head for relation in _RELATIONS):
        return None
    found: dict[str, str] = {}
    for match in _LINK.finditer(head):
        given = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(match.group(1))}
        found.setdefault(given.get("rel", "").strip().lower(), given.get("href", ""))
    for relation in _RELATIONS:
        if found.get(relation):
            return same_host(found[relation].replace("&amp;", "&"), url)
    return None


def same_host(address: str, url: str) -> str | None:
    """Return the absolute address if it lies on the host of ``url`` and is another page, else None."""
    page = web_address(address, url)
    if not page or page == url or urlsplit(page).netloc.lower() != urlsplit(url).netloc.lower():
        return None
    return page
