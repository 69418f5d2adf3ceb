"""What the page and the API need of the outside world. Every method raises ``LedgerError`` when the database does not play."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.alert.audit import Act, AuditRow
from services.alert.desk import ReportedError
from services.alert.export_row import Exported
from services.alert.keys import ApiKey, NewKey, Right
from services.alert.ledger import DeliveryDetail, DeliveryRow, DeliveryStatus
from services.alert.subscription import Document, Entry, Kind
from shared.events.facts import Place
from shared.events.report import Report
from shared.events.source import SourceHealth


class Atlas(Protocol):
    """Outlines and points of units, for the map."""

    @property
    def base_map(self) -> bytes:
        """The base map as GeoJSON, made once."""
        ...

    @property
    def version(self) -> str:
        """Changes with the base map."""
        ...

    def point_of(self, code: str) -> tuple[float, float] | None:
        """Latitude and longitude of a point inside a unit, None for one without a shape."""
        ...

    def shape_of(self, code: str) -> dict[str, Any] | None:
        """A unit's outline as a GeoJSON geometry, None where no boundary is known."""
        ...


class SourceBook(Protocol):
    """The feeds as ingest last saw them."""

    async def sources(self) -> Sequence[SourceHealth]:
        """The last word on each."""
        ...


class KeyRing(Protocol):
    """The keys."""

    async def find(self, key_id: str) -> ApiKey | None:
        """The key with this id, None for an unknown one."""
        ...

    async def note_use(self, key_id: str) -> None:
        """Note that it was used."""
        ...

    async def add(
        self,
        key: NewKey,
        *,
        tenant: str,
        name: str,
        rights: Sequence[Right],
        expires_at: datetime | None,
        actor: str,
    ) -> ApiKey:
        """Keep a new key."""
        ...

    async def keys(self, *, tenant: str | None = None) -> Sequence[ApiKey]:
        """All, or a tenant's."""
        ...

    async def revoke(self, key_id: str, *, tenant: str | None, actor: str) -> bool:
        """Revoke one; False when there is none of that tenant that is not revoked yet."""
        ...


class ExportShelf(Protocol):
    """Incidents to be exported."""

    def pages(self, *, since: datetime | None, as_of: datetime | None) -> AsyncIterator[Sequence[Exported]]:
        """Pages by id: those with a report since, as they were known at a time."""
        ...


class DeskList(Protocol):
    """What readers say is wrong, and that the desk has decided."""

    async def open_reports(self, *, limit: int) -> Sequence[ReportedError]:
        """Errors nobody has dealt with yet, oldest first."""
        ...

    async def report(self, incident_id: str, *, revision: int, words: str, tenant: str, actor: str) -> bool:
        """Keep one; False when there are enough of the incident."""
        ...

    async def close(self, report_id: int, *, tenant: str, actor: str, why: str) -> bool:
        """Note that it was dealt with; False when there is no such open one."""
        ...

    async def note_decision(self, act: Act) -> None:
        """Write down that a decision is about to be made."""
        ...


class Decisions(Protocol):
    """Where decisions of the desk go."""

    async def write(self, report: Report) -> None:
        """Return when it is acknowledged; raises ``DecisionNotWrittenError``."""
        ...


class PlaceReader(Protocol):
    """Reads a place as a person of the desk gives it."""

    def __call__(self, words: str, country: str | None) -> Place:
        """Return the place; raises ``PlaceWordsError``."""
        ...


class Audit(Protocol):
    """What was done."""

    async def acts(self, *, tenant: str, before: int | None = None, limit: int = 100) -> Sequence[AuditRow]:
        """Newest first."""
        ...


class SubscriptionStore(Protocol):
    """Watches and endpoints that people manage."""

    async def version(self) -> int:
        """Grows with every change."""
        ...

    async def entries(self, *, tenant: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        """All, or a tenant's."""
        ...

    async def entry(self, kind: Kind, entry_id: str) -> Entry | None:
        """One, None for an unknown one."""
        ...

    async def put(
        self, kind: Kind, entry_id: str, *, tenant: str, document: Document, actor: str
    ) -> tuple[Entry, bool]:
        """Keep one; returns it and whether it is new."""
        ...

    async def delete_watch(self, watch_id: str, *, tenant: str, actor: str) -> bool:
        """Forget one; False when the tenant has none of this id."""
        ...

    async def delete_endpoint(self, endpoint_id: str, *, tenant: str, actor: str) -> bool:
        """Forget one with its address and the watches that tell nobody else; False when the tenant has none of this id."""
        ...

    async def delete_tenant(self, tenant: str, *, actor: str) -> tuple[int, int]:
        """Forget everything of a tenant but the counts; returns how many entries and keys went."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBody:
    """One delivery as a receiver that asks for changes gets it; ``position`` is where it stands in the order of all."""

    position: int
    delivery_id: str
    created_at: datetime
    body: bytes


class DeliveryShelf(Protocol):
    """Deliveries as their owners read them."""

    async def deliveries(
        self,
        *,
        tenant: str,
        status: DeliveryStatus | None = None,
        endpoint_id: str | None = None,
        watch_id: str | None = None,
        incident_id: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[tuple[int, DeliveryRow]]:
        """Positions and deliveries of a tenant, newest first."""
        ...

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """One with its attempts and body, None for an unknown id."""
        ...

    async def replay(self, delivery_id: str, *, tenant: str, actor: str) -> bool:
        """Make one due again; False unless it was dead or expired."""
        ...

    async def changes(self, *, endpoint_id: str, watch_id: str, after: int, limit: int) -> Sequence[KeptBody]:
        """What was written for a watch to an endpoint after a position, in order, sent or not."""
        ...

    async def horizon(self) -> int:
        """The last position that is written."""
        ...

    async def pruned(self) -> int:
        """The last position that housekeeping has taken away."""
        ...
