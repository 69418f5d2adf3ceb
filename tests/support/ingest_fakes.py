"""The outside world of ingest, by hand: scripted answers, a parser in this process, a Kafka that can fail, a clock that is told."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from services.ingest.adapters import feed_parser
from services.ingest.document import Document, Unreadable
from services.ingest.feed import Feed, Validators
from services.ingest.outcome import Answer, Fetched
from services.ingest.work import OutboxRow
from shared.kafka.publisher import PublishError

NOON = datetime(2026, 4, 11, 12, 0, tzinfo=UTC)


class ToldClock:
    """Stands still until told."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time that was told last."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


class FakeFetcher:
    """Answers each address with what was given for it, the last answer for ever; remembers the validators it was asked with."""

    def __init__(self) -> None:
        self._answers: dict[str, deque[Answer]] = {}
        self.asked: list[tuple[str, Validators]] = []

    def respond_with(self, url: str, *answers: Answer) -> None:
        """Set the answers of an address, in order."""
        self._answers[url] = deque(answers)

    async def fetch(self, url: str, validators: Validators) -> Answer:
        """The next answer."""
        self.asked.append((url, validators))
        answers = self._answers[url]
        return answers.popleft() if len(answers) > 1 else answers[0]


class InlineParser:
    """The real parser, without its process."""

    async def parse(self, body: bytes, *, content_type: str, url: str, language: str | None) -> Document | Unreadable:
        """Parse here and now."""
        return feed_parser.parse(body, content_type=content_type, url=url, language=language, max_entries=2_000)


class FakePublisher:
    """A Kafka that keeps what it acknowledged in ``sent``; a failure may store the rows all the same, as a real one does."""

    def __init__(self) -> None:
        self.sent: list[OutboxRow] = []
        self.partitions: list[int | None] = []
        self._failures: deque[bool] = deque()

    def fail_next(self, times: int = 1, *, but_store: bool = False) -> None:
        """Refuse the next calls; ``but_store`` loses only the acknowledgement."""
        self._failures.extend([but_store] * times)

    async def publish(self, rows: Sequence[OutboxRow], *, partition: int | None = None) -> None:
        """Store and acknowledge, unless told to fail."""
        self.partitions.append(partition)
        if not self._failures:
            self.sent.extend(rows)
            return
        if self._failures.popleft():
            self.sent.extend(rows)
        raise PublishError("tocsin.items.v1", "the broker is away")


def a_feed(slug: str = "dijla-news", **changes: object) -> Feed:
    """A feed with ordinary settings."""
    values: dict[str, object] = {
        "slug": slug,
        "url": f"https://{slug}.example/feed.xml",
        "outlet": "Dijla News",
        "language": "en",
        "country": "IQ",
        "tier": 1,
        **changes,
    }
    return Feed(**values)  # type: ignore[arg-type]  # tests name fields that exist


def rss(stories: Mapping[str, tuple[str, datetime | None]], *, channel: str = "") -> bytes:
    """An RSS 2.0 feed of stories by guid: title and date."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://dijla.example/{guid}</link><title>{title}</title>"
        + (f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if at else "")
        + f"<description>{title}, in more words.</description></item>"
        for guid, (title, at) in stories.items()
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Dijla</title>{channel}{items}</channel></rss>".encode()


def fetched(body: bytes, *, etag: str | None = None, moved_to: str | None = None, url: str = "") -> Fetched:
    """A 200 with this body."""
    return Fetched(
        body=body,
        url=url,
        content_type="application/rss+xml",
        validators=Validators(etag=etag, body_hash=sha256(body).hexdigest()),
        moved_to=moved_to,
    )
