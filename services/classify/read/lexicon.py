"""Phrase lists as data, and the search for them in a sentence.

A lexicon file is a list of phrases under ``[concept]`` headings, one phrase a line. A phrase is words divided by spaces:

* ``word`` matches that word; in Arabic also with the particles that are written onto it (و، ف، ب، ل، ك، ال), in Sorani also
  with the endings that are written onto it (ەکە، ێک، دا، ی …);
* ``=word`` matches only that very form;
* ``word*`` matches every word that begins so;
* ``one|two`` matches either;
* ``#`` matches a number in digits;
* ``~`` stands for up to three words, ``~~`` for up to eight; neither crosses the end of a sentence.

Hyphens and quotation marks are not seen, so "air-strike" is ``air strike``. What a word can match is remembered per word, so
the search costs a look-up a word whatever the size of the lists.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from services.classify.read.text import Sentence, Token, TokenKind, tokens_of
from shared.letters import fold

_UNSEEN = frozenset("-–—‑'\"“”«»‹›„‟*_`|")
_STOPS = frozenset(".!?؟۔…;؛:")
_GAPS = {"~": 3, "~~": 8}
MAX_HITS_PER_SENTENCE = 400
"""A bound on the work a made-up text can cause; real sentences stay far below it."""

ARABIC_PARTICLES = (
    *tuple(
        first + second + third
        for first in ("", "و", "ف")
        for second in ("", "ب", "ل", "ك")
        for third in ("", "ال")
        if first + second + third
    ),
    "لل",
    "ولل",
    "فلل",
    "س",
    "وس",
    "وسي",
)
SORANI_ENDINGS = tuple(
    sorted(
        {
            fold(a + b + c)
            for a in ("", "ەک", "یەک", "ێک", "ەکە", "یەکە", "ەکان", "یەکان", "ان", "یان", "کە", "کان")
            for b in ("", "ی", "یان", "م", "مان", "ش", "یش", "انە", "ە", "ن")
            for c in ("", "دا", "ەوە", "ەدا", "وە", "یدا", "ش", "یش")
            if a + b + c
        },
        key=len,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found: which concept, its words' positions among the visible tokens, and its offsets in the field."""

    concept: str
    sentence: int
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: str
    steps: tuple[int, ...]  # positive: a word pattern's number; negative: the longest gap allowed


