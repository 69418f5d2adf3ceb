"""Days with their date: "7 February", "Feb. 7", "٧ شباط", "2026-02-07"."""

from datetime import date, timedelta

from services.classify.read import calendar_words as calendar
from services.classify.read.background import year_in
from services.classify.read.day_words import DayMention, DayWords
from services.classify.read.quantities import Quantity
from services.classify.read.text import TokenKind
from shared.letters import fold

_BETWEEN_DAY_AND_MONTH = frozenset({"st", "nd", "rd", "th", "ي", "of", fold("من")})


class ExplicitDays:
    """The dates of one sentence."""

    def __init__(self, words: DayWords) -> None:
        self._lang = words.lang
        self._tokens = words.tokens
        self._keys = words.keys
        self._today = words.today
        self._numbers = words.numbers
        self._key = words.key
        self._plain = words.plain

    def day_at(self, at: int) -> DayMention | None:
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
