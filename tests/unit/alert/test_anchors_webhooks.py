"""The table of webhook engines, row by row: the best cell of each row is what ours must do.

Each test is named after its row. Rows that are about the database are proved on a real one; ``ON_A_REAL_DATABASE`` names those tests,
and a test here holds the names to what exists. Rows that are about choosing (filters, grouping, escalation) are routing's.
"""

import asyncio
import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry
from standardwebhooks import Webhook

from services.alert.backlog import Allowance, Backlog, LaneLimits
from services.alert.care import STAGES, Care, Health, next_care
from services.alert.caring import OVERLAP
from services.alert.channels.webhook import WebhookChannel
from services.alert.delivery import (
    SCHEDULE,
    Delivered,
    GiveUp,
    Outcome,
    Permanent,
    Reason,
    Retryable,
    RetryAfter,
    next_step,
    outcome_of_status,
    parse_retry_after,
)
from services.alert.ledger import Claimed
from services.alert.metrics import AlertMetrics
from services.alert.payload import MAX_BODY_BYTES
from services.alert.settings import AlertSettings
from services.alert.watch import WebhookEndpoint
from shared.addresses import AddressPolicy
from tests.support.incidents import opened, source, updated
from tests.unit.alert.test_payload import compose
from tests.unit.alert.test_webhook_channel import DELIVERY, LOOPBACK, OLD, SECRET, Now, _receiver

ON_A_REAL_DATABASE = {
    "Dead letter / replay": "test_410_disables_the_endpoint_keeps_what_was_meant_for_it_and_replay_enables_it",
    "Ordering": "test_a_later_revision_waits_for_the_earlier_one_to_this_endpoint_only",
    "HA dedup": "test_claims_of_two_replicas_never_overlap",
    "HA dedup, after a kill": "test_a_delivery_is_claimed_by_one_replica_and_taken_over_when_its_lease_has_ended",
    "Audit": "test_what_failed_waits_for_its_time_and_counts_its_attempts",
}
NOW = datetime(2026, 6, 13, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize("row", ON_A_REAL_DATABASE)
def test_rows_of_the_database_are_proved_on_one(row: str) -> None:
    text = (Path(__file__).parents[2] / "integration" / "test_alert_ledger.py").read_text(encoding="utf-8")
    assert f"async def {ON_A_REAL_DATABASE[row]}(" in text


def test_row_signature_is_standard_webhooks_by_hand_and_by_library() -> None:
    channel = WebhookChannel(policy=AddressPolicy(), clock=Now())
    headers = channel.headers(WebhookEndpoint(id="e", url="https://e.example", secrets=(SECRET,)), "d_1", b'{"a":1}')
    assert set(headers) == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    Webhook(SECRET).verify(b'{"a":1}', headers)
    key = b64decode(SECRET.removeprefix("whsec_"))
    signed = f"d_1.{headers['webhook-timestamp']}.".encode() + b'{"a":1}'
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_row_rotation_old_secrets_sign_along_for_24_hours_and_then_no_more() -> None:
    assert (
        timedelta(hours=24) == OVERLAP
    )  # what ends it: test_care.py, test_a_retired_secret_signs_for_a_day_and_no_longer
    channel = WebhookChannel(policy=AddressPolicy(), clock=Now())
    endpoint = WebhookEndpoint(id="e", url="https://e.example", secrets=(SECRET, OLD))
    for secret in (SECRET, OLD):
        Webhook(secret).verify(b"{}", channel.headers(endpoint, "d_1", b"{}"))


def test_row_schedule_is_svixs_with_a_fifth_of_jitter() -> None:
    seconds = [step.total_seconds() for step in SCHEDULE]
    assert seconds == [5, 300, 1800, 7200, 18_000, 36_000, 36_000]
    failed = Retryable(reason=Reason.TIMEOUT)
    for attempt, wait in enumerate(SCHEDULE, start=1):
        assert next_step(attempt=attempt, outcome=failed, spread=-1.0) == RetryAfter(wait=wait * 0.8)
        assert next_step(attempt=attempt, outcome=failed, spread=1.0) == RetryAfter(wait=wait * 1.2)
    assert next_step(attempt=8, outcome=failed, spread=0.0) == GiveUp(reason=Reason.TIMEOUT)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_row_retried_codes_429_and_5xx_are_never_dropped(status: int) -> None:
    assert isinstance(outcome_of_status(status), Retryable)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_row_retried_codes_a_dead_wrong_request_is_not_repeated_for_a_day(status: int) -> None:
    assert isinstance(outcome_of_status(status), Permanent)


def test_row_retry_after_is_obeyed_and_410_disables() -> None:
    asked = outcome_of_status(503, retry_after=parse_retry_after("7200", now=NOW))
    assert next_step(attempt=1, outcome=asked, spread=0.0) == RetryAfter(wait=timedelta(hours=2))
    gone = outcome_of_status(410)
    assert isinstance(gone, Permanent)
    assert gone.disables_endpoint


def test_row_retry_after_429_without_one_waits_a_minute() -> None:
    assert next_step(attempt=1, outcome=outcome_of_status(429), spread=0.0) == RetryAfter(wait=timedelta(seconds=60))


def test_row_timeout_is_between_15_and_30_seconds_and_ends_before_the_lease() -> None:
    settings = AlertSettings.from_environment(
        {"TOCSIN_ALERT_POSTGRES_DSN": "postgresql://x", "TOCSIN_KAFKA_BOOTSTRAP": "127.0.0.1:9092"}
    )
    assert 15 <= settings.webhook_timeout_seconds <= 30
    assert settings.lease_seconds >= settings.longest_attempt_seconds + 10
    assert settings.longest_stay_seconds + settings.longest_attempt_seconds < settings.lease_seconds


async def test_row_redirects_are_not_followed() -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=308, headers={"Location": "/elsewhere"})

    async with (
        _receiver(redirect) as url,
        WebhookChannel(policy=LOOPBACK, clock=Now(), timeout_seconds=3.0) as channel,
    ):
        found = await channel.send(WebhookEndpoint(id="e", url=url, secrets=(SECRET,)), DELIVERY)
    assert asked == ["/hook"]
    assert isinstance(found, Permanent)
    assert found.reason is Reason.REDIRECT


