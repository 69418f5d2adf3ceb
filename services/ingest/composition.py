"""Adapters built from settings; the service and its commands share them."""

from services.ingest.adapters.http import FetchLimits, HttpFetcher
from services.ingest.adapters.parse_pool import ParsePool
from services.ingest.settings import IngestSettings
from shared.addresses import AddressPolicy
from shared.clock import Clock


def fetcher_of(settings: IngestSettings, clock: Clock) -> HttpFetcher:
    """The HTTP side, as the settings bound it."""
    return HttpFetcher(
        limits=FetchLimits(
            connect_seconds=settings.connect_timeout_seconds,
            read_seconds=settings.read_timeout_seconds,
            total_seconds=settings.fetch_timeout_seconds,
            body_bytes=settings.max_body_bytes,
            redirects=settings.max_redirects,
            connections=settings.workers,
            connections_per_host=settings.host_connections,
        ),
        policy=AddressPolicy.allowing(settings.allow_networks),
        user_agent=settings.user_agent,
        clock=clock,
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
    )


def parser_of(settings: IngestSettings) -> ParsePool:
    """The parsing processes."""
    return _pool(settings, settings.parse_workers)


def reader_of(settings: IngestSettings) -> ParsePool:
    """The process that reads articles; started when the first one is to be read."""
    return _pool(settings, 1)


def _pool(settings: IngestSettings, workers: int) -> ParsePool:
    return ParsePool(
        workers=workers,
        timeout_seconds=settings.parse_timeout_seconds,
        memory_bytes=settings.parse_memory_bytes,
        max_entries=settings.max_entries,
    )
