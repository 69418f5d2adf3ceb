"""The fast reader of plain XML gives exactly what feedparser gives, or nothing at all."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.adapters import feed_parser, plain_xml
from services.ingest.document import Document
from services.ingest.encoding import decode
from services.standalone.feed_xml import write_feed
from services.standalone.recorded_day import FeedFormat, load_recorded_day
from tests.support.ingest_fakes import NOON, rss

URL = "https://paper.example/feed"
RSS_HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
)
ATOM_HEAD = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="ar">'

TEXTS = (
    "",
    "  Seven killed ",
    "مقتل سبعة أشخاص",
    "Kurds &amp; Arabs",
    "&lt;b&gt;Seven&lt;/b&gt; killed",
    "<![CDATA[<p>Seven &amp; more</p><p>Two</p>]]>",
    "Ø§Ù„",
    "caf\u00e9 \u0093quoted\u0094",
    "https:///paper.example//n/1?a=1&amp;b=2",
    "https://paper.example/n/2?a=1&amp;amp;b=2",
    "/n/3",
    "Sat, 11 Apr 2026 12:30:00 +0300",
    "2026-04-11T09:30:00Z",
    "someday",
    "true",
)
RSS_ITEM = (
    "<title>{}</title>",
    "<media:title>{}</media:title>",
    "<link>{}</link>",
    '<atom:link rel="alternate" href="https://paper.example//n/9"/>',
    '<atom:link rel="self" href="https://paper.example/n/9.xml"/>',
    "<link/>",
    "<guid>{}</guid>",
    '<guid isPermaLink="false">{}</guid>',
    '<guid isPermaLink="TRUE">{}</guid>',
    "<description>{}</description>",
    "<content:encoded>{}</content:encoded>",
    "<summary>{}</summary>",
    "<pubDate>{}</pubDate>",
    "<dc:date>{}</dc:date>",
    "<atom:updated>{}</atom:updated>",
    "<category domain='x'>{}</category>",
    "<dc:creator>{}</dc:creator>",
    "<author>{}</author>",
    "<slash:comments>{}</slash:comments>",
    "<enclosure url='https://paper.example/a.jpg' type='image/jpeg' length='1'/>",
    "<media:content url='https://paper.example/a.jpg'><media:title>{}</media:title><media:credit>x</media:credit></media:content>",
    "<media:thumbnail url='https://paper.example/a.jpg'/>",
    "<media:description>{}</media:description>",
    "<image>{}</image>",
    "<source url='https://paper.example/'>{}</source>",
    "<date>{}</date>",
    "<description><b>{}</b></description>",
    "<unknown>{}</unknown>",
)
RSS_CHANNEL = (
    "<title>{}</title>",
    "<link>{}</link>",
    "<description>{}</description>",
    "<language>{}</language>",
    "<dc:language>{}</dc:language>",
    "<ttl>30</ttl>",
    "<sy:updatePeriod>hourly</sy:updatePeriod>",
    "<image><url>{}</url><title>x</title><link>https://paper.example/other</link></image>",
    '<atom:link rel="self" href="https://paper.example/feed"/>',
    '<atom:link href="https://paper.example/page"/>',
    "<skipHours><hour>3</hour></skipHours>",
    "<lastBuildDate>{}</lastBuildDate>",
    "<id>{}</id>",
    "<guid>{}</guid>",
)
ATOM_ENTRY = (
    "<title>{}</title>",
    '<title type="html">{}</title>',
    '<title type="image/png">{}</title>',
    "<id>{}</id>",
    '<link href="https://paper.example//n/1"/>',
    '<link rel="Alternate" type="text/HTML" href="/n/2"/>',
    '<link rel="alternate" type="application/json" href="/n/3"/>',
    '<link rel="enclosure" href="/n/4"/>',
    "<summary>{}</summary>",
    '<summary type="html">{}</summary>',
    "<content>{}</content>",
    '<content type="html">{}</content>',
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{}</div></content>',
    '<content src="https://paper.example/x"/>',
    "<published>{}</published>",
    "<updated>{}</updated>",
    "<issued>{}</issued>",
    "<author><name>{}</name><uri>https://paper.example/a</uri></author>",
    "<category term='x'/>",
    "<source><title>{}</title><id>x</id></source>",
    "<media:group><media:title>{}</media:title></media:group>",
)


def both(body: str):
    """What the fast reader leads to, and what feedparser does."""
    plain = feed_parser.read_plain(body, 2_000)
    if plain is None:
        return None, None
    fast = feed_parser._document(
        plain.feed, plain.entries, body, url=URL, language="en", problem=None, is_cut_off=False
    )
    return fast, feed_parser.read_any(body, url=URL, language="en", max_entries=2_000, is_cut_off=False)


def elements(menu, **sizes):
    one = st.tuples(st.sampled_from(menu), st.sampled_from(TEXTS)).map(lambda pair: pair[0].format(pair[1]))
    return st.lists(one, **sizes).map("".join)


@settings(max_examples=400)
@given(
    elements(RSS_CHANNEL, max_size=4),
    st.lists(elements(RSS_ITEM, min_size=1, max_size=6), max_size=3),
    elements(RSS_CHANNEL, max_size=2),
)
def test_any_rss_is_read_as_feedparser_reads_it_or_not_at_all(head, items, tail):
    body = f"{RSS_HEAD}<channel>{head}{''.join(f'<item>{item}</item>' for item in items)}{tail}</channel></rss>"
    fast, slow = both(body)
    assert fast == slow


@settings(max_examples=400)
@given(
    elements(ATOM_ENTRY[:1] + ATOM_ENTRY[3:7] + ATOM_ENTRY[15:17], max_size=4),
    st.lists(elements(ATOM_ENTRY, min_size=1, max_size=6), max_size=3),
)
def test_any_atom_is_read_as_feedparser_reads_it_or_not_at_all(head, entries):
    body = f"{ATOM_HEAD}{head}{''.join(f'<entry>{entry}</entry>' for entry in entries)}</feed>"
    fast, slow = both(body)
    assert fast == slow


def test_the_feeds_of_common_software_take_the_fast_way():
    item = (
        "<title>A</title><link>https://paper.example/1</link><guid>1</guid><pubDate>Sat, 11 Apr 2026 12:30:00 +0300</pubDate>"
        "<description>&lt;p&gt;x&lt;/p&gt;</description><content:encoded><![CDATA[<p>y</p>]]></content:encoded>"
        "<dc:creator>z</dc:creator><category>c</category><slash:comments>0</slash:comments><media:thumbnail url='u'/>"
    )
    fast, slow = both(f"{RSS_HEAD}<channel><title>T</title><item>{item}</item></channel></rss>")
    assert fast is not None
    assert fast == slow


def test_the_recorded_days_feeds_are_read_alike():
    day = load_recorded_day()
    formats = set()
    for outlet in day.outlets:
        items = [item for item in day.items if item.outlet == outlet.slug]
        fast, slow = both(decode(write_feed(outlet, items, URL), "").text)
        assert fast == slow
        if fast is not None:
            formats.add(outlet.format)
    assert {FeedFormat.RSS2, FeedFormat.ATOM} <= formats


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE rss [<!ENTITY a 'boom'>]><rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>",
        "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss version='2.0'><channel/></rss>",
        "<rss version='2.0'><channel><item><title>Kurds & Arabs</title></item></channel></rss>",
        "<rss version='2.0'><channel><item><title>A<b>B</b></title></item></channel></rss>",
        "<rss version='2.0'><channel><item xml:base='https://other.example/'><title>A</title></item></channel></rss>",
        "<rss version='2.0' xmlns:content='http://search.yahoo.com/mrss/'><channel/></rss>",
        "<rss version='2.0'></rss>",
        "<rss version='2.0'><channel>" + "<a>" * 2_000 + "</a>" * 2_000 + "</channel></rss>",
        "<html/>",
        "",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(body):
    assert plain_xml.read(body) is None


def test_a_date_that_only_feedparser_knows_is_left_to_it():
    assert feed_parser.read_plain(rss({"1": ("A", NOON)}).decode(), 10) is not None
    body = "<rss version='2.0'><channel><item><title>A</title><pubDate>2026-W15-6</pubDate></item></channel></rss>"
    assert feed_parser.read_plain(body, 10) is None


def test_the_feeds_of_feedparsers_own_suite_are_read_alike():
    """Set TOCSIN_FEEDPARSER_TESTS to the folder ``tests`` of its sources; the figures stand in docs/feeds.md."""
    folder = os.environ.get("TOCSIN_FEEDPARSER_TESTS")
    if not folder:
        pytest.skip("feedparser's sources are not here")
    read = 0
    for path in sorted(Path(folder).rglob("*.xml")):
        text = decode(path.read_bytes(), "application/xml").text
        root = feed_parser._ROOT.search(text, 0, 20_000)
        if root is None or feed_parser._breaks_off(text, root.group(1)):
            continue
        fast, slow = both(text)
        assert fast == slow, path
        read += isinstance(fast, Document)
    assert read > 500
