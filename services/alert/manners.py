"""How a watch wants to be told, besides what and where: its clock, its quiet hours, its digests, its limit, its sites, its end (pure)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.events.incident import Severity

DEFAULT_ZONE = "Asia/Baghdad"
DEFAULT_HEARTBEAT_HOUR = 8
DEFAULT_LIMIT_AN_HOUR = 20


class DigestPace(StrEnum):
    """How often a digest comes."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """What rings all the same: at least so severe and, where ``within_km`` is given, so near to a site or a circle's centre.

    Where the distance is unknown it counts as near: a doubt must not keep people asleep.
    """

    min_severity: Severity
    within_km: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours of the watch's local day in which only the override rings; they may pass midnight. The rest comes at their end."""

    begins: time
    ends: time
    unless: Override | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """Everything but the override comes in one message an hour, or a day at ``hour`` local time."""

    pace: DigestPace
    hour: int = 8
    unless: Override | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A place that people of the receiver are at; the alert says how far it is."""

    name: str
    lat: float
    lon: float
    radius_km: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """All of it, with what holds where nothing is said.

    ``heartbeat_hour`` None: no daily sign of life. ``limit_an_hour`` None: no limit of messages for one district.
    ``ends_at``: the watch tells nothing new from then on.
    """

    zone: str = DEFAULT_ZONE
    heartbeat_hour: int | None = DEFAULT_HEARTBEAT_HOUR
    quiet: Quiet | None = None
    digest: Digest | None = None
    limit_an_hour: int | None = DEFAULT_LIMIT_AN_HOUR
    sites: tuple[Site, ...] = ()
    ends_at: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether the watch is over."""
        return self.ends_at is not None and now >= self.ends_at


ORDINARY = Manners()


def local(now: datetime, zone: str) -> datetime:
    """Return the time on the clocks of a zone."""
    return now.astimezone(ZoneInfo(zone))


def at(day: date, hour: time, zone: str) -> datetime:
    """Return a local time as aware UTC; one that the clocks skip in spring is the one an hour later."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def quiet_window(quiet: Quiet, zone: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the beginning and end of the quiet hours that ``now`` lies in, None outside them."""
    here = local(now, zone)
    clock = here.time().replace(tzinfo=None)
    passes_midnight = quiet.begins > quiet.ends
    if not passes_midnight and not quiet.begins <= clock < quiet.ends:
        return None
    if passes_midnight and quiet.ends <= clock < quiet.begins:
        return None
    first = here.date() - timedelta(days=1 if passes_midnight and clock < quiet.ends else 0)
    last = first + timedelta(days=1 if passes_midnight else 0)
    return at(first, quiet.begins, zone), at(last, quiet.ends, zone)


def digest_window(digest: Digest, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning and end of the window that ``now`` lies in; the digest leaves at the end."""
    here = local(now, zone)
    if digest.pace is DigestPace.HOUR:
        begins = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return begins, begins + timedelta(hours=1)
    today = at(here.date(), time(digest.hour), zone)
    if now < today:
        return at(here.date() - timedelta(days=1), time(digest.hour), zone), today
    return today, at(here.date() + timedelta(days=1), time(digest.hour), zone)


def heartbeat_day(manners: Manners, now: datetime) -> date | None:
    """Return the local day whose heartbeat is due last before ``now``, None for a watch without heartbeats."""
    if manners.heartbeat_hour is None:
        return None
    today = local(now, manners.zone).date()
    due = at(today, time(manners.heartbeat_hour), manners.zone)
    return today if now >= due else today - timedelta(days=1)


def heartbeat_at(manners: Manners, day: date) -> datetime:
    """Return when the heartbeat of a day is due."""
    assert manners.heartbeat_hour is not None
    return at(day, time(manners.heartbeat_hour), manners.zone)
