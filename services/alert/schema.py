"""The service's schema in PostgreSQL; ``tocsin migrate`` brings it up to date."""

from pathlib import Path

from shared.postgres.migrate import Schema

SCHEMA = Schema(name="tocsin_alert", revisions=Path(__file__).parent / "migrations")
