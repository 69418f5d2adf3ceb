"""Rounds go on, whatever the database does."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from services.alert.errors import LedgerError
from services.alert.metrics import AlertMetrics
from services.alert.rounds import in_rounds


async def test_a_database_that_does_not_play_is_counted_and_delays_only() -> None:
    registry, enough = CollectorRegistry(), asyncio.Event()
    made: list[int] = []

    async def make_round() -> None:
        made.append(len(made))
        if len(made) == 3:
            enough.set()
        if len(made) < 3:
            raise LedgerError("away")

    rounds = asyncio.create_task(in_rounds(make_round, every_seconds=0.0, metrics=AlertMetrics(registry)))
    await asyncio.wait_for(enough.wait(), 5)
    rounds.cancel()
    assert registry.get_sample_value("tocsin_alert_ledger_errors_total") == 2


async def test_a_fault_of_our_own_ends_the_rounds() -> None:
    async def make_round() -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await in_rounds(make_round, every_seconds=0.0, metrics=AlertMetrics(CollectorRegistry()))
