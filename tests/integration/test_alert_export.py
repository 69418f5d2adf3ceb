"""``--as-of`` on real PostgreSQL equals a backtest of the news up to that time."""

import asyncio
import csv
import io
import json
import os
import sys
from datetime import datetime
from pathlib import Path

import asyncpg

from services.alert.adapters.export import PostgresExport
from services.alert.adapters.postgres import PostgresLedger
from services.alert.export_row import row_of
from services.alert.ledger import StoredChange
from services.alert.schema import SCHEMA
from services.classify.backtest import SAMPLE, write_changes
from services.classify.items import item_of_line
from services.classify.read.reader import Reader
from shared.codec import decode, encode
from shared.events.incident import IncidentChange
from shared.postgres.migrate import upgrade
from tests.support.places import FewPlaces


def _changes(path: Path) -> list[IncidentChange]:
    """What ``tocsin backtest --reports`` makes of a file; reading the items anew each time would take most of the test."""
    into = io.BytesIO()
    write_changes(path, are_reports=True, sample=False, into=into)
    return [decode(IncidentChange, line) for line in into.getvalue().splitlines()]


async def test_as_of_equals_a_backtest_up_to_that_time(postgres_database: str, tmp_path: Path) -> None:
    lines = sorted(SAMPLE.read_text(encoding="utf-8").splitlines(), key=lambda line: str(json.loads(line)["published"]))
    published = {json.loads(line)["id"]: datetime.fromisoformat(json.loads(line)["published"]) for line in lines}
    reader = Reader.load()
    reports = {item.item_id: encode(reader.read(item)) for item in map(item_of_line, map(str.encode, lines))}
    whole = tmp_path / "all.jsonl"
    whole.write_bytes(b"\n".join(reports.values()))
    await upgrade(postgres_database, SCHEMA)
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=2)
    try:
        ledger = PostgresLedger(pool, owner="test")
        for change in _changes(whole):
            item = change.item_id.partition("#")[0]
            stored = StoredChange(
                state=change, raw=encode(change), told={}, occurred_at=published[item], fetched_at=None, linked_at=None
            )
            async with ledger.transaction() as transaction:
                await transaction.held([change.incident_id])
                await transaction.write([stored], [])
        export = PostgresExport(pool)
        times = sorted(published.values())
        for at in (times[0], times[len(times) // 3], times[len(times) // 2], times[-2], times[-1]):
            part = tmp_path / "part.jsonl"
            part.write_bytes(b"\n".join(told for item, told in reports.items() if published[item] <= at))
            expected = {change.incident_id: change for change in _changes(part)}
            found = {one.state.incident_id: one async for page in export.pages(since=None, as_of=at) for one in page}
            assert {name: one.state for name, one in found.items()} == expected
            assert all(one.last_change is not None and one.last_change <= at for one in found.values())
            assert all(row_of(one, FewPlaces())["revision"] == one.state.revision for one in found.values())
        status, text = await _export(postgres_database, "--format", "hxl", "--as-of", at.isoformat())
        assert status == 0, text
        lines_out = list(csv.reader(io.StringIO(text, newline="")))
        assert lines_out[1][0] == "#event+id"
        assert {line[0] for line in lines_out[2:]} == set(found)
        wrong = await _export(postgres_database, "--as-of", "yesterday")
        assert (wrong[0], "36h" in wrong[1]) == (2, True)
        now = [one async for page in export.pages(since=times[-1], as_of=None) for one in page]
        assert all(one.state.last_seen >= times[-1] for one in now)
    finally:
        await pool.close()


async def _export(dsn: str, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "export", *arguments,
        env={**os.environ, "TOCSIN_ALERT_POSTGRES_DSN": dsn}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return process.returncode, output.decode() or errors.decode()
