"""Parsing in processes of its own: the same answers, and limits that hold."""

import asyncio
import os
import signal
from time import monotonic

import pytest

from services.ingest.adapters.parse_pool import ParsePool
from services.ingest.document import Document, Unreadable
from services.ingest.outcome import FailureReason
from tests.support.ingest_fakes import NOON, InlineParser, rss

BODY = rss({str(n): (f"Story {n}", NOON) for n in range(30)})


def pool(**changes):
    values = {"workers": 1, "timeout_seconds": 20.0, "memory_bytes": 1 << 30, "max_entries": 2_000, **changes}
    return ParsePool(**values)


async def parse(pool, body=BODY):
    return await pool.parse(body, content_type="application/xml", url="https://x.example/", language="en")


async def test_a_process_gives_what_the_parser_gives():
    async with pool() as parsers:
        assert await parse(parsers) == await InlineParser().parse(
            BODY, content_type="application/xml", url="https://x.example/", language="en"
        )


async def test_parsing_that_takes_too_long_is_stopped_and_the_next_one_works():
    huge = rss({str(n): ("A story " * 20, NOON) for n in range(20_000)})
    async with pool(timeout_seconds=0.3) as parsers:
        found = await parse(parsers, huge)
        assert isinstance(found, Unreadable)
        assert found.reason is FailureReason.PARSING_TOO_SLOW
        parsers._timeout_seconds = 20.0
        assert isinstance(await parse(parsers), Document)


async def test_parsing_that_needs_too_much_memory_fails_alone():
    huge = rss({str(n): ("A story " * 100, NOON) for n in range(20_000)})
    async with pool(memory_bytes=150 << 20) as parsers:
        found = await parse(parsers, huge)
        assert isinstance(found, Unreadable)
        assert found.reason is FailureReason.PARSING_FAILED
        assert isinstance(await parse(parsers), Document)


async def test_a_parser_that_dies_costs_one_document():
    async with pool() as parsers:
        await parse(parsers)
        os.kill(parsers._all[0]._process.pid, signal.SIGKILL)
        found = [await parse(parsers), await parse(parsers)]
        assert isinstance(found[-1], Document)


async def test_many_documents_share_few_processes():
    async with pool(workers=2) as parsers:
        found = await asyncio.gather(*(parse(parsers) for _ in range(20)))
    assert all(isinstance(one, Document) for one in found)


async def test_no_process_outlives_the_pool():
    async with pool(workers=2) as parsers:
        await asyncio.gather(parse(parsers), parse(parsers))
        pids = [worker._process.pid for worker in parsers._all]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_articles_and_robots_files_are_read_in_the_process_too():
    async with ParsePool(workers=1, timeout_seconds=20.0, memory_bytes=1 << 30, max_entries=10) as pool:
        text = "The mortar shells fell on the village before dawn, residents said. " * 9
        page = f"<html><body><nav>Home</nav><article><p>{text}</p></article></body></html>".encode()
        found = await pool.extract(page, content_type="text/html", url="https://a.example/1", language="en")
        assert found == text.strip()
        refused = await pool.extract(b"%PDF", content_type="application/pdf", url="https://a.example/1", language="en")
        assert isinstance(refused, Unreadable)
        permission = await pool.permission(
            b"User-agent: tocsin\nDisallow: /private\nCrawl-delay: 7\n",
            url="https://a.example/private/1",
            agent="Tocsin",
        )
        assert (permission.is_allowed, permission.delay_seconds) == (False, 7.0)


HEAD = b"<rss version='2.0'><channel><item>"
QUADRATIC = {
    "deep nesting": HEAD + b"<a>" * 300_000,
    "attributes": b"<rss " + b" ".join(b"a%d='x'" % number for number in range(60_000)) + b"></rss>",
}


@pytest.mark.parametrize("name", QUADRATIC)
async def test_a_document_whose_reading_grows_faster_than_itself_is_stopped_by_the_clock_and_hurts_no_other(name):
    async with ParsePool(workers=1, timeout_seconds=2.0, memory_bytes=1 << 30, max_entries=10) as pool:
        await pool.parse(rss({"1": ("Before", NOON)}), content_type="", url="https://a.example/", language=None)
        began = monotonic()
        found = await pool.parse(QUADRATIC[name], content_type="", url="https://a.example/", language=None)
        assert monotonic() - began < 10
        assert isinstance(found, Unreadable)
        assert found.reason in {FailureReason.PARSING_TOO_SLOW, FailureReason.PARSING_FAILED}
