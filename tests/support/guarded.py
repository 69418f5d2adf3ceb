"""A Kafka and a PostgreSQL as a company runs them: TLS, a password, and a user that may do only what it was granted.

The administrator's side (declares topics, grants, creates schemas) is the embedded servers' own account. In Kafka each service has
the user and the rights of ``deploy/k8s/components/strimzi/users.yaml``, below ``PREFIX``: no creation of topics, no cluster rights.
In PostgreSQL Tocsin's role owns two schemas and may create nothing else.
"""

import asyncio
import os
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import trustme
import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from services.standalone.commands import schemas
from services.standalone.local_services import SERVICES
from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.ports import LOOPBACK, free_port
from shared.embedded.postgres import PostgresServer
from shared.embedded.stack import default_fetcher
from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import apply
from shared.topics import ALL

TENANT = "tocsin_tenant"
KAFKA_PASSWORD = "kafka-secret"
POSTGRES_PASSWORD = "postgres-secret"
PREFIX = "acme."

_USERS = Path(__file__).parents[2] / "deploy" / "k8s" / "components" / "strimzi" / "users.yaml"
# Numbers of the protocol: org.apache.kafka.common.resource.ResourceType, .PatternType and common.acl.AclOperation.
_RESOURCES = {"topic": 2, "group": 3}
_PATTERNS = {"literal": 3, "prefix": 4}
_OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
_ALLOW = 3
_SSL_REQUEST = struct.pack(">ii", 8, 80877103)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """The running servers. ``admin`` and ``admin_dsn`` are the company's, ``environment`` is all that Tocsin is told."""

    admin: KafkaConnection
    admin_dsn: str
    environment: Mapping[str, str]


@asynccontextmanager
async def guarded_servers(folder: Path) -> AsyncIterator[Guarded]:
    """Start both below ``folder``, declare topics, schemas and grants."""
    authority = trustme.CA()
    certificate = authority.issue_cert(LOOPBACK, "localhost")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    keystore = folder / "kafka.pem"
    keystore.write_bytes(key + chain)
    port = free_port()
    lock, cache, fetcher = load_lock(), cache_directory(os.environ), default_fetcher(os.environ)
    kafka = KafkaServer(
        directory=folder / "kafka",
        log_path=folder / "kafka.log",
        jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher),
        adjust=lambda settings: _with_guard(settings, port=port, keystore=keystore),
    )
    postgres = PostgresServer(directory=folder / "postgres", log_path=folder / "postgres.log")
    front: asyncio.Server | None = None
    try:
        await kafka.start()
        await postgres.start()
        admin = KafkaConnection(bootstrap=kafka.bootstrap_servers, topic_prefix=PREFIX)
        await apply(admin, ALL)
        await _grant(admin)
        await _guard_database(postgres)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        front = await asyncio.start_server(partial(_secured, context, postgres.port), LOOPBACK, 0)
        front_port = front.sockets[0].getsockname()[1]
        dsn = (
            f"postgresql://{TENANT}:{POSTGRES_PASSWORD}@{LOOPBACK}:{front_port}/tocsin"
            f"?sslmode=verify-full&sslrootcert={ca_file}"
        )
        yield Guarded(
            admin=admin,
            admin_dsn=postgres.dsn,
            environment={
                "TOCSIN_KAFKA_BOOTSTRAP": f"{LOOPBACK}:{port}",
                "TOCSIN_KAFKA_SECURITY": "SASL_SSL",
                "TOCSIN_KAFKA_SASL_MECHANISM": "PLAIN",
                "TOCSIN_KAFKA_USERNAME": "tocsin_setup",
                **{f"TOCSIN_{name.upper()}_KAFKA_USERNAME": f"tocsin_{name}" for name in SERVICES},
                "TOCSIN_KAFKA_PASSWORD": KAFKA_PASSWORD,
                "TOCSIN_KAFKA_CA_FILE": str(ca_file),
                "TOCSIN_TOPIC_PREFIX": PREFIX,
                "TOCSIN_POSTGRES_DSN": dsn,
            },
        )
    finally:
        if front is not None:
            front.close()
        await kafka.stop()
        await postgres.stop()


def _with_guard(settings: Mapping[str, str], *, port: int, keystore: Path) -> Mapping[str, str]:
    """Add a listener with TLS and passwords, and let nobody on it do what was not granted."""
    guarded = f",CLIENT://{LOOPBACK}:{port}"
    passwords = " ".join(f'user_{user}="{KAFKA_PASSWORD}"' for user in users())
    return {
        **settings,
        "listeners": settings["listeners"] + guarded,
        "advertised.listeners": settings["advertised.listeners"] + guarded,
        "listener.security.protocol.map": settings["listener.security.protocol.map"] + ",CLIENT:SASL_SSL",
        "listener.name.client.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.client.plain.sasl.jaas.config": (
            f"org.apache.kafka.common.security.plain.PlainLoginModule required {passwords};"
        ),
        "listener.name.client.ssl.keystore.type": "PEM",
        "listener.name.client.ssl.keystore.location": str(keystore),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",  # the listener without a password, which only the administrator knows
    }


def users() -> dict[str, list[dict[str, Any]]]:
    """The rights of each user, as the operator's objects say them; dashes, which the broker's file of passwords cannot have, are underscores."""
    objects = yaml.safe_load_all(_USERS.read_text(encoding="utf-8"))
    return {one["metadata"]["name"].replace("-", "_"): one["spec"]["authorization"]["acls"] for one in objects}


async def _grant(admin: KafkaConnection) -> None:
    client = AIOKafkaAdminClient(**admin.client_options())
    await client.start()
    try:
        for user, rights in users().items():
            for right in rights:
                for operation in right["operations"]:
                    await _grant_one(client, user, right["resource"], operation)
    finally:
        await client.close()


async def _grant_one(client: AIOKafkaAdminClient, user: str, resource: Mapping[str, str], operation: str) -> None:
    # The client has the request but no method for it.
    response = await client._send_request(
        CreateAclsRequest(
            _RESOURCES[resource["type"]],
            PREFIX + resource["name"],
            _PATTERNS[resource["patternType"]],
            f"User:{user}",
            "*",
            _OPERATIONS[operation],
            _ALLOW,
        )
    )
    if any(code != 0 for code, *_ in response.creation_responses):
        raise RuntimeError(f"the broker refused a grant: {response}")


async def _secured(
    context: ssl.SSLContext, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """TLS before PostgreSQL, as a connection pooler has it: the packaged server is built without.

    A client asks with SSLRequest and is answered S (PostgreSQL protocol 3.0, "SSL Session Encryption"); one that does not ask
    is cut off.
    """
    try:
        if await reader.readexactly(8) != _SSL_REQUEST:
            return
        writer.write(b"S")
        await writer.start_tls(context)
        inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, port)
        await asyncio.gather(_copied(reader, inner_writer), _copied(inner_reader, writer))
    except (OSError, asyncio.IncompleteReadError):
        pass  # either side went away, which is theirs to notice
    finally:
        writer.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def _guard_database(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.dsn)
    try:
        await connection.execute(f"CREATE ROLE {TENANT} LOGIN PASSWORD '{POSTGRES_PASSWORD}'")
        for schema in schemas():
            await connection.execute(f"CREATE SCHEMA {schema.name} AUTHORIZATION {TENANT}")
    finally:
        await connection.close()
