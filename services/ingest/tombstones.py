"""What a publisher has taken back, as the publisher says it: tombstones of Atom feeds (RFC 6721), and titles that say nothing else.

Only such words count. An item that is no longer listed has merely rolled off: feeds are windows, and nothing is concluded from it.
"""

import re
from contextlib import suppress
from xml.parsers import expat

NAMESPACE = "http://purl.org/atompub/tombstones/1.0"

_DELETED = f"{NAMESPACE} deleted-entry"
_MOST = 2_000
_LONGEST_REFERENCE = 2_000
_WHAT = r"(?:story|article|report|item|post|page|news|headline)"
_DONE = r"(?:withdrawn|removed|deleted|killed|taken down)"
_TITLE = re.compile(
    rf"""
      [\[(]\s*(?:{_WHAT}\s+)?{_DONE}\s*[\])].*                      # [WITHDRAWN] Blast in Kirkuk
    | (?:{_WHAT}\s+{_DONE}|withdrawn|withdrawal\s+of\s+{_WHAT})\s*[:\u2013\u2014-]\s*.*    # STORY REMOVED: Blast in Kirkuk
    | (?:{_WHAT}\s+)?{_DONE}\.?
    | (?:this|the)\s+{_WHAT}\s+(?:has\s+been|was|is|had\s+to\s+be)\s+{_DONE}(?:\s+(?:by|from|at|due|for|because)\b.*)?\.?
    | [\[(]?\s*(?:تم\s+)?(?:حذف|سحب|إزالة)\s+(?:هذا\s+|هذه\s+)?(?:الخبر|المقال|المادة|التقرير)\s*[\])]?\.?
    | [\[(]?\s*(?:خبر|مقال)\s+(?:محذوف|مسحوب)\s*[\])]?\.?
    | [\[(]?\s*(?:ئەم\s+)?هەواڵە?(?:کە)?\s+سڕا(?:یەوە|وەتەوە)\s*[\])]?\.?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_TITLE = 300


def references(text: str) -> tuple[str, ...]:
    """Return the ids of the entries that the document's tombstones name, as far as it is well-formed; bounded in number and length."""
    if NAMESPACE not in text:
        return ()
    found: dict[str, None] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        reference = attributes.get("ref", "").strip()
        if name == _DELETED and 0 < len(reference) <= _LONGEST_REFERENCE and len(found) < _MOST:
            found[reference] = None

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    with suppress(expat.ExpatError):  # what was read before the fault was said all the same
        parser.Parse(text.encode("utf-8", "replace"), True)
    return tuple(found)


def says_withdrawn(title: str) -> bool:
    """Whether a title says that its own story was taken back. "Retracted" is not among the words: a retraction is news, and is read as such."""
    return len(title) <= _LONGEST_TITLE and _TITLE.fullmatch(title.strip()) is not None


def _refuse(*_: object) -> None:
    raise expat.ExpatError("it declares a document type")
