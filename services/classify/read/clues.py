"""What is distinctive in a text: clues by which accounts of one attack are known although a fact was read differently.

Names of persons, villages and units, rare words, victims and sites that few attacks have ("a shepherd", "a wedding"), odd
numbers. A clue is a short string: how rare it is (one digit, 8 the rarest), what it is, and itself. ``p`` is a district or town that
everybody knows and ``n`` any other name, both by their consonants, the same in every script; ``w`` a word; ``c`` a concept of
``clue_words``; ``d`` a number. Countries are none, and no word is two. Rarity is learnt once (``services.classify.train.clues``), so that
a clue weighs the same whatever else is open. Only the opening of a text is looked at: what stands further down is background,
and speaks of other attacks.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from services.classify.read.calendar_words import MONTHS, WEEKDAYS
from services.classify.read.clue_words import concepts
from services.classify.read.number_words import (
    AR_HUNDREDS,
    AR_ORDINALS,
    AR_TEN_OF_TEENS,
    AR_TENS,
    AR_UNITS,
    AR_VAGUE,
    CKB_ORDINALS,
    CKB_SCALES,
    CKB_TENS,
    CKB_UNITS,
    CKB_VAGUE,
    EN_ORDINALS,
    EN_SCALES,
    EN_TENS,
    EN_UNITS,
)
from services.classify.read.script import lang_of
from services.classify.read.text import Document, Sentence, Token, TokenKind
from shared.geo.gazetteer import Gazetteer
from shared.geo.names import skeleton, word_key
from shared.geo.rows import EntryKind

MAX_CLUES = 40
MAX_SENTENCES = 5
"""The headline and the opening."""
MAX_WORDS = 110
LEAST_RARITY = {"p": 3, "n": 4, "w": 4, "c": 2, "d": 4}
"""Commoner ones say nothing."""
MOST_OF_A_KIND = {"p": 6, "n": 14, "w": 14, "c": 8, "d": 4}
UNKNOWN_RARITY = 8
TABLE = "clue_counts.txt"

_LEAST_CONSONANTS = 3
_LEAST_LETTERS = 4
_MOST_LETTERS = 32
_YEARS = range(1900, 2101)
_LEAST_NUMBER = 10
_ENGLISH_ENDINGS = ("ingly", "ings", "ing", "ed", "ies", "es", "s", "ly")
_ARABIC_HEADS = ("وبال", "وال", "بال", "فال", "كال", "ولل", "لل", "ال", "و", "ب", "ل", "ف", "ك")
_ARABIC_TAILS = ("هما", "هم", "ها", "ات", "ون", "ين", "ان", "ه", "ي", "ا")
_SORANI_TAILS = (
    "هكانيان", "هكهيان", "هكاني", "هكان", "هكهي", "هكه", "يكدا", "يكي", "يك", "هوه", "يهوه", "يان", "دا", "يدا", "ان", "اني", "ي", "يه", "وه",
)  # fmt: skip
_ASCII = re.compile(r"^[a-z]+$")
_KNOWN_UNITS = frozenset({EntryKind.REGION, EntryKind.DISTRICT, EntryKind.SUBDISTRICT, EntryKind.TOWN})
_KNOWN_RANK = 45
_NUMBERS = frozenset(
    {*EN_UNITS, *EN_TENS, *EN_SCALES, *EN_ORDINALS, *AR_UNITS, *AR_TENS, *AR_HUNDREDS, *AR_ORDINALS, *AR_TEN_OF_TEENS, *AR_VAGUE}
    | {*CKB_UNITS, *CKB_TENS, *CKB_SCALES, *CKB_ORDINALS, *CKB_VAGUE}
)  # fmt: skip
_DAYS = frozenset(word for of_one in WEEKDAYS.values() for word in of_one) | {
    word for month in MONTHS for word in month
}
_FACTS = _NUMBERS | _DAYS
"""Numbers, days and months are facts, told by every account."""

Clue = tuple[str, str]


class ClueReader:
    """Finds clues. Pure: the same document gives the same ones. Words are remembered, for news repeats them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._of_word = lru_cache(maxsize=65_536)(self._of_new_word)

    def read(
        self, document: Document, sentences: Sequence[int], *, without: frozenset[int] = frozenset()
    ) -> tuple[str, ...]:
        """Return the text's clues, the rarest first, at most ``MAX_CLUES``.

        ``sentences`` are those of this attack where the item tells several, empty for the opening; ``without`` are the figures of its tolls.
        """
        table = rarities()
        found: dict[str, int] = {}
        for kind, word in self.every(document, sentences, without=without):
            rarity = table.get(kind + word, UNKNOWN_RARITY)
            if rarity >= LEAST_RARITY[kind]:
                found.setdefault(kind + word, rarity)
        ranked = sorted(found.items(), key=lambda pair: -pair[1])  # stable: of equally rare ones those told first
        left = dict(MOST_OF_A_KIND)
        kept = []
        for clue, rarity in ranked:
            if left[clue[0]]:
                left[clue[0]] -= 1
                kept.append(f"{rarity}{clue}")
        return tuple(kept[:MAX_CLUES])

    def every(
        self, document: Document, sentences: Sequence[int], *, without: frozenset[int] = frozenset()
    ) -> Iterator[Clue]:
        """Yield every (kind, clue), common ones and repeated ones too."""
        left = MAX_WORDS
        for sentence in _opening(document, sentences):
            lang = lang_of(sentence, document.lang)
            is_titled = _is_titled(sentence)
            for token in sentence.tokens:
                if token.kind is TokenKind.MARK:
                    continue
                left -= 1
                if left < 0:
                    return
                if token.kind is TokenKind.NUMBER:
                    yield from _number(token, without)
                elif len(token.key) <= _MOST_LETTERS:
                    yield from self._of_word(token.key, lang, token.text[:1].isupper(), is_titled)

    def _of_new_word(self, key: str, lang: str, is_capital: bool, is_titled: bool) -> tuple[Clue, ...]:
        """The clues of one word: its concept, else the place that it names, else the name or the word that it is."""
        forms = tuple(dict.fromkeys(_forms(key, lang)))
        if not _FACTS.isdisjoint(forms):
            return ()
        named = concepts()
        for form in forms:
            if form in named:
                return (("c", named[form]),)
        if lang != "en" or is_capital:
            place = self._place(forms)
            if place is not None:
                return place
        if lang == "en":
            if is_capital and not is_titled:
                return (("n", name),) if len(name := skeleton(key)) >= _LEAST_CONSONANTS else ()
            return (("w", forms[-1]),) if len(key) >= _LEAST_LETTERS and _ASCII.match(key) else ()
        names = {name: None for form in (forms[0], forms[-1]) if len(name := skeleton(form)) >= _LEAST_CONSONANTS}
        word = (("w", forms[-1]),) if len(forms[-1]) >= _LEAST_CONSONANTS else ()
        return (*(("n", name) for name in names), *word)

    def _place(self, forms: Sequence[str]) -> tuple[Clue, ...] | None:
        """The place that everybody knows by this word: no clue for a country, None for no place."""
        for form in forms:
            key = word_key(form)
            if self._gazetteer.country_of_demonym(key) is not None:
                return ()
            for match in self._gazetteer.lookup_key(key):
                if match.entry.kind is EntryKind.COUNTRY:
                    return ()
                if match.entry.kind in _KNOWN_UNITS and match.entry.rank >= _KNOWN_RANK and not match.is_short:
                    name = skeleton(form)
                    return (("p", name),) if len(name) >= _LEAST_CONSONANTS - 1 else ()
        return None


