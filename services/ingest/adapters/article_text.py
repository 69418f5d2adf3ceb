"""The text of an article in its page. CPU-bound and synchronous; run it in ``parse_worker``. The only module that knows the extractor."""

import logging

from services.ingest import normalise
from services.ingest.document import Unreadable
from services.ingest.encoding import decode
from services.ingest.outcome import FailureReason

_MOST_CHARACTERS = 2_000_000


def extract(body: bytes, *, content_type: str, url: str, language: str | None) -> str | Unreadable:
    """Return the article's text, normalised, a line a paragraph; empty when the page has none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and "html" not in kind and kind != "text/plain":
        return Unreadable(reason=FailureReason.NOT_A_FEED, detail=f"the page is {kind[:80]}, not HTML")
    import trafilatura  # noqa: PLC0415 - a second of start-up that only processes which read articles pay

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    text = decode(body, content_type).text[:_MOST_CHARACTERS]
    found = trafilatura.extract(text, url=url, include_comments=False, include_tables=False, favor_precision=True)
    return normalise.body(found or "", language)
