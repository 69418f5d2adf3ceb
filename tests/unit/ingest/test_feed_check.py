"""What ``tocsin feeds test`` says of a feed that answers: how much its items say, and so whether their pages are worth reading."""

from datetime import timedelta

import pytest

from services.ingest.feed_check import try_feed
from tests.support.ingest_fakes import NOON, FakeFetcher, InlineParser, a_feed, fetched

SENTENCE = "Four people were killed when gunmen attacked a checkpoint, police said. "


def feed_of(*texts, content=None):
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>Story {n}</title><pubDate>{NOON - timedelta(hours=n):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{text}</description>"
        + (f"<content:encoded>{content}</content:encoded>" if content else "")
        + "</item>"
        for n, text in enumerate(texts)
    )
    return f"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>x</title>{items}</channel></rss>".encode()


async def says(body, **feed):
    fetcher, tried = FakeFetcher(), a_feed(**feed)
    fetcher.respond_with(tried.url, fetched(body, url=tried.url))
    return await try_feed(tried, fetcher=fetcher, parser=InlineParser(), now=NOON)


@pytest.mark.parametrize(
    ("body", "full_text", "words"),
    [
        (feed_of("", "", ""), False, "titles only: consider full_text"),
        (feed_of(SENTENCE, SENTENCE * 2, SENTENCE), False, "summaries only (71 characters): consider full_text"),
        (feed_of(SENTENCE * 2, SENTENCE, content=SENTENCE), False, "consider full_text"),
        (feed_of(SENTENCE, content=SENTENCE * 20), True, "full_text is not needed"),
    ],
)
async def test_a_feed_whose_full_text_is_set_wrongly_is_told(body, full_text, words):
    trial = await says(body, full_text=full_text)
    assert trial.is_good
    assert words in trial.says


@pytest.mark.parametrize(
    ("body", "full_text"),
    [
        (feed_of(SENTENCE), True),
        (feed_of(SENTENCE * 20, SENTENCE * 15), False),
        (feed_of(SENTENCE, content=SENTENCE * 20), False),
        (feed_of(), False),
    ],
)
async def test_a_feed_whose_full_text_is_set_rightly_is_left_alone(body, full_text):
    assert "full_text" not in (await says(body, full_text=full_text)).says
