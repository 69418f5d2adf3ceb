"""What a test sets up of logging ends with it: a command that logs errors alone must not silence the next test's lines."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the log configuration of the process back after each test."""
    root, was_configured, configuration = logging.getLogger(), structlog.is_configured(), structlog.get_config()
    level, handlers = root.level, list(root.handlers)
    yield
    if was_configured:
        structlog.configure(**configuration)
    else:
        structlog.reset_defaults()
    structlog.contextvars.unbind_contextvars("service")
    root.setLevel(level)
    root.handlers[:] = handlers
