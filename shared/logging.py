"""Structured logs: JSON lines on standard output, readable lines on a terminal (house style, rule 24)."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import FilteringBoundLogger, Processor

_NOISY = ("aiokafka", "asyncio", "faust", "mode", "aiohttp.access", "httpx", "uvicorn", "mail.log", "alembic")


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
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    errors: list[Processor] = [structlog.processors.dict_tracebacks] if as_json else []
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
    for name in _NOISY:  # libraries speak when something is wrong; their daily chatter hides ours
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.contextvars.bind_contextvars(service=service)


def logger() -> FilteringBoundLogger:
    """Return a logger; events are constants of the form ``<noun>.<past-tense verb>``, what varies goes into fields."""
    bound: FilteringBoundLogger = structlog.get_logger()
    return bound
