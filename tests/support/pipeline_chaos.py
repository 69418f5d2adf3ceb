"""The whole pipeline under faults by a seeded plan: each part is killed, stopped or cut off while a news day passes.

``survive`` runs a plan (``pipeline_faults.py``) and compares what came out with what an undisturbed pipeline would have told: every
story was read, the incidents are the fold of the reports, and each change that notifies reached the receiver once by id.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from services.standalone.webhook_receiver import Answer, Behaviour, Hang, Reset
from shared.codec import decode
from shared.events.incident import IncidentChange
from shared.kafka.topics import apply
from shared.topics import ALL, INCIDENTS
from tests.support.link_world import dump
from tests.support.pipeline import Pipeline
from tests.support.pipeline_faults import SERVERS, STEPS, Fault
from tests.support.pipeline_verdict import Verdict, verdict
from tests.support.proxy import Mode

_BEHAVIOURS: Mapping[str, Behaviour] = {"answer 503": Answer(status=503), "hang": Hang(), "break": Reset()}
_STEPS = dict(zip(STEPS, (timedelta(hours=1), timedelta(hours=-1)), strict=True))
_POLL_SECONDS = 0.2
_HELD_UP_SECONDS = 5.0


async def survive(
    made: Pipeline, faults: Sequence[Fault], *, tell: Callable[[str], None], drain_seconds: float
) -> Verdict:
    """Let the day pass under the faults, wait until all is quiet, and compare."""
    await asyncio.wait_for(made.feeds.all_polled(), 120)
    made.feeds.start()
    began = time.monotonic()
    keeping = [asyncio.create_task(made.keep_running()), asyncio.create_task(made.keep_servers_running())]
    try:
        for fault in faults:
            await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
            tell(str(fault))
            await _commit(made, fault, tell)
        tell(f"{time.monotonic() - began:5.0f} s  no more faults")
        await made.quiet(drain_seconds)
        tell(f"{time.monotonic() - began:5.0f} s  quiet; services ended: {dict(made.ended)}")
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
    return await judged(made)


async def judged(made: Pipeline) -> Verdict:
    """What came out, as it stands now."""
    clock = made.clocks.get("ingest")
    true_time = clock.true_time if clock is not None else lambda told: told
    return await verdict(made.connection, made.feeds, made.receiver, true_time=true_time)


async def incidents(made: Pipeline) -> Mapping[str, Sequence[str]]:
    """The items of each incident, as its last change names them."""
    last: dict[str, IncidentChange] = {}
    for record in await dump(made.connection, INCIDENTS):
        change = decode(IncidentChange, record.value)
        if change.incident_id not in last or last[change.incident_id].revision < change.revision:
            last[change.incident_id] = change
    return {change.incident_id: [source.item_id for source in change.sources] for change in last.values()}


async def lose_kafka(made: Pipeline) -> None:
    """Kafka's data and the copy of the link table are gone; do what docs/deploy.md says ("Loss of Kafka") and wait until all is quiet."""
    await made.services.stop()
    await made.kafka.stop()
    for gone in ("kafka", "classify"):
        shutil.rmtree(made.folder / f"{gone}-disk" / gone)
    await made.kafka.start()
    await apply(made.connection, ALL)
    await _refill(made)
    made.services.start()
    await made.services.ready(deadline_seconds=120)
    await made.quiet(600)


async def _refill(made: Pipeline) -> None:
    """``tocsin incidents order --since 7d | tocsin ingest republish --since 7d --order -``"""
    own = {spec.name: dict(spec.environment) for spec in made.services.specs}
    tocsin = (sys.executable, "-m", "services.cli")
    order = await asyncio.create_subprocess_exec(
        *tocsin, "incidents", "order", "--since", "7d", env=own["alert"], stdout=asyncio.subprocess.PIPE
    )
    known, _ = await order.communicate()
    refill = await asyncio.create_subprocess_exec(
        *tocsin,
        "ingest",
        "republish",
        "--since",
        "7d",
        "--order",
        "-",
        env=own["ingest"],
        stdin=asyncio.subprocess.PIPE,
    )
    await refill.communicate(known)
    if order.returncode != 0 or refill.returncode != 0:
        raise RuntimeError("Kafka was not refilled")


async def _commit(made: Pipeline, fault: Fault, tell: Callable[[str], None]) -> None:
    kind, _, name = fault.part.rpartition(" ")
    match kind:
        case "network to":
            made.networks[name].become(Mode(fault.what.removeprefix("make ")))
            await asyncio.sleep(fault.seconds)
            made.networks[name].become(Mode.OPEN)
        case "disk of":
            await asyncio.to_thread(made.disks[name].fill)
            await asyncio.sleep(fault.seconds)
            made.disks[name].clear()
        case "clock of":
            made.clocks[name].step(_STEPS[fault.what], at=datetime.now(tz=UTC))
            await asyncio.sleep(fault.seconds)
            made.clocks[name].step(timedelta(0), at=datetime.now(tz=UTC))
        case _ if fault.part == "receiver":
            made.receiver.respond_with(_BEHAVIOURS[fault.what])
            await asyncio.sleep(fault.seconds)
            made.receiver.respond_with(Answer())
        case _ if fault.what == "stop":
            await _stopped(made.child(fault.part).pid, fault.seconds)
        case _ if fault.what == "restart in a transaction":
            tell(f"         {await _restart_in_a_transaction(made)} transactions were cut off")
        case _:
            child = made.child(fault.part)
            child.kill()
            if fault.part in SERVERS:
                await child.wait()


async def _restart_in_a_transaction(made: Pipeline) -> int:
    """Stop PostgreSQL while transactions of the services wait in their middle; whoever keeps it running starts it again.

    They wait because the ledgers' tables are locked against writing; returns how many did when the order to stop was given.
    """
    waiting = 0
    try:
        connection = await asyncpg.connect(made.postgres.dsn, timeout=5)
        await connection.execute("BEGIN")
        await connection.execute("LOCK TABLE tocsin_ingest.outbox, tocsin_alert.deliveries IN SHARE MODE")
        until = time.monotonic() + _HELD_UP_SECONDS
        while not waiting and time.monotonic() < until:
            waiting = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'tocsin-%'"
            )
            await asyncio.sleep(_POLL_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pass  # it is down already
    await made.postgres.stop()
    return waiting


async def _stopped(pid: int | None, seconds: float) -> None:
    with contextlib.suppress(ProcessLookupError, TypeError):
        os.kill(pid, signal.SIGSTOP)  # type: ignore[arg-type]  # None: it is just being started
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)  # type: ignore[arg-type]  # see above
