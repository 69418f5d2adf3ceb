"""What the classify service counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.classify.desk import DESK_WORDS, DeskOutcome
from services.classify.link.screening import Flag
from shared.events.incident import ChangeKind
from shared.events.report import Kind
from shared.kafka.dead_letters import DeadLetterReason
from shared.metrics import StageMetrics
from shared.topics import ITEMS, REPORTS


class ClassifyMetrics:
    """Reading and linking as two stages, and the state between them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        dead = [f"dead_{reason.value}" for reason in DeadLetterReason]
        self.reading = StageMetrics(registry, "classify", "items_read", [*(kind.value for kind in Kind), *dead])
        self.linking = StageMetrics(
            registry, "classify", "reports_linked", [*(kind.value for kind in ChangeKind), "nothing", "repeated", *dead]
        )
        self.dead_letters = Counter(
            "tocsin_classify_dead_letters", "messages put aside", ["topic", "reason"], registry=registry
        )
        self.publish_retries = Counter(
            "tocsin_classify_publish_retries", "attempts to publish that were not acknowledged", registry=registry
        )
        self.kept_out = Counter(
            "tocsin_classify_kept_out", "facts or reports kept out of incidents", ["reason"], registry=registry
        )
        for flag in Flag:
            self.kept_out.labels(flag.value)
        self.desk_decisions = Counter(
            "tocsin_classify_desk_decisions", "decisions of the desk by outcome", ["verb", "outcome"], registry=registry
        )
        for word in DESK_WORDS:
            for decided in DeskOutcome:
                self.desk_decisions.labels(word, decided.value)
        self.waiting = Gauge(
            "tocsin_classify_waiting_records",
            "records of a topic that wait in the partitions of this replica",
            ["topic"],
            registry=registry,
        )
        self.open_incidents = Gauge("tocsin_classify_open_incidents", "incidents held in memory", registry=registry)
        self.recoveries = Counter(
            "tocsin_classify_recoveries", "times the open incidents were rebuilt from the table", registry=registry
        )
        self.fetched_again = Counter(
            "tocsin_classify_fetched_again",
            "records that the stream framework skipped and that were fetched by ourselves",
            registry=registry,
        )
        self.changelogs_lost = Counter(
            "tocsin_classify_changelogs_lost",
            "times a partition was linked again from its first report because its changelog was lost",
            registry=registry,
        )
        for topic in (ITEMS.name, REPORTS.name):
            self.waiting.labels(topic)
            for reason in DeadLetterReason:
                self.dead_letters.labels(topic, reason.value)
