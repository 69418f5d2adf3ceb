"""The days that one sentence names, resolved against the time of publication.

Longer than other modules: three languages share its helpers, and a day is judged by all of its sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.classify.read import calendar_words as calendar
from services.classify.read.background import year_in
from services.classify.read.number_words import phrases, words
from services.classify.read.quantities import Quantity, quantities_of
from services.classify.read.text import Sentence, TokenKind
from shared.letters import fold

_BETWEEN_DAY_AND_MONTH = frozenset({"st", "nd", "rd", "th", "ي", "of", fold("من")})
_SORANI_SPEECH = tuple(words("ڕایگەیاند رایگەیاند ئیدانە گوتی وتی داوای سەردانی ناشتنی خۆپیشاندان"))
_HELD = words("held captive captivity missing hostage hostages detained")
_SAME_DAY = phrases(
    "earlier that day",
    "earlier that morning",
    "earlier that evening",
    "that same day",
    "earlier the same day",
    "the same day",
)
_OVER_MIDNIGHT = 4  # words back to "night" or "overnight" before "from Wednesday to Thursday"
_CLAUSE = 18
_PLUPERFECT = 4
_EARLY_HOURS = 5
"""Until then "tonight" and "this evening" mean the day that ended."""


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


def mentions_of(sentence: Sentence, lang: str, published: datetime) -> tuple[DayMention, ...]:
    """Return the days named, in the order of the words; ``published`` is the local time of publication."""
    return tuple(_Mentions(sentence, lang, published).found())


_DOUBTFUL_BACK = 5
"""A weekday so long past is as likely the coming one ("will meet on Monday"): other days are believed before it."""


_NIGHT_JOINTS = frozenset({"/", "-", "–", "علي", "الي", fold("لەسەر")})
_MIDNIGHT = (fold("منتصف"), fold("نیوەشەو"))


class _Mentions:
    def __init__(self, sentence: Sentence, lang: str, published: datetime) -> None:
        self._sentence, self._lang = sentence, lang
        self._tokens = sentence.tokens
        self._keys = [token.key for token in sentence.tokens]
        self._now, self._today = published, published.date()
        self._numbers = {quantity.start: quantity for quantity in quantities_of(sentence.tokens, lang)}

    def found(self) -> list[DayMention]:
        found: list[DayMention] = []
        at = 0
        while at < len(self._keys):
            mention = self._explicit(at) or self._counted(at, found) or self._relative(at, found) or self._weekday(at)
            if mention is None:
                at += 1
                continue
            found.append(mention)
            at = max(mention.end, at + 1)
        judged = [self._judged(mention) for mention in found if not self._is_of_before(mention)]
        return self._without_repetition([self._told_by_speaker(judged, at) for at in range(len(judged))])

    def _is_of_before(self, mention: DayMention) -> bool:
        """ "On Monday, gunmen had broken into …": what came before the news."""
        return (
            self._lang == "en" and mention.start <= 1 and "had" in self._keys[mention.end : mention.end + _PLUPERFECT]
        )

    def _told_by_speaker(self, judged: Sequence[DayMention], at: int) -> DayMention:
        """ "Said on Wednesday that … a day earlier": reckoned from the day of speaking, it is the day of the attack."""
        mention = judged[at]
        if not mention.is_counted or self._key(mention.end - 1) in {"after", "on"}:
            return mention
        if self._is_pluperfect(mention):
            return replace(mention, is_counted=False)
        if self._key(mention.end - 1) not in {"earlier", "before"}:
            return mention
        if at > 0 and judged[at - 1].is_speech:
            return replace(mention, is_counted=False)
        following = judged[at + 1] if at + 1 < len(judged) else None
        if at == 0 and following is not None and following.is_speech:
            return replace(mention, is_counted=False)  # "two days earlier, their families said on Thursday"
        return mention

    def _is_pluperfect(self, mention: DayMention) -> bool:
        """ "Fled on Saturday after gunmen had fired at them the night before": the day of the deed, not of what followed."""
        clause = self._keys[max(0, mention.start - _CLAUSE) : mention.start]
        return "had" in clause and bool({"after", "when", "because", "whose", "who"} & set(clause))

    def _key(self, at: int) -> str:
        return self._keys[at] if 0 <= at < len(self._keys) else ""

    def _plain(self, at: int) -> str:
        """The word without the conjunction or preposition that Arabic writes onto it."""
        key = self._key(at)
        if (
            self._lang == "ar"
            and len(key) > 3
            and key[0] in "وفبل"
            and not key.startswith(("ليل", "بعد", "فجر", "وقت"))
        ):
            return key[1:]
        return key

    # weekdays

    def _weekday(self, at: int) -> DayMention | None:
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

    # today, yesterday, last night

    def _relative(self, at: int, earlier: Sequence[DayMention]) -> DayMention | None:
        for length in (4, 3, 2, 1):
            phrase = (self._plain(at), *self._keys[at + 1 : at + length])
            if len(phrase) != length:
                continue
            if phrase in _SAME_DAY and earlier:
                return DayMention(start=at, end=at + length, day=earlier[-1].day)
            if phrase in calendar.EARLIER:
                anchor = earlier[0].day if earlier else self._today
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

    # two days ago, three days after

    def _counted(self, at: int, earlier: Sequence[DayMention]) -> DayMention | None:
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
            anchor = earlier[0].day if joint == "earlier" and earlier else self._today
            return DayMention(start=at, end=end + 1, day=anchor - timedelta(days=count), is_counted=joint == "earlier")
        if joint == "after" and earlier and self._keys[earlier[-1].end : at] == [","]:
            day = earlier[-1].day - timedelta(days=count)  # "on Sunday, a day after he was killed"
            return DayMention(start=at, end=end + 1, day=day, is_counted=True)
        if joint in {"after", "on"} and not (joint == "on" and self._key(end + 1) != ","):
            return DayMention(start=at, end=end + 1, day=self._today - timedelta(days=count), is_counted=True)
        if joint in {fold("دوای"), fold("پاش")}:
            return DayMention(start=at, end=end + 1, day=self._today - timedelta(days=count), is_counted=True)
        return None

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

    # 7 February, February 7, ٧ شباط, 2026-02-07

    def _explicit(self, at: int) -> DayMention | None:
        return self._day_month(at) or self._month_day(at) or self._figures(at)

    def _month(self, at: int) -> tuple[int | None, int]:
        for length in (2, 1):
            phrase = tuple(self._keys[at : at + length])
            month = calendar.MONTHS.get(phrase)
            if month is None and phrase and self._lang == "ckb":
                month = calendar.MONTHS.get((*phrase[:-1], phrase[-1].removesuffix("دا").removesuffix("ي")))
            if month is None and self._lang == "ar":
                month = calendar.MONTHS.get((self._plain(at), *phrase[1:]))
            if month is not None and len(phrase) == length:
                end = at + length
                if self._key(end) == "/" and self._month_name(end + 1):  # "شباط/فبراير"
                    end += 2
                return month, end + (self._key(end) == "." and self._lang == "en")
        return None, at

    def _month_name(self, at: int) -> bool:
        return (self._key(at),) in calendar.MONTHS

    def _day_month(self, at: int) -> DayMention | None:
        quantity = self._numbers.get(at)
        day = self._day_number(quantity)
        if quantity is None or day is None:
            return None
        end = quantity.end
        while self._key(end) in _BETWEEN_DAY_AND_MONTH:
            end += 1
        month, end = self._month(end)
        if month is None:
            return None
        year, end = self._year(end)
        return self._dated(at, end, year, month, day)

    def _month_day(self, at: int) -> DayMention | None:
        month, end = self._month(at)
        if month is None or self._tokens[at].kind is not TokenKind.WORD:
            return None
        quantity = self._numbers.get(end + (self._key(end) == "the"))
        day = self._day_number(quantity)
        if quantity is None or day is None or not (quantity.has_digits or quantity.is_ordinal):
            return None
        if self._lang == "en" and not self._tokens[at].text[:1].isupper():
            return None
        end = quantity.end + (self._key(quantity.end) in {"st", "nd", "rd", "th"})
        year, end = self._year(end)
        return self._dated(at, end, year, month, day)

    def _day_number(self, quantity: Quantity | None) -> int | None:
        if quantity is None or quantity.best is None or not 1 <= quantity.best <= 31:
            return None
        return quantity.best

    def _year(self, at: int) -> tuple[int | None, int]:
        skip = at + (self._key(at) in {",", fold("من"), fold("عام"), fold("سنة"), fold("ساڵی"), "ي"})
        year = year_in(self._key(skip))
        return (year, skip + 1) if year else (None, at)

    def _figures(self, at: int) -> DayMention | None:
        parts = self._keys[at : at + 5]
        if len(parts) == 5 and parts[1] == parts[3] and parts[1] in {"-", "/"} and all(p.isdigit() for p in parts[::2]):
            numbers = [int(p) for p in parts[::2] if len(p) <= 4]
            if len(numbers) == 3:
                year, month, day = numbers if numbers[0] > 1900 else (numbers[2], numbers[1], numbers[0])
                if month > 12 >= day:
                    month, day = day, month
                return self._dated(at, at + 5, year, month, day) if 1900 < year < 2200 else None
        pieces = self._key(at).split(".")
        if len(pieces) == 3 and all(p.isdigit() and len(p) <= 4 for p in pieces) and len(pieces[2]) == 4:
            return self._dated(at, at + 1, int(pieces[2]), int(pieces[1]), int(pieces[0]))
        return None

    def _dated(self, start: int, end: int, year: int | None, month: int, day: int) -> DayMention | None:
        try:
            named = date(year or self._today.year, month, day)
            if year is None and named > self._today + timedelta(days=1):
                named = date(self._today.year - 1, month, day)
        except ValueError:
            return None
        if named > self._today + timedelta(days=1):
            return None
        return DayMention(start=start, end=end, day=named, has_year=year is not None)

    # what the day is of

    def _judged(self, mention: DayMention) -> DayMention:
        is_told = any(word in calendar.ATTACK_WORDS for word in self._keys[: mention.start])
        is_owned = self._is_owned(mention)
        return replace(
            mention,
            is_owned=is_owned,
            is_speech=not is_owned and self._is_speech(mention),
            is_trailing=is_told and not {"after", "following"} & set(self._keys[mention.end :]),
        )

    def _is_owned(self, mention: DayMention) -> bool:
        if self._lang == "en":
            end = self._tokens[mention.end - 1].end - self._sentence.start
            return self._sentence.text[end : end + 1] in {"'", "’"}
        before = [self._plain(at) for at in range(max(0, mention.start - 2), mention.start)]
        definite = calendar.DEFINITE_ATTACK[self._lang] | (calendar.OF_ATTACK_AR if self._lang == "ar" else frozenset())
        return any(word in definite for word in before)

    def _is_speech(self, mention: DayMention) -> bool:
        if self._lang == "ar":
            return self._is_arabic_speech(mention)
        if self._lang == "ckb":
            return any(self._key(at).startswith(_SORANI_SPEECH) for at in range(mention.end, mention.end + 3))
        at = mention.start - 1
        while (
            self._key(at) in {"on", "late", "early", "in", "a", "statement", ",", "the", "by", "again", "also"}
            and at > mention.start - 5
        ):
            at -= 1
        if self._key(at) in calendar.SPEECH:
            return True
        if self._is_told_to(mention.start - 2):
            return True
        following = self._key(mention.end + (self._key(mention.end) == ","))
        near = self._keys[max(0, mention.start - 8) : mention.start]
        return following in calendar.SPEECH and not any(word in calendar.ATTACK_WORDS for word in near)

    def _is_told_to(self, at: int) -> bool:
        """ "An officer told Northern Wire on Friday": the outlet stands between the verb and the day."""
        for back in range(1, 4):
            if self._key(at - back + 1) in calendar.ATTACK_WORDS:
                return False
            if self._key(at - back) == "told":
                return self._key(at + 1) == "on"
        return False

    def _is_arabic_speech(self, mention: DayMention) -> bool:
        """ "وقال المحافظ، اليوم الأحد، إن …": a verb of speech before it, with neither "that" nor the attack between."""
        for at in range(mention.start - 1, max(-1, mention.start - 9), -1):
            word = self._plain(at)
            if word in {"ان", "بان", "عن"} or word in calendar.OF_ATTACK_AR or word in calendar.DEFINITE_ATTACK["ar"]:
                return False
            if word in calendar.SPEECH:
                return True
        return False

    def _without_repetition(self, found: Sequence[DayMention]) -> list[DayMention]:
        """ "Saturday, February 7" and "أمس السبت" name one day twice: the exact date wins, then the weekday."""
        kept: list[DayMention] = []
        for mention in found:
            before = kept[-1] if kept else None
            if (
                before is not None
                and self._adjoins(before, mention)
                and not before.is_counted
                and not mention.is_counted
            ):
                winner = before if before.has_year else mention
                kept[-1] = replace(
                    winner,
                    start=before.start,
                    end=mention.end,
                    is_speech=before.is_speech or mention.is_speech,
                    is_owned=before.is_owned or mention.is_owned,
                    is_weak=before.is_weak and mention.is_weak,
                )
                continue
            kept.append(mention)
        return kept

    def _adjoins(self, before: DayMention, mention: DayMention) -> bool:
        between = self._keys[before.end : mention.start]
        return not between or between in ([","], ["،"], ["("], [fold("یوم")], ["on"])


def vague_words(sentence: Sentence, lang: str) -> Iterator[str]:
    """Words of time that fix no day ("at the weekend"): they forbid dating by publication."""
    for phrase in calendar.VAGUE[lang]:
        if f" {' '.join(phrase)} " in f" {sentence.folded} ":
            yield " ".join(phrase)
