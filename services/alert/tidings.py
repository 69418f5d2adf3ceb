"""One look around: which watches see, which went blind or see again, whose daily sign of life is due (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.alert.bulletin import Bulletin, BulletinKind, WatchName, bulletin_delivery_id, heartbeat_id
from services.alert.coverage import Coverage, Outlook
from services.alert.manners import heartbeat_at, heartbeat_day
from services.alert.sight import BlindReason, Sight, Tiding, WentBlind, first_sight, look
from services.alert.watch import Watch
from shared.events.source import CANARY_FEED, SourceHealth
from shared.ids import derive

HEARTBEAT_PERIOD = timedelta(hours=24)
_LATEST_HEARTBEAT = timedelta(hours=6)
"""A sign of life that is later than this is left out: the next one is nearer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueHeartbeat:
    """A watch whose sign of life of ``day`` is to be sent now."""

    watch: Watch
    day: date
    outlook: Outlook
    sight: Sight


@dataclass(frozen=True, kw_only=True, slots=True)
class SightTiding:
    """A watch that went blind or sees again."""

    watch: Watch
    outlook: Outlook
    tiding: Tiding


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What a look around found: ``sights`` that changed, ``gone`` ones to forget, and what is to be told."""

    sights: tuple[Sight, ...]
    gone: tuple[str, ...]
    heartbeats: tuple[DueHeartbeat, ...]
    tidings: tuple[SightTiding, ...]
    blind: Mapping[BlindReason, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """A bulletin for one endpoint, with its id and its place in that endpoint's order."""

    endpoint_id: str
    delivery_id: str
    subject: str
    revision: int
    bulletin: Bulletin


def look_around(
    watches: Iterable[Watch],
    sources: Iterable[SourceHealth],
    sights: Mapping[str, Sight],
    *,
    canary_at: datetime | None,
    now: datetime,
) -> Round:
    """Return what is to be remembered and told; ``canary_at`` is the slot of the last test item that went all the way."""
    known_sources = tuple(sources)
    canary = sights.get(CANARY_FEED) or first_sight(CANARY_FEED, now)
    sends_canaries = any(source.slug == CANARY_FEED for source in known_sources)
    changed = [canary] if sends_canaries and CANARY_FEED not in sights else []
    coverage = Coverage(known_sources, canary_at=canary_at or canary.since, now=now)
    heartbeats, tidings, blind = [], [], Counter[BlindReason]()
    present = {CANARY_FEED}
    for watch in watches:
        if watch.manners.has_ended(now) or not watch.endpoints:
            continue
        present.add(watch.id)
        before = sights.get(watch.id) or first_sight(watch.id, now)
        outlook = coverage.outlook(watch)
        after, tiding = look(before, outlook, now)
        if tiding is not None:
            tidings.append(SightTiding(watch=watch, outlook=outlook, tiding=tiding))
        if (day := _heartbeat(watch, after, now)) is not None:
            after = replace(after, heartbeat_on=day)
            heartbeats.append(DueHeartbeat(watch=watch, day=day, outlook=outlook, sight=after))
        if after.reason is not None:
            blind[after.reason] += 1
        if after != before or watch.id not in sights:
            changed.append(after)
    return Round(
        sights=tuple(changed),
        gone=tuple(sorted(sights.keys() - present)),
        heartbeats=tuple(heartbeats),
        tidings=tuple(tidings),
        blind={reason: blind[reason] for reason in BlindReason},
    )


def heartbeat_bulletins(
    due: Iterable[DueHeartbeat], *, incidents: Mapping[str, int], waiting: Mapping[str, int], now: datetime
) -> tuple[Addressed, ...]:
    """Return each due sign of life for each of its watch's endpoints; the counts are by watch id."""
    return tuple(
        Addressed(
            endpoint_id=endpoint_id,
            delivery_id=bulletin_delivery_id(endpoint_id, BulletinKind.HEARTBEAT, heartbeat_id(one.watch.id, one.day)),
            subject=heartbeat_id(one.watch.id, one.day),
            revision=1,
            bulletin=_heartbeat_bulletin(one, incidents.get(one.watch.id, 0), waiting.get(one.watch.id, 0), now),
        )
        for one in due
        for endpoint_id in dict.fromkeys(one.watch.endpoints)
    )


def sight_bulletins(tidings: Iterable[SightTiding], now: datetime) -> tuple[Addressed, ...]:
    """Return one notice for each endpoint and tiding, whose bulletin names all watches that it holds for."""
    groups: dict[tuple[str, Tiding], list[SightTiding]] = {}
    for one in tidings:
        for endpoint_id in dict.fromkeys(one.watch.endpoints):
            groups.setdefault((endpoint_id, one.tiding), []).append(one)
    return tuple(_notice(endpoint_id, tiding, members, now) for (endpoint_id, tiding), members in groups.items())


def _heartbeat(watch: Watch, sight: Sight, now: datetime) -> date | None:
    day = heartbeat_day(watch.manners, now)
    if day is None or (sight.heartbeat_on is not None and sight.heartbeat_on >= day):
        return None
    due = heartbeat_at(watch.manners, day)
    return day if sight.since < due and now - due <= _LATEST_HEARTBEAT else None


def _heartbeat_bulletin(due: DueHeartbeat, incidents: int, waiting: int, now: datetime) -> Bulletin:
    watch, blind_since = due.watch, due.sight.blind_since
    return Bulletin(
        kind=BulletinKind.HEARTBEAT,
        watches=(WatchName(id=watch.id, name=watch.name),),
        at=now,
        since=blind_since or now - HEARTBEAT_PERIOD,
        until=None if blind_since else now,
        zone=watch.manners.zone,
        minimal=watch.minimal,
        outlook=due.outlook,
        blind_reason=due.sight.reason,
        incidents=incidents,
        waiting=waiting,
    )


def _notice(endpoint_id: str, tiding: Tiding, members: list[SightTiding], now: datetime) -> Addressed:
    is_blind = isinstance(tiding, WentBlind)
    kind = BulletinKind.BLIND if is_blind else BulletinKind.RECOVERED
    first = members[0]
    told = ",".join(sorted(one.watch.id for one in members))
    return Addressed(
        endpoint_id=endpoint_id,
        delivery_id=bulletin_delivery_id(endpoint_id, kind, f"{told}@{tiding.since.isoformat()}"),
        subject=derive("w", endpoint_id, "sight"),
        revision=int(now.timestamp() // 60),
        bulletin=Bulletin(
            kind=kind,
            watches=tuple(WatchName(id=one.watch.id, name=one.watch.name) for one in members),
            at=now,
            since=tiding.since,
            until=None if isinstance(tiding, WentBlind) else tiding.until,
            zone=first.watch.manners.zone,
            minimal=any(one.watch.minimal for one in members),
            outlook=first.outlook,
            blind_reason=tiding.reason if isinstance(tiding, WentBlind) else None,
        ),
    )
