"""The alert service's settings."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from services.alert.delivery import SCHEDULE
from services.alert.mail import address
from shared.settings import CommaSeparated, Settings

_LEASE_MARGIN_SECONDS = 10.0
_Positive = Annotated[float, Field(gt=0)]
_Port = Annotated[int, Field(ge=0, le=65535)]


class AlertSettings(Settings):
    """What the alert service can be told from outside."""

    service: ClassVar[str] = "alert"

    postgres_dsn: SecretStr
    """Address of PostgreSQL, ``postgresql://user:password@host:port/database``."""
    postgres_connections: Annotated[int, Field(ge=2, le=100)] = 6
    """Most connections to PostgreSQL."""
    watches_file: Path = Path("config/watches.yaml")
    """The watches and their endpoints."""
    consumer_group: str = "tocsin-alert"
    """Kafka consumer group; replicas share it."""
    batch_records: Annotated[int, Field(ge=1, le=2000)] = 200
    """Most incident changes in one database transaction."""

    catch_up_after_seconds: _Positive = 3600.0
    """News that lay in our own hands for longer is told in one catch-up summary instead of ringing; what is no longer current is left out."""
    round_seconds: _Positive = 15.0
    """How often to look whether the watches see, whose daily sign of life is due and what waits to be told together."""

    webhook_timeout_seconds: _Positive = 20.0
    """Time for a whole webhook request, connecting included; below the lease."""
    webhook_connect_seconds: _Positive = 5.0
    """Time for connecting; below the whole."""
    webhook_traceparent: bool = False
    """Tell webhook receivers the attempt's trace context in the header ``traceparent``, so that their traces join ours. It is the same trace for all who are told of an item."""
    endpoint_concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    """Most requests to one endpoint at once; one that just failed gets a single request at a time."""
    endpoint_backlog: Annotated[int, Field(ge=0, le=1000)] = 50
    """Most deliveries to one endpoint that wait in memory, leased, for a place; the rest waits in PostgreSQL."""
    breaker_failures: Annotated[int, Field(ge=2, le=1000)] = 10
    """Failures in a row after which an endpoint is left alone for a while."""
    breaker_pause_seconds: _Positive = 30.0
    """How long the first time; doubled each time up to ten minutes. Nothing uses up its attempts meanwhile."""
    disable_after_hours: Annotated[float, Field(gt=0, le=24 * 60)] = 120.0
    """An endpoint that has failed for so long without one success is disabled; its owner is warned before, and told."""
    care_seconds: _Positive = 30.0
    """How often to look for endpoints that keep failing."""
    operator_endpoint: str | None = None
    """The endpoint (of the watches file) that is told when one without an ``owner`` fails."""
    webhook_proxy: SecretStr | None = None
    """HTTP proxy for webhooks, ``http://user:password@host:port``; it must itself refuse internal networks."""
    max_in_flight: Annotated[int, Field(ge=1, le=20_000)] = 1000
    """Most deliveries being attempted at once; what hangs takes places here until it times out, so keep it well above
    ``endpoint_concurrency`` times the endpoints that may hang."""
    lease_seconds: _Positive = 60.0
    """How long a delivery is ours; after a crash another replica takes it over when this has passed. Above the longest attempt."""
    poll_seconds: _Positive = 0.5
    """How often to look for deliveries that have become due; new ones are seen at once."""
    retry_schedule_seconds: CommaSeparated = tuple(f"{step.total_seconds():g}" for step in SCHEDULE)
    """Waits before the second and later attempts."""
    allow_networks: CommaSeparated = ()
    """Networks that webhooks may reach besides the public Internet (``127.0.0.0/8``); empty is safest."""

    apprise_timeout_seconds: _Positive = 20.0
    """Time for one message to a service reached by Apprise; below the lease."""
    apprise_concurrency: Annotated[int, Field(ge=1, le=50)] = 8
    """Most such messages at once; each takes a thread."""

    smtp_host: str | None = None
    """Mail relay. Needed when a watch has an e-mail endpoint."""
    smtp_port: _Port = 587
    """Its port."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """``starttls`` insists on it, ``tls`` is implicit TLS (port 465), ``none`` is for a relay on this machine."""
    smtp_username: str | None = None
    """User at the relay."""
    smtp_password: SecretStr | None = None
    """Password at the relay."""
    smtp_timeout_seconds: _Positive = 30.0
    """Time for one mail, connecting included; below the lease."""
    smtp_concurrency: Annotated[int, Field(ge=1, le=50)] = 4
    """Most mails being handed to the relay at once."""
    mail_from: str = "tocsin@localhost"
    """Sender address; its domain also ends the Message-IDs."""
    mail_from_name: str = "Tocsin"
    """Sender name."""
    smtp_ca_file: Path | None = None
    """Certificates that the relay's is checked against, in place of the system's."""
    mail_bounce_address: str | None = None
    """Where bounces return to, with ``+`` and the delivery's id before the ``@`` (the relay must deliver such addresses); else ``mail_from``."""
    mail_bounce_maildir: Path | None = None
    """The Maildir of that address; read and emptied. ``tocsin deliveries bounce`` takes single bounces from a pipe instead."""
    public_url: str | None = None
    """Where the page is reached from outside, ``https://alerts.example.org``: mails then carry links to unsubscribe and report errors."""

    api_host: str = "127.0.0.1"
    """Address that the page and the API listen on."""
    api_port: _Port = 8080
    """Port of the same; 0 lets the system choose and the log says which."""
    api_open_incidents: bool = False
    """Whether everybody may read the incident list without a key. Watches, endpoints and who was told need one always."""
    api_requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    """Most requests a minute with one key, to one replica."""
    api_anonymous_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 120
    """Most requests a minute from one address without a key, and with wrong ones."""
    api_max_body_bytes: Annotated[int, Field(ge=1_000, le=10_000_000)] = 262_144
    """Largest body that the API reads; a larger one is refused with 413."""
    api_max_entries: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """Most watches, and most endpoints, of one tenant."""
    keep_deliveries_days: Annotated[int, Field(ge=7, le=36_500)] = 120
    """Days for which deliveries that are done are kept with their bodies; a cursor of ``/v1/changes`` is good as long."""
    keep_attempts_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """Days for which single attempts and what was answered are kept."""
    keep_incidents_days: Annotated[int, Field(ge=120, le=36_500)] = 1095
    """Days for which incidents are kept after their newest report, with all their changes; news may change one for 90 days."""
    keep_audit_days: Annotated[int, Field(ge=30, le=36_500)] = 730
    """Days for which the audit is kept, and keys, reported errors, holds and mutes after their end."""
    housekeeping_seconds: _Positive = 3600.0
    """How often to take away what is older."""
    cap_sender: Annotated[str | None, Field(pattern=r"^[^\s,<&]{1,100}$")] = None
    """Sender of documents of the Common Alerting Protocol, such as ``tocsin@example.org``; none are offered when unset."""
    cap_sender_name: str = "Tocsin"
    """The same for people."""
    watches_refresh_seconds: _Positive = 2.0
    """How often to look for watches and endpoints that were changed by the API at another replica; one's own are seen at once."""

    @field_validator("allow_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"{network!r} is not a network such as 10.1.0.0/16: {error}") from error
        return value

    @field_validator("retry_schedule_seconds")
    @classmethod
    def _are_waits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for wait in value:
            try:
                is_wait = 0 <= float(wait) <= 7 * 86_400
            except ValueError:
                is_wait = False
            if not is_wait:
                raise ValueError(f"{wait!r} is not a number of seconds from 0 to 604800")
        return value

    @field_validator("webhook_proxy")
    @classmethod
    def _is_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme != "http" or not parts.hostname:
                raise ValueError(
                    "only a proxy of the form http://host:port or http://user:password@host:port is accepted"
                )
        return value

    @field_validator("mail_from", "mail_bounce_address")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else address(value).addr_spec

    @field_validator("public_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{value!r} is not an address such as https://alerts.example.org")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        longest = self.longest_attempt_seconds
        if self.lease_seconds < longest + _LEASE_MARGIN_SECONDS:
            raise ValueError(
                f"lease_seconds is {self.lease_seconds:g} and must be at least {longest + _LEASE_MARGIN_SECONDS:g}: "
                "the longest attempt plus 10 s, or two replicas would send the same delivery"
            )
        if self.webhook_connect_seconds > self.webhook_timeout_seconds:
            raise ValueError("webhook_connect_seconds must not be above webhook_timeout_seconds")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("smtp_username and smtp_password belong together")
        return self

    @property
    def longest_attempt_seconds(self) -> float:
        """What any single attempt may take."""
        return max(self.webhook_timeout_seconds, self.smtp_timeout_seconds, self.apprise_timeout_seconds)

    @property
    def longest_stay_seconds(self) -> float:
        """How long a leased delivery may wait in memory before it is begun: its attempt must end within the lease."""
        return self.lease_seconds - self.longest_attempt_seconds - _LEASE_MARGIN_SECONDS / 2

    @property
    def schedule(self) -> tuple[timedelta, ...]:
        """The waits between attempts."""
        return tuple(timedelta(seconds=float(wait)) for wait in self.retry_schedule_seconds)
