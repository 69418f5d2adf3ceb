"""Connection options of the Kafka client, from settings."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka.helpers import create_ssl_context

from shared.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class KafkaConnection:
    """Where Kafka is and who we are to it. ``password`` never appears in a log or an error."""

    bootstrap: str
    security: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    topic_prefix: str = ""

    @classmethod
    def from_settings(cls, settings: Settings) -> "KafkaConnection":
        """Take the Kafka part of a service's settings."""
        return cls(
            bootstrap=settings.kafka_bootstrap,
            security=settings.kafka_security,
            sasl_mechanism=settings.kafka_sasl_mechanism,
            username=settings.kafka_username,
            password=settings.kafka_password.get_secret_value() if settings.kafka_password else None,
            ca_file=settings.kafka_ca_file,
            topic_prefix=settings.topic_prefix,
        )

    def ssl_context(self) -> ssl.SSLContext | None:
        """TLS context where the protocol asks for one."""
        if "SSL" not in self.security:
            return None
        context: ssl.SSLContext = create_ssl_context(cafile=str(self.ca_file) if self.ca_file else None)
        return context

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments common to the client's producer, consumer and admin classes."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security,
            "ssl_context": self.ssl_context(),
        }
        if self.security.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options

    def topic(self, name: str) -> str:
        """The topic's or group's name as the broker knows it."""
        return f"{self.topic_prefix}{name}"
