"""The days that one sentence names, in three languages, resolved against the time of publication."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from services.classify.read import calendar_words as calendar
from services.classify.read.day_roles import DayRoles
from services.classify.read.day_words import DayMention, DayWords
from services.classify.read.explicit_days import ExplicitDays
from services.classify.read.relative_days import RelativeDays
from services.classify.read.text import Sentence
from services.classify.read.weekdays import Weekdays

_REMEMBERED = 64
"""The sentences of one item are searched up to three times: for its kind, its day and the day of its aftermath."""


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A sentence that equals itself alone: comparing all its words would cost as much as the search."""

    sentence: Sentence

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.sentence is self.sentence

    def __hash__(self) -> int:
        return id(self.sentence)


def mentions_of(sentence: Sentence, lang: str, published: datetime) -> tuple[DayMention, ...]:
    """Return the days named, in the order of the words; ``published`` is the local time of publication."""
    return _mentions(_Same(sentence), lang, published)


@lru_cache(maxsize=_REMEMBERED)
def _mentions(same: _Same, lang: str, published: datetime) -> tuple[DayMention, ...]:
    words = DayWords(same.sentence, lang, published)
    explicit, relative, weekdays = ExplicitDays(words), RelativeDays(words), Weekdays(words)
    found: list[DayMention] = []
    at = 0
    while at < len(words.keys):
        mention = (
            explicit.day_at(at) or relative.counted_at(at, found) or relative.named_at(at, found) or weekdays.day_at(at)
        )
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = max(mention.end, at + 1)
    return tuple(DayRoles(words).judge(found))


def vague_words(sentence: Sentence, lang: str) -> Iterator[str]:
    """Words of time that fix no day ("at the weekend"): they forbid dating by publication."""
    for phrase in calendar.VAGUE[lang]:
        if f" {' '.join(phrase)} " in f" {sentence.folded} ":
            yield " ".join(phrase)
