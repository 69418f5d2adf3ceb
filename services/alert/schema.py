"""The service's schema in PostgreSQL; ``tocsin migrate`` brings it up to date."""

from pathlib import Path

from shared.postgres.schema import Schema

SCHEMA = Schema(name="tocsin_alert", revisions=Path(__file__).parent / "migrations", head="0008")
