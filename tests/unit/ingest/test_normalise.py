"""Text is plain and in one form when it leaves ingest."""

import re
import unicodedata
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest import entries, normalise
from services.ingest.encoding import decode, mended

ARABIC = "مقتل سبعة أشخاص في هجوم مسلح شرقي ديالى"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Seven killed", "Seven killed"),
        ("<b>Seven</b> killed", "Seven killed"),
        ("&lt;b&gt;Seven&lt;/b&gt; killed", "Seven killed"),
        ("Kurds &amp; Arabs", "Kurds & Arabs"),
        ("Kurds &amp;amp; Arabs", "Kurds & Arabs"),
        ("price &lt; 5 dinars", "price < 5 dinars"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("Seven\n  killed\t today ", "Seven killed today"),
        ("\u200fمقتل\u200e سبعة", "مقتل سبعة"),
        ("مقـــتل سبعة", "مقتل سبعة"),
        ("\ufee3\ufed8\ufe98\ufede", "مقتل"),
        ("\ufefbم", "لام"),
        ("nul\x00l and \x1b escape", "nul l and escape"),
        ("broken \ud800 half", "broken \ufffd half"),
        ("cafe\u0301", "café"),
        ("<script>alert(1)</script>Title", "Title"),
    ],
)
def test_titles_are_one_line_of_plain_text(raw, clean):
    assert normalise.title(raw) == clean


def test_paragraphs_become_lines_and_pictures_vanish():
    html = "<p>Gunmen attacked a village.</p><p><img src='x'/>Seven people were killed.<br>Five were hurt.</p><style>p{}</style>"
    assert normalise.body(html) == "Gunmen attacked a village.\nSeven people were killed.\nFive were hurt."


def test_the_old_way_to_type_a_sorani_vowel_becomes_the_letter():
    assert normalise.title("ه\u200cولێر", "ckb") == "ەولێر"
    assert normalise.title("خانه\u200cها", "fa") == "خانه\u200cها"


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(raw):
    once = normalise.letters(raw)
    assert normalise.letters(once) == once


@given(st.text(max_size=300))
def test_every_text_can_be_encoded_afterwards(raw):
    normalise.title(raw).encode()
    normalise.body(f"<p>{raw}</p>").encode()


def test_texts_are_bounded():
    assert len(normalise.title("x" * 100_000)) == normalise.MAX_TITLE_CHARACTERS
    assert len(normalise.body("x " * 1_000_000)) <= normalise.MAX_TEXT_CHARACTERS


@pytest.mark.parametrize(
    ("body", "content_type", "text", "encoding"),
    [
        (ARABIC.encode(), "text/xml; charset=utf-8", ARABIC, "utf-8"),
        (ARABIC.encode(), "text/xml; charset=windows-1256", ARABIC, "utf-8"),
        (ARABIC.encode("cp1256"), "text/xml; charset=windows-1256", ARABIC, "cp1256"),
        (ARABIC.encode("cp1256"), "text/xml; charset=utf-8", ARABIC, "cp1256"),
        (ARABIC.encode("cp1256"), "text/xml; charset=iso-8859-1", ARABIC, "cp1256"),
        (ARABIC.encode("cp1256"), "text/xml", ARABIC, "cp1256"),
        (ARABIC.encode("utf-16"), "text/xml", ARABIC, "utf-16"),
        ("Zürich à la carte".encode("latin-1"), "text/xml; charset=iso-8859-1", "Zürich à la carte", "cp1252"),
        (f"{ARABIC} ".encode() * 20 + b"\xff", "text/xml", f"{ARABIC} " * 20 + "\ufffd", "utf-8"),
        (b"plain", "text/xml; charset=no-such-thing", "plain", "utf-8"),
    ],
)
def test_the_bytes_decide_the_encoding_not_its_name(body, content_type, text, encoding):
    found = decode(body, content_type)
    assert (found.text, found.encoding) == (text, encoding)


def test_the_xml_declaration_names_the_encoding_and_is_dropped():
    body = b"<?xml version='1.0' encoding='windows-1256'?>" + ARABIC.encode("cp1256")
    assert decode(body, "application/xml").text == ARABIC


@pytest.mark.parametrize("wrong", [ARABIC.encode("cp1256").decode("latin-1"), ARABIC.encode().decode("latin-1")])
def test_arabic_that_was_once_read_as_latin_is_restored(wrong):
    assert mended(wrong) == ARABIC


@pytest.mark.parametrize("text", ["Ça va très bien à Genève où il pleut", "Zürich", ARABIC, "", "ÄÖÜ"])
def test_other_text_is_left_alone(text):
    assert mended(text) == text


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_decode(body, content_type):
    decode(body, content_type)


_PIECES = st.sampled_from(
    ("<p>", "</p>", "<br>", "<br/>", "<br />", '<a href="https://a.example/?a=1&amp;b=2">', "</a>", "<P CLASS='x'>", "</p >", "<b >",
     "<img src='x' alt>", "<div", ">", "<", "</", "<!-- x -->", "<script>", "</script>", "<style>", "a &lt; b", "&amp;", "&nbsp", "& ", "&#x41;", "&copy",
     " ", "\n", "text", "نص", "<a href=x>", '<a title="a>b">', "</p x>", "<o:p>", "<title>", "</title>", "<p/ >", "<p a='1'b='2'>", "]]>", "<?x?>", "<textarea>")
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_simple_markup_reads_the_quick_way_as_the_parser_reads_it(text):
    quick = normalise._without_simple_tags(text)
    assert quick is None or quick == normalise.parsed(text)


def test_ordinary_markup_is_read_the_quick_way():
    assert (
        normalise._without_simple_tags("<p>Seven <b>killed</b> &amp; five<br/>wounded</p>")
        == "\nSeven killed & five\nwounded\n"
    )


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=" \n\r\t\x00\x0b\x1d\x7fab\u2028\u00a0\u0301\u0640ن", max_size=14))
def test_tidying_only_what_is_untidy_gives_what_tidying_all_gives(text):
    whole = normalise.mended(text) if not text.isascii() else text
    whole = unicodedata.normalize("NFC", whole.translate(normalise._TABLE))
    whole = re.sub("\r\n|[\r\u2028\u2029]", "\n", whole)
    whole = re.sub("\n{2,}", "\n", re.sub(" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", whole))).strip()
    assert normalise.letters(text) == whole


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(["http://", "https://", "HTTP://", "a.example", ":80", "/", "//", "..", "?", "a=1", "&", "#", "%", " ", ";", "é", "[", "x"]), max_size=9).map("".join))  # fmt: skip
def test_an_ordinary_address_is_what_joining_makes_of_it(address):
    if entries._ORDINARY.fullmatch(address):
        joined = urljoin("https://page.example/feed", address)
        assert (joined, bool(urlsplit(joined).netloc)) == (address, True)
