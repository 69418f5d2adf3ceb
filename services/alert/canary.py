"""The end of the canary's way: the reserved watch that test items match, and the reserved sink that takes them (pure).

A test item is recognised by its feed and its mark. It is composed and delivered as any alert is, but only to the sink, under
an id of its slot; it is kept among no incidents, and no other watch ever hears of it.
"""

from dataclasses import replace
from datetime import datetime

from services.alert.area import CodedArea
from services.alert.bulletin import BulletinKind, canary_id
from services.alert.compose import Composer, Sender
from services.alert.ledger import NewDelivery
from services.alert.manners import Manners
from services.alert.matching import WatchIndex
from services.alert.payload import Times
from services.alert.routing import route
from services.alert.watch import SinkEndpoint, Watch, WhenVague
from services.alert.words import PlaceWords
from shared.events.incident import IncidentChange
from shared.events.source import CANARY_FEED

CANARY_SUBJECT = CANARY_FEED
"""Stands in the ledger where an incident's id does."""
SINK = SinkEndpoint(id=CANARY_FEED)
_WATCH = Watch(
    id=CANARY_FEED,
    name=CANARY_FEED,
    areas=(CodedArea(codes=("IQ", "IQG01")),),
    endpoints=(SINK.id,),
    when_vague=WhenVague.NARROWED,
    receives_tests=True,
    manners=Manners(heartbeat_hour=None, limit_an_hour=None),
)


def is_canary(state: IncidentChange) -> bool:
    """Whether this is a test item's incident."""
    told = (*state.sources, *(one.source for one in state.contributions))
    return state.test and any(source.feed == CANARY_FEED for source in told)


class CanaryCatcher:
    """Matches test items against the reserved watch and writes their deliveries."""

    def __init__(self, *, names: PlaceWords, sender: Sender) -> None:
        self._index = WatchIndex([_WATCH])
        self._composer = Composer(index=self._index, names=names, sender=sender)

    def deliveries(self, state: IncidentChange, times: Times) -> tuple[NewDelivery, ...]:
        """Return the slot's delivery to the sink; none when the item did not come through as what it was sent as."""
        routed = route(state, self._index, {}, endpoints=(SINK.id,))
        slot = times.published or state.last_seen
        written = self._composer.deliveries(state, tuple((notice, SINK) for notice in routed.notices), times)
        return tuple(
            replace(
                one,
                delivery_id=canary_id(one.endpoint_id, slot),
                incident_id=CANARY_SUBJECT,
                revision=_minute(slot),
                message=BulletinKind.CANARY,
                occurred_at=slot,
            )
            for one in written
        )


def _minute(slot: datetime) -> int:
    return int(slot.timestamp() // 60)
