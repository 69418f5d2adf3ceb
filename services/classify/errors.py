"""Errors of the classify service.

ClassifyError
├── InfrastructureError   Kafka or our own disk failed us: the process must end with nothing committed
├── ReaderError           no process can read: nothing is wrong with the item, so none is put aside
└── StateError            the link table cannot be used as it is; a new start mends it
"""


class ClassifyError(Exception):
    """Root of this service's errors."""


class InfrastructureError(ClassifyError):
    """Our own infrastructure failed for longer than the deadline."""

    def __init__(self, topic: str, reason: str, seconds: float) -> None:
        super().__init__(f"{topic}: {reason}; tried again for {seconds:.0f} s")
        self.topic = topic
        self.reason = reason


class StateError(ClassifyError):
    """The link table cannot be read, or its changelog has begun anew; after a new start it is rebuilt."""


class ReaderError(ClassifyError):
    """Reading processes cannot be started (no memory, damaged data files): the process ends with nothing committed."""
