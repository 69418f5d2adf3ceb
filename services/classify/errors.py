"""Errors of the classify service.

ClassifyError
├── InfrastructureError   Kafka did not take our records in time: the process must end with nothing committed
└── TopicsMissingError    a topic does not exist; the framework would ignore it for ever
"""


class ClassifyError(Exception):
    """Root of this service's errors."""


class InfrastructureError(ClassifyError):
    """Our own infrastructure failed for longer than the deadline."""

    def __init__(self, topic: str, reason: str, seconds: float) -> None:
        super().__init__(f"{topic}: {reason}; tried again for {seconds:.0f} s")
        self.topic = topic
        self.reason = reason


class TopicsMissingError(ClassifyError):
    """Topics are missing on the broker; ``tocsin topics apply`` declares them."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"missing on the broker: {', '.join(missing)}; run 'tocsin topics apply'")
        self.missing = missing
