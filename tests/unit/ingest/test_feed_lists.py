"""Lists of feeds as other programs write them, and the feeds that pages name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import opml
from services.ingest.discovery import feed_links
from services.ingest.feed_commands import slug_of, with_added
from tests.support.ingest_fakes import a_feed

PAGE = """<!doctype html><html><head><base href="/en/"><link rel="stylesheet" href="x.css">
<link rel="Alternate" type="application/rss+xml" title="Comments" href="comments/feed">
<LINK REL=alternate TYPE="application/rss+xml; charset=utf-8" HREF="feed?a=1&amp;b=2">
<link rel="alternate" type="application/atom+xml" href="https://other.example/atom">
<link rel="alternate" type="text/html" hreflang="ar" href="/ar">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="feed?a=1&amp;b=2"></head><body>"""


def test_a_pages_own_feeds_are_found_those_of_comments_last():
    assert feed_links(PAGE, "https://paper.example/") == (
        "https://paper.example/en/feed?a=1&b=2",
        "https://other.example/atom",
        "https://paper.example/en/comments/feed",
    )


@given(st.text(max_size=200))
def test_any_page_gives_web_addresses_or_none(text):
    page = f'<link rel="alternate" type="application/rss+xml" href="{text}">{text}'
    assert all(link.startswith(("http://", "https://")) for link in feed_links(page, "https://paper.example/"))


def test_what_is_written_is_read_again():
    feeds = [
        a_feed(),
        a_feed(slug="b", outlet='"Rûdaw" & <co>', country="IQ", tier=1, topic="war", interval_seconds=60.0),
    ]
    outlines = opml.read(opml.write(feeds).encode())
    assert [(one.url, one.title, one.language) for one in outlines] == [
        (feed.url, feed.outlet, feed.language) for feed in feeds
    ]
    assert outlines[1].more == {"slug": "b", "country": "IQ", "tier": "1", "topic": "war", "interval_seconds": "60.0"}


def test_opml_of_other_programs_is_read_however_deep():
    body = b"""<?xml version="1.0"?><OPML version="1.0"><body><outline text="Iraq"><outline text="Dijla" xmlURL=" https://dijla.example/rss "/>
    <outline text="a folder"/></outline></body></OPML>"""
    [one] = opml.read(body)
    assert (one.url, one.title, one.language, one.more) == ("https://dijla.example/rss", "Dijla", None, {})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not readable"),
        (b"<opml><body>", "not readable"),
        (b"<rss/>", "is 'rss', not OPML"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "declares a document type"),
    ],
)
def test_what_is_no_opml_is_named(body, words):
    with pytest.raises(opml.OpmlError, match=words):
        opml.read(body)


def test_slugs_come_from_the_host_and_are_nobodys():
    assert slug_of("https://www.dijla-news.example/rss", set()) == "dijla-news-example"
    assert slug_of("https://feeds.dijla.example/x", {"dijla-example", "dijla-example-2"}) == "dijla-example-3"
    assert slug_of("https://دجلة.example/", set()) == "example"


def test_the_files_feed_counts_where_both_name_a_slug():
    of_file, added = a_feed(outlet="file"), a_feed(outlet="added")
    assert with_added([of_file], [added, a_feed(slug="new")]) == (of_file, a_feed(slug="new"))
