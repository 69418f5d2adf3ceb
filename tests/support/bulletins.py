"""One bulletin of each kind, for goldens and documents."""

from dataclasses import replace
from datetime import timedelta

from services.alert.area import Relation
from services.alert.bulletin import Bulletin, BulletinKind, Entry, GatheredBy, WatchName
from services.alert.coverage import Outlook
from services.alert.routing import Message
from services.alert.sight import BlindReason
from tests.support.incidents import opened, updated
from tests.support.tower import MORNING

WATCH = WatchName(id="diyala", name="Diyala")
_OUTLOOK = Outlook(healthy=14, total=15, failing=("Hamrin Voice",), sources_until=MORNING, chain_until=MORNING)
_ENTRIES = (
    Entry(state=opened(), message=Message.ALERT, relation=Relation.INSIDE),
    Entry(state=updated(opened(2)), message=Message.UPDATE, relation=Relation.INSIDE),
)
_LIST = Bulletin(
    kind=BulletinKind.DIGEST,
    watches=(WATCH,),
    at=MORNING,
    since=MORNING - timedelta(hours=24),
    until=MORNING,
    gathered_by=GatheredBy.DIGEST,
    entries=_ENTRIES,
)
BULLETINS = {
    "heartbeat": Bulletin(
        kind=BulletinKind.HEARTBEAT,
        watches=(WATCH,),
        at=MORNING,
        since=MORNING - timedelta(hours=24),
        until=MORNING,
        outlook=_OUTLOOK,
        waiting=2,
    ),
    "blind": Bulletin(
        kind=BulletinKind.BLIND,
        watches=(WATCH,),
        at=MORNING,
        since=MORNING - timedelta(minutes=32),
        outlook=replace(_OUTLOOK, healthy=0),
        blind_reason=BlindReason.SOURCES,
    ),
    "blind-pipeline": Bulletin(
        kind=BulletinKind.BLIND,
        watches=(WATCH,),
        at=MORNING,
        since=MORNING - timedelta(minutes=32),
        outlook=_OUTLOOK,
        blind_reason=BlindReason.PIPELINE,
    ),
    "recovered": Bulletin(
        kind=BulletinKind.RECOVERED,
        watches=(WATCH,),
        at=MORNING,
        since=MORNING - timedelta(hours=2),
        until=MORNING - timedelta(minutes=5),
        outlook=_OUTLOOK,
    ),
    "digest": _LIST,
    "quiet-hours": replace(_LIST, gathered_by=GatheredBy.QUIET_HOURS),
    "flood": replace(_LIST, kind=BulletinKind.SUMMARY, gathered_by=GatheredBy.FLOOD),
    "catch-up": replace(
        _LIST,
        kind=BulletinKind.SUMMARY,
        gathered_by=GatheredBy.CATCH_UP,
        expired=1,
        entries=tuple(replace(one, late_by=timedelta(hours=5, minutes=30)) for one in _ENTRIES),
    ),
    "hold": replace(_LIST, kind=BulletinKind.SUMMARY, gathered_by=GatheredBy.HOLD),
}
