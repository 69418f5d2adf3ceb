"""A subscription at a hub (WebSub, W3C Recommendation): what is due, what a hub's questions are answered, whose pushes count.

Pure: each function returns the subscription as it is from now on. Polling goes on at its own pace whatever a hub does, so a hub
that fails, silently or not, costs seconds of news and never an item.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

_FIRST_RETRY = timedelta(minutes=10)
_LONGEST_RETRY = timedelta(days=1)
_TO_ANOTHER = timedelta(seconds=30)
"""Until the feed's next hub is asked, as long as there is one that was not asked in this round."""
_MAX_DOUBLINGS = 8
_SHORTEST_LEASE = timedelta(minutes=5)
_LONGEST_LEASE = timedelta(days=30)
_MOST_CHALLENGE_CHARACTERS = 2_000
_MOST_REASON_CHARACTERS = 200
_RENEW_FROM, _RENEW_TO = 0.5, 0.8
"""The part of a lease after which it is renewed: spread, so that feeds that were subscribed together part."""
ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")
"""Of X-Hub-Signature, section 7.1.1."""


class SubscriptionState(StrEnum):
    """How far a subscription has come. ``expired`` is counted and never stored: an active one whose lease has ended."""

    WANTED = "wanted"
    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One feed at one hub at a time, of the ``hubs`` that it names. ``token`` is the unguessable end of the callback's address; ``secret`` signs pushes, None over plain http.

    ``due_at`` is when the hub is asked next: at first, again after a failure, to renew. An active one whose ``expires_at`` has
    passed gets no more pushes.
    """

    feed: str
    hub: str
    hubs: tuple[str, ...] = ()
    topic: str
    token: str = field(repr=False)
    secret: str | None = field(repr=False)
    state: SubscriptionState = SubscriptionState.WANTED
    attempts: int = 0
    due_at: datetime
    expires_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """The hub asked whether we asked: yes. ``challenge`` is the answer's body."""

    subscription: Subscription
    challenge: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Denied:
    """The hub said that it will not, or no longer, push."""

    subscription: Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Unasked:
    """A question about something that was never asked for; the hub is told 404."""

    why: str


def carries_secret(hub: str) -> bool:
    """Whether a secret may be told to this hub: over https only (section 5.1)."""
    return urlsplit(hub).scheme == "https"


def request_of(subscription: Subscription, *, callback: str, lease_seconds: int) -> dict[str, str]:
    """Return the form that asks the hub (section 5.1); ``callback`` is the public address before the token."""
    form = {
        "hub.callback": f"{callback.rstrip('/')}/{subscription.token}",
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic,
        "hub.lease_seconds": str(lease_seconds),
    }
    return form if subscription.secret is None else {**form, "hub.secret": subscription.secret}


def next_hub(subscription: Subscription, now: datetime) -> str | None:
    """Return the hub to ask instead of one that refused, denied or never verified, in turn; None to ask the same one.

    One that pushes under a running lease is kept: to renew it there is time, and the lease ends by itself.
    """
    hubs = subscription.hubs
    is_running = (
        subscription.state is SubscriptionState.ACTIVE
        and subscription.expires_at is not None
        and subscription.expires_at > now
    )
    is_untried = subscription.state is SubscriptionState.WANTED or subscription.attempts == 0
    if is_running or is_untried or not set(hubs) - {subscription.hub}:
        return None
    return hubs[(hubs.index(subscription.hub) + 1) % len(hubs)] if subscription.hub in hubs else hubs[0]


def moved_to(subscription: Subscription, hub: str, *, token: str, secret: str | None) -> Subscription:
    """The same feed at another hub, under an address and a secret that the one before does not know."""
    return replace(subscription, hub=hub, token=token, secret=secret, state=SubscriptionState.WANTED, expires_at=None)


