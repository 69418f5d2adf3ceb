"""A feed that names a hub, and the subscription asked of it."""

from datetime import timedelta

from services.ingest.subscription import Subscription, SubscriptionState
from tests.support.ingest_fakes import NOON, a_feed

FEED = a_feed()
FRESH = NOON - timedelta(minutes=5)
HUB = "https://hub.example/"
NAMED = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{HUB}'/><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://dijla-news.example/canonical.xml'/>"
ASKED = Subscription(
    feed="dijla-news",
    hub=HUB,
    topic="https://dijla-news.example/canonical.xml",
    token="t" * 43,
    secret="s" * 64,
    state=SubscriptionState.REQUESTED,
    attempts=1,
    due_at=NOON,
)
