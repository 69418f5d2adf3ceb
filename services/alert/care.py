"""When the owner of an endpoint that keeps failing is told, and when it is disabled (pure).

An endpoint is failing from its first failure after the last success. Its owner hears of it by another channel after a fifth,
half and nine tenths of the time that it has, and when it is disabled: by then it may have been down for days, and its own alarm
cannot ring. How long it has failed is what its attempts show, from the first to the last: an endpoint that one alert could not reach and
that got nothing to do since is not disabled for the silence after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STAGES = (0.2, 0.5, 0.9)
FEWEST_FAILURES = 5
DISABLED_STAGE = len(STAGES) + 1


class NoticeKind(StrEnum):
    """What a message about an endpoint itself is to its receiver, see ``notices``."""

    ENDPOINT_FAILING = "endpoint_failing"
    ENDPOINT_DISABLED = "endpoint_disabled"
    CONFIRM_ADDRESS = "confirm_address"


class Care(StrEnum):
    """What is to be done about an endpoint."""

    WARN = "warn"
    DISABLE = "disable"
    TELL_DISABLED = "tell_disabled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the ledger knows of an endpoint. ``warned`` is the last stage its owner heard of, 0 for none."""

    endpoint_id: str
    failing_since: datetime | None
    last_failure_at: datetime | None
    failures: int
    reason: str | None
    warned: int
    disabled_at: datetime | None
    told_disabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CareStep:
    """One thing to do. ``stage`` numbers what the owner is told; ``disables_at`` is when it would be disabled."""

    care: Care
    stage: int
    since: datetime
    disables_at: datetime | None


def next_care(health: Health, *, disable_after: timedelta) -> CareStep | None:
    """Return what is due, None while there is nothing to do."""
    if health.disabled_at is not None:
        if health.told_disabled:
            return None
        since = health.failing_since or health.disabled_at
        return CareStep(care=Care.TELL_DISABLED, stage=DISABLED_STAGE, since=since, disables_at=None)
    if health.failing_since is None or health.last_failure_at is None or health.failures < FEWEST_FAILURES:
        return None
    lasted = health.last_failure_at - health.failing_since
    if lasted >= disable_after:
        return CareStep(care=Care.DISABLE, stage=DISABLED_STAGE, since=health.failing_since, disables_at=None)
    stage = sum(lasted >= share * disable_after for share in STAGES)
    if stage <= health.warned:
        return None
    return CareStep(
        care=Care.WARN, stage=stage, since=health.failing_since, disables_at=health.failing_since + disable_after
    )
