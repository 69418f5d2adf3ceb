"""Reading robots.txt. CPU-bound and synchronous; run it in ``parse_worker``. The only module that knows the parser."""

from functools import lru_cache

from protego import Protego

from services.ingest.robots import Permission


def permission(robots: bytes, *, url: str, agent: str) -> Permission:
    """Return what the file says of ``url`` to ``agent``."""
    rules = _rules(robots)
    delay = rules.crawl_delay(agent)
    return Permission(is_allowed=bool(rules.can_fetch(url, agent)), delay_seconds=float(delay or 0.0))


@lru_cache(maxsize=16)
def _rules(robots: bytes) -> Protego:
    return Protego.parse(robots.decode("utf-8", "replace"))
