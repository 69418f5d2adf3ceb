"""Every topic Tocsin owns, declared once: name, partitions, retention, clean-up (house style, rule 13).

``tocsin topics apply`` creates them; services never do.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

FAUST_APP_ID = "tocsin-classify"
LINK_TABLE = "links"
REPORT_PARTITIONS = 6
"""One for each link region; never changed within v1, or an incident's reports would stop meeting (design, "The flow")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A topic as the broker should have it; ``retention`` None keeps records for ever (compacted topics)."""

    name: str
    partitions: int
    retention: timedelta | None
    cleanup_policy: str = "delete"
    max_message_bytes: int = 1_048_576

    @property
    def config(self) -> dict[str, str]:
        """Broker settings of the topic, as Kafka names them."""
        retention_ms = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "cleanup.policy": self.cleanup_policy,
            "retention.ms": str(retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
        }


ITEMS = Topic(name="tocsin.items.v1", partitions=6, retention=timedelta(days=7))
REPORTS = Topic(name="tocsin.reports.v1", partitions=REPORT_PARTITIONS, retention=timedelta(days=120))
INCIDENTS = Topic(name="tocsin.incidents.v1", partitions=6, retention=timedelta(days=120))
SOURCES = Topic(name="tocsin.sources.v1", partitions=1, retention=None, cleanup_policy="compact")
"""No dead letters: a record that cannot be read is counted and passed over, the feed's next one replaces it within minutes."""


def dead_letters_of(topic: Topic) -> Topic:
    """The topic that takes what could not be decoded or processed: original bytes, reason and position, kept 30 days."""
    return replace(
        topic, name=f"{topic.name}.dlq", partitions=1, retention=timedelta(days=30), max_message_bytes=2_097_152
    )


LINK_CHANGELOG = Topic(
    name=f"{FAUST_APP_ID}-{LINK_TABLE}-changelog",
    partitions=REPORT_PARTITIONS,
    retention=None,
    cleanup_policy="compact",
)
"""The stream framework's own topic, declared like the others so that it never has to create one."""

ALL: tuple[Topic, ...] = (
    ITEMS,
    REPORTS,
    INCIDENTS,
    SOURCES,
    dead_letters_of(ITEMS),
    dead_letters_of(REPORTS),
    dead_letters_of(INCIDENTS),
    LINK_CHANGELOG,
)


def prefixed(topic: Topic, prefix: str) -> Topic:
    """The same topic under an operator's prefix, for a Kafka shared with others."""
    return replace(topic, name=f"{prefix}{topic.name}")
