"""The span of an attempt to deliver, in the trace of the item that the delivery tells of."""

from dataclasses import replace

from services.alert.delivery import Delivered, Outcome
from services.alert.ledger import Claimed
from shared import tracing
from shared.tracing import Span


def attempt(claimed: Claimed) -> Span:
    """Begin the span."""
    parent = None if claimed.traceparent is None else claimed.traceparent.encode()
    if not tracing.is_on():
        return tracing.begin("", parent=parent)
    return tracing.begin(
        f"deliver {claimed.channel}",
        kind=tracing.Kind.CLIENT,
        parent=parent,
        delivery_id=claimed.delivery_id,
        incident_id=claimed.incident_id,
        attempt=claimed.attempt,
        endpoint=claimed.endpoint_id,
    )


def within(claimed: Claimed, span: Span) -> Claimed:
    """The delivery in the context of its attempt: what a receiver may be told (``WebhookChannel``)."""
    return replace(claimed, traceparent=tracing.as_text(span.traceparent)) if tracing.is_on() else claimed


def ended(span: Span, outcome: Outcome) -> None:
    """The attempt has ended."""
    if not tracing.is_on():
        return
    if outcome.status is not None:
        span.note(status=outcome.status)
    span.end(error=None if isinstance(outcome, Delivered) else outcome.reason.value)


def log_fields_of(claimed: Claimed) -> dict[str, str]:
    """``item_id`` and ``trace_id``, where the delivery has them."""
    cause = {} if claimed.item_id is None else {"item_id": claimed.item_id}
    return cause if claimed.traceparent is None else cause | tracing.log_fields(claimed.traceparent.encode())
