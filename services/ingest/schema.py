"""The service's schema in PostgreSQL; ``tocsin migrate`` applies it, the service only requires it."""

from pathlib import Path

from shared.postgres.schema import Schema

SCHEMA = Schema(name="tocsin_ingest", revisions=Path(__file__).parent / "migrations", head="ingest_0006")
