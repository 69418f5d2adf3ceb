"""An item's text as sentences and tokens whose offsets point into the fields as received.

Cleaning never changes a field's length: a tag becomes spaces, an entity becomes its character and word joiners. So every
offset in the clean text is an offset in the original, and evidence can quote the exact words without a map between the two.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache

from shared.events.item import Item
from shared.letters import DIGITS, INVISIBLE, fold

MAX_CHARACTERS = 20_000
"""Only so much of an item is read, title first: the answer must not depend on how busy the machine is, so work is bounded by size."""

MAX_SENTENCE_CHARACTERS = 1_500
"""Text without full stops is cut here, at a space."""

FIELDS = ("title", "summary", "content")

_JOINER = "\u2060"
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]{0,2000}|!--[^<>]{0,2000}--)>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TOKEN = re.compile(
    rf"(?P<number>[0-9]+(?:[.,:][0-9]+)*)|(?P<word>[^\W\d_](?:[^\W_]|[{INVISIBLE}\u0300-\u036f\u064b-\u065f\u0670]|['’ʼ](?=[{INVISIBLE}]*[^\W\d_]))*)|(?P<mark>[^\w\s])"
)
_POSSESSIVE = re.compile(r"['’ʼ][sS]$")
_SENTENCE_END = re.compile(r"[.!?؟۔…]+[\"'”’»)\]]*(?=\s|$)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|gen|lt|col|maj|brig|sgt|capt|st|no|nos|vs|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|approx|gov|sen|rep|prof|al)|\b[A-Za-z]|\b[A-Za-z]\.[A-Za-z])\.$",
    re.IGNORECASE,
)


class TokenKind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, number or punctuation mark: ``key`` is its folded form, ``text`` the clean form, offsets are those of the field as received.

    Hyphens are marks, so "al-Adhaim" is three tokens; a possessive ("Saturday's") is the bare word, its offsets included without the "'s".
    """

    key: str
    text: str
    start: int
    end: int
    kind: TokenKind


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence: ``text == field[start:end]`` after cleaning; ``index`` counts through the document, title first."""

    index: int
    field: str
    text: str
    start: int
    end: int
    tokens: tuple[Token, ...]

    @cached_property
    def folded(self) -> str:
        """The tokens' keys joined by single spaces, for phrase search; see ``token_at``."""
        return " ".join(token.key for token in self.tokens)

    @cached_property
    def _folded_starts(self) -> tuple[int, ...]:
        starts, at = [], 0
        for token in self.tokens:
            starts.append(at)
            at += len(token.key) + 1
        return tuple(starts)

    def span_of(self, folded_start: int, folded_end: int) -> tuple[int, int]:
        """Return the offsets, in the field as received, of the tokens that ``folded[folded_start:folded_end]`` touches."""
        touched = [
            token
            for token, at in zip(self.tokens, self._folded_starts, strict=True)
            if at < folded_end and at + len(token.key) > folded_start
        ]
        return (touched[0].start, touched[-1].end) if touched else (self.start, self.start)


@dataclass(frozen=True, kw_only=True)
class Document:
    """What the reader works on. ``fields`` are the strings as received; ``country`` is the feed's own, a weak hint."""

    lang: str
    published: datetime
    country: str | None
    fields: Mapping[str, str]
    sentences: tuple[Sentence, ...]

    def quote(self, field: str, start: int, end: int) -> str:
        """Return the exact words as received."""
        return self.fields[field][start:end]

    def sentences_of(self, field: str) -> tuple[Sentence, ...]:
        """The sentences of one field."""
        return tuple(sentence for sentence in self.sentences if sentence.field == field)


def clean(text: str) -> str:
    """Return ``text`` without markup, control characters and foreign digits, with the same length."""
    text = _CONTROL.sub(" ", text)
    if "<" in text:
        text = _TAG.sub(lambda m: " " * len(m.group()), text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return text.translate(DIGITS)


def _entity(match: re.Match[str]) -> str:
    character = html.unescape(match.group())
    if len(character) != 1 or _CONTROL.match(character):
        return " " * len(match.group())
    if character.isspace():
        return " " * len(match.group())
    return character + _JOINER * (len(match.group()) - 1)


_KINDS = {kind.value: kind for kind in TokenKind}
_WORD_CHARACTERS = 32


@lru_cache(maxsize=65_536)
def _known(word: str) -> str:
    return fold(word)


def _key(word: str) -> str:
    """The folded word; remembered, as news repeats its words, but not a made-up one that would fill the memory."""
    return _known(word) if len(word) <= _WORD_CHARACTERS else fold(word)


def tokens_of(text: str, offset: int = 0) -> tuple[Token, ...]:
    """Return the tokens of clean ``text``; ``offset`` is where it begins in its field."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = _KINDS[match.lastgroup or "mark"]
        word = match.group()
        if kind is TokenKind.WORD:
            word = _POSSESSIVE.sub("", word)
        key = _key(word)
        if key:
            tokens.append(
                Token(
                    key=key, text=word, start=offset + match.start(), end=offset + match.start() + len(word), kind=kind
                )
            )
    return tuple(tokens)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Sentence boundaries of clean text; abbreviations, initials and decimals do not end a sentence."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group().startswith(".") and _ABBREVIATION.search(
            text, max(start, match.start() - 12), match.start() + 1
        ):
            continue
        yield from _bounded(text, start, match.end())
        start = match.end()
    yield from _bounded(text, start, len(text))


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_SENTENCE_CHARACTERS:
        cut = text.rfind(" ", start + 1, start + MAX_SENTENCE_CHARACTERS)
        cut = cut if cut > start else start + MAX_SENTENCE_CHARACTERS
        yield start, cut
        start = cut
    if text[start:end].strip():
        yield start, end


def document_of(item: Item, lang: str, *, most_sentences: int | None = None) -> Document:
    """Return the item's text as a document in the (detected) language ``lang``; never raises on any text.

    With ``most_sentences`` the rest of the text is not even divided into words: what nobody reads costs nothing.

    A summary that repeats the beginning of the content (or the title) is kept once: the duplicate adds no evidence and would
    count its words twice.
    """
    fields = {"title": item.title, "summary": item.summary, "content": item.content or ""}
    sentences: list[Sentence] = []
    seen: set[str] = set()
    left = MAX_CHARACTERS
    for field in FIELDS:
        text = clean(fields[field][:left])
        left -= len(text)
        for start, end in _spans(text):
            if len(sentences) == most_sentences:
                break
            begin = start + len(text[start:end]) - len(text[start:end].lstrip())
            finish = start + len(text[start:end].rstrip())
            tokens = tokens_of(text[begin:finish], begin)
            repeated = " ".join(token.key for token in tokens if token.kind is not TokenKind.MARK)
            if not tokens or repeated in seen:
                continue
            seen.add(repeated)
            sentences.append(
                Sentence(
                    index=len(sentences), field=field, text=text[begin:finish], start=begin, end=finish, tokens=tokens
                )
            )
    return Document(
        lang=lang, published=item.published, country=item.country, fields=fields, sentences=tuple(sentences)
    )
