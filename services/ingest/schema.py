"""The service's schema in PostgreSQL; ``tocsin migrate`` applies it, the service only requires it."""

from pathlib import Path

from shared.postgres.migrate import Schema

SCHEMA = Schema(name="tocsin_ingest", revisions=Path(__file__).parent / "migrations")
