"""Weekdays as days: "on Saturday night", "مساء الخميس", "شەوی شەممە لەسەر یەکشەممە"."""

from datetime import timedelta

from services.classify.read import calendar_words as calendar
from services.classify.read.day_words import DayMention, DayWords
from shared.letters import fold

_OVER_MIDNIGHT = 4  # words back to "night" or "overnight" before "from Wednesday to Thursday"
_DOUBTFUL_BACK = 5
"""A weekday so long past is as likely the coming one ("will meet on Monday"): other days are believed before it."""
_NIGHT_JOINTS = frozenset({"/", "-", "–", "علي", "الي", fold("لەسەر")})
_MIDNIGHT = (fold("منتصف"), fold("نیوەشەو"))


class Weekdays:
    """The weekdays of one sentence."""

    def __init__(self, words: DayWords) -> None:
        self._sentence = words.sentence
        self._lang = words.lang
        self._tokens = words.tokens
        self._keys = words.keys
        self._now = words.now
        self._today = words.today
        self._key = words.key
        self._plain = words.plain

    def day_at(self, at: int) -> DayMention | None:
        number, end = self._weekday_number(at)
        if number is None:
            return None
        before = self._key(at - 1)
        if (
            before == "from"
            and self._key(end) == "to"
            and {"overnight", "night"} & set(self._keys[max(0, at - _OVER_MIDNIGHT) : at])
        ):
            return DayMention(start=at, end=end, day=self._today - timedelta(days=(self._today.weekday() - number) % 7))
        is_last_seen = before == "since" and self._key(at - 2) in {"seen", "missing", "held", "heard"}
        is_from = before == "from" and self._has_possessive(end - 1)
        if before in calendar.NOT_THE_DAY_BEFORE and not is_from and not is_last_seen:
            return None
        number, end = self._night_between(number, at, end)
        back = (self._today.weekday() - number) % 7
        is_last = before in calendar.LAST or self._key(end) in calendar.LAST
        if is_last and back == 0:
            back = 7
        if before == "into":
            back += 1
        is_night = self._key(at - 1) in {fold("ليلة"), fold("شەوی")}
        if back == 0 and is_night and self._now.hour < 17:
            back = 1  # in Arabic and Kurdish the night of a day may be the one that leads to it
        while self._key(end) in calendar.PARTS_OF_DAY:
            end += 1
        start = at - 1 if self._plain(at - 1) in calendar.PARTS_OF_DAY else at
        is_coming = back >= _DOUBTFUL_BACK and not is_last
        return DayMention(start=start, end=end, day=self._today - timedelta(days=back), is_doubtful=is_coming)

    def _night_between(self, number: int, at: int, end: int) -> tuple[int, int]:
        """ "ليل السبت/ الأحد", "شەوی شەممە لەسەر یەکشەممە": the first day, or the second where it was after midnight."""
        if self._lang == "en":
            return number, end
        following = end + (self._key(end) in _NIGHT_JOINTS)
        second, stop = self._weekday_number(following) if following < len(self._keys) else (None, end)
        if second is None or (second - number) % 7 != 1:
            return number, end
        is_past_midnight = any(key.startswith(_MIDNIGHT) for key in self._keys[max(0, at - 3) : at])
        return (second if is_past_midnight else number), stop

    def _has_possessive(self, at: int) -> bool:
        end = self._tokens[at].end - self._sentence.start
        return self._sentence.text[end : end + 1] in {"'", "’"} or self._key(at + 1) in calendar.PARTS_OF_DAY

    def _weekday_number(self, at: int) -> tuple[int | None, int]:
        names = calendar.WEEKDAYS[self._lang]
        key = self._plain(at)
        if self._lang == "en":
            is_name = key not in calendar.SHORT_WEEKDAYS or self._tokens[at].text[:1].isupper()
            if key in {"sun", "sat", "mon", "wed"} and self._key(at + 1) != ".":
                return None, at
            return (names.get(key), at + 1) if is_name else (None, at)
        if self._lang == "ckb":
            split = calendar.SPLIT_WEEKDAYS.get((key, self._key(at + 1)))
            if split is not None:
                return split, at + 2
            for ending in ("", "ي", "دا", "ش", "يي", "ە", "یدا", "وە", "ەوە"):
                if key.endswith(ending) and (stem := key.removesuffix(ending)) in names:
                    return names[stem], at + 1
            return None, at
        number = names.get(key)
        before = self._key(at - 1)
        if (
            number == 0
            and before.startswith(("ال", "وال", "لل", "بال"))
            and before.endswith("ين")
            and before != fold("البحرين")
        ):
            return None, at  # "الجنديين الاثنين", the two soldiers; not "كردفان الاثنين"
        return number, at + 1
