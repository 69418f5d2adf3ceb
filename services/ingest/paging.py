"""Reading back: the older pages of a feed that rolled over (RFC 5005), until they meet what is known, within bounds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.ingest.document import Document, Entry
from services.ingest.feed import Validators
from services.ingest.outcome import Fetched
from services.ingest.ports import Fetcher, Parser


@dataclass(frozen=True, kw_only=True, slots=True)
class OlderEntries:
    """What older pages brought. ``meets_known`` says that nothing lies between them and what was known."""

    entries: tuple[Entry, ...] = ()
    pages: int = 0
    meets_known: bool = False


class OlderPages:
    """Reads at most ``most_pages`` pages and not longer than ``seconds`` in all; ``pace`` waits for the host's next turn."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        parser: Parser,
        pace: Callable[[str], Awaitable[None]],
        most_pages: int,
        seconds: float,
    ) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._pace = pace
        self._most_pages = most_pages
        self._seconds = seconds

    async def read(
        self, document: Document, *, url: str, language: str | None, is_known: Callable[[Document], Awaitable[bool]]
    ) -> OlderEntries:
        """Follow ``document.older``; a page that fails ends the reading, and what was read by then is returned."""
        entries: list[Entry] = []
        seen = {url}
        meets_known = False
        try:
            async with asyncio.timeout(self._seconds):
                while document.older is not None and document.older not in seen and len(seen) <= self._most_pages:
                    address = document.older
                    seen.add(address)
                    await self._pace(address)
                    answer = await self._fetcher.fetch(address, Validators())
                    if not isinstance(answer, Fetched):
                        break
                    page = await self._parser.parse(
                        answer.body, content_type=answer.content_type, url=answer.url, language=language
                    )
                    if not isinstance(page, Document) or not page.entries:
                        break
                    entries += page.entries
                    document = page
                    if await is_known(page):
                        meets_known = True
                        break
        except TimeoutError:
            pass
        return OlderEntries(entries=tuple(entries), pages=len(seen) - 1, meets_known=meets_known)
