"""Alembic asks for this file; ``shared.postgres.migrate`` configures everything itself."""
