"""The list of feeds: read whole or refused whole, in sentences."""

from pathlib import Path

import pytest

from services.ingest.errors import FeedsFileError
from services.ingest.feed import Feed
from services.ingest.feeds_file import load_feeds, parse_feeds

SHIPPED = Path(__file__).parents[3] / "config" / "feeds.yaml"
GOOD = """feeds:
  - slug: dijla-news
    url: https://dijla.example/rss
    outlet: Dijla News
    language: ar
    tier: 1
"""


def refused(text):
    with pytest.raises(FeedsFileError) as error:
        parse_feeds(text, name="feeds.yaml")
    return error.value.problems


def test_a_minimal_feed_is_read():
    assert parse_feeds(GOOD, name="feeds.yaml") == (
        Feed(slug="dijla-news", url="https://dijla.example/rss", outlet="Dijla News", language="ar", tier=1),
    )


def test_every_key_is_read():
    more = "    country: IQ\n    topic: security\n    interval_seconds: 1.5\n    paused: true\n"
    [feed] = parse_feeds(GOOD + more, name="feeds.yaml")
    assert (feed.country, feed.topic, feed.interval_seconds, feed.paused) == ("IQ", "security", 1.5, True)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("dijla-news", "Dijla News!", "feeds.yaml, line 2: slug is 'Dijla News!'; accepted is lower-case letters, digits and hyphens, at most 64 (and not tocsin-canary, which is reserved)"),
        ("https://dijla.example/rss", "ftp://dijla.example", "feeds.yaml, line 3: url is 'ftp://dijla.example'; accepted is an http or https address"),
        ("https://dijla.example/rss", "https://", "feeds.yaml, line 3: url is 'https://'; accepted is an http or https address"),
        ("https://dijla.example/rss", "https://a.example:99999/", "feeds.yaml, line 3: url is 'https://a.example:99999/'; accepted is an http or https address"),
        ("tier: 1", "tier: 4", "feeds.yaml, line 6: tier is 4; accepted is 1, 2 or 3"),
        ("tier: 1", "tier: yes", "feeds.yaml, line 6: tier is True; accepted is 1, 2 or 3"),
        ("language: ar", "language: Arabic", "feeds.yaml, line 5: language is 'Arabic'; accepted is a language code such as en, ar, ckb, or und"),
        ("tier: 1", "tier: 1\n    country: NO", "feeds.yaml, line 7: country is False; accepted is two capital letters such as IQ (in quotes if it is NO)"),
        ("tier: 1", "tier: 1\n    interval_seconds: 0", "feeds.yaml, line 7: interval_seconds is 0; accepted is a number of seconds above 0, at most 86400"),
        ("tier: 1", "tier: 1\n    tier: 2", "feeds.yaml, line 7: key 'tier' is given twice"),
        ("outlet: Dijla News", "outlet: ''", "feeds.yaml, line 4: outlet is ''; accepted is the outlet's name, at most 200 characters"),
        ("    tier: 1\n", "", "feeds.yaml, line 2: the feed of 'dijla-news' lacks 'tier': 1, 2 or 3"),
        ("tier: 1", "teir: 1", "feeds.yaml, line 6: key 'teir' is not known; accepted are: slug, url, outlet, language, country, tier, topic, interval_seconds, paused, full_text"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_line_and_what_is_accepted(old, new, sentence):
    assert sentence in refused(GOOD.replace(old, new))


def test_every_fault_is_told_at_once():
    assert len(refused(GOOD.replace("tier: 1", "tier: 9").replace("language: ar", "language: 5"))) == 2


def test_a_slug_belongs_to_one_feed():
    assert refused(GOOD + GOOD.removeprefix("feeds:\n")) == (
        "feeds.yaml, line 7: slug 'dijla-news' is used twice; each feed needs a slug of its own",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be a mapping with the key 'feeds'"),
        ("- a\n- b\n", "must be a mapping with the key 'feeds'"),
        ("feeds: 5\n", "must be a mapping with the key 'feeds'"),
        ("feed:\n  - x\n", "line 1: key 'feed' is not known; accepted is: feeds"),
        ("feeds:\n  - just text\n", "line 2: a feed must be a mapping"),
        ("feeds:\n  - slug: 'a\n", "not YAML"),
        ("feeds: [}\n", "line 1: not YAML"),
    ],
)
def test_a_file_of_another_shape_is_refused(text, words):
    assert words in refused(text)[0]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FeedsFileError, match=r"none\.yaml cannot be read"):
        load_feeds(tmp_path / "none.yaml")


def test_the_shipped_list_is_good_and_broad():
    feeds = load_feeds(SHIPPED)
    assert len(feeds) >= 50
    assert {"en", "ar", "ckb"} <= {feed.language for feed in feeds}
    assert {"IQ", "SY"} <= {feed.country for feed in feeds}
    assert len({feed.url for feed in feeds}) == len(feeds)
