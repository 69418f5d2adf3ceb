"""Housekeeping: rounds are counted, a database that does not answer delays it only."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry

from services.alert.errors import LedgerError
from services.alert.housekeeping import Housekeeping, HousekeepingMetrics, Keep

KEEP = Keep(deliveries_days=120, attempts_days=30, incidents_days=1095, audit_days=730)


class FakeBroom:
    """``Broom`` that answers as told."""

    def __init__(self, *answers: Mapping[str, int] | Exception | None) -> None:
        self.answers = list(answers)

    async def sweep(self, keep: Keep) -> Mapping[str, int] | None:
        """Answer."""
        assert keep == KEEP
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_rounds_are_counted_and_a_failed_one_ends_nothing() -> None:
    registry = CollectorRegistry()
    broom = FakeBroom(LedgerError("away"), None, {"deliveries": 7})
    keeping = Housekeeping(broom, KEEP, HousekeepingMetrics(registry), every_seconds=1)
    for _ in range(3):
        await keeping.once()
    assert registry.get_sample_value("tocsin_alert_housekeeping_failures_total") == 1
    assert registry.get_sample_value("tocsin_alert_rows_removed_total", {"table": "deliveries"}) == 7
    assert (registry.get_sample_value("tocsin_alert_housekeeping_last_success_timestamp_seconds") or 0) > 0
