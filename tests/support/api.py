"""The API over shelves in memory (``api_shelves.py``), with a clock that stands still."""

from datetime import timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry

from services.alert.api.access import Gate
from services.alert.api.app import create_app
from services.alert.api.metrics import ApiMetrics
from services.alert.api.parts import ApiParts
from services.alert.api.problems import Fault
from services.alert.keys import Right
from services.alert.roster import Roster
from services.alert.watch import Subscriptions
from shared.events.incident import IncidentChange
from tests.support.api_shelves import (
    NOW,
    MemoryAudit,
    MemoryDeliveries,
    MemoryDeskList,
    MemoryExport,
    MemoryIncidents,
    MemoryKeys,
    MemorySubscriptions,
    read_few_places,
)
from tests.support.ledger import StandingClock
from tests.support.places import FewPlaces


class Pulse:
    """A monotonic clock that stands still until told."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        """Show it."""
        return self.at

    def pass_by(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span.total_seconds()


class ApiStage:
    """The application with its shelves at hand; ``client`` asks it, ``key`` makes a key."""

    def __init__(
        self,
        *histories: list[IncidentChange],
        of_file: Subscriptions | None = None,
        open_incidents: bool = False,
        per_minute: int = 10_000,
        anonymous_per_minute: int = 10_000,
        **parts: Any,
    ) -> None:
        self.audit = MemoryAudit()
        self.keys = MemoryKeys(self.audit)
        self.subscriptions = MemorySubscriptions(self.audit)
        self.incidents = MemoryIncidents(*histories)
        self.deliveries = MemoryDeliveries(self.audit)
        self.desk = MemoryDeskList(self.audit)
        self.pulse = Pulse()
        self.clock = StandingClock(NOW)
        self.registry = CollectorRegistry()
        self.roster = Roster(of_file or Subscriptions(), self.subscriptions, FewPlaces())
        gate = Gate(
            keys=self.keys,
            clock=self.clock,
            monotonic=self.pulse,
            per_minute=per_minute,
            anonymous_per_minute=anonymous_per_minute,
            open_incidents=open_incidents,
        )
        chosen: dict[str, Any] = {"feed_secret": b"f" * 32, "places": FewPlaces()} | parts
        self.parts = ApiParts(
            incidents=self.incidents,
            deliveries=self.deliveries,
            desk=self.desk,
            decisions=self.desk,
            place_reader=read_few_places,
            export=MemoryExport(self.incidents),
            subscriptions=self.subscriptions,
            keys=self.keys,
            audit=self.audit,
            roster=self.roster,
            gate=gate,
            metrics=ApiMetrics(self.registry, tuple(Fault)),
            clock=self.clock,
            **chosen,
        )
        self.app: Litestar = create_app(self.parts)

    def client(self, key: str | None = None) -> TestClient[Litestar]:
        """Somebody who asks, with a key or without."""
        client = TestClient(self.app, raise_server_exceptions=False)
        if key is not None:
            client.headers["Authorization"] = f"Bearer {key}"
        return client

    def key(self, *rights: Right, tenant: str = "default", **changed: Any) -> str:
        """Make a key."""
        return self.keys.given(*rights, tenant=tenant, **changed)

    def refused(self, fault: Fault) -> float:
        """How often it was counted."""
        return self.registry.get_sample_value("tocsin_alert_api_refusals_total", {"reason": fault.value}) or 0.0
