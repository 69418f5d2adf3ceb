"""What the page and the API are made of: the part of the composition root that is about answers."""

import time

import asyncpg
from prometheus_client import CollectorRegistry

from services.alert.adapters.answers import PostgresAnswers
from services.alert.adapters.atlas import GazetteerAtlas
from services.alert.adapters.audit import PostgresAudit
from services.alert.adapters.decisions import KafkaDecisions
from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.desk_list import PostgresDeskList
from services.alert.adapters.export import PostgresExport
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.keys import PostgresKeys
from services.alert.adapters.source_book import PostgresSourceBook
from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.api.access import Gate
from services.alert.api.metrics import ApiMetrics
from services.alert.api.parts import ApiParts
from services.alert.api.problems import Fault
from services.alert.cap import CapSender
from services.alert.mail_desk import MailLinkParts
from services.alert.roster import Roster
from services.alert.settings import AlertSettings
from shared.clock import SystemClock
from shared.kafka.publisher import Publisher


def api_parts(
    *,
    settings: AlertSettings,
    pool: "asyncpg.Pool[asyncpg.Record]",
    roster: Roster,
    book: GazetteerBook,
    publisher: Publisher,
    registry: CollectorRegistry,
    feed_secret: bytes,
    mail: MailLinkParts | None,
) -> ApiParts:
    """Return the parts of the page and the API."""
    clock = SystemClock()
    keys = PostgresKeys(pool)
    return ApiParts(
        incidents=PostgresDesk(pool),
        deliveries=PostgresAnswers(pool),
        subscriptions=PostgresSubscriptions(pool),
        export=PostgresExport(pool),
        desk=PostgresDeskList(pool),
        decisions=KafkaDecisions(publisher),
        place_reader=book.place_told,
        keys=keys,
        audit=PostgresAudit(pool),
        roster=roster,
        places=book,
        atlas=GazetteerAtlas(book.gazetteer),
        sources=PostgresSourceBook(pool),
        gate=Gate(
            keys=keys,
            clock=clock,
            monotonic=time.monotonic,
            per_minute=settings.api_requests_per_minute,
            anonymous_per_minute=settings.api_anonymous_per_minute,
            open_incidents=settings.api_open_incidents,
        ),
        metrics=ApiMetrics(registry, tuple(Fault)),
        clock=clock,
        feed_secret=feed_secret,
        mail=mail,
        cap_sender=CapSender(id=settings.cap_sender, name=settings.cap_sender_name) if settings.cap_sender else None,
        max_body_bytes=settings.api_max_body_bytes,
        max_entries=settings.api_max_entries,
        channels=frozenset({"webhook", "pull"} | ({"email"} if settings.smtp_host is not None else set())),
    )
