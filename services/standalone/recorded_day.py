"""The recorded news day of `tocsin demo`: outlets, items, and the pure rules of when each is seen.

The day is data (`data/recorded_day.yaml`). `shift` moves it to the latest past weeks, `visible_count` says how much of it
has appeared after so many seconds. Nothing here reads a clock.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any

import yaml

_RESOURCE = "data/recorded_day.yaml"
_WEEK = timedelta(weeks=1)


class RecordedDayError(ValueError):
    """The day's file breaks a rule; the message names the item or outlet and the rule."""


class FeedFormat(StrEnum):
    """The formats that real outlets still use."""

    RSS2 = "rss2"
    ATOM = "atom"
    RDF = "rdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet:
    """An invented outlet and its one feed; ``slug`` names the feed, ``tier`` is its reliability (1 local and trusted to 3)."""

    slug: str
    name: str
    format: FeedFormat
    language: str
    country: str | None
    tier: int
    site: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewsItem:
    """One story as its outlet published it. ``key`` names it inside the day; all text is plain, not HTML."""

    key: str
    outlet: str
    guid: str
    link: str
    title: str
    summary: str
    content: str | None = None
    published: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What the Diyala watch must receive from this day: one alert, one update, nothing else."""

    watch_admin1: str
    watch_admin2: str
    alert_item: str
    update_item: str
    reaction_item: str
    killed: int
    wounded: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedDay:
    """Outlets and their items in order of appearance.

    The first ``opening`` items are in the feeds from the start, so that a poller's first visit finds only old and ordinary
    news; the rest appear one by one and are news to it.
    """

    outlets: tuple[Outlet, ...]
    items: tuple[NewsItem, ...]
    opening: int
    expected: Expectation

    def item(self, key: str) -> NewsItem:
        """Return the item named ``key``; raises ``KeyError``."""
        for item in self.items:
            if item.key == key:
                return item
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedListing:
    """A feed of the day as an entry of the poller's feed list."""

    slug: str
    url: str
    outlet: str
    language: str
    country: str | None
    tier: int


def load_recorded_day() -> RecordedDay:
    """Return the shipped day, dated as recorded; raises ``RecordedDayError`` when the file breaks a rule."""
    text = files("services.standalone").joinpath(_RESOURCE).read_text(encoding="utf-8")
    return parse_recorded_day(text)


def parse_recorded_day(text: str) -> RecordedDay:
    """Return the day that the YAML ``text`` describes; raises ``RecordedDayError`` naming what is wrong."""
    raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    outlets = {entry["slug"]: entry for entry in raw["outlets"]}
    opening = tuple(_item(entry, outlets) for entry in raw["opening"])
    live = tuple(_item(entry, outlets) for entry in raw["live"])
    day = RecordedDay(
        outlets=tuple(_outlet(entry) for entry in outlets.values()),
        items=opening + live,
        opening=len(opening),
        expected=Expectation(**raw["expected"]),
    )
    _check(day)
    return day


def shift(day: RecordedDay, now: datetime) -> RecordedDay:
    """Return the day moved by whole weeks so that its last item is the latest possible one not after ``now``.

    Weekdays and times of day stay, so that "Saturday night" stays true; every item then lies in the past, the last one
    less than a week ago. ``now`` must be aware.
    """
    last = max(item.published for item in day.items)
    weeks = (now - last) // _WEEK
    return replace(day, items=tuple(replace(item, published=item.published + weeks * _WEEK) for item in day.items))


def silenced(day: RecordedDay) -> RecordedDay:
    """Return the day with its outlets but no news, for tests that publish by hand."""
    return replace(day, items=(), opening=0)


def visible_count(day: RecordedDay, elapsed_seconds: float, duration_seconds: float) -> int:
    """Return how many of the day's items have appeared: the opening ones at once, the others evenly over ``duration_seconds``.

    The first live item appears after one step, the last exactly at the end. Never decreases with ``elapsed_seconds``.
    """
    live = len(day.items) - day.opening
    if elapsed_seconds >= duration_seconds:
        return day.opening + live
    return day.opening + max(0, int(elapsed_seconds / duration_seconds * live))


def appears_after(day: RecordedDay, key: str, duration_seconds: float) -> float:
    """Return the seconds after which the item ``key`` appears (0 for opening items); raises ``KeyError``."""
    position = day.items.index(day.item(key)) - day.opening + 1
    return max(0.0, position * duration_seconds / (len(day.items) - day.opening))


def feed_listings(day: RecordedDay, server_url: str) -> tuple[FeedListing, ...]:
    """Return the feed list for a poller, with the feeds served under ``server_url``."""
    return tuple(
        FeedListing(
            slug=outlet.slug,
            url=f"{server_url}/feeds/{outlet.slug}.xml",
            outlet=outlet.name,
            language=outlet.language,
            country=outlet.country,
            tier=outlet.tier,
        )
        for outlet in day.outlets
    )


def input_lines(day: RecordedDay) -> Iterator[str]:
    """Yield the day as input lines of `tocsin classify` and `tocsin backtest`, in order of appearance."""
    languages = {outlet.slug: outlet.language for outlet in day.outlets}
    for item in day.items:
        line = {
            "id": item.key,
            "feed": item.outlet,
            "lang": languages[item.outlet],
            "url": item.link,
            "title": item.title,
            "summary": item.summary,
            "content": item.content,
            "published": item.published.isoformat().replace("+00:00", "Z"),
        }
        yield json.dumps(line, ensure_ascii=False)


def _outlet(entry: dict[str, Any]) -> Outlet:
    fields = {name: value for name, value in entry.items() if name not in {"link", "guid", "format"}}
    return Outlet(format=FeedFormat(entry["format"]), **fields)


def _item(entry: dict[str, Any], outlets: dict[str, dict[str, Any]]) -> NewsItem:
    outlet = outlets.get(entry["outlet"])
    if outlet is None:
        raise RecordedDayError(f"item {entry['key']}: no outlet is called {entry['outlet']}")
    published = entry["published"]
    if not isinstance(published, datetime) or published.tzinfo is None:
        raise RecordedDayError(f"item {entry['key']}: published must be a time with its zone")
    return NewsItem(
        key=entry["key"],
        outlet=entry["outlet"],
        guid=outlet["guid"].format(number=entry["number"]),
        link=outlet["link"].format(number=entry["number"]),
        title=entry["title"],
        summary=entry["summary"],
        content=entry.get("content"),
        published=published.astimezone(UTC),
    )


def _check(day: RecordedDay) -> None:
    keys = [item.key for item in day.items]
    guids = [f"{item.outlet} {item.guid}" for item in day.items]
    for what, names in (("key", keys), ("guid", guids)):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise RecordedDayError(f"{what} used twice: {', '.join(repeated)}")
    started = {item.outlet for item in day.items[: day.opening]}
    silent = {outlet.slug for outlet in day.outlets} - started
    if silent:
        raise RecordedDayError(f"no opening item in {sorted(silent)}: its first poll would find an empty feed")
    for part in (day.items[: day.opening], day.items[day.opening :]):
        times = [item.published for item in part]
        if times != sorted(times):
            raise RecordedDayError("items must stand in order of publication")
