"""What the alert service counts (house style, rule 25)."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.alert.bounce import Hardness
from services.alert.bulletin import BulletinKind, GatheredBy
from services.alert.care import NoticeKind
from services.alert.delivery import Reason
from services.alert.routing import Message
from services.alert.sight import BlindReason
from services.alert.silences import SilenceKind
from shared.kafka.dead_letters import DeadLetterReason
from shared.metrics import AGE_BUCKETS, StageMetrics

CHANNELS = ("webhook", "email", "apprise", "sink")


class ChangeOutcome(StrEnum):
    """What became of one incident change."""

    ROUTED = "routed"
    SILENT = "silent"
    REPEATED = "repeated"
    DEAD_LETTERED = "dead_lettered"
    CANARY = "canary"


class AttemptOutcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    RETRYABLE = "retryable"
    PERMANENT = "permanent"


class AlertMetrics:
    """Changes in, deliveries written, attempts by outcome and reason, and how old the news was when it arrived."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.changes = StageMetrics(registry, "alert", "changes", [outcome.value for outcome in ChangeOutcome])
        self.attempts = StageMetrics(registry, "alert", "attempts", [outcome.value for outcome in AttemptOutcome])
        self.waiting_records = Gauge(
            "tocsin_alert_waiting_records",
            "incident changes that wait in the partitions of this replica",
            registry=registry,
        )
        self.dead_letters = Counter(
            "tocsin_alert_dead_letters", "changes put aside, by reason", ["reason"], registry=registry
        )
        self.created = Counter(
            "tocsin_alert_deliveries_created", "deliveries written down", ["channel", "message"], registry=registry
        )
        self.expired = Counter(
            "tocsin_alert_deliveries_expired", "deliveries too late to send", ["channel"], registry=registry
        )
        self.given_up = Counter(
            "tocsin_alert_deliveries_given_up",
            "deliveries put where a person can replay them",
            ["channel", "reason"],
            registry=registry,
        )
        self.failures = Counter(
            "tocsin_alert_attempt_failures", "failed attempts", ["channel", "reason"], registry=registry
        )
        self.endpoint_pauses = Counter(
            "tocsin_alert_endpoint_pauses",
            "times an endpoint was left alone for a while",
            ["channel"],
            registry=registry,
        )
        self.notices = Counter(
            "tocsin_alert_endpoint_notices",
            "messages to owners about their endpoints; unheard: an endpoint has no owner that could be told",
            ["kind", "heard"],
            registry=registry,
        )
        self.bounces = Counter(
            "tocsin_alert_mail_bounces",
            "bounced mails; unknown: a message in the bounce mailbox that is none of a mail of ours",
            ["hardness"],
            registry=registry,
        )
        self.links = Counter(
            "tocsin_alert_mail_links", "links of mails that were acted on", ["kind", "outcome"], registry=registry
        )
        self.pending = Gauge("tocsin_alert_deliveries_pending", "deliveries waiting", ["channel"], registry=registry)
        self.age = Histogram(
            "tocsin_alert_age_seconds",
            "from publication of the news to its delivery",
            ["channel"],
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.lag = Histogram(
            "tocsin_alert_lag_seconds",
            "from fetching the news to its delivery",
            ["channel"],
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.kept = Counter(
            "tocsin_alert_kept",
            "messages kept to be told together with others, by why",
            ["gathered_by"],
            registry=registry,
        )
        self.waiting = Gauge(
            "tocsin_alert_waiting",
            "incidents that wait to be told together, by why",
            ["gathered_by"],
            registry=registry,
        )
        self.silences = Gauge("tocsin_alert_silences", "holds and mutes in force", ["kind"], registry=registry)
        self.watch_blind = Gauge(
            "tocsin_alert_watch_blind",
            "watches that see nothing now, by what ends their sight",
            ["reason"],
            registry=registry,
        )
        self.rounds_last = Gauge(
            "tocsin_alert_rounds_last_timestamp_seconds",
            "when somebody last looked whether watches see",
            registry=registry,
        )
        self.canary_age = Histogram(
            "tocsin_alert_canary_age_seconds",
            "from the slot of a test item to its arrival at the end of the chain",
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.canary_last = Gauge(
            "tocsin_alert_canary_last_timestamp_seconds", "slot of the test item that arrived last", registry=registry
        )
        self.sources_unreadable = Counter(
            "tocsin_alert_sources_unreadable", "records of feeds' health that could not be read", registry=registry
        )
        self.ledger_errors = Counter("tocsin_alert_ledger_errors", "times PostgreSQL did not play", registry=registry)
        for gathered_by in GatheredBy:
            self.kept.labels(gathered_by.value)
            self.waiting.labels(gathered_by.value)
        for kind in SilenceKind:
            self.silences.labels(kind.value)
        for blind in BlindReason:
            self.watch_blind.labels(blind.value)
        for reason in DeadLetterReason:
            self.dead_letters.labels(reason.value)
        for notice in NoticeKind:
            self.notices.labels(notice.value, "true")
            self.notices.labels(notice.value, "false")
        for link, outcome in (
            ("unsubscribe", "left"), ("unsubscribe", "returned"), ("confirm", "confirmed"), ("confirm", "refused"),
            ("report", "reported"), ("report", "refused"),
        ):  # fmt: skip
            self.links.labels(link, outcome)
        for hardness in (*Hardness, "unknown"):
            self.bounces.labels(hardness)
        for channel in CHANNELS:
            self.expired.labels(channel)
            self.endpoint_pauses.labels(channel)
            self.pending.labels(channel)
            self.age.labels(channel)
            self.lag.labels(channel)
            for message in (*Message, *BulletinKind):
                self.created.labels(channel, message.value)
            for failure in Reason:
                self.failures.labels(channel, failure.value)
                self.given_up.labels(channel, failure.value)
