"""Feeds added, paused and removed by command: what is stored, and what a running service makes of it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from aiohttp import web
from click.testing import CliRunner

from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.cli import feeds
from services.ingest.feeds_file import load_feeds
from services.ingest.schema import SCHEMA
from shared.clock import SystemClock
from shared.postgres.migrate import upgrade
from tests.support.ingest_fakes import NOON, rss

FILE = "feeds:\n  - {slug: here, url: 'http://127.0.0.1:9/feed', outlet: Here, language: en, tier: 1}\n"
PAGE = '<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml"></head></html>'


class Desk:
    """The commands as a person types them, and a service beside them."""

    def __init__(self, environment, pool, path):
        self._environment = environment
        self.ledger = PostgresLedger(
            pool, instance="a", feeds=load_feeds(path), lease_for=timedelta(seconds=60), claim_for=timedelta(seconds=60)
        )

    async def say(self, *words):
        result = await asyncio.to_thread(CliRunner(env=self._environment).invoke, feeds, [str(word) for word in words])
        return result.exit_code, result.output

    async def polled(self):
        """The slugs that the running service takes up now."""
        now = SystemClock().now() + timedelta(seconds=1)
        await self.ledger.refresh(now)
        leases = await self.ledger.lease(limit=10, now=now)
        await self.ledger.release([lease.feed.slug for lease in leases], not_before=NOON)
        return {lease.feed.slug for lease in leases}


@pytest.fixture
async def desk(postgres_database, tmp_path):
    await upgrade(postgres_database, SCHEMA)
    path = tmp_path / "feeds.yaml"
    path.write_text(FILE)
    environment = {
        "TOCSIN_POSTGRES_DSN": postgres_database,
        "TOCSIN_INGEST_FEEDS_FILE": str(path),
        "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
        "TOCSIN_INGEST_PARSE_WORKERS": "1",
        "TOCSIN_INGEST_CANARY_SECONDS": "0",
    }
    async with asyncpg.create_pool(postgres_database, min_size=1, max_size=2) as pool:
        desk = Desk(environment, pool, path)
        await desk.ledger.take_office(NOON)
        yield desk


@pytest.fixture
async def site():
    async def page(_request):
        return web.Response(text=PAGE, content_type="text/html")

    async def feed(_request):
        return web.Response(body=rss({"1": ("A", NOON)}), content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/news.xml", feed)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_site_is_added_by_its_address_and_polled_by_the_running_service(desk, site):
    assert await desk.polled() == {"here"}
    status, said = await desk.say("add", f"{site}/", "--slug", "paper", "--language", "ar")
    assert (status, said) == (0, f"{site}/news.xml: 1 items, newest {said.partition('newest ')[2]}")
    assert said.endswith("added paper\n")
    assert await desk.polled() == {"here", "paper"}
    assert "paper" in (await desk.say("list"))[1]
    again = await desk.say("add", f"{site}/news.xml")
    assert (again[0], "is there already, as paper" in again[1]) == (1, True)


async def test_what_does_not_answer_is_added_only_by_force(desk):
    status, said = await desk.say("add", "http://127.0.0.1:9/other", "--slug", "away")
    assert (status, "not added; --force adds it all the same" in said) == (1, True)
    assert await desk.polled() == {"here"}
    assert (await desk.say("add", "http://127.0.0.1:9/other", "--slug", "away", "--force"))[0] == 0
    assert await desk.polled() == {"here", "away"}


async def test_a_wrong_value_is_refused_with_the_rule(desk, site):
    status, said = await desk.say("add", f"{site}/news.xml", "--country", "Iraq")
    assert (status, "two capital letters such as IQ" in said) == (1, True)


async def test_a_paused_feed_rests_over_a_restart_until_it_is_resumed(desk):
    assert await desk.say("pause", "here") == (0, "here is paused\n")
    assert await desk.polled() == set()
    await desk.ledger.take_office(NOON)
    assert await desk.polled() == set()
    assert await desk.say("resume", "here") == (0, "here is polled again\n")
    assert await desk.polled() == {"here"}


async def test_an_added_feed_can_be_removed_and_added_again_one_of_the_file_not(desk, site):
    await desk.say("add", f"{site}/news.xml", "--slug", "paper")
    assert await desk.polled() == {"here", "paper"}
    assert await desk.say("remove", "paper") == (0, "paper is removed\n")
    await desk.say("add", f"{site}/news.xml", "--slug", "paper")
    assert await desk.polled() == {"here", "paper"}
    assert (await desk.say("remove", "paper"))[0] == 0
    assert await desk.polled() == {"here"}
    status, said = await desk.say("remove", "here")
    assert (status, "remove it there" in said) == (1, True)
    assert (await desk.say("remove", "nobody"))[0] == 1


async def test_an_exported_list_is_imported_as_it_was(desk, site, tmp_path):
    path = tmp_path / "feeds.opml"
    await desk.say("add", f"{site}/news.xml", "--slug", "paper", "--tier", "2", "--country", "IQ", "--interval", "90")
    assert (await desk.say("export", "--output", path))[0] == 0
    assert await desk.say("import", path) == (0, "0 added, 2 there already, 0 refused\n")
    before = (await desk.say("show", "paper"))[1].splitlines()[0]
    await desk.say("remove", "paper")
    assert await desk.say("import", path) == (0, "1 added, 1 there already, 0 refused\n")
    assert (await desk.say("show", "paper"))[1].splitlines()[0] == before == "paper: 127.0.0.1, tier 2, und, IQ, news"


async def test_an_import_refuses_what_is_wrong_and_takes_the_rest(desk, tmp_path):
    path = tmp_path / "feeds.opml"
    path.write_text(
        '<opml><body><outline xmlUrl="ftp://x.example/"/><outline title="Dijla" xmlUrl="https://dijla.example/rss"/></body></opml>'
    )
    status, said = await desk.say("import", path, "--language", "ar")
    assert status == 0
    assert "refused ftp://x.example/" in said
    assert "1 added, 0 there already, 1 refused" in said
    assert await desk.polled() == {"here", "dijla-example"}
