"""What ingest counts; names and labels are a contract with dashboards and alert rules (house style, rules 25 and 27)."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.ingest.article import ArticleOutcome
from services.ingest.outcome import FailureReason, PollOutcome
from services.ingest.push_outcome import PushOutcome
from services.ingest.subscription import SubscriptionState
from services.ingest.versions import NewVersion
from shared.events.item import ItemChange
from shared.metrics import AGE_BUCKETS, StageMetrics

TIERS = ("1", "2", "3")


class IngestMetrics:
    """All metrics of the service, on the registry that is handed in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.polls = StageMetrics(registry, "ingest", "polls", [outcome.value for outcome in PollOutcome])
        self.items = StageMetrics(registry, "ingest", "items", ["published"])
        self.failures = Counter(
            "tocsin_ingest_poll_failures", "polls that failed, by reason", ["reason"], registry=registry
        )
        self.versions = Counter(
            "tocsin_ingest_item_versions", "item versions found, by change", ["change"], registry=registry
        )
        self.backfill = Counter(
            "tocsin_ingest_backfill_items", "items that were old at a feed's first poll", registry=registry
        )
        self.possibly_lost = Counter(
            "tocsin_ingest_possibly_lost_items",
            "items that may have come and gone between two polls, estimated from the pace of their feeds",
            registry=registry,
        )
        self.older_pages = Counter(
            "tocsin_ingest_older_pages", "older pages (RFC 5005) read after a feed had rolled over", registry=registry
        )
        self.held_hosts = Counter(
            "tocsin_ingest_held_hosts",
            "times that a Retry-After put off all feeds of a host of TOCSIN_INGEST_THROTTLED_HOSTS",
            registry=registry,
        )
        self.item_age = Histogram(
            "tocsin_ingest_item_age_seconds",
            "publication to fetch of fresh items with a believable date, by tier of the feed, first polls excepted",
            ["tier"],
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.canaries = Counter("tocsin_ingest_canaries", "test items put into the outbox", registry=registry)
        self.publish_failures = Counter(
            "tocsin_ingest_publish_failures", "batches that Kafka did not acknowledge", registry=registry
        )
        self.database_failures = Counter(
            "tocsin_ingest_database_failures", "transactions that PostgreSQL did not do", registry=registry
        )
        self.outbox_pending = Gauge(
            "tocsin_ingest_outbox_pending_items", "items that wait for Kafka", registry=registry
        )
        self.outbox_oldest = Gauge(
            "tocsin_ingest_outbox_oldest_pending_seconds", "how long the oldest of them has waited", registry=registry
        )
        self.feeds = Gauge("tocsin_ingest_feeds", "feeds by state", ["state"], registry=registry)
        self.stalest = Gauge(
            "tocsin_ingest_stalest_feed_seconds",
            "longest time since a live feed of the tier succeeded",
            ["tier"],
            registry=registry,
        )
        self.articles = Counter(
            "tocsin_ingest_articles",
            "pages of articles wanted for their full text, by what came of them",
            ["outcome"],
            registry=registry,
        )
        self.pushes = Counter(
            "tocsin_ingest_pushes",
            "requests to the WebSub callback, by what came of them",
            ["outcome"],
            registry=registry,
        )
        self.subscriptions = Gauge(
            "tocsin_ingest_subscriptions", "WebSub subscriptions at hubs, by state", ["state"], registry=registry
        )
        self.subscription_failures = Counter(
            "tocsin_ingest_subscription_failures", "times that a hub could not be asked, or refused", registry=registry
        )
        for pushed in PushOutcome:
            self.pushes.labels(pushed.value)
        for standing in SubscriptionState:
            self.subscriptions.labels(standing.value)
        for article in ArticleOutcome:
            self.articles.labels(article.value)
        for reason in FailureReason:
            self.failures.labels(reason.value)
        for change in ItemChange:
            self.versions.labels(change.value)
        for tier in TIERS:
            self.item_age.labels(tier)
            self.stalest.labels(tier)
        for state in ("ok", "failing", "new", "retired"):
            self.feeds.labels(state)

    def count(self, versions: Iterable[NewVersion], *, tier: int, at: datetime, is_first_poll: bool = False) -> None:
        """Count item versions found at that time in a feed of that tier; how old they were when nobody polled it yet says nothing."""
        for version in versions:
            item = version.item
            self.versions.labels(item.change.value).inc()
            if item.backfill:
                self.backfill.inc()
            elif not item.published_is_estimated and item.version == 1 and not is_first_poll:
                self.item_age.labels(str(tier)).observe(max((at - item.published).total_seconds(), 0.0))
