"""Waiting for Kafka at a service's start: with a deadline, saying why, and at once when waiting cannot help."""

import asyncio
import ssl
from collections.abc import Sequence

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import missing
from shared.logging import logger
from shared.topics import Topic

_ASK_SECONDS = 10.0
_PAUSE_SECONDS = 0.5


class KafkaUnusableError(Exception):
    """Kafka does not answer, refuses us, or lacks topics; the text says which, and what to do. It never holds a password."""


async def await_kafka(connection: KafkaConnection, topics: Sequence[Topic], *, deadline_seconds: float) -> None:
    """Return when Kafka answers and has the topics; raises ``KafkaUnusableError`` at once when it refuses us, else after the deadline."""
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline_seconds
    while True:
        try:
            absent = await missing(connection, topics)
            if not absent:
                return
            problem = (
                f"Kafka at {connection.bootstrap} has no topic {', '.join(absent)}, or hides it from us: "
                "run 'tocsin topics apply', or have it declared and the right to describe it granted"
            )
        except (KafkaError, OSError) as error:
            refusal = await _refusal(connection)
            if refusal is not None:
                raise KafkaUnusableError(f"Kafka at {connection.bootstrap} refuses us: {refusal}") from error
            problem = (
                f"Kafka at {connection.bootstrap} did not answer within {deadline_seconds:g} s: "
                f"{str(error) or type(error).__name__}"
            )
        if loop.time() > until:
            raise KafkaUnusableError(problem)
        logger().warning("kafka.awaited", bootstrap=connection.bootstrap, reason=problem)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _refusal(connection: KafkaConnection) -> str | None:
    """Say why a broker turns us away, None when it does not, or is not there.

    Asked on a connection of our own: the client logs this reason and raises only that it could not connect.
    """
    for broker in connection.bootstrap.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            asked = await create_conn(
                host,
                int(port),
                client_id="tocsin-start",
                request_timeout_ms=int(_ASK_SECONDS * 1000),
                ssl_context=connection.ssl_context(),
                security_protocol=connection.security,
                sasl_mechanism=connection.sasl_mechanism,
                sasl_plain_username=connection.username,
                sasl_plain_password=connection.password,
            )
        except (SaslAuthenticationFailed, IllegalSaslStateError, UnsupportedSaslMechanismError) as error:
            return f"{error} (user {connection.username!r}, mechanism {connection.sasl_mechanism})"
        except ssl.SSLCertVerificationError as error:
            return f"its certificate is not one that {connection.ca_file or 'this system'} vouches for: {error.verify_message}"
        except (KafkaError, OSError, ValueError):
            continue
        asked.close()
    return None
