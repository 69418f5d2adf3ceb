"""Feeds made to hurt: each is answered within its limits of time and size, whatever is in it."""

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.adapters import feed_parser
from services.ingest.document import Document, Unreadable
from services.ingest.feed import FeedState
from services.ingest.identity import IdentityMode, chosen_mode
from services.ingest.parse_worker import Request, answer
from services.ingest.polled import row_of
from services.ingest.versions import identified, new_versions
from tests.support.ingest_fakes import NOON, a_feed, rss

BODY_BYTES = 1_048_576
"""A tenth of the most that a body may have; what grows faster than the body is stopped by the clock: see test_ingest_parsing."""
MOST_SECONDS = 6.0
"""CPU, with room for a busy machine."""
FEED = a_feed(language="und")


def filled(head, piece, tail=""):
    """A body of a megabyte, of one piece again and again."""
    return (head + piece * ((BODY_BYTES - len(head) - len(tail)) // len(piece)) + tail).encode()


RSS = "<rss version='2.0'><channel><title>x</title>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
END = "</channel></rss>"
BODIES = {
    "items without end": filled(RSS, "<item><guid>{}</guid><title>a b c</title><description>d</description></item>", END),
    "items without end that only feedparser reads": filled(RSS, "<item xml:base='x'><title>a</title><description>d</description></item>", END),
    "100,000 items of JSON": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": str(n), "title": "a"} for n in range(100_000)]}).encode(),
    "deep nesting of markup": filled(RSS + "<item><title>", "&lt;div&gt;", "</title></item>" + END),
    "deep JSON": b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 1_000_000,
    "one long title": filled(RSS + "<item><title>", "word ", "</title></item>" + END),
    "one long attribute": filled(RSS + "<item><guid isPermaLink='", "x", "'>1</guid></item>" + END),
    "half-open tags": filled(RSS, "<"),
    "half-open markup": filled(RSS + "<item><description><![CDATA[", "<a href=", "]]></description></item>" + END),
    "comments before a root": filled("", "<!-- x -->"),
    "half-open comments": filled("", "<!-- "),
    "spaces": filled("", " "),
    "ampersands": filled(RSS + "<item><title>", "&amp;", "</title></item>" + END),
    "entities": filled(RSS + "<item><title>", "&unknown;", "</title></item>" + END),
    "namespaces": ("<rss " + " ".join(f"xmlns:a{n}='urn:{n}'" for n in range(100_000)) + "><channel/></rss>").encode(),
    "tombstones": filled(ATOM, "<at:deleted-entry ref='urn:x' when='2026-01-01T00:00:00Z'/>", "</feed>"),
    "links to older pages": filled(ATOM, "<link rel='prev-archive' href='/a'/>", "</feed>"),
    "billion laughs": ("<!DOCTYPE r [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(10)) + "]>" + RSS + "<item><title>&a10;</title></item>" + END).encode(),
    "one large entity, often": filled("<!DOCTYPE r [<!ENTITY a '" + "ha" * 50_000 + "'>]>" + RSS + "<item><title>", "&a;", "</title></item>" + END),
    "sitemap": filled("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", "<url><loc>https://a.example/</loc></url>", "</urlset>"),
    "dates": filled(RSS + "<item><title>a</title><pubDate>", "Sat, 11 Apr ", "</pubDate></item>" + END),
}  # fmt: skip


def answered(body):
    reply = answer(Request(body=body, content_type="", url=FEED.url, language=None, max_entries=2_000))
    return reply.document or reply.unreadable


@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_one_megabyte_is_answered_in_time_and_gives_no_more_than_the_limits(name):
    began = process_time()
    found = answered(BODIES[name])
    assert process_time() - began < MOST_SECONDS
    assert isinstance(found, Document | Unreadable)
    if isinstance(found, Document):
        assert len(found.entries) <= 2_000
        assert all(len(entry.title) <= 1_000 and len(entry.summary) <= 60_000 for entry in found.entries)
        assert len(found.withdrawn) <= 2_000
    else:
        assert 0 < len(found.detail) < 1_000


SEEDS = (
    rss({str(n): (f"Story {n} عاجل", NOON) for n in range(4)}),
    b'<?xml version="1.0"?>' + ATOM.encode() + b"<entry><id>urn:1</id><title type='html'>&lt;b&gt;A&lt;/b&gt;</title>"
    b"<updated>2026-04-11T09:30:00Z</updated><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></content></entry>"
    b"<at:deleted-entry ref='urn:2' when='2026-04-11T09:30:00Z'/></feed>",
    json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "A", "content_html": "<p>x"}]}).encode(),
    (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>"
    b"<loc>https://a.example/1</loc><n:news><n:title>A</n:title><n:publication_date>2026-04-11</n:publication_date></n:news></url></urlset>"),
)  # fmt: skip
PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from((b"<", b">", b"&", b"]]>", b"<![CDATA[", b"</item>", b"<item>", b"<entry>", b"\x00", b"\xff\xfe", b"&#0;", b"&#xD800;", b"<!DOCTYPE x [", b"<rss>", b"null", b"[", b"{", b'"', b"<script>", b"\xd8\x00")),
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=6)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_feed_changed_at_random_places_gives_items_that_can_be_published_or_a_reason(seed, changes):
    body = seed
    for where, dropped, put in changes:
        at = int(where * len(body))
        body = body[:at] + put + body[at + dropped :]
    found = answered(body)
    if not isinstance(found, Document):
        assert found.detail
        found.detail.encode("utf-8", "replace")
        return
    mode = chosen_mode(found.entries, IdentityMode(FeedState().identity_mode))
    entries = identified(FEED, found.entries, mode, {})
    versions = new_versions(FEED, entries, {}, language=found.language, is_first_poll=False, now=NOON)
    assert len({row_of(version, fetched_at=NOON).event_id for version in versions}) == len(versions)


def test_a_feed_whose_guid_is_the_same_for_all_items_keeps_them_apart_within_the_limit():
    body = filled(RSS, "<item><guid>same</guid><title>a b c</title><description>d</description></item>", END)
    found = answered(body)
    assert (len(found.entries), "of which the first 2000 were read" in found.problem) == (2_000, True)
    unlike = rss({str(n): (f"Story {n}", NOON) for n in range(3_000)}).replace(
        b"<guid isPermaLink='false'>", b"<guid>same"
    )
    entries = feed_parser.parse(unlike, content_type="", url=FEED.url, language=None, max_entries=2_000).entries
    assert len(identified(FEED, entries, chosen_mode(entries, IdentityMode.GUID), {})) == 2_000
