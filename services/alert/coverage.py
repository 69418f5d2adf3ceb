"""Which sources tell of a watch's area, and whether they are being seen (pure).

A source that names a country covers the watches that reach into it; one that names none (a wire service, a world desk)
covers every watch, but a desk for the Middle East (by its topic) only those that reach into the region. A source is seen while
its last poll succeeded and the next one is not overdue, or while its last success is recent: a quiet feed that ingest means to
look at every hour is not blind after half of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alert.area import Area, CodedArea
from services.alert.watch import Watch
from shared.events.source import CANARY_FEED, SourceHealth
from shared.geo.regions import LinkRegion
from shared.geo.regions import countries_of as countries_of_region

BLIND_AFTER = timedelta(minutes=30)
OVERDUE_AFTER = timedelta(minutes=10)
"""Beyond the time that ingest meant to look again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """How a watch sees: how many sources cover it, how many of them are healthy, the names of some that are not.

    ``sources_until`` is up to when any source told us something; ``chain_until`` is up to when the chain is known to have
    carried news, None where no test items are sent.
    """

    healthy: int
    total: int
    failing: tuple[str, ...]
    sources_until: datetime | None
    chain_until: datetime | None

    @property
    def seen_until(self) -> datetime | None:
        """Up to when the watch was seen: no further than its sources, nor than the chain behind them."""
        if self.sources_until is None or self.chain_until is None:
            return self.sources_until
        return min(self.sources_until, self.chain_until)

    @property
    def is_chain_behind(self) -> bool:
        """Whether it is our own chain that ends the sight, not the sources."""
        return self.chain_until is not None and (self.sources_until is None or self.chain_until < self.sources_until)


_MOST_NAMED = 10
_REGION_OF_TOPIC = {"middle east": LinkRegion.MENA}
"""A world service's desk for a region covers that region only."""


def countries_of(areas: Iterable[Area]) -> frozenset[str] | None:
    """Return the countries that areas reach into, None when that cannot be told: then every source covers them."""
    found: set[str] = set()
    for area in areas:
        if isinstance(area, CodedArea):
            found.add(area.codes[0])
            continue
        codes = frozenset() if area.extent is None else area.extent.covers | area.extent.touches
        within = {code for code in codes if len(code) == len("IQ")}
        if not within:
            return None
        found |= within
    return frozenset(found)


class Coverage:
    """All sources at one moment. Watches that reach into the same countries share an outlook."""

    def __init__(self, sources: Iterable[SourceHealth], *, canary_at: datetime | None, now: datetime) -> None:
        known = {source.slug: source for source in sources}
        canary = known.pop(CANARY_FEED, None)
        self._sources = [source for source in known.values() if source.is_active]
        self._now = now
        self._chain_until = _chain_until(canary, canary_at, now)
        self._outlooks: dict[frozenset[str] | None, Outlook] = {}

    def outlook(self, watch: Watch) -> Outlook:
        """Return how the watch sees now."""
        countries = countries_of(watch.areas)
        if countries not in self._outlooks:
            self._outlooks[countries] = self._look(countries)
        return self._outlooks[countries]

    def _look(self, countries: frozenset[str] | None) -> Outlook:
        covering = [one for one in self._sources if covers(one, countries)]
        seen = {one.slug: seen_until(one, self._now) for one in covering}
        failing = [one for one in covering if not is_healthy(one, self._now)]
        return Outlook(
            healthy=len(covering) - len(failing),
            total=len(covering),
            failing=tuple(one.outlet for one in sorted(failing, key=lambda one: (one.tier, one.slug))[:_MOST_NAMED]),
            sources_until=max((at for at in seen.values() if at is not None), default=None),
            chain_until=self._chain_until,
        )


def covers(source: SourceHealth, countries: frozenset[str] | None) -> bool:
    """Whether a source tells of any of these countries; None stands for countries that are not known."""
    if countries is None:
        return True
    if source.country is not None:
        return source.country in countries
    region = _REGION_OF_TOPIC.get(source.topic.casefold())
    return region is None or not countries.isdisjoint(countries_of_region(region))


def seen_until(source: SourceHealth, now: datetime) -> datetime | None:
    """Return up to when a source was seen: now, while its last poll succeeded and the next is not overdue."""
    if source.last_success_at is None:
        return None
    is_on_time = source.next_poll_at is not None and now <= source.next_poll_at + OVERDUE_AFTER
    return now if source.failures == 0 and is_on_time else min(source.last_success_at, now)


def is_healthy(source: SourceHealth, now: datetime) -> bool:
    """Whether the source told us something within the time after which nobody would call it seen."""
    at = seen_until(source, now)
    return at is not None and now - at <= BLIND_AFTER


def _chain_until(canary: SourceHealth | None, arrived: datetime | None, now: datetime) -> datetime | None:
    """Up to when the chain carried: now while every test item sent has arrived; None while none are sent.

    The latest slot counts as under way until it is overdue, so that the chain is not called behind between two of them.
    """
    if canary is None or not canary.is_active or canary.last_success_at is None:
        return None
    if canary.next_poll_at is not None and now > canary.next_poll_at + OVERDUE_AFTER:
        return None  # ingest sends none any more: then its sources grow old, and say so by themselves
    if arrived is not None and arrived >= canary.last_success_at:
        return now
    return arrived
