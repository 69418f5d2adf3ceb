"""Bytes of any feed format to the same plain entries; what is no feed is said to be none."""

import json
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.adapters import feed_parser
from services.ingest.document import Document, Unreadable
from services.ingest.outcome import FailureReason
from services.ingest.parse_worker import Request, answer
from tests.support.ingest_fakes import rss

AT = datetime(2026, 4, 11, 9, 30, tzinfo=UTC)

RSS2 = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title><link>https://paper.example/</link>
<ttl>15</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Friday</day></skipDays>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<item><guid isPermaLink="false">n-1</guid><link>/news/1</link><title>Seven &lt;b&gt;killed&lt;/b&gt;</title>
<pubDate>Sat, 11 Apr 2026 12:30:00 +0300</pubDate><description>A short text.</description>
<content:encoded><![CDATA[<p>A long text.</p><p>With a second paragraph.</p>]]></content:encoded></item></channel></rss>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title><id>urn:f</id>
<entry><id>n-1</id><link href="https://paper.example/news/1"/><title type="html">Seven &lt;b&gt;killed&lt;/b&gt;</title>
<published>2026-04-11T09:30:00Z</published><updated>2026-04-11T10:30:00Z</updated><summary>A short text.</summary>
<content type="html">&lt;p&gt;A long text.&lt;/p&gt;&lt;p&gt;With a second paragraph.&lt;/p&gt;</content></entry></feed>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel rdf:about="https://paper.example/"><title>T</title><link>https://paper.example/</link>
</channel><item rdf:about="n-1"><title>Seven killed</title><link>https://paper.example/news/1</link><dc:date>2026-04-11T12:30:00+03:00</dc:date>
<description>A short text.</description><content:encoded>&lt;p&gt;A long text.&lt;/p&gt;&lt;p&gt;With a second paragraph.&lt;/p&gt;</content:encoded></item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "home_page_url": "https://paper.example/",
        "items": [
            {
                "id": "n-1",
                "url": "/news/1",
                "title": "Seven killed",
                "summary": "A short text.",
                "content_html": "<p>A long text.</p><p>With a second paragraph.</p>",
                "date_published": "2026-04-11T12:30:00+03:00",
            }
        ],
    }
)

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://paper.example/about</loc><lastmod>2026-04-11</lastmod></url>
<url><loc>https://paper.example/news/1?a=1&amp;b=2</loc><image:image><image:loc>https://paper.example/1.jpg</image:loc><image:title>A picture</image:title></image:image>
<news:news><news:publication><news:name>Paper</news:name><news:language>AR</news:language></news:publication>
<news:publication_date>2026-04-11T12:30:00+03:00</news:publication_date><news:title>Seven &lt;b&gt;killed&lt;/b&gt;</news:title></news:news></url>
<url><loc>https://paper.example/news/2</loc><news:news><news:title>Eight hurt</news:title></news:news></url></urlset>"""


def parse(body, *, content_type="application/xml", language="en", max_entries=100):
    raw = body.encode() if isinstance(body, str) else body
    return feed_parser.parse(
        raw, content_type=content_type, url="https://paper.example/feed", language=language, max_entries=max_entries
    )


@pytest.mark.parametrize("body", [RSS2, ATOM, RDF, JSON_FEED], ids=["rss2", "atom", "rdf", "json"])
def test_every_format_gives_the_same_entry(body):
    [entry] = parse(body).entries
    assert entry.guid == "n-1"
    assert entry.url == "https://paper.example/news/1"
    assert entry.title == "Seven killed"
    assert entry.summary == "A short text."
    assert entry.content == "A long text.\nWith a second paragraph."
    assert entry.published == AT


def test_a_news_sitemap_gives_its_articles():
    found = parse(SITEMAP)
    assert [(entry.guid, entry.url, entry.title, entry.published) for entry in found.entries] == [
        ("https://paper.example/news/1?a=1&b=2", "https://paper.example/news/1?a=1&b=2", "Seven killed", AT),
        ("https://paper.example/news/2", "https://paper.example/news/2", "Eight hurt", None),
    ]
    assert (found.language, found.problem, found.is_cut_off) == ("ar", None, False)


def test_a_news_sitemap_that_breaks_off_gives_its_complete_articles():
    found = parse(SITEMAP[: SITEMAP.index("Eight hurt")])
    assert found.is_cut_off
    assert [entry.title for entry in found.entries] == ["Seven killed"]


def test_only_so_many_articles_of_a_sitemap_are_read_and_it_says_so():
    found = parse(SITEMAP, max_entries=1)
    assert [entry.title for entry in found.entries] == ["Seven killed"]
    assert found.problem == "carries more than 1 items, of which the first 1 were read"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/</loc></url></urlset>', "without news"),
        ("<!DOCTYPE urlset [<!ENTITY a 'b'>]>" + SITEMAP.partition("?>")[2], "damaged"),
    ],
)  # fmt: skip
def test_a_sitemap_that_carries_no_news_is_refused(body, words):
    found = parse(body)
    assert isinstance(found, Unreadable)
    assert (found.reason, words in found.detail) == (FailureReason.NOT_A_FEED, True)