def test_row_disable_after_five_days_and_the_owner_hears_before_and_then() -> None:
    def step(hours: float, warned: int) -> Care | None:
        health = Health(
            endpoint_id="e", failing_since=NOW - timedelta(hours=hours), last_failure_at=NOW, failures=50, reason="timeout", warned=warned,
            disabled_at=None, told_disabled=False,
        )  # fmt: skip
        found = next_care(health, disable_after=timedelta(hours=120))
        return found.care if found else None

    assert [step(120 * share, stage) for stage, share in enumerate(STAGES)] == [Care.WARN] * 3
    assert step(119.9, 3) is None
    assert step(120, 3) is Care.DISABLE


def _claimed(endpoint: str, number: int) -> Claimed:
    return Claimed(
        delivery_id=f"d_{endpoint}_{number}", endpoint_id=endpoint, channel="webhook", incident_id=f"a_{number}", revision=1,
        test=False, content_type="application/json", body=b"{}", attempt=1, occurred_at=None, fetched_at=None,
    )  # fmt: skip


def test_row_disable_breaker_leaves_a_dead_endpoint_alone_and_probes_it_with_one() -> None:
    backlog = Backlog(LaneLimits(breaker_failures=10, breaker_pause_seconds=30))
    for number in range(10):
        backlog.add(_claimed("dead", number), 0.0)
        (one,) = backlog.begin("dead", 0.0)
        closed = backlog.end(one, Retryable(reason=Reason.CONNECT), 0.0)
    assert closed == ("dead", 30)
    assert [backlog.room("dead", at) for at in (0.0, 29.9, 30.0)] == [0, 0, 1]


def test_row_idempotency_the_id_is_derived_and_the_bytes_are_frozen() -> None:
    first, again = compose(opened()), compose(opened())
    assert (first.delivery_id, first.body) == (again.delivery_id, again.body)
    assert compose(updated(opened())).delivery_id != first.delivery_id


async def test_row_isolation_a_quarter_of_hanging_endpoints_takes_no_place_of_the_others() -> None:
    backlog = Backlog(LaneLimits())
    for number in range(4):
        for endpoint in range(100):
            backlog.add(_claimed(f"e{endpoint}", number), 0.0)
    begun = list(backlog.begin_all(0.0))
    assert len(begun) == 400  # four each; hanging ones keep theirs and no more
    for one in begun:
        if int(one.endpoint_id[1:]) >= 25:
            backlog.end(one, Delivered(status=200), 0.1)
    for endpoint in range(25, 100):
        backlog.add(_claimed(f"e{endpoint}", 5), 0.2)
    assert len(list(backlog.begin_all(0.2))) == 75


