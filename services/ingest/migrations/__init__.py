"""Revisions of the schema ``tocsin_ingest``; additive, never edited after a release."""
