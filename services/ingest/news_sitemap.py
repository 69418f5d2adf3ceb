"""News sitemaps: what outlets without a feed (or with a short one) tell search engines of the last two days."""

from contextlib import suppress
from xml.parsers import expat

from services.ingest.dates import parse_date
from services.ingest.document import Document, Entry, Unreadable
from services.ingest.entries import entry_of
from services.ingest.outcome import FailureReason

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "google.com/schemas/sitemap-news/"
_FIELDS = {"loc": "address", "title": "title", "publication_date": "published", "language": "language"}


class _EnoughError(Exception):
    """As many entries as are read have been read."""


def parse(text: str, *, url: str, language: str | None, max_entries: int) -> Document | Unreadable:
    """Return the articles of a news sitemap, or why it is none; one that breaks off gives its complete entries and says so."""
    reader = _Reader(page=url, language=language, max_entries=max_entries)
    problem, is_cut_off = None, False
    try:
        with suppress(_EnoughError):
            reader.read(text)
    except expat.ExpatError as error:
        problem, is_cut_off = (
            f"the document breaks off; {len(reader.entries)} complete entries were read ({error})",
            True,
        )
    if not reader.entries and (is_cut_off or reader.addresses):
        why = "the XML is damaged" if is_cut_off else "a sitemap without news: articles need a news:title"
        return Unreadable(reason=FailureReason.NOT_A_FEED, detail=why)
    if reader.is_full:
        problem = f"carries more than {max_entries} items, of which the first {max_entries} were read"
    return Document(
        entries=tuple(reader.entries), language=reader.language or None, problem=problem, is_cut_off=is_cut_off
    )


class _Reader:
    def __init__(self, *, page: str, language: str | None, max_entries: int) -> None:
        self.entries: list[Entry] = []
        self.addresses = 0
        self.language = ""
        self.is_full = False
        self._page = page
        self._given_language = language
        self._max_entries = max_entries
        self._article: dict[str, str] = {}
        self._field: str | None = None
        self._pieces: list[str] = []

    def read(self, text: str) -> None:
        """Raises ``ExpatError`` for damaged XML, a document type included: only that can declare entities."""
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._pieces.append
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(text.encode("utf-8", "replace"), True)

    def _start(self, raw: str, _attributes: dict[str, str]) -> None:
        self._pieces.clear()
        uri, _, name = raw.rpartition(" ")
        self._field = None
        if uri == _SITEMAP and name == "url":
            if len(self.entries) >= self._max_entries:
                self.is_full = True
                raise _EnoughError
            self._article = {}
        elif (name == "loc" and uri == _SITEMAP) or (_NEWS in uri and name != "loc"):
            self._field = _FIELDS.get(name)

    def _end(self, raw: str) -> None:
        if self._field is not None:
            self._article[self._field] = "".join(self._pieces).strip()
            self._field = None
        elif raw == f"{_SITEMAP} url":
            self._keep()

    def _keep(self) -> None:
        article = self._article
        self.addresses += 1
        if not article.get("title") or not article.get("address"):
            return
        self.language = self.language or article.get("language", "").lower()
        entry = entry_of(
            guid=article["address"],
            url=article["address"],
            title=article["title"],
            summary="",
            content=None,
            published=parse_date(article.get("published", "")),
            page=self._page,
            language=self._given_language,
        )
        if entry is not None:
            self.entries.append(entry)


def _refuse(*_: object) -> None:
    raise expat.ExpatError("it declares a document type")
