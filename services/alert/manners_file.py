"""The keys of a watch that say how it wants to be told, read into ``Manners``; faults are sentences."""

import difflib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from services.alert.manners import (
    DEFAULT_HEARTBEAT_HOUR,
    DEFAULT_LIMIT_AN_HOUR,
    DEFAULT_ZONE,
    Digest,
    DigestPace,
    Manners,
    Override,
    Quiet,
    Site,
)
from shared.events.incident import Severity

KEYS = ("timezone", "heartbeat", "quiet", "digest", "limit_an_hour", "sites", "until")
_MAX_SITES = 500
_MAX_RADIUS_KM = 2_000.0
E = TypeVar("E", bound=StrEnum)


class MannersError(Exception):
    """One key is wrong; the text names it, the value seen and what is accepted."""


def read_manners(said: Mapping[str, object]) -> Manners:
    """Return what the keys of a watch say; raises ``MannersError``. Keys that are not among ``KEYS`` are not looked at."""
    zone = _zone(said.get("timezone"))
    return Manners(
        zone=zone,
        heartbeat_hour=_whole_or_off(said, "heartbeat", DEFAULT_HEARTBEAT_HOUR, 0, 23),
        quiet=_quiet(said.get("quiet")),
        digest=_digest(said.get("digest")),
        limit_an_hour=_whole_or_off(said, "limit_an_hour", DEFAULT_LIMIT_AN_HOUR, 1, 10_000),
        sites=_sites(said.get("sites")),
        ends_at=_end(said.get("until"), zone),
    )


def manners_words(manners: Manners) -> str:
    """Return how a watch is told, in a line for people."""
    quiet, digest = manners.quiet, manners.digest
    parts = [
        f"sign of life at {manners.heartbeat_hour:02}:00" if manners.heartbeat_hour is not None else "no sign of life",
        f"quiet from {quiet.begins:%H:%M} to {quiet.ends:%H:%M}{_unless_words(quiet.unless)}" if quiet else "",
        _digest_words(digest) if digest else "",
        f"at most {manners.limit_an_hour} an hour for a district" if manners.limit_an_hour else "no limit",
        f"until {manners.ends_at:%Y-%m-%d %H:%M} UTC" if manners.ends_at else "",
        f"{len(manners.sites)} sites" if manners.sites else "",
    ]
    return f"{', '.join(part for part in parts if part)} ({manners.zone})"


def _digest_words(digest: Digest) -> str:
    when = f" at {digest.hour:02}:00" if digest.pace is DigestPace.DAY else ""
    return f"digest every {digest.pace.value}{when}{_unless_words(digest.unless)}"


def _unless_words(unless: Override | None) -> str:
    if unless is None:
        return ""
    near = f" within {unless.within_km:g} km" if unless.within_km is not None else ""
    return f" unless {unless.min_severity.value} or worse{near}"


def _zone(value: object) -> str:
    if value is None:
        return DEFAULT_ZONE
    if isinstance(value, str) and value in _zones():
        return value
    near = difflib.get_close_matches(str(value), _zones(), n=2, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise MannersError(f"timezone is {value!r}; a name such as Asia/Baghdad or Europe/Berlin is accepted{hint}")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _whole_or_off(said: Mapping[str, object], key: str, default: int, least: int, most: int) -> int | None:
    value = said.get(key, default)
    if value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise MannersError(f"{key} is {value!r}; a whole number from {least} to {most}, or false, is accepted")
    return value


def _quiet(value: object) -> Quiet | None:
    if value is None:
        return None
    said = _mapping("quiet", value, ("from", "to", "unless"))
    begins, ends = _clock("quiet.from", said.get("from")), _clock("quiet.to", said.get("to"))
    if begins == ends:
        raise MannersError("quiet.from and quiet.to are the same; quiet hours need an end")
    return Quiet(begins=begins, ends=ends, unless=_override("quiet.unless", said.get("unless")))


def _digest(value: object) -> Digest | None:
    if value is None:
        return None
    said = _mapping("digest", value, ("every", "at", "unless"))
    pace = _one_of(DigestPace, "digest.every", said.get("every"))
    hour = said.get("at", 8)
    if isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23:
        raise MannersError(f"digest.at is {hour!r}; an hour from 0 to 23 is accepted")
    if "at" in said and pace is DigestPace.HOUR:
        raise MannersError("digest.at belongs to a daily digest; one of every hour comes at the full hour")
    return Digest(pace=pace, hour=hour, unless=_override("digest.unless", said.get("unless")))


def _override(key: str, value: object) -> Override | None:
    if value is None:
        return None
    said = _mapping(key, value, ("severity", "within_km"))
    within = said.get("within_km")
    return Override(
        min_severity=_one_of(Severity, f"{key}.severity", said.get("severity")),
        within_km=None if within is None else _number(f"{key}.within_km", within, 0.1, _MAX_RADIUS_KM),
    )


def _sites(value: object) -> tuple[Site, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _MAX_SITES:
        raise MannersError(f"sites must be a list of at most {_MAX_SITES} entries of name, lat, lon and radius_km")
    return tuple(_site(f"sites[{number}]", one) for number, one in enumerate(value))


def _site(key: str, value: object) -> Site:
    said = _mapping(key, value, ("name", "lat", "lon", "radius_km"))
    name = said.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 60:
        raise MannersError(f"{key}.name is {name!r}; a text of 1 to 60 characters is accepted")
    return Site(
        name=name.strip(),
        lat=_number(f"{key}.lat", said.get("lat"), -90.0, 90.0),
        lon=_number(f"{key}.lon", said.get("lon"), -180.0, 180.0),
        radius_km=_number(f"{key}.radius_km", said.get("radius_km"), 0.1, _MAX_RADIUS_KM),
    )


def _end(value: object, zone: str) -> datetime | None:
    """A day is meant with its last hour."""
    accepted = "a day such as 2026-12-31 or a time such as 2026-12-31T18:00 is accepted, on the watch's clock"
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2026-12-31") else datetime.fromisoformat(value)
        except ValueError:
            raise MannersError(f"until is {value!r}; {accepted}") from None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value + timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)
    raise MannersError(f"until is {value!r}; {accepted}")


def _clock(key: str, value: object) -> time:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)  # YAML reads 22:00 without quotes as 22 times 60
    if isinstance(value, str):
        try:
            found = time.fromisoformat(value)
        except ValueError:
            found = None
        if found is not None and found.tzinfo is None:
            return found
    raise MannersError(f"{key} is {value!r}; a time such as 22:00 is accepted")


def _number(key: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise MannersError(f"{key} is {value!r}; a number from {least:g} to {most:g} is accepted")
    return float(value)


def _one_of(kind: type[E], key: str, value: object) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise MannersError(f"{key} is {value!r}; accepted are {', '.join(kind)}") from None


def _mapping(key: str, value: object, keys: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MannersError(f"{key} must have the keys {', '.join(keys)}")
    for name in value:
        if name not in keys:
            raise MannersError(f"{key} has {name!r}, which is not a key there; accepted are {', '.join(keys)}")
    return value
