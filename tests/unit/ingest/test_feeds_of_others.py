"""Test feeds of other projects: read as they mean it, the same by both readers; ``bench.feed_fixtures`` reads thousands of them."""

from pathlib import Path

import pytest

from bench.feed_fixtures import Tally, check, documents
from services.ingest.adapters import feed_parser

FOLDER = Path(__file__).parent / "feeds_of_others"
URL = "http://example.org/2003/11/index.atom"


def read(name):
    return feed_parser.parse((FOLDER / name).read_bytes(), content_type="", url=URL, language=None, max_entries=99)


def test_none_crashes_or_is_read_in_two_ways():
    tally = Tally()
    for name, body in documents(FOLDER):
        check(name, body, tally)
    assert (tally.faults, tally.refusals) == ([], [])
    assert tally.feeds == tally.documents >= 7


def test_a_fault_is_told():
    tally = Tally()
    check("none", b"<html></html>", tally)
    assert tally.refused == {"not_a_feed": 1}


@pytest.mark.parametrize("name", ["atom-cdata.xml", "atom-prefixed-namespace.xml"])
def test_every_way_to_write_atom_gives_the_same_entry(name):
    [entry] = read(name).entries
    assert (entry.title, entry.guid) == (
        "Atom-Powered Robots Run Amok",
        "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",
    )


def test_the_older_page_of_rfc_5005_is_found():
    assert read("atom-archive.xml").older == "http://example.org/2003/10/index.atom"


def test_entries_of_extended_feeds_are_complete():
    assert [entry.title for entry in read("atom-threading.xml").entries] == [
        "My original entry",
        "A response to the original",
    ]
    assert read("rss-opensearch.xml").entries[0].url.startswith("http")
