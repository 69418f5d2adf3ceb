#!/usr/bin/env python3
"""A real Prometheus over a real run: which panels of the dashboards and which rules give data, and which give none.

    .venv/bin/python -m bench.panels [--pictures docs/img]      (needs `prometheus`; Debian: apt install prometheus)

Plays the recorded day through the whole system with a test item every few seconds, scrapes the three services, and asks every
query of every dashboard and rule. Exits with 1 when a query is refused, or a panel has nothing to show. With ``--pictures`` the day takes
a minute and a half, the receiver answers 503 for a while, classify is killed once, and each dashboard is drawn into the folder.
"""

import argparse
import asyncio
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from bench.picture import draw
from services.standalone.demo import settled
from services.standalone.feed_server import Pace, Start
from services.standalone.local_services import free_port
from services.standalone.webhook_receiver import Answer
from tests.support.composed import Composed, composed, until

MONITORING = Path(__file__).parents[1] / "deploy" / "monitoring"
_SCRAPE_SECONDS = 1
_WINDOW = "30s"


def queries() -> list[tuple[str, str]]:
    """Every panel's and every rule's query, with where it stands; dashboard variables are filled in."""
    return [
        (f"{path.stem}: {panel['title']} ({target['legendFormat']})", filled(target["expr"]))
        for path in sorted(MONITORING.glob("dashboards/*.json"))
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        for target in panel.get("targets", ())
    ]


def rules() -> list[tuple[str, str]]:
    """Every rule's query, with its name."""
    return [
        (f"rule {rule['alert']}", rule["expr"])
        for path in sorted(MONITORING.glob("rules/*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def filled(expression: str) -> str:
    """Return the query as Grafana would send it with everything selected."""
    return expression.replace("$job", "tocsin-.+").replace("$instance", ".+").replace("$__rate_interval", _WINDOW)


@asynccontextmanager
async def prometheus(folder: Path, system: Composed) -> AsyncIterator[str]:
    """A Prometheus that scrapes the system's services; yields its address."""
    config = {
        "global": {"scrape_interval": f"{_SCRAPE_SECONDS}s", "evaluation_interval": "1s"},
        "rule_files": [str(path.absolute()) for path in MONITORING.glob("rules/*.yml")],
        "scrape_configs": [
            {
                "job_name": f"tocsin-{spec.name}",
                "static_configs": [{"targets": [f"127.0.0.1:{spec.health_port}"]}],
            }
            for spec in system.stack.services.specs
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/-/ready")).status_code == httpx.codes.OK:
                        break
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def answers(address: str, expression: str) -> Mapping[str, object]:
    """Prometheus's answer to one query."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(f"{address}/api/v1/query", params={"query": expression})
        found = answer.json()
        assert isinstance(found, dict)
        return found


def draw_all(address: str, seconds: float, into: Path) -> None:
    """Draw every dashboard as it was over the last ``seconds``."""
    now = time.time()
    with httpx.Client(trust_env=False, timeout=30) as client:

        def ask(expression: str) -> Sequence[Mapping[str, Any]]:
            span: dict[str, str | float] = {
                "query": filled(expression),
                "start": now - seconds,
                "end": now,
                "step": max(1, seconds / 60),
            }
            found = client.get(f"{address}/api/v1/query_range", params=span).json()["data"]["result"]
            assert isinstance(found, list)
            return found

        for path in sorted(MONITORING.glob("dashboards/*.json")):
            picture = into / f"{path.stem}.svg"
            picture.write_text(draw(path, ask), encoding="utf-8")
            print(f"drawn: {picture}")


def page_of(folder: Path) -> str:
    """Where the alert service serves its page, by its log."""
    log = next(folder.rglob("alert.log")).read_text(encoding="utf-8")
    return str(re.findall(r'"url": ?"(http://[^"]+)"', log)[-1])


async def disturb(system: Composed, folder: Path) -> None:
    """Something to see: a receiver that fails for a while, a service that is killed."""
    await asyncio.sleep(25)
    for receiver in (system.receiver, system.world):
        receiver.respond_with(Answer(status=503))
    async with httpx.AsyncClient(base_url=page_of(folder), trust_env=False) as visitor:
        for number in range(24):
            await visitor.get("/" if number % 4 else "/v1/incidents")
            await asyncio.sleep(0.5)
    for receiver in (system.receiver, system.world):
        receiver.respond_with(Answer())
    await asyncio.sleep(10)
    await system.kill("classify")


async def run(folder: Path, pictures: Path | None) -> int:
    """Play, ask, print."""
    wrong, began = 0, time.monotonic()
    async with (
        composed(
            folder,
            pace=Pace(duration_seconds=90 if pictures else 25, start=Start.AFTER_FIRST_POLLS),
            own={"ingest": {"TOCSIN_INGEST_CANARY_SECONDS": "5"}},
        ) as system,
        prometheus(folder, system) as address,
    ):
        if pictures is not None:
            await disturb(system, folder)
        await until(
            lambda: system.feeds.progress.fetched >= system.feeds.progress.total, "every story was fetched", 200
        )
        await asyncio.sleep(15)  # some rounds of the watchman and of the gauges
        if pictures is not None:
            await asyncio.to_thread(draw_all, address, time.monotonic() - began, pictures)
        shown = rested = 0
        for where, expression in queries():
            answer = await answers(address, expression)
            if answer["status"] != "success":
                print(f"REFUSED  {where}: {answer.get('error')}")
                wrong += 1
                continue
            data = answer["data"]
            assert isinstance(data, dict)
            if data["result"]:
                shown += 1
            elif re.search(r"histogram_quantile|> 0", expression):
                rested += 1
                print(f"at rest  {where}")
            else:
                print(f"NO DATA  {where}")
                wrong += 1
        print(f"{shown} queries of panels give data, {rested} have nothing to measure in this run, {wrong} are wrong")
        firing = 0
        for where, expression in rules():
            answer = await answers(address, expression)
            if answer["status"] != "success":
                print(f"REFUSED  {where}: {answer.get('error')}")
                wrong += 1
            firing += bool(answer["status"] == "success" and answer["data"]["result"])  # type: ignore[index]
        print(f"{len(rules())} rules asked, {firing} true")
        await settled(system.stack, quiet_seconds=0)
    return 1 if wrong else 0


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw the dashboards into this folder")
    args = parser.parse_args()
    if shutil.which("prometheus") is None:
        sys.exit("prometheus is not installed (Debian: apt install prometheus)")
    with tempfile.TemporaryDirectory(prefix="tocsin-panels-") as folder:
        sys.exit(asyncio.run(run(Path(folder), args.pictures)))


if __name__ == "__main__":
    main()
