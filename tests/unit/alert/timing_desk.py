"""A desk among fakes whose watch of Iraq has manners: changes come, somebody holds something back, what is due is gathered by hand."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from services.alert.area import CodedArea
from services.alert.bulletins import BulletinWriter
from services.alert.compose import Sender
from services.alert.gathering import Due, Known, gather
from services.alert.ledger import NewDelivery
from services.alert.manners import Manners, Override, Quiet
from services.alert.matching import WatchIndex
from services.alert.routing import Standing
from services.alert.silences import Ending, Silence, SilenceKind
from services.alert.watch import Watch
from shared.events.facts import Place
from shared.events.incident import IncidentChange, Severity, Status
from tests.support.incidents import KHANAQIN_VILLAGE, opened, received, updated
from tests.support.places import FewPlaces
from tests.unit.alert.test_consumer import DESK, Stage

IRAQ = (CodedArea(codes=("IQ",)),)
NIGHT = Quiet(begins=time(22), ends=time(6), unless=Override(min_severity=Severity.CRITICAL))
EVENING = datetime(2026, 6, 13, 20, 20, tzinfo=UTC)
"""Twenty past eleven at night in Baghdad."""


def iraq(**manners: Any) -> Watch:
    return Watch(id="iraq", name="Iraq", areas=IRAQ, endpoints=("desk",), manners=Manners(**manners))


class Desk(Stage):
    """A handler among fakes, and a gatherer's round by hand."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch=watch)
        self.watch = watch
        self.index = WatchIndex([watch])

    async def hear(self, *states: IncidentChange, fetched_at: datetime | None = None) -> None:
        """Changes come."""
        await self.handler.handle([received(state, fetched_at=fetched_at) for state in states])

    def hold(self, number: int = 1, **selectors: Any) -> Silence:
        """Somebody holds something back."""
        held = Silence(id=number, kind=SilenceKind.HOLD, who="ops", created_at=self.clock.at, **selectors)
        self.ledger.silences.append(held)
        return held

    def gather(self, *, ending: Ending | None = None) -> list[dict[str, Any]]:
        """Tell what is due, all of it if a hold ended; returns the bodies."""
        due = [
            Due(waiting=one, ending=ending, ended_at=self.clock.at if ending else None)
            for one in self.ledger.waiting.values()
            if ending is not None or (one.due_at is not None and one.due_at <= self.clock.at)
        ]
        latest = {change.state.incident_id: change.state for change in self.ledger.changes}
        known = {one: Known(state=state, told=self.ledger.incidents[one].told) for one, state in latest.items()}
        gathered = gather(due, known, self.index.watches, endpoints=("desk",), now=self.clock.at)
        for incident_id, told in gathered.told.items():
            self.ledger.incidents[incident_id] = replace(self.ledger.incidents[incident_id], told=told)
        for key in gathered.done:
            del self.ledger.waiting[key]
        for key, until in gathered.postponed.items():
            self.ledger.waiting[key] = replace(self.ledger.waiting[key], due_at=until)
        writer = BulletinWriter(names=FewPlaces(), sender=Sender(address="alerts@tocsin.example", name="Tocsin"))
        written = [writer.delivery(one, DESK, self.index.watches) for one in gathered.bulletins]
        assert len({one.delivery_id for one in written}) == len(written)
        return [json.loads(one.body) for one in written]

    def standing(self, state: IncidentChange) -> Standing | None:
        """What the desk believes of an incident."""
        mark = self.ledger.incidents[state.incident_id].told.get(("iraq", "desk"))
        return mark.standing if mark else None

    @property
    def told(self) -> list[NewDelivery]:
        """What was told one by one."""
        return list(self.ledger.deliveries.values())


def attack(number: int, place: Place = KHANAQIN_VILLAGE, **changed: Any) -> IncidentChange:
    return opened(number, place=place, severity=Severity.MODERATE, **changed)


def retracted(state: IncidentChange) -> IncidentChange:
    return updated(state, status=Status.RETRACTED)