def test_what_a_feed_asks_of_pollers_is_read():
    found = parse(RSS2)
    assert found.wait_seconds == 1800
    assert found.skip_hours == (0, 1)
    assert found.skip_days == (4,)


def test_an_entry_without_a_title_takes_its_first_words():
    [entry] = parse(
        "<rss version='2.0'><channel><item><guid>1</guid><description>Gunmen attacked.\n\nMore.</description></item></channel></rss>"
    ).entries
    assert entry.title == "Gunmen attacked."


def test_a_guid_that_is_an_address_stands_in_for_the_link():
    [entry] = parse(
        "<rss version='2.0'><channel><item><guid>https://paper.example/n/1</guid><title>A</title></item></channel></rss>"
    ).entries
    assert entry.url == "https://paper.example/n/1"


def test_an_entry_without_any_text_is_no_entry():
    assert parse("<rss version='2.0'><channel><item><guid>1</guid></item></channel></rss>").entries == ()


def test_a_feed_without_entries_is_a_feed():
    assert parse("<rss version='2.0'><channel><title>T</title></channel></rss>") == Document(entries=())


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (b"", FailureReason.EMPTY, "empty"),
        (b" \r\n\t", FailureReason.EMPTY, "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", FailureReason.NOT_A_FEED, "an HTML page"),
        (b"<!-- x --><HTML><p>hello", FailureReason.NOT_A_FEED, "an HTML page"),
        (b"Service temporarily unavailable", FailureReason.NOT_A_FEED, "beginning 'Service temporarily unavailable'"),
        (b'{"error": "no"}', FailureReason.NOT_A_FEED, "no JSON Feed"),
        (b'{"error": ', FailureReason.NOT_A_FEED, "not readable as JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), FailureReason.NOT_A_FEED, "something else"),
    ],
)
def test_what_is_no_feed_is_named(body, reason, words):
    found = parse(body)
    assert isinstance(found, Unreadable)
    assert found.reason is reason
    assert words in found.detail


@pytest.mark.parametrize("keep", [0.5, 0.7, 0.9])
def test_a_document_that_breaks_off_gives_its_complete_entries_unchanged(keep):
    whole_body = rss({str(n): (f"Story {n}", AT) for n in range(10)})
    found = parse(whole_body[: int(len(whole_body) * keep)])
    whole = parse(whole_body)
    assert found.is_cut_off
    assert 0 < len(found.entries) < len(whole.entries)
    assert found.entries == whole.entries[: len(found.entries)]
    assert found.problem == f"the document breaks off; {len(found.entries)} complete entries were read"


def test_only_so_many_entries_are_read_and_it_says_so():
    found = parse(rss({str(n): (f"Story {n}", AT) for n in range(10)}), max_entries=3)
    assert len(found.entries) == 3
    assert found.problem == "carries 10 items, of which the first 3 were read"


@pytest.mark.parametrize("body", [RSS2, ATOM, RDF], ids=["rss2", "atom", "rdf"])
def test_a_feed_with_as_many_entries_as_are_read_is_read_whole(body):
    found = parse(body, max_entries=1)
    assert (len(found.entries), found.problem) == (1, None)
    assert found == parse(body)


def test_what_will_not_be_read_costs_no_parsing():
    many = rss({str(n): (f"Story {n}", AT) for n in range(40_000)})
    started = process_time()
    found = parse(many, max_entries=50)
    assert process_time() - started < 2.0
    assert [entry.title for entry in found.entries] == [f"Story {n}" for n in range(50)]
    assert found.problem == "carries 40000 items, of which the first 50 were read"


def test_entities_are_not_expanded():
    bomb = (
        "<!DOCTYPE rss [<!ENTITY a 'boom'>"
        + "".join(
            f"<!ENTITY {b} '&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};'>"
            for a, b in zip("abcdefghi", "bcdefghij", strict=True)
        )
        + "]>"
    )
    found = parse(f"{bomb}<rss version='2.0'><channel><item><title>T &j;</title></item></channel></rss>")
    assert len(str(found)) < 2_000


def test_external_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    body = f"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file://{secret}'>]><rss version='2.0'><channel><item><title>T &x;</title></item></channel></rss>"
    assert "the secret" not in str(parse(body))


def test_an_unescaped_ampersand_does_not_cost_the_feed():
    [entry] = parse(
        "<rss version='2.0'><channel><item><guid>1</guid><title>Kurds & Arabs</title></item></channel></rss>"
    ).entries
    assert entry.title == "Kurds & Arabs"


@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            b"<rss version='2.0'><channel><item>",
            b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>",
            b'{"version":"https://jsonfeed.org/version/1","items":[',
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url>",
        ]
    ),
)
def test_any_bytes_give_an_answer(body, head):
    request = Request(
        body=head + body, content_type="text/xml", url="https://x.example/", language="ar", max_entries=10
    )
    reply = answer(request)
    assert (reply.document is None) != (reply.unreadable is None)


@pytest.mark.parametrize("field", ["id", "url", "title", "date_published", "content_html"])
def test_a_json_feed_with_a_value_of_the_wrong_kind_is_read_all_the_same(field):
    raw = json.loads(JSON_FEED)
    raw["items"][0][field] = {"un": ["expected"]}
    assert len(parse(json.dumps(raw)).entries) == 1
