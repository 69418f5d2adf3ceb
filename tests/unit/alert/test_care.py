"""Owners hear of an endpoint that fails, by another channel, before it is disabled and when it is; one bad hour disables nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.alert.care import Care, CareStep, Health, next_care
from services.alert.caring import OVERLAP, Caring, fingerprint
from services.alert.compose import Sender
from services.alert.ledger import NewDelivery
from services.alert.metrics import AlertMetrics
from services.alert.watch import LANGUAGES, EmailEndpoint, Endpoint, Language, WebhookEndpoint

NOW = datetime(2026, 6, 13, 20, 0, tzinfo=UTC)
FIVE_DAYS = timedelta(days=5)
HEALTH = Health(
    endpoint_id="desk",
    failing_since=NOW,
    last_failure_at=NOW,
    failures=20,
    reason="timeout",
    warned=0,
    disabled_at=None,
    told_disabled=False,
)


def _after(lasted: timedelta, **changed: object) -> CareStep | None:
    health = replace(HEALTH, failing_since=NOW - lasted, **changed)  # type: ignore[arg-type]  # tests replace any field
    return next_care(health, disable_after=FIVE_DAYS)


@pytest.mark.parametrize(("hours", "stage"), [(24, 1), (60, 2), (108, 3)])
def test_the_owner_is_warned_at_a_fifth_half_and_nine_tenths(hours: int, stage: int) -> None:
    step = _after(timedelta(hours=hours), warned=stage - 1)
    assert step is not None
    assert (step.care, step.stage) == (Care.WARN, stage)
    assert step.disables_at == NOW - timedelta(hours=hours) + FIVE_DAYS
    assert _after(timedelta(hours=hours), warned=stage) is None


def test_what_fails_for_the_whole_time_is_disabled() -> None:
    step = _after(FIVE_DAYS, warned=3)
    assert step is not None
    assert step.care is Care.DISABLE


def test_a_single_short_outage_disables_and_warns_nobody() -> None:
    assert _after(timedelta(hours=23)) is None


def test_silence_after_one_alert_that_could_not_be_delivered_disables_nothing() -> None:
    # Its eight attempts took 28 hours; nothing was sent to it in the month since.
    begun = NOW - timedelta(days=30)
    health = replace(HEALTH, failing_since=begun, last_failure_at=begun + timedelta(hours=28), failures=8)
    warned = next_care(health, disable_after=FIVE_DAYS)
    assert warned is not None
    assert (warned.care, warned.stage) == (Care.WARN, 1)
    assert next_care(replace(health, warned=1), disable_after=FIVE_DAYS) is None


def test_a_few_failures_are_no_failing_however_old() -> None:
    assert _after(timedelta(days=30), failures=4) is None


def test_what_was_disabled_at_once_is_told_once() -> None:
    gone = replace(HEALTH, failing_since=None, disabled_at=NOW, reason="gone")
    step = next_care(gone, disable_after=FIVE_DAYS)
    assert step is not None
    assert step.care is Care.TELL_DISABLED
    assert next_care(replace(gone, told_disabled=True), disable_after=FIVE_DAYS) is None


@given(st.floats(0, 400), st.integers(0, 3), st.integers(0, 100))
def test_nothing_is_disabled_before_its_time(hours: float, warned: int, failures: int) -> None:
    step = _after(timedelta(hours=hours), warned=warned, failures=failures)
    if step is not None and step.care is Care.DISABLE:
        assert hours >= 120
    if step is not None and step.care is Care.WARN:
        assert step.stage > warned


class FakeCareBook:
    """``CareBook`` in memory."""

    def __init__(self, *ailing: Health) -> None:
        self.now = NOW
        self.healths = list(ailing)
        self.taken: list[tuple[CareStep, Sequence[NewDelivery]]] = []
        self.retired: dict[tuple[str, bytes], datetime] = {}
        self.is_first = True

    async def ailing(self) -> tuple[datetime, Sequence[Health]]:
        """All."""
        return self.now, self.healths

    async def take(self, health: Health, step: CareStep, deliveries: Sequence[NewDelivery]) -> bool:
        """Keep the step."""
        if self.is_first:
            self.taken.append((step, deliveries))
        return self.is_first

    async def retire(self, retired: Sequence[tuple[str, bytes]]) -> Mapping[tuple[str, bytes], datetime]:
        """Since when."""
        return {one: self.retired.setdefault(one, self.now) for one in retired}


def _endpoints(language: Language = "en", owner: str | None = "owner") -> dict[str, Endpoint]:
    return {
        "desk": WebhookEndpoint(
            id="desk", url="https://desk.example/h", secrets=("whsec_new", "whsec_old"), owner=owner
        ),
        "owner": EmailEndpoint(id="owner", to="owner@example.org", language=language),
        "operator": WebhookEndpoint(id="operator", url="https://op.example/h", secrets=("whsec_x",)),
    }


class Stage:
    """Caring among fakes."""

    def __init__(self, book: FakeCareBook, endpoints: Mapping[str, Endpoint], operator: str | None = None) -> None:
        self.registry = CollectorRegistry()
        self.wakes = 0
        self.retired: frozenset[tuple[str, bytes]] = frozenset()
        self.caring = Caring(
            book=book,
            endpoints=endpoints,
            sender=Sender(address="alerts@tocsin.example", name="Tocsin"),
            metrics=AlertMetrics(self.registry),
            disable_after=FIVE_DAYS,
            operator=operator,
            wake=self._wake,
            retire_secrets=self._retire,
        )

    def _wake(self) -> None:
        self.wakes += 1

    def _retire(self, secrets: frozenset[tuple[str, bytes]]) -> None:
        self.retired = secrets


FAILING = replace(HEALTH, failing_since=NOW - timedelta(hours=30))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_owner_is_told_by_mail_in_its_language(language: Language) -> None:
    book = FakeCareBook(FAILING)
    stage = Stage(book, _endpoints(language))
    await stage.caring.round()
    ((step, (delivery,)),) = book.taken
    message = message_from_bytes(delivery.body, policy=default)
    assert step.care is Care.WARN
    assert (delivery.endpoint_id, delivery.channel) == ("owner", "email")
    assert "desk" in str(message["Subject"])
    part = message.get_body(("plain",))
    assert part is not None
    assert "2026-06-17" in part.get_content()  # when it will be disabled
    assert stage.wakes == 1


async def test_an_endpoint_without_owner_is_the_operators_and_a_webhook_carries_the_facts() -> None:
    book = FakeCareBook(FAILING)
    await Stage(book, _endpoints(owner=None), operator="operator").caring.round()
    ((_, (delivery,)),) = book.taken
    body = json.loads(delivery.body)
    assert (delivery.endpoint_id, body["type"]) == ("operator", "endpoint.failing")
    assert body["data"]["endpoint"] == "desk"
    assert body["data"]["failures"] == 20
    assert body["data"]["reason"] == "timeout"


async def test_where_nobody_can_be_told_it_is_counted_and_the_step_is_taken_all_the_same() -> None:
    book = FakeCareBook(replace(FAILING, failing_since=NOW - FIVE_DAYS))
    stage = Stage(book, _endpoints(owner="desk"))
    await stage.caring.round()
    ((step, deliveries),) = book.taken
    assert (step.care, list(deliveries)) == (Care.DISABLE, [])
    labels = {"kind": "endpoint_disabled", "heard": "false"}
    assert stage.registry.get_sample_value("tocsin_alert_endpoint_notices_total", labels) == 1


async def test_another_replica_that_was_first_leaves_nothing_to_count() -> None:
    book = FakeCareBook(FAILING)
    book.is_first = False
    stage = Stage(book, _endpoints())
    await stage.caring.round()
    assert stage.wakes == 0


async def test_equal_rounds_give_the_same_delivery() -> None:
    books = [FakeCareBook(FAILING), FakeCareBook(FAILING)]
    for book in books:
        await Stage(book, _endpoints()).caring.round()
    assert books[0].taken == books[1].taken


async def test_a_retired_secret_signs_for_a_day_and_no_longer() -> None:
    book = FakeCareBook()
    stage = Stage(book, _endpoints())
    await stage.caring.round()
    assert stage.retired == frozenset()
    book.now = NOW + OVERLAP - timedelta(seconds=1)
    await stage.caring.round()
    assert stage.retired == frozenset()
    book.now = NOW + OVERLAP
    await stage.caring.round()
    assert stage.retired == {("desk", fingerprint("whsec_old"))}
