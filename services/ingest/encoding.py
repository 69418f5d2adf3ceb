"""The encoding a feed is really in, which is not always the one it names.

Arabic feeds are found in windows-1256 under the name of UTF-8 or Latin-1. The bytes decide: what is valid UTF-8 is UTF-8,
whatever it is called; the rest is tried as declared, and as windows-1256 when that gives Arabic and the declaration cannot be true.
"""

import codecs
import re
from dataclasses import dataclass

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]{0,300}\?>")
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_VAGUE = frozenset({"", "utf-8", "ascii", "iso8859-1", "cp1252"})
_ARABIC = re.compile(r"[\u0621-\u064a\u066e-\u06d3]")
_LATIN_HIGH = re.compile(
    r"[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_FEW_BAD = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Decoded text without its XML declaration; ``was_mislabelled`` when the declared encoding was not the true one."""

    text: str
    encoding: str
    was_mislabelled: bool


def decode(body: bytes, content_type: str) -> Text:
    """Return the body as text; never raises: bytes that fit nothing become U+FFFD."""
    for mark, name in _WIDE:
        if body.startswith(mark):
            return _text(body.decode(name, "replace"), name, was_mislabelled=False)
    declared = _declared(body, content_type)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        return _text(text, "utf-8", was_mislabelled=declared not in _VAGUE and not body.isascii())
    mostly = body.decode("utf-8-sig", "replace")
    high = sum(byte >= 0x80 for byte in body)
    if mostly.count("\ufffd") <= _FEW_BAD * high:
        return _text(mostly, "utf-8", was_mislabelled=False)
    if declared in _VAGUE:
        arabic = body.decode("cp1256", "replace")
        if len(_ARABIC.findall(arabic)) >= 0.6 * high:
            return _text(arabic, "cp1256", was_mislabelled=declared != "")
        declared = "cp1252" if declared in {"", "utf-8", "ascii", "iso8859-1"} else declared
    return _text(body.decode(declared, "replace"), declared, was_mislabelled=False)


def mended(text: str) -> str:
    """Return ``text`` with Arabic restored that was once decoded as Latin-1 ("ÇáÚÑÇÞ", "Ø§Ù„"); anything else comes back as it is."""
    high = len(_LATIN_HIGH.findall(text))
    if high < 4 or high < 0.4 * sum(not c.isspace() for c in text) or _ARABIC.search(text):
        return text
    for source in ("cp1252", "latin-1"):
        for target in ("utf-8", "cp1256"):
            try:
                again = text.encode(source).decode(target)
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
            if len(_ARABIC.findall(again)) >= 0.5 * sum(not c.isspace() for c in again):
                return again
    return text


def _declared(body: bytes, content_type: str) -> str:
    """Python's name of the declared encoding: HTTP's charset first, then the XML declaration; empty when none is known."""
    found = [match.group(1) for match in [_CHARSET.search(content_type)] if match]
    found += [match.group(1).decode("ascii") for match in [_DECLARED.match(body)] if match]
    for name in found:
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return ""


def _text(text: str, encoding: str, *, was_mislabelled: bool) -> Text:
    return Text(text=_XML_DECLARATION.sub("", text, count=1), encoding=encoding, was_mislabelled=was_mislabelled)
