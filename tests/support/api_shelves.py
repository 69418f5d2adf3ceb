"""The API's shelves in memory: keys that were added, entries that were put, deliveries that were written."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.alert.api.ports import KeptBody
from services.alert.audit import Act, Action, AuditRow
from services.alert.desk import ReportedError
from services.alert.errors import DecisionNotWrittenError, LedgerError
from services.alert.export_row import Exported
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import ApiKey, NewKey, Right, new_key, tenant_of
from services.alert.ledger import DeliveryDetail, DeliveryRow, DeliveryStatus
from services.alert.subscription import Document, Entry, Kind
from shared.events.facts import Place, Precision
from shared.events.incident import IncidentChange
from shared.events.report import Report
from shared.geo.named_place import PlaceWordsError

NOW = datetime(2026, 6, 14, 12, 0, tzinfo=UTC)
EVERYTHING = IncidentFilter()


class MemoryAudit:
    """``Audit`` over a list."""

    def __init__(self) -> None:
        self.rows: list[AuditRow] = []

    def write(self, act: Act) -> None:
        """Keep an act."""
        self.rows.append(AuditRow(position=len(self.rows) + 1, at=NOW, act=act))

    async def acts(self, *, tenant: str, before: int | None = None, limit: int = 100) -> Sequence[AuditRow]:
        """Newest first."""
        found = [row for row in reversed(self.rows) if row.act.tenant == tenant]
        return [row for row in found if before is None or row.position < before][:limit]


class MemoryKeys:
    """``KeyRing`` in memory; ``given`` makes a key and returns its text."""

    def __init__(self, audit: MemoryAudit) -> None:
        self.held: dict[str, ApiKey] = {}
        self.used: list[str] = []
        self._audit = audit

    def given(self, *rights: Right, tenant: str = "default", **changed: Any) -> str:
        """Make a key."""
        key = new_key()
        kept = ApiKey(
            key_id=key.key_id, tenant=tenant, name="test", rights=rights or (Right.READ,), digest=key.digest, created_at=NOW
        )  # fmt: skip
        self.held[key.key_id] = replace(kept, **changed)
        return key.text

    async def find(self, key_id: str) -> ApiKey | None:
        """The key."""
        return self.held.get(key_id)

    async def note_use(self, key_id: str) -> None:
        """Note it."""
        self.used.append(key_id)

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
        """Keep one."""
        kept = ApiKey(
            key_id=key.key_id, tenant=tenant, name=name, rights=tuple(rights), digest=key.digest, created_at=NOW,
            expires_at=expires_at,
        )  # fmt: skip
        self.held[key.key_id] = kept
        self._audit.write(Act(tenant=tenant, actor=actor, action=Action.KEY_ADDED, subject=key.key_id))
        return kept

    async def keys(self, *, tenant: str | None = None) -> Sequence[ApiKey]:
        """A tenant's."""
        return [key for key in self.held.values() if tenant in (None, key.tenant)]

    async def revoke(self, key_id: str, *, tenant: str | None, actor: str) -> bool:
        """Revoke one."""
        key = self.held.get(key_id)
        if key is None or key.revoked_at is not None or tenant not in (None, key.tenant):
            return False
        self.held[key_id] = replace(key, revoked_at=NOW)
        self._audit.write(Act(tenant=key.tenant, actor=actor, action=Action.KEY_REVOKED, subject=key_id))
        return True