def test_row_isolation_nothing_uses_up_its_attempts_on_a_closed_endpoint() -> None:
    backlog = Backlog(LaneLimits(breaker_failures=2))
    outcomes: list[Outcome] = [Retryable(reason=Reason.TIMEOUT)] * 2
    for number in range(2):
        backlog.add(_claimed("e", number), 0.0)
    for one, outcome in zip(list(backlog.begin("e", 0.0)), outcomes, strict=True):
        backlog.end(one, outcome, 1.0)
    backlog.add(_claimed("e", 3), 1.0)
    assert list(backlog.begin("e", 1.0)) == []
    assert [one.attempt for one in backlog.overdue(1.0)] == [1]


def test_row_rate_limit_is_kept_per_endpoint_and_enforced() -> None:
    allowances: Mapping[str, Allowance] = {"slow": Allowance(per_second=1.0)}
    backlog = Backlog(LaneLimits(endpoint_concurrency=50, allowance_of=lambda one: allowances.get(one, Allowance())))
    for number in range(5):
        backlog.add(_claimed("slow", number), 0.0)
        backlog.add(_claimed("quick", number), 0.0)
    first = [one.endpoint_id for one in backlog.begin_all(0.0)]
    assert (first.count("slow"), first.count("quick")) == (1, 5)
    assert len([*backlog.begin("slow", 0.5)]) == 0
    assert len([*backlog.begin("slow", 1.0)]) == 1


def test_row_rate_limit_of_the_receiver_holds_back_everything_for_it_and_nothing_else() -> None:
    backlog = Backlog(LaneLimits())
    for endpoint in ("throttling", "other"):
        backlog.add(_claimed(endpoint, 1), 0.0)
    for one in list(backlog.begin_all(0.0)):
        throttled = one.endpoint_id == "throttling"
        asked = Retryable(reason=Reason.THROTTLED, status=429, retry_after=timedelta(seconds=5))
        backlog.end(one, asked if throttled else Delivered(status=200), 0.0)
    assert backlog.room("throttling", 4.9) == 0
    assert backlog.room("other", 0.0) > 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "198.18.0.1", "::1",
        "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::169.254.169.254", "224.0.0.1",
        "ff02::1", "fec0::1", "192.88.99.1",
    ],
)  # fmt: skip
def test_row_ssrf_every_internal_form_is_refused_at_the_socket(address: str) -> None:
    assert AddressPolicy().problem(address) is not None
    opened_by_name = AddressPolicy(allowed=(ip_network("127.0.0.0/8"),))
    assert (opened_by_name.problem(address) is None) == (address == "127.0.0.1")


def test_row_payload_is_below_20_kb_whatever_is_in_it() -> None:
    long = "ا" * 2000
    sources = tuple(source(number, title=long, outlet=long) for number in range(50))
    body = compose(opened(sources=sources)).body
    assert len(body) <= MAX_BODY_BYTES == 20_000
    json.loads(body)


def test_row_metrics_name_every_reason_and_outcome_from_the_start() -> None:
    registry = CollectorRegistry()
    AlertMetrics(registry)
    for reason in Reason:
        labels = {"channel": "webhook", "reason": reason.value}
        assert registry.get_sample_value("tocsin_alert_attempt_failures_total", labels) == 0
        assert registry.get_sample_value("tocsin_alert_deliveries_given_up_total", labels) == 0
    for name in (
        "tocsin_alert_lag_seconds_count",
        "tocsin_alert_deliveries_pending",
        "tocsin_alert_endpoint_pauses_total",
    ):
        assert registry.get_sample_value(name, {"channel": "webhook"}) == 0


async def test_row_timeout_a_success_that_comes_late_is_repeated_under_its_own_id_only() -> None:
    ids: list[str] = []

    async def slow_then_quick(request: web.Request) -> web.StreamResponse:
        ids.append(request.headers["webhook-id"])
        await asyncio.sleep(1.0 if len(ids) == 1 else 0.0)
        return web.Response()

    async with (
        _receiver(slow_then_quick) as url,
        WebhookChannel(policy=LOOPBACK, clock=Now(), timeout_seconds=0.2) as channel,
    ):
        endpoint = WebhookEndpoint(id="e", url=url, secrets=(SECRET,))
        assert isinstance(await channel.send(endpoint, DELIVERY), Retryable)
        assert await channel.send(endpoint, DELIVERY) == Delivered(status=200)
    assert ids == [DELIVERY.delivery_id] * 2
