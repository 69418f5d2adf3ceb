"""Alembic revisions of the schema ``tocsin_alert``, plain SQL, one statement a call."""
