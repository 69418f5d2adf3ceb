"""Fixtures for all tests; the servers start only for tests that name them."""

from tests.support.logs import logging_as_before
from tests.support.servers import (
    kafka_bootstrap,
    postgres_database,
    postgres_dsn,
    pytest_collection_modifyitems,
    server_directory,
    server_loop,
)

__all__ = [
    "kafka_bootstrap",
    "logging_as_before",
    "postgres_database",
    "postgres_dsn",
    "pytest_collection_modifyitems",
    "server_directory",
    "server_loop",
]
