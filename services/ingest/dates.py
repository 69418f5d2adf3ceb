"""Dates as feeds write them, standard or not. A date that could be read in two ways is read as outlets of the Middle East mean it.

The feed library guesses: "2026/04/11" becomes a day in November, "11-04-2026" one in 2011. A wrong date is worse than none, because
words such as "on Saturday" are resolved from it, so these shapes are read here first.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from shared.letters import DIGITS

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january يناير كانون-الثاني",
            "feb february فبراير شباط",
            "mar march مارس آذار اذار",
            "apr april أبريل ابريل نيسان",
            "may مايو أيار ايار",
            "jun june يونيو حزيران",
            "jul july يوليو تموز",
            "aug august أغسطس اغسطس آب اب",
            "sep sept september سبتمبر أيلول ايلول",
            "oct october أكتوبر اكتوبر تشرين-الأول تشرين-الاول",
            "nov november نوفمبر تشرين-الثاني",
            "dec december ديسمبر كانون-الأول كانون-الاول",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted((name.replace("-", r"\s") for name in _MONTHS), key=len, reverse=True))
_TIME = r"(?:[T,،\s]\s*(?:-\s*)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[AaPp]\.?[Mm]\.?|[صم](?=\s|$))?)?"
_ZONE = r"\s*(?P<zone>Z|[A-Za-z]{1,5})?\s*(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?\s*$"
_SHAPES = tuple(
    re.compile(rf"{date}{_TIME}{_ZONE}", re.IGNORECASE)
    for date in (
        r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?:^|[\s,،])(?P<day>\d{{1,2}})[\s-]+(?P<name>{_MONTH})\.?[\s,،-]+(?P<year>\d{{4}}|\d{{2}}(?!\d))",
        rf"(?:^|[\s,،])(?P<name>{_MONTH})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
        r"^(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})[-/.](?P<year>\d{4})",
    )
)
_ZONES = {"AST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "BST": 1, "MSK": 3, "TRT": 3}  # fmt: skip
"""Hours east of Greenwich; AST is Arabia's, not the Atlantic's."""

_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_MAX_CHARACTERS = 100


@lru_cache(maxsize=4_096)
def parse_date(text: str) -> datetime | None:
    """Return the time, aware UTC (a date without a zone is taken as UTC, without a time as its midnight); None when it is not understood."""
    text = text.strip()[:_MAX_CHARACTERS].translate(DIGITS)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), tz=UTC)
    for shape in _SHAPES:
        if (match := shape.search(text)) is not None:
            try:
                return _time(match.groupdict())
            except (ValueError, OverflowError):
                return None
    return None


def _time(found: dict[str, str | None]) -> datetime:
    """Build the time of a match; raises ``ValueError`` when its numbers are no date or its zone is not known."""
    year = int(found["year"] or 0)
    month, day = _month_and_day(found)
    at = datetime(
        year + 2000 if year < 70 else year + 1900 if year < 100 else year,
        month,
        day,
        _hour(int(found["hour"] or 0), (found["half"] or "").lower()),
        int(found["minute"] or 0),
        min(int(found["second"] or 0), 59),
        tzinfo=_zone((found["zone"] or "").upper(), found["offset"]),
    )
    return at.astimezone(UTC)


def _month_and_day(found: dict[str, str | None]) -> tuple[int, int]:
    if (name := found.get("name")) is not None:
        return _MONTHS[re.sub(r"\s", "-", name.lower())], int(found["day"] or 0)
    if found.get("month") is not None:
        return int(found["month"] or 0), int(found["day"] or 0)
    first, other = int(found["first"] or 0), int(found["other"] or 0)
    # Day first, except where software of American habits betrays itself by AM and PM, or the number can be no month.
    is_american = other > 12 or (found["half"] is not None and first <= 12)
    return (first, other) if is_american else (other, first)


def _hour(hour: int, half: str) -> int:
    if half.startswith(("p", "م")) and hour < 12:
        return hour + 12
    return 0 if half.startswith(("a", "ص")) and hour == 12 else hour


def _zone(name: str, offset: str | None) -> timezone:
    if name not in {"", "Z", "UT", "UTC", "GMT"} and name not in _ZONES:
        raise ValueError(f"zone {name!r} is not known")
    if offset is None:
        return timezone(timedelta(hours=_ZONES.get(name, 0)))
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    found = timedelta(hours=hours, minutes=minutes)
    return timezone(-found if offset[0] == "-" else found)