class MemorySubscriptions:
    """``SubscriptionStore`` in memory."""

    def __init__(self, audit: MemoryAudit) -> None:
        self.held: dict[tuple[Kind, str], Entry] = {}
        self._version = 0
        self._audit = audit

    async def version(self) -> int:
        """Grows with every change."""
        return self._version

    async def entries(self, *, tenant: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        """All, or a tenant's."""
        return [one for one in self.held.values() if tenant in (None, one.tenant) and kind in (None, one.kind)]

    async def entry(self, kind: Kind, entry_id: str) -> Entry | None:
        """One."""
        return self.held.get((kind, entry_id))

    async def put(
        self, kind: Kind, entry_id: str, *, tenant: str, document: Document, actor: str
    ) -> tuple[Entry, bool]:
        """Keep one."""
        is_new = (kind, entry_id) not in self.held
        entry = Entry(kind=kind, id=entry_id, tenant=tenant, document=document, created_at=NOW, updated_at=NOW)
        self.held[kind, entry_id] = entry
        self._grown(tenant, actor, Action.WATCH_SET if kind is Kind.WATCH else Action.ENDPOINT_SET, entry_id)
        return entry, is_new

    async def delete_watch(self, watch_id: str, *, tenant: str, actor: str) -> bool:
        """Forget one."""
        return self._delete(Kind.WATCH, watch_id, tenant, actor)

    async def delete_endpoint(self, endpoint_id: str, *, tenant: str, actor: str) -> bool:
        """Forget one, and watches that tell nobody else."""
        if not self._delete(Kind.ENDPOINT, endpoint_id, tenant, actor):
            return False
        for (kind, name), entry in list(self.held.items()):
            if kind is Kind.WATCH and endpoint_id in (told := list(entry.document.get("endpoints") or ())):  # type: ignore[call-overload]  # a list in these tests
                told.remove(endpoint_id)
                self.held[kind, name] = replace(entry, document={**entry.document, "endpoints": told})
                if not told:
                    self._delete(Kind.WATCH, name, tenant, actor)
        return True

    async def delete_tenant(self, tenant: str, *, actor: str) -> tuple[int, int]:
        """Forget all."""
        own = [key for key, entry in self.held.items() if entry.tenant == tenant]
        for key in own:
            del self.held[key]
        self._grown(tenant, actor, Action.SUBSCRIBER_DELETED, tenant)
        return len(own), 0

    def _delete(self, kind: Kind, entry_id: str, tenant: str, actor: str) -> bool:
        entry = self.held.get((kind, entry_id))
        if entry is None or entry.tenant != tenant:
            return False
        del self.held[kind, entry_id]
        self._grown(tenant, actor, Action.WATCH_DELETED if kind is Kind.WATCH else Action.ENDPOINT_DELETED, entry_id)
        return True

    def _grown(self, tenant: str, actor: str, action: Action, subject: str) -> None:
        self._version += 1
        self._audit.write(Act(tenant=tenant, actor=actor, action=action, subject=subject))


class MemoryIncidents:
    """``IncidentShelf`` over histories; ``broken`` makes it fail. Of a filter it knows kind, severity, since, status, held and watch (``told``)."""

    def __init__(self, *histories: list[IncidentChange]) -> None:
        self.histories = {history[0].incident_id: history for history in histories}
        self.told: dict[str, set[str]] = {}
        self.asked: list[IncidentFilter] = []
        self.broken = False

    async def incidents(
        self,
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
        tests: bool = False,
        wanted: IncidentFilter = EVERYTHING,
    ) -> Sequence[IncidentChange]:
        """As the ledger has it."""
        if self.broken:
            raise LedgerError("no database: postgresql://u:secret@h/d")
        self.asked.append(wanted)
        latest = [history[-1] for history in self.histories.values() if tests or not history[-1].test]
        found = [
            one
            for one in latest
            if (not wanted.types or one.event_type in wanted.types)
            and (not wanted.severities or one.severity in wanted.severities)
            and (wanted.since is None or one.last_seen >= wanted.since)
            and (not wanted.statuses or one.status in wanted.statuses)
            and wanted.held in (None, one.held)
            and (wanted.watch is None or one.incident_id in self.told.get(wanted.watch, ()))
        ]
        ordered = sorted(found, key=lambda one: (one.last_seen, one.incident_id), reverse=True)
        return [one for one in ordered if before is None or (one.last_seen, one.incident_id) < before][:limit]

    async def history(self, incident_id: str) -> Sequence[IncidentChange]:
        """As the ledger has it."""
        return self.histories.get(incident_id, [])


class MemoryExport:
    """``ExportShelf`` over the incidents, two a page."""

    def __init__(self, incidents: MemoryIncidents) -> None:
        self._incidents = incidents

    async def pages(self, *, since: datetime | None, as_of: datetime | None) -> AsyncIterator[Sequence[Exported]]:
        """As they are."""
        states = [state for history in self._incidents.histories.values() if not (state := history[-1]).test]
        for start in range(0, len(states), 2):
            yield [Exported(state=one, first_change=NOW, last_change=NOW) for one in states[start : start + 2]]


class MemoryDeskList:
    """``DeskList`` and ``Decisions`` in memory; ``refuse`` makes Kafka not confirm."""

    def __init__(self, audit: MemoryAudit) -> None:
        self.open: list[ReportedError] = []
        self.decided: list[Report] = []
        self.refuse = False
        self._audit = audit

    async def open_reports(self, *, limit: int) -> Sequence[ReportedError]:
        """Oldest first."""
        return self.open[:limit]

    async def report(self, incident_id: str, *, revision: int, words: str, tenant: str, actor: str) -> bool:
        """Keep one, of three."""
        if len(self.open) >= 3:
            return False
        self.open.append(
            ReportedError(
                report_id=len(self.open) + 1, incident_id=incident_id, revision=revision, delivery_id=None, words=words,
                created_at=NOW,
            )
        )  # fmt: skip
        self._audit.write(Act(tenant=tenant, actor=actor, action=Action.ERROR_REPORTED, subject=incident_id))
        return True

    async def close(self, report_id: int, *, tenant: str, actor: str, why: str) -> bool:
        """Take one off."""
        found = [one for one in self.open if one.report_id == report_id]
        self.open = [one for one in self.open if one.report_id != report_id]
        if found:
            self._audit.write(
                Act(tenant=tenant, actor=actor, action=Action.ERROR_CLOSED, subject=found[0].incident_id, detail={"why": why})
            )  # fmt: skip
        return bool(found)

    async def note_decision(self, act: Act) -> None:
        """Keep it."""
        self._audit.write(act)

    async def write(self, report: Report) -> None:
        """Keep it."""
        if self.refuse:
            raise DecisionNotWrittenError("told to refuse")
        self.decided.append(report)


def read_few_places(words: str, country: str | None) -> Place:
    """Know Khanaqin alone."""
    if words != "Khanaqin":
        raise PlaceWordsError(f"{words!r} is not a place that is known")
    return Place(name=words, precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05")


class MemoryDeliveries:
    """``DeliveryShelf`` over rows and bodies in the order in which they were written."""

    def __init__(self, audit: MemoryAudit) -> None:
        self.rows: list[tuple[DeliveryRow, bytes]] = []
        self.pruned_to = 0
        self._audit = audit

    def write(self, delivery_id: str, *, endpoint: str, body: bytes = b"{}", **changed: Any) -> None:
        """Keep one."""
        row = DeliveryRow(
            delivery_id=delivery_id, endpoint_id=endpoint, channel="webhook", incident_id="a_1", revision=1, message="alert",
            watch_ids=("diyala",), test=False, status=DeliveryStatus.DELIVERED, attempts=1, reason=None, created_at=NOW,
            next_attempt_at=None, delivered_at=NOW,
        )  # fmt: skip
        self.rows.append((replace(row, **changed), body))

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
        """Newest first."""
        numbered = [(number, row) for number, (row, _) in enumerate(self.rows, start=1)]
        return [
            (number, row)
            for number, row in reversed(numbered)
            if tenant_of(row.endpoint_id) == tenant
            and status in (None, row.status)
            and endpoint_id in (None, row.endpoint_id)
            and (watch_id is None or watch_id in row.watch_ids)
            and incident_id in (None, row.incident_id)
            and (before is None or number < before)
        ][:limit]

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """One."""
        for row, body in self.rows:
            if row.delivery_id == delivery_id:
                return DeliveryDetail(row=row, attempts=(), content_type="application/json", body=body)
        return None

    async def replay(self, delivery_id: str, *, tenant: str, actor: str) -> bool:
        """Make one due again."""
        for number, (row, body) in enumerate(self.rows):
            if row.delivery_id == delivery_id and row.status in (DeliveryStatus.DEAD, DeliveryStatus.EXPIRED):
                self.rows[number] = replace(row, status=DeliveryStatus.PENDING), body
                self._audit.write(Act(tenant=tenant, actor=actor, action=Action.DELIVERY_REPLAYED, subject=delivery_id))
                return True
        return False

    async def changes(self, *, endpoint_id: str, watch_id: str, after: int, limit: int) -> Sequence[KeptBody]:
        """In order."""
        return [
            KeptBody(position=number, delivery_id=row.delivery_id, created_at=row.created_at, body=body)
            for number, (row, body) in enumerate(self.rows, start=1)
            if number > after and row.endpoint_id == endpoint_id and watch_id in row.watch_ids
        ][:limit]

    async def horizon(self) -> int:
        """The last position."""
        return len(self.rows)

    async def pruned(self) -> int:
        """As told."""
        return self.pruned_to
