"""Days told from another: "yesterday", "overnight", "two days ago", "the night before", "a day after"."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.classify.read import calendar_words as calendar
from services.classify.read.day_words import DayMention, DayWords
from services.classify.read.number_words import phrases, words
from shared.letters import fold

_HELD = words("held captive captivity missing hostage hostages detained")
_SAME_DAY = phrases(
    "earlier that day",
    "earlier that morning",
    "earlier that evening",
    "that same day",
    "earlier the same day",
    "the same day",
)
_EARLY_HOURS = 5
"""Until then "tonight" and "this evening" mean the day that ended."""


class RelativeDays:
    """The relative days of one sentence; ``earlier`` are the days it has named before."""

    def __init__(self, words: DayWords) -> None:
        self._lang = words.lang
        self._keys = words.keys
        self._now = words.now
        self._today = words.today
        self._numbers = words.numbers
        self._key = words.key
        self._plain = words.plain

    def named_at(self, at: int, earlier: Sequence[DayMention]) -> DayMention | None:
        for length in (4, 3, 2, 1):
            phrase = (self._plain(at), *self._keys[at + 1 : at + length])
            if len(phrase) != length:
                continue
            if phrase in _SAME_DAY and earlier:
                return DayMention(start=at, end=at + length, day=earlier[-1].day)
            if phrase in calendar.EARLIER:
                anchor = self._reckoned_from(earlier)
                is_counted = (
                    bool(earlier) or "previous" not in phrase
                )  # alone, "the previous night" dates like "last night"
                return DayMention(start=at, end=at + length, day=anchor - timedelta(days=1), is_counted=is_counted)
            back = calendar.DAYS_BACK[self._lang].get(phrase)
            if back is None and self._lang == "ckb":
                last = phrase[-1].removesuffix("ەوە").removesuffix("دا").removesuffix("ي")
                back = calendar.DAYS_BACK["ckb"].get((*phrase[:-1], last))
                back = (
                    back
                    if back is not None
                    else calendar.DAYS_BACK["ckb"].get((*phrase[:-1], phrase[-1].removesuffix("وە")))
                )
            if back is not None and not self._is_other_use(at, at + length):
                return self._moved(at, at + length, back, phrase)
        return None

    def _moved(self, at: int, end: int, back: int, phrase: tuple[str, ...]) -> DayMention:
        is_evening = phrase in calendar.NIGHTS or (back == 0 and self._plain(at - 1) in calendar.EVENING)
        if back == 0 and is_evening and self._now.hour < _EARLY_HOURS:
            back = 1
        start = at - 1 if self._plain(at - 1) in calendar.PARTS_OF_DAY else at
        return DayMention(
            start=start, end=end, day=self._today - timedelta(days=back), is_weak=phrase in calendar.OVERNIGHT
        )

    def _is_other_use(self, at: int, end: int) -> bool:
        """ "اليوم التالي", "اليوم العالمي": the day of something else."""
        following = self._key(end)
        return self._key(at) == fold("اليوم") and following in {
            fold(w) for w in ("التالي", "ذاته", "نفسه", "العالمي", "الدولي", "الوطني", "الأول", "الثاني", "الثالث")
        }

    def counted_at(self, at: int, earlier: Sequence[DayMention]) -> DayMention | None:
        if self._plain(at) in calendar.BEFORE_COUNT | calendar.AFTER_COUNT:
            count, end = self._day_count(at + 1)
            if count:
                is_after = self._plain(at) in calendar.AFTER_COUNT
                return DayMention(start=at, end=end, day=self._today - timedelta(days=count), is_counted=is_after)
        count, end = self._day_count(at)
        if not count:
            return None
        joint = self._key(end)
        if self._key(at - 1) == "for" and _HELD & set(self._keys[max(0, at - 4) : at - 1]):
            return DayMention(start=at, end=end, day=self._today - timedelta(days=count), is_counted=True)
        if joint in calendar.AGO:
            anchor = self._reckoned_from(earlier) if joint == "earlier" else self._today
            return DayMention(start=at, end=end + 1, day=anchor - timedelta(days=count), is_counted=joint == "earlier")
        if joint == "after" and earlier and self._keys[earlier[-1].end : at] == [","]:
            day = earlier[-1].day - timedelta(days=count)  # "on Sunday, a day after he was killed"
            return DayMention(start=at, end=end + 1, day=day, is_counted=True)
        if joint in {"after", "on"} and not (joint == "on" and self._key(end + 1) != ","):
            return DayMention(start=at, end=end + 1, day=self._today - timedelta(days=count), is_counted=True)
        if joint in {fold("دوای"), fold("پاش")}:
            return DayMention(start=at, end=end + 1, day=self._today - timedelta(days=count), is_counted=True)
        return None

    def _reckoned_from(self, earlier: Sequence[DayMention]) -> date:
        """The first day named; not one that may be still to come: "a strike for Thursday over the bomb a day earlier"."""
        return next((one.day for one in earlier if not one.is_doubtful), self._today)

    def _day_count(self, at: int) -> tuple[int, int]:
        quantity = self._numbers.get(at)
        if quantity is not None and quantity.best is not None and self._key(quantity.end) in calendar.DAY_UNITS:
            return (quantity.best, quantity.end + 1) if 0 < quantity.best <= 30 else (0, at)
        if self._key(at) == "a" and self._key(at + 1) == "day":
            return 1, at + 2
        if self._key(at) == "day" and self._key(at + 1) == "after" and self._key(at - 1) not in {"the", "a", "every"}:
            return 1, at + 1
        if self._key(at) == fold("يومين"):
            return 2, at + 1
        if self._key(at) in {fold("يوم"), fold("ڕۆژێک"), fold("رۆژێک")} and at > 0:
            return 1, at + 1
        return 0, at
