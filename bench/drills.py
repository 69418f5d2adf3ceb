#!/usr/bin/env python3
"""Rules drilled: a real Prometheus over the running system, a fault for each rule, and whether the rule then holds and no other does.

    .venv/bin/python -m bench.drills            (needs `prometheus`; Debian: apt install prometheus)

Windows and limits of time are shortened so that minutes become seconds; the queries are otherwise those of the rule file. Drilled here
are the rules whose faults are cheap to make on one machine. Exits with 1 when a rule does not hold under its fault, or held before it.
"""

import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from bench.panels import answers, page_of, prometheus, rules
from services.standalone.feed_server import Pace, Start
from services.standalone.webhook_receiver import Answer
from tests.support.composed import Composed, composed, until

_HOLDS_WITHIN_SECONDS = 60.0
_SHORTER = (
    (r"\[\d+[mh]\]", "[20s]"),
    (r"> 86400", "> 15"),  # housekeeping
    (r"> 1200", "> 20"),  # test items
    (r"> 300\b", "> 5"),  # the outbox
)


def shortened() -> dict[str, str]:
    """Each rule's query, minutes made seconds."""
    found = {}
    for where, expression in rules():
        for pattern, text in _SHORTER:
            expression = re.sub(pattern, text, expression)  # noqa: PLW2901  # one after the other
        found[where.removeprefix("rule ")] = expression
    return found


async def holds(address: str, expression: str) -> bool:
    """Whether the rule is true now."""
    answer = await answers(address, expression)
    data = answer["data"]
    assert isinstance(data, dict)
    return bool(data["result"])


async def drill(address: str, name: str, fault: Callable[[], Awaitable[None]]) -> bool:
    """Make the fault and wait for the rule; returns whether it held then."""
    expression = shortened()[name]
    began = time.monotonic()
    await fault()
    while time.monotonic() - began < _HOLDS_WITHIN_SECONDS:
        if await holds(address, expression):
            print(f"ok   {name}: held {time.monotonic() - began:.0f} s after the fault began")
            return True
        await asyncio.sleep(1)
    print(f"FAIL {name}: did not hold within {_HOLDS_WITHIN_SECONDS:g} s")
    return False


async def run(folder: Path) -> int:
    """One fault after the other, the worst last."""
    async with (
        composed(
            folder,
            pace=Pace(duration_seconds=30, start=Start.BY_HAND),
            own={
                "ingest": {"TOCSIN_INGEST_CANARY_SECONDS": "5"},
                "alert": {"TOCSIN_ALERT_HOUSEKEEPING_SECONDS": "2", "TOCSIN_ALERT_CARE_SECONDS": "1"},
            },
        ) as system,
        prometheus(folder, system) as address,
    ):
        await asyncio.wait_for(system.feeds.all_polled(), 60)
        await asyncio.sleep(20)  # a full window of quiet
        early = [name for name, expression in shortened().items() if await holds(address, expression)]
        print(f"before any fault: {', '.join(early) or 'no rule holds'}")
        results = [
            not early,
            await drill(address, "TocsinOwnerNotTold", lambda: _gone(system)),
            await drill(address, "TocsinApiFailing", lambda: _without_database(system, folder)),
            await drill(address, "TocsinHousekeepingLate", _nothing),  # the database is still away
            await drill(address, "TocsinCanaryLate", _nothing),
            await drill(address, "TocsinServiceDown", lambda: _without_classify(system)),
        ]
    return 0 if all(results) else 1


async def _gone(system: Composed) -> None:
    """The world's receiver answers 410, and its endpoint has no owner."""
    system.world.respond_with(Answer(status=410))
    system.feeds.start()
    await until(lambda: any(one.status == 410 for one in system.world.received), "somebody was sent away", 60)


async def _without_database(system: Composed, folder: Path) -> None:
    """PostgreSQL is stopped dead while somebody reads the page."""
    child = system.stack.servers.postgres.child
    assert child is not None
    child.kill()
    await child.wait()
    async with httpx.AsyncClient(base_url=page_of(folder), trust_env=False, timeout=30) as visitor:
        key = {"Authorization": f"Bearer tocsin_000000000000_{'x' * 43}"}
        for _ in range(3):
            said = await asyncio.gather(
                *(visitor.get("/v1/incidents", headers=key) for _ in range(6)), return_exceptions=True
            )
            print("     the API:", *(one.status_code if isinstance(one, httpx.Response) else repr(one) for one in said))
            await asyncio.sleep(1)


async def _without_classify(system: Composed) -> None:
    child = system.stack.services.children["classify"]
    child.kill()
    await child.wait()


async def _nothing() -> None:
    """The fault before this one lasts."""


def main() -> None:
    """Run in a folder of its own."""
    if shutil.which("prometheus") is None:
        sys.exit("prometheus is not installed (Debian: apt install prometheus)")
    with tempfile.TemporaryDirectory(prefix="tocsin-drills-") as folder:
        sys.exit(asyncio.run(run(Path(folder))))


if __name__ == "__main__":
    main()