def _opening(document: Document, sentences: Sequence[int]) -> Iterable[Sentence]:
    """The sentences that tell, and the opening, in order; where an item tells several attacks ``sentences`` are this one's alone."""
    chosen = sorted(set(sentences))[:MAX_SENTENCES] if sentences else range(min(MAX_SENTENCES, len(document.sentences)))
    return (document.sentences[at] for at in chosen)


def _is_titled(sentence: Sentence) -> bool:
    """Whether a headline writes every word with a capital, which then says nothing."""
    words = [token for token in sentence.tokens if token.kind is TokenKind.WORD and len(token.text) > 3]
    return len(words) > 3 and sum(token.text[:1].isupper() for token in words) > 0.7 * len(words)


def _number(token: Token, without: frozenset[int]) -> Iterator[tuple[str, str]]:
    if token.text.isascii() and token.text.isdigit() and len(token.text) <= 6:
        number = int(token.text)
        if number >= _LEAST_NUMBER and number not in _YEARS and number not in without:
            yield "d", str(number)


def _forms(key: str, lang: str) -> Iterator[str]:
    """The word as written, then shorter and shorter: the last is its stem."""
    yield key
    if lang == "en":
        for ending in _ENGLISH_ENDINGS:
            if key.endswith(ending) and len(key) - len(ending) >= _LEAST_LETTERS - 1:
                yield key[: -len(ending)]
                return
        return
    bare = key
    if lang == "ar":
        for head in _ARABIC_HEADS:
            if key.startswith(head) and len(key) - len(head) >= _LEAST_CONSONANTS:
                bare = key[len(head) :]
                yield bare
                break
    for tail in _ARABIC_TAILS if lang == "ar" else _SORANI_TAILS:
        if bare.endswith(tail) and len(bare) - len(tail) >= _LEAST_CONSONANTS:
            yield bare[: -len(tail)]
            return


@cache
def rarities() -> Mapping[str, int]:
    """Return how rare each clue of the table is; clues that it lacks are of ``UNKNOWN_RARITY``."""
    lines = files("services.classify.read").joinpath("data", TABLE).read_text(encoding="utf-8").splitlines()
    found: dict[str, int] = {}
    for line in lines:
        if line and not line.startswith(";"):
            rarity, _, words = line.partition(" ")
            found.update(dict.fromkeys(words.split(), int(rarity)))
    return found


def rarity_of(times: int, texts: int) -> int:
    """Return how rare a clue is that stands in ``times`` of ``texts`` texts: the natural logarithm of the share, 1 to 8."""
    return max(1, min(UNKNOWN_RARITY, round(math.log(texts / max(times, 1)))))
