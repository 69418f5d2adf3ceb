"""The client's root exception, so that others can catch it without importing the client."""

from aiokafka.errors import KafkaError

__all__ = ["KafkaError"]
