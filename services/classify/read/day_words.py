"""One sentence as the search for days sees it, and the days it finds."""

from dataclasses import dataclass
from datetime import date, datetime

from services.classify.read.quantities import quantities_of
from services.classify.read.text import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMention:
    """Tokens ``start`` to ``end`` (exclusive) name ``day``.

    ``is_speech``: the day something was said or done about the attack. ``is_owned``: "Saturday's attack". ``is_counted``:
    a day reckoned from another event ("two days after"). ``is_weak``: a night, not a day ("overnight"). ``has_year``: a full date.
    ``is_doubtful``: a weekday that may be the coming one. ``is_trailing``: the attack is told before "… said on Monday".
    """

    start: int
    end: int
    day: date
    is_speech: bool = False
    is_owned: bool = False
    is_counted: bool = False
    is_weak: bool = False
    has_year: bool = False
    is_doubtful: bool = False
    is_trailing: bool = False


class DayWords:
    """The words and numbers of one sentence, in one language, published at local time ``now``."""

    def __init__(self, sentence: Sentence, lang: str, now: datetime) -> None:
        self.sentence, self.lang = sentence, lang
        self.tokens = sentence.tokens
        self.keys = [token.key for token in sentence.tokens]
        self.now, self.today = now, now.date()
        self.numbers = {quantity.start: quantity for quantity in quantities_of(sentence.tokens, lang)}

    def key(self, at: int) -> str:
        """The folded word at ``at``, empty outside the sentence."""
        return self.keys[at] if 0 <= at < len(self.keys) else ""

    def plain(self, at: int) -> str:
        """The word without the conjunction or preposition that Arabic writes onto it."""
        key = self.key(at)
        if self.lang == "ar" and len(key) > 3 and key[0] in "وفبل" and not key.startswith(("ليل", "بعد", "فجر", "وقت")):
            return key[1:]
        return key
