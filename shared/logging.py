"""Structured logs: JSON lines on standard output, readable lines on a terminal (house style, rule 24)."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Literal

import structlog
from structlog.typing import FilteringBoundLogger, Processor

_NOISY = (
    "aiokafka",
    "asyncio",
    "faust",
    "mode",
    "aiohttp.access",
    "httpx",
    "uvicorn",
    "mail.log",
    "alembic",
    "opentelemetry",
)

_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(service: str, *, level: str = "info", log_format: Literal["auto", "json", "console"] = "auto") -> None:
    """Send this process's logs, those of libraries included, to standard output; call once, at the composition root."""
    as_json = log_format == "json" or (log_format == "auto" and not sys.stdout.isatty())
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    # Both renderers show the local variables of every frame unless told otherwise: secrets, tokens and addresses among them.
    errors: list[Processor] = [_TRACEBACKS] if as_json else []
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *errors, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    handler.addFilter(Sparing())
    for name in _NOISY:  # libraries speak when something is wrong; their daily chatter hides ours
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.contextvars.bind_contextvars(service=service)


class Sparing(logging.Filter):
    """Lets each message of a chatty library through once in ``seconds``, with how many were left out since.

    While Kafka is away its client says so a hundred times a second: disks would fill, and what matters would be hidden.
    """

    def __init__(self, *, seconds: float = 10.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._monotonic = monotonic
        self._last: dict[tuple[str, str], float] = {}
        self._left_out: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; our own always are."""
        if record.name.partition(".")[0] not in _NOISY:
            return True
        key = (record.name, str(record.msg))  # the template, before what varies is put in
        now = self._monotonic()
        if now - self._last.get(key, -self._seconds) < self._seconds:
            self._left_out[key] = self._left_out.get(key, 0) + 1
            return False
        self._last[key] = now
        if left_out := self._left_out.pop(key, 0):
            record.msg = f"{record.getMessage()} ({left_out} more like it left out)"
            record.args = ()
        return True


def logger() -> FilteringBoundLogger:
    """Return a logger; events are constants of the form ``<noun>.<past-tense verb>``, what varies goes into fields."""
    bound: FilteringBoundLogger = structlog.get_logger()
    return bound
