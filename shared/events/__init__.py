"""The messages that cross Kafka, one module a noun, and nothing else.

Values are frozen ``msgspec`` structs. Within a major version changes are additive: new fields have a default and
readers ignore fields they do not know. ``tests/contract`` holds one golden example for every shape ever published.
"""