def asked(subscription: Subscription, now: datetime, jitter: float) -> Subscription:
    """The hub is being asked: stored before the request leaves, for a hub may verify before it answers. If it never does, it is asked again."""
    is_renewal = subscription.state is SubscriptionState.ACTIVE
    return replace(
        subscription,
        state=SubscriptionState.ACTIVE if is_renewal else SubscriptionState.REQUESTED,
        attempts=subscription.attempts + 1,
        due_at=now + _backoff(subscription.attempts // _count(subscription), jitter),
        last_error=None,
    )


def put_off(subscription: Subscription, seconds: float, now: datetime) -> Subscription:
    """The hub's host has its hands full with us: asked when it is our turn."""
    return replace(subscription, due_at=now + timedelta(seconds=seconds))


def after_refused(subscription: Subscription, why: str, now: datetime, jitter: float) -> Subscription:
    """The hub that was asked cannot be reached or does not take the request: asked again, later and later, another hub first. A running lease goes on."""
    is_running = subscription.state is SubscriptionState.ACTIVE
    wait = _backoff(subscription.attempts // _count(subscription) - 1, jitter)
    return replace(
        subscription,
        state=SubscriptionState.ACTIVE if is_running else SubscriptionState.REFUSED,
        due_at=now + (wait if is_running else _retry(subscription, subscription.attempts, jitter, wait)),
        last_error=_plain(why),
    )


def judge_question(
    subscription: Subscription, query: Mapping[str, str], *, asked_seconds: int, now: datetime, jitter: float
) -> Confirmed | Denied | Unasked:
    """Judge a hub's GET (sections 5.2 and 5.3): a verification of what was asked for, or a denial.

    One that was refused is confirmed too: its hub may have taken the request though its answer came too late or was an error.
    ``asked_seconds`` is the lease when the hub names none that can be read; leases are taken as 5 minutes to 30 days.
    """
    if query.get("hub.topic") != subscription.topic:
        return Unasked(why="another topic")
    if subscription.state is SubscriptionState.WANTED:
        return Unasked(why="not asked for yet")
    mode = query.get("hub.mode")
    if mode == "denied":
        reason = query.get("hub.reason") or "without a reason"
        return Denied(
            subscription=replace(
                subscription,
                state=SubscriptionState.REFUSED,
                attempts=subscription.attempts + 1,
                due_at=now
                + _retry(subscription, subscription.attempts + 1, jitter, _LONGEST_RETRY * (1 + jitter / 10)),
                expires_at=None,
                last_error=_plain(f"denied: {reason}"),
            )
        )
    challenge = query.get("hub.challenge", "")
    if mode != "subscribe":
        return Unasked(why="nobody asked to unsubscribe")
    if not 0 < len(challenge) <= _MOST_CHALLENGE_CHARACTERS:
        return Unasked(why="no challenge of a bearable length")
    lease = _lease(query.get("hub.lease_seconds", ""), asked_seconds)
    return Confirmed(
        challenge=challenge,
        subscription=replace(
            subscription,
            state=SubscriptionState.ACTIVE,
            attempts=0,
            due_at=now + lease * (_RENEW_FROM + (_RENEW_TO - _RENEW_FROM) * jitter),
            expires_at=now + lease,
            last_error=None,
        ),
    )


def is_signed(secret: str, header: str | None, body: bytes) -> bool:
    """Whether ``header`` (``X-Hub-Signature: method=hex``, section 7.1) signs the body with the secret; compared in constant time."""
    method, _, given = (header or "").strip().partition("=")
    if method.lower() not in ALGORITHMS or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected, given.strip().lower())


def _plain(words: str) -> str:
    """A hub's words as they can be stored and shown: the database refuses NUL, a terminal obeys control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in words[:_MOST_REASON_CHARACTERS])


def _lease(told: str, asked_seconds: int) -> timedelta:
    readable = told.isascii() and told.isdigit()
    seconds = int(told[:10]) if readable else asked_seconds
    return min(max(timedelta(seconds=seconds), _SHORTEST_LEASE), _LONGEST_LEASE)


def _backoff(attempts: int, jitter: float) -> timedelta:
    doubled = _FIRST_RETRY * (2.0 ** min(max(attempts, 0), _MAX_DOUBLINGS) * (0.75 + jitter / 2))
    return min(doubled, _LONGEST_RETRY)


def _count(subscription: Subscription) -> int:
    return max(1, len(subscription.hubs))


def _retry(subscription: Subscription, attempts: int, jitter: float, when_all_were_asked: timedelta) -> timedelta:
    if attempts % _count(subscription):
        return _TO_ANOTHER * (1 + jitter)
    return when_all_were_asked
