"""Feeds in, items out: polls feeds politely, turns what is new into items and hands them to Kafka through an outbox, losing none."""