class Lexicon:
    """The phrases of one language."""

    def __init__(self, *, lang: str, phrases: Mapping[str, Sequence[str]]) -> None:
        self._lang = lang
        self._patterns: dict[str, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._open: dict[str, list[int]] = {}
        self._prefix: list[tuple[str, int]] = []
        self._number: list[int] = []
        self._phrases_from: dict[int, list[_Phrase]] = {}
        self._known: dict[str, frozenset[int]] = {}
        for concept, lines in phrases.items():
            for line in lines:
                self._add(concept, line)

    def _add(self, concept: str, line: str) -> None:
        steps: list[int] = []
        for part in line.split():
            if part in _GAPS:
                steps.append(-_GAPS[part])
            else:
                steps.append(self._pattern(part))
        if not steps or steps[0] < 0 or steps[-1] < 0:
            raise ValueError(f"lexicon {self._lang} [{concept}]: a phrase begins and ends with a word: {line!r}")
        phrase = _Phrase(concept, tuple(steps))
        self._phrases_from.setdefault(steps[0], []).append(phrase)

    def _pattern(self, part: str) -> int:
        if part in self._patterns:
            return self._patterns[part]
        number = len(self._patterns) + 1
        self._patterns[part] = number
        for word in part.split("|"):
            if word == "#":
                self._number.append(number)
                continue
            key = " ".join(token.key for token in tokens_of(word.strip("=*")))
            if not key or " " in key:
                raise ValueError(f"lexicon {self._lang}: not one word: {word!r}")
            if word.endswith("*"):
                self._prefix.append((key, number))
            elif word.startswith("="):
                self._exact.setdefault(key, []).append(number)
            else:
                self._open.setdefault(key, []).append(number)
        return number

    @cached_property
    def _by_first_letters(self) -> dict[str, list[tuple[str, int]]]:
        table: dict[str, list[tuple[str, int]]] = {}
        for prefix, number in self._prefix:
            table.setdefault(prefix[:2], []).append((prefix, number))
        return table

    def _matches(self, token: Token) -> frozenset[int]:
        if token.kind is TokenKind.NUMBER:
            return frozenset(self._number)
        known = self._known.get(token.key)
        if known is None:
            known = frozenset(self._look_up(token.key))
            if len(self._known) < 200_000:  # a bound on memory; the answer is the same without the memo
                self._known[token.key] = known
        return known

    def _look_up(self, key: str) -> Iterator[int]:
        yield from self._exact.get(key, ())
        for form in self._forms(key):
            yield from self._open.get(form, ())
            for prefix, number in self._by_first_letters.get(form[:2], ()):
                if form.startswith(prefix):
                    yield number

    def _forms(self, key: str) -> Iterator[str]:
        yield key
        if self._lang == "ar":
            for particle in ARABIC_PARTICLES:
                if key.startswith(particle) and len(key) - len(particle) >= 2:
                    yield key[len(particle) :]
                    if particle.endswith("لل"):
                        yield "ا" + key[len(particle) - 1 :]
        elif self._lang == "ckb":
            for ending in SORANI_ENDINGS:
                if key.endswith(ending) and len(key) - len(ending) >= 2:
                    yield key[: -len(ending)]

    def hits(self, sentence: Sentence) -> tuple[Hit, ...]:
        """Return every phrase of the lexicon in the sentence, in order of its first word."""
        tokens = visible(sentence)
        matches = [self._matches(token) for token in tokens]
        found: list[Hit] = []
        for at, numbers in enumerate(matches):
            for number in numbers:
                for phrase in self._phrases_from.get(number, ()):
                    last = _end_of(phrase.steps, 1, at, matches, tokens)
                    if last is not None:
                        found.append(
                            Hit(
                                concept=phrase.concept,
                                sentence=sentence.index,
                                first=at,
                                last=last,
                                start=tokens[at].start,
                                end=tokens[last].end,
                            )
                        )
            if len(found) > MAX_HITS_PER_SENTENCE:
                break
        return tuple(sorted(set(found), key=lambda hit: (hit.first, hit.last, hit.concept)))


def visible(sentence: Sentence) -> tuple[Token, ...]:
    """The tokens that phrases see: all but hyphens and quotation marks."""
    return tuple(token for token in sentence.tokens if token.key not in _UNSEEN)


def _end_of(
    steps: tuple[int, ...], step: int, at: int, matches: Sequence[frozenset[int]], tokens: Sequence[Token]
) -> int | None:
    """The last word's position when ``steps[step:]`` follow the word ``at``; the nearest continuation wins."""
    if step == len(steps):
        return at
    gap = 0
    if steps[step] < 0:
        gap = -steps[step]
        step += 1
    for skipped in range(gap + 1):
        here = at + 1 + skipped
        if here >= len(tokens):
            return None
        if steps[step] in matches[here]:
            end = _end_of(steps, step + 1, here, matches, tokens)
            if end is not None:
                return end
        if tokens[here].key in _STOPS or (gap <= _GAPS["~"] and tokens[here].key in ",،"):
            return None
    return None


def parse(text: str) -> dict[str, list[str]]:
    """Return the phrases of a lexicon file by concept; ``;`` begins a comment."""
    phrases: dict[str, list[str]] = {}
    concept = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split(";", 1)[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            concept = line[1:-1].strip()
            phrases.setdefault(concept, [])
        elif not concept:
            raise ValueError(f"lexicon line {number}: a phrase before the first [concept]")
        else:
            phrases[concept].extend(part.strip() for part in line.split(",") if part.strip())
    return phrases


def load(lang: str) -> Lexicon:
    """Return the shipped lexicon of ``lang`` ("en", "ar", "ckb")."""
    folder = resources.files("services.classify.read") / "data"
    return Lexicon(lang=lang, phrases=parse((folder / f"lexicon_{lang}.txt").read_text(encoding="utf-8")))
