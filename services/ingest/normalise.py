"""Text as it leaves ingest: plain, in one form of each letter, without marks that only steer the display. Done once, here."""

import html
import re
import unicodedata
from html.parser import HTMLParser

from services.ingest.encoding import mended

MAX_TITLE_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 60_000
"""Of a summary and of a content each: 4 bytes a character at worst, well below the largest message."""

_DROPPED = (
    "\u0640\u00ad\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff"
)
_TABLE = {ord(c): None for c in _DROPPED} | dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), 127, *range(128, 160)), " "
)
_PRESENTATION = re.compile(r"[\ufb00-\ufb06\ufb50-\ufbff\ufc00-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SORANI_E = re.compile("ه\u200c")  # how ە was typed before keyboards had it
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_BREAKS = re.compile(r" \n[ \n]*|\n[ \n]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNTIDY = re.compile(r"[^\S\n ]|  | \n|\n[ \n]|[\x00-\x08\x0e-\x1f\x7f]")
"""Anything that the three above, or the table, would change in ASCII: most texts need one look and no rewriting."""
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|embed|figcaption|figure|font|h[1-6]|hr|i|iframe|img|ins|li|link|mark|ol|p|pre|q|s|script|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|video|audio|source|section|article|header|footer)\b[^<>]*>|<!--",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SILENT = frozenset(("script", "style", "noscript", "template", "iframe", "object", "svg", "select"))


class _PlainText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


_SIMPLE_TAG = re.compile(
    r"""</([a-zA-Z][a-zA-Z0-9]*)\s*>|<([a-zA-Z][a-zA-Z0-9]*)(?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:=(?:"[^"<>]*"|'[^'<>]*'))?)*\s*/?>"""
)
_RAW = _SILENT | {"textarea", "title", "xmp", "noembed", "noframes", "plaintext"}


def _without_simple_tags(text: str) -> str | None:
    """What ``_PlainText`` makes of markup that is all well-formed tags without raw text inside, in a fifth of the time; else None."""
    parts: list[str] = []
    at = 0
    for match in _SIMPLE_TAG.finditer(text):
        start = match.start()
        if start > at:
            data = text[at:start]
            if "<" in data:
                return None
            parts.append(html.unescape(data) if "&" in data else data)
        name = (match.group(1) or match.group(2)).lower()
        if name in _BLOCKS:
            parts.append("\n")
        elif name in _RAW:
            return None
        at = match.end()
    rest = text[at:]
    if "<" in rest:
        return None
    parts.append(html.unescape(rest) if "&" in rest else rest)
    return "".join(parts)


def plain(text: str) -> str:
    """Return ``text`` without HTML: tags gone, blocks as line breaks, entities as characters. Text without markup is left alone."""
    for _ in range(2):  # some feeds escape their markup twice
        if "<" in text and _MARKUP.search(text):
            simple = _without_simple_tags(text)
            text = parsed(text) if simple is None else simple
        elif "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    return text


def parsed(text: str) -> str:
    """What a parser of HTML makes of any markup."""
    parser = _PlainText()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


def letters(text: str, language: str | None = None) -> str:
    """Return ``text`` in NFC with presentation forms resolved, display marks and tatweel dropped, spaces single, breaks kept."""
    is_ascii = text.isascii()
    if is_ascii:
        text = text.strip()  # what is untidy stands at the ends mostly
    else:
        text = mended(_SURROGATE.sub("\ufffd", text))
        text = _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
        if language is not None and language.partition("-")[0] in {"ckb", "ku"}:
            text = _SORANI_E.sub("ە", text)
    if not is_ascii or _CONTROLS.search(text):
        text = unicodedata.normalize("NFC", text.translate(_TABLE))
        text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNTIDY.search(text):
        text = _BREAKS.sub("\n", _SPACES.sub(" ", text))
    return text.strip()


def title(text: str, language: str | None = None) -> str:
    """Return a title: one line of plain text, at most ``MAX_TITLE_CHARACTERS``."""
    return letters(plain(text[: 10 * MAX_TITLE_CHARACTERS]), language).replace("\n", " ")[:MAX_TITLE_CHARACTERS]


def body(text: str, language: str | None = None) -> str:
    """Return a summary or content: plain text, a line a paragraph, at most ``MAX_TEXT_CHARACTERS``."""
    return letters(plain(text[: 10 * MAX_TEXT_CHARACTERS]), language)[:MAX_TEXT_CHARACTERS]
