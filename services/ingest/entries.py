"""One normalised entry from the raw words of any format."""

import re
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from services.ingest import normalise
from services.ingest.document import Entry
from services.ingest.identity import content_hash, title_hash

_MAX_GUID_CHARACTERS = 2_000
_MAX_ADDRESS_CHARACTERS = 4_000
_TITLE_FROM_TEXT_CHARACTERS = 120
_ORDINARY = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~%/-]*(?:\?[A-Za-z0-9._~%/=&-]+)?")


def entry_of(
    *,
    guid: str,
    url: str,
    title: str,
    summary: str,
    content: str | None,
    published: datetime | None,
    page: str,
    language: str | None,
) -> Entry | None:
    """Return the entry, or None when it has no text at all. ``page`` is what relative links are relative to.

    An entry without a title takes the beginning of its text as one: every item must be sayable in a line.
    """
    clean_summary = normalise.body(summary, language)
    clean_content = normalise.body(content, language) if content else None
    if clean_content is not None and clean_content in {"", clean_summary}:
        clean_content = None
    clean_title = normalise.title(title, language)
    if not clean_title:
        first_line = (clean_summary or clean_content or "").partition("\n")[0]
        clean_title = first_line[:_TITLE_FROM_TEXT_CHARACTERS].strip()
    if not clean_title:
        return None
    return Entry(
        guid=guid.strip()[:_MAX_GUID_CHARACTERS],
        url=web_address(url, page) or web_address(guid, ""),
        title=clean_title,
        summary=clean_summary,
        content=clean_content,
        published=published,
        content_hash=content_hash(clean_title, clean_summary, clean_content),
        title_hash=title_hash(clean_title),
    )


def web_address(address: str, page: str) -> str:
    """Return an absolute http(s) address of sane length, else an empty string."""
    if len(address) > _MAX_ADDRESS_CHARACTERS:
        return ""
    if _ORDINARY.fullmatch(address):  # joining would give the same
        return address
    try:
        joined = urljoin(page, address.strip()) if address.strip() else ""
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.netloc else ""
