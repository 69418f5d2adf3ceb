"""The feeds that a web page names."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))
_MAX_LINKS = 50


def feed_links(page: str, address: str) -> tuple[str, ...]:
    """Return the absolute addresses of the feeds that ``page`` links to as its own, in its order; comment feeds last."""
    finder = _Finder(address)
    finder.feed(page)
    unique = tuple(dict.fromkeys(finder.found))
    return tuple(sorted(unique, key=lambda link: "comment" in link.lower()))


class _Finder(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._page = address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and given.get("href"):
            self._page = urljoin(self._page, given["href"])
        if tag != "link" or "alternate" not in given.get("rel", "").lower().split():
            return
        if given.get("type", "").partition(";")[0].strip().lower() not in _TYPES or len(self.found) >= _MAX_LINKS:
            return
        try:
            link = urljoin(self._page, given.get("href", "").strip())
            is_web = urlsplit(link).scheme in {"http", "https"}
        except ValueError:
            return
        if is_web and given.get("href"):
            self.found.append(link)
