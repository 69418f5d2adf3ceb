"""Work that is done in rounds for as long as the service runs."""

import asyncio
from collections.abc import Awaitable, Callable

from services.alert.errors import LedgerError
from services.alert.metrics import AlertMetrics
from shared.logging import logger


async def in_rounds(
    make_round: Callable[[], Awaitable[object]], *, every_seconds: float, metrics: AlertMetrics
) -> None:
    """Make a round, rest, make the next, until cancelled; a database that does not play is counted and only delays it."""
    while True:
        try:
            await make_round()
        except LedgerError as error:
            metrics.ledger_errors.inc()
            logger().warning("ledger.failed", reason=str(error), retry_in_s=every_seconds)
        await asyncio.sleep(every_seconds)
