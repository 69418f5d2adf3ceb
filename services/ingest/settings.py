"""Settings of the ingest service."""

from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from services.ingest.schedule import PollLimits
from shared.addresses import AddressPolicy
from shared.settings import CommaSeparated, Settings

Seconds = Annotated[float, Field(gt=0)]


class IngestSettings(Settings):
    """See ``shared.settings`` for how each is named in the environment."""

    service: ClassVar[str] = "ingest"

    postgres_dsn: SecretStr = SecretStr("postgresql://127.0.0.1:5432/tocsin")
    """PostgreSQL, ``postgresql://user:password@host:port/database``."""
    postgres_connections: Annotated[int, Field(ge=2, le=100)] = 6
    """Most connections of this process to PostgreSQL."""
    feeds_file: Path = Path("config/feeds.yaml")
    """The list of feeds."""
    instance: str = ""
    """Name of this replica; the host name when empty. Two live replicas must never share one: at start a replica takes back what its name held."""
    contact: str = ""
    """Address (URL or e-mail) that publishers find in our User-Agent; outlets block pollers they cannot ask."""
    allow_networks: CommaSeparated = ()
    """Networks that feeds may be fetched from besides the public Internet, as CIDR separated by commas."""
    proxy: SecretStr | None = None
    """HTTP proxy for all fetches, ``http://user:password@host:port`` (CONNECT for https); it must itself refuse internal networks."""
    throttled_hosts: CommaSeparated = ()
    """Hosts whose Retry-After counts for all their feeds, separated by commas (``www.reddit.com``); elsewhere it counts for the feed that was told."""

    workers: Annotated[int, Field(ge=1, le=1000)] = 32
    """Feeds polled at once by this process."""
    host_connections: Annotated[int, Field(ge=1, le=100)] = 2
    """Feeds polled at once on one host."""
    host_delay_seconds: Annotated[float, Field(ge=0)] = 1.0
    """Least time between the beginnings of two polls on one host."""
    host_wait_seconds: Seconds = 15.0
    """Longest that a poll waits for its host's turn before it is put off without being a failure; part of the lease."""
    connect_timeout_seconds: Seconds = 10.0
    """Connecting, TLS included; below fetch_timeout_seconds."""
    read_timeout_seconds: Seconds = 15.0
    """Silence while reading; below fetch_timeout_seconds."""
    fetch_timeout_seconds: Seconds = 30.0
    """One fetch in all, redirects included: bounds a server that drips; part of the lease."""
    max_body_bytes: Annotated[int, Field(ge=10_000)] = 10 * 1_048_576
    """Largest body, counted after decompression."""
    max_redirects: Annotated[int, Field(ge=0, le=20)] = 5
    """Hops followed; each is checked like the first address."""
    max_entries: Annotated[int, Field(ge=1)] = 2_000
    """Entries read of one document, the first ones."""
    older_pages: Annotated[int, Field(ge=0, le=50)] = 5
    """Most pages of older entries (RFC 5005) read when a feed rolled over between two polls; 0 reads none."""
    older_pages_seconds: Seconds = 20.0
    """All of them together; part of the lease."""

    websub_callback: str = ""
    """Public https address under which hubs reach the WebSub port, such as ``https://news.example.org/websub``; empty: no hub is asked."""
    websub_host: str = "127.0.0.1"
    """Address that the WebSub port listens on; 0.0.0.0 in a container."""
    websub_port: Annotated[int, Field(ge=0, le=65535)] = 8090
    """Port that hubs reach by websub_callback, through the proxy that ends TLS; nothing else is served there."""
    websub_lease_seconds: Annotated[int, Field(ge=300, le=2_592_000)] = 864_000
    """How long a hub is asked to push before the subscription is renewed; hubs may decide otherwise."""

    article_workers: Annotated[int, Field(ge=1, le=50)] = 2
    """Pages of articles read at once, for feeds with ``full_text``, beside the polls."""

    parse_workers: Annotated[int, Field(ge=1, le=64)] = 2
    """Processes that parse; more than cores brings nothing."""
    parse_timeout_seconds: Seconds = 20.0
    """Parsing one document; then its process is killed and started again. Part of the lease."""
    parse_memory_bytes: Annotated[int, Field(ge=200 * 1_048_576)] = 1_073_741_824
    """Address space of one parsing process."""

    min_poll_seconds: Seconds = 60.0
    """Shortest interval between polls of a feed, in a surge too."""
    default_poll_seconds: Seconds = 300.0
    """Interval while a feed's pace is unknown."""
    max_poll_seconds_tier1: Seconds = 150.0
    """Longest interval of a live feed of tier 1: half of its news is then fetched within 75 s, nearly all within 150 s."""
    max_poll_seconds_tier2: Seconds = 600.0
    """Longest interval of a live feed of tier 2."""
    max_poll_seconds_tier3: Seconds = 3600.0
    """Longest interval of a live feed of tier 3."""
    longest_poll_seconds: Seconds = 14_400.0
    """Longest interval of quiet and of failing feeds: nothing is given up."""
    longest_retry_after_seconds: Seconds = 86_400.0
    """A Retry-After beyond this is taken as this."""
    lease_seconds: Seconds = 150.0
    """How long a feed is ours alone; a killed replica's feeds are taken over after it. Above the sum of what one poll may take."""

    publish_timeout_seconds: Seconds = 15.0
    """One attempt to publish a batch; below outbox_claim_seconds."""
    publish_batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Most items published and settled at once."""
    outbox_claim_seconds: Seconds = 60.0
    """How long pending rows belong to one publisher; a killed replica's rows are taken over after it."""
    outbox_retention_days: Annotated[float, Field(gt=0)] = 7.0
    """How long acknowledged rows are kept for 'tocsin ingest republish'; as long as the topic's retention."""
    canary_seconds: Annotated[float, Field(ge=0, le=3600)] = 300.0
    """How often a test item is sent through the whole chain, which tells a quiet day from a broken chain; 0 sends none."""
    shutdown_grace_seconds: Seconds = 10.0
    """How long polls in flight may take to end after SIGTERM; below the orchestrator's grace period."""
    stall_seconds: Seconds = 60.0
    """Liveness fails when no loop has turned for this long."""

    @field_validator("allow_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        AddressPolicy.allowing(value)
        return value

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        try:
            parts = urlsplit(value.get_secret_value())
            is_good = parts.scheme == "http" and bool(parts.hostname) and parts.port is not None
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError("only a proxy of the form http://host:port or http://user:password@host:port is accepted")
        return value

    @field_validator("websub_callback")
    @classmethod
    def _is_callback(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_good = not value or (
                parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
            )
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError(
                f"{value!r} is no address that hubs can call; only one such as https://news.example.org/websub, without ? and #, is accepted"
            )
        return value.rstrip("/")

    @field_validator("throttled_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not host or "/" in host or ":" in host:
                raise ValueError(
                    f"{host!r} is no host name; give names such as www.reddit.com, without scheme, port and path"
                )
        return tuple(host.lower() for host in value)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        poll = (
            self.host_wait_seconds
            + self.fetch_timeout_seconds
            + self.parse_timeout_seconds
            + (self.older_pages_seconds if self.older_pages else 0)
        )
        if self.lease_seconds <= poll + 30:
            raise ValueError(
                f"LEASE_SECONDS {self.lease_seconds:g} must exceed HOST_WAIT_SECONDS + FETCH_TIMEOUT_SECONDS + "
                f"PARSE_TIMEOUT_SECONDS + OLDER_PAGES_SECONDS + 30 for the database = {poll + 30:g}"
            )
        if self.publish_timeout_seconds >= self.outbox_claim_seconds:
            raise ValueError(
                f"PUBLISH_TIMEOUT_SECONDS {self.publish_timeout_seconds:g} must be below OUTBOX_CLAIM_SECONDS {self.outbox_claim_seconds:g}"
            )
        if 0 < self.canary_seconds < 1:
            raise ValueError(f"CANARY_SECONDS {self.canary_seconds:g} must be 0 or at least 1")
        if self.min_poll_seconds > self.longest_poll_seconds:
            raise ValueError(
                f"MIN_POLL_SECONDS {self.min_poll_seconds:g} must not exceed LONGEST_POLL_SECONDS {self.longest_poll_seconds:g}"
            )
        return self

    @property
    def poll_limits(self) -> PollLimits:
        """The bounds of the schedule."""
        return PollLimits(
            min_seconds=self.min_poll_seconds,
            default_seconds=self.default_poll_seconds,
            max_by_tier=(self.max_poll_seconds_tier1, self.max_poll_seconds_tier2, self.max_poll_seconds_tier3),
            longest_seconds=self.longest_poll_seconds,
            longest_retry_after_seconds=self.longest_retry_after_seconds,
        )

    @property
    def user_agent(self) -> str:
        """What we call ourselves to publishers."""
        contact = f"+{self.contact}" if "://" in self.contact else self.contact
        return f"Tocsin/0.1 (news alert feed poller; {contact or 'operator gave no contact'})"
