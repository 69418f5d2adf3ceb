"""Bulletins put into words: a story for mail and webhook, and one text message, in one language (pure).

Times are on the watch's clock, and say which. Names of watches, outlets and places are foreign text: cleaned and isolated.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unicodedata import bidirectional

from services.alert import bulletin_phrases, phrases, short_phrases
from services.alert.bulletin import Bulletin, BulletinKind, Entry, GatheredBy
from services.alert.manners import local
from services.alert.short_form import carried, fits
from services.alert.watch import SEVERITY_ORDER, Language
from services.alert.words import Line, PlaceWords, Story, Telling, headline, isolated, web_address

_RIGHT_TO_LEFT_MARK = "\u200f"


def bulletin_story(bulletin: Bulletin, language: Language, names: PlaceWords, *, most_entries: int = 30) -> Story:
    """Return the whole bulletin in one language; of a long list the ``most_entries`` gravest and newest."""
    return Story(
        language=language,
        headline=_headline(bulletin, language, names),
        lead=_lead(bulletin, language),
        facts=tuple(_facts(bulletin, language, names, most_entries)),
        changes=(),
        sources=(),
        omitted=None,
        quotes=(),
        footer=phrases.NOT_A_WARNING[language],
    )


def bulletin_short(bulletin: Bulletin, language: Language, names: PlaceWords) -> str:
    """Return the bulletin as one text message; always fits. What is cut of a watch's name leaves an ellipsis."""
    name = carried(_watch_names(bulletin, language, most=1), language) or bulletin.watches[0].id
    where = carried(_where(bulletin, language, names), language) or short_phrases.PLACE_UNKNOWN[language]
    comma, dots = (", ", "...") if language == "en" else ("، ", "…")

    def said(shown: str, place: str) -> str:
        text = _short_template(bulletin, language).format(
            watch=shown, where=place, **_values(bulletin, language, is_short=True)
        )
        return text if language == "en" else _right_to_left(text)

    worst = _worst(bulletin, language)
    if worst and fits(full := f"{said(name, where)}{comma}{worst}", language):
        return full
    if fits(said(name, where), language):
        return said(name, where)
    for end in range(len(name) - 1, 0, -1):
        if fits(cut := said(name[:end].rstrip() + dots, where), language):
            return cut
    for end in range(len(where) - 1, 0, -1):
        if fits(cut := said(dots, where[:end].rstrip() + dots), language):
            return cut
    return said(dots, dots)


def ranked(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return entries, the gravest first, of equal ones the newest."""
    newest = sorted(entries, key=lambda one: one.state.last_seen, reverse=True)
    return tuple(sorted(newest, key=lambda one: -SEVERITY_ORDER[one.state.severity]))


def entry_headline(entry: Entry, bulletin: Bulletin, language: Language, names: PlaceWords) -> str:
    """Return an incident's one line in a list."""
    watches = ((bulletin.watches[0].name, entry.relation),) if bulletin.watches else ()
    telling = Telling(
        message=entry.message, language=language, watches=watches, late_by=entry.late_by, minimal=bulletin.minimal
    )
    said = headline(entry.state, telling, names)
    if entry.late_by is None:
        return said
    return f"{said} ({bulletin_phrases.LATE[language].format(hours=_hours(entry.late_by))})"


def _headline(bulletin: Bulletin, language: Language, names: PlaceWords) -> str:
    return _template(bulletin, language).format(
        watch=_watch_names(bulletin, language, most=2),
        where=_where(bulletin, language, names),
        **_values(bulletin, language, is_short=False),
    )


def _template(bulletin: Bulletin, language: Language) -> str:
    if bulletin.kind is BulletinKind.HEARTBEAT:
        is_blind = bulletin.blind_reason is not None
        return (bulletin_phrases.HEARTBEAT_BLIND if is_blind else bulletin_phrases.HEARTBEAT)[language]
    if bulletin.kind is BulletinKind.BLIND:
        return bulletin_phrases.BLIND[language]
    if bulletin.kind is BulletinKind.RECOVERED:
        return bulletin_phrases.RECOVERED[language]
    return bulletin_phrases.GATHERED[bulletin.gathered_by or GatheredBy.DIGEST][language]


def _short_template(bulletin: Bulletin, language: Language) -> str:
    if bulletin.kind is BulletinKind.HEARTBEAT:
        is_blind = bulletin.blind_reason is not None
        return (bulletin_phrases.SHORT_HEARTBEAT_BLIND if is_blind else bulletin_phrases.SHORT_HEARTBEAT)[language]
    if bulletin.kind is BulletinKind.BLIND:
        assert bulletin.blind_reason is not None
        return bulletin_phrases.SHORT_BLIND[bulletin.blind_reason][language]
    if bulletin.kind is BulletinKind.RECOVERED:
        return bulletin_phrases.SHORT_RECOVERED[language]
    return bulletin_phrases.SHORT_GATHERED[bulletin.gathered_by or GatheredBy.DIGEST][language]


def _values(bulletin: Bulletin, language: Language, *, is_short: bool) -> dict[str, object]:
    count = len(bulletin.entries) if bulletin.entries else bulletin.incidents
    when = _short_time if is_short else _time
    return {
        "healthy": bulletin.outlook.healthy if bulletin.outlook else 0,
        "total": bulletin.outlook.total if bulletin.outlook else 0,
        "count": count,
        "incidents": bulletin_phrases.incidents(count, language),
        "more": bulletin_phrases.more(count, language),
        "since": when(bulletin.since, bulletin.zone, language),
        "until": when(bulletin.until, bulletin.zone, language) if bulletin.until else "",
    }


def _lead(bulletin: Bulletin, language: Language) -> tuple[str, ...]:
    if bulletin.kind is BulletinKind.HEARTBEAT:
        blind = [bulletin_phrases.BLIND_EXPLAINED[bulletin.blind_reason][language]] if bulletin.blind_reason else []
        return (*blind, bulletin_phrases.HEARTBEAT_EXPLAINED[language])
    if bulletin.kind is BulletinKind.BLIND and bulletin.blind_reason is not None:
        return (bulletin_phrases.BLIND_EXPLAINED[bulletin.blind_reason][language],)
    if bulletin.kind is BulletinKind.RECOVERED:
        return (bulletin_phrases.RECOVERED_EXPLAINED[language],)
    words = bulletin_phrases.GATHERED_EXPLAINED.get(bulletin.gathered_by) if bulletin.gathered_by else None
    return (words[language],) if words is not None else ()


def _facts(bulletin: Bulletin, language: Language, names: PlaceWords, most_entries: int) -> Iterator[Line]:
    comma = ", " if language == "en" else "، "

    def line(label: str, value: str) -> Line:
        return Line(label=bulletin_phrases.LABEL[label][language], value=value)

    shown = ranked(bulletin.entries)[:most_entries]
    for entry in shown:
        said = entry_headline(entry, bulletin, language, names)
        url = None if bulletin.minimal or not entry.state.sources else web_address(entry.state.sources[-1].url)
        at = _short_time(entry.state.last_seen, bulletin.zone, language, with_zone=False)
        yield Line(label=at, value=f"{said}\n  {url}" if url else said)
    if left_out := len(bulletin.entries) - len(shown):
        yield line("more", bulletin_phrases.OMITTED[language].format(count=left_out))
    if bulletin.expired:
        yield line("expired", bulletin_phrases.incidents(bulletin.expired, language))
    if bulletin.outlook is not None:
        counts = {"healthy": bulletin.outlook.healthy, "total": bulletin.outlook.total}
        yield line("sources", bulletin_phrases.HEALTHY[language].format(**counts))
        if bulletin.outlook.failing and not bulletin.minimal:
            failing = [isolated(name, language) for name in bulletin.outlook.failing]
            unnamed = bulletin.outlook.total - bulletin.outlook.healthy - len(failing)
            rest = [bulletin_phrases.several(unnamed, language)] if unnamed > 0 else []
            yield line("failing", comma.join([*dict.fromkeys(failing), *rest]))
    if bulletin.kind is BulletinKind.HEARTBEAT:
        yield line("incidents", str(bulletin.incidents))
        if bulletin.waiting:
            yield line("waiting", str(bulletin.waiting))
    if bulletin.until is not None:
        since, until = (_time(at, bulletin.zone, language) for at in (bulletin.since, bulletin.until))
        yield line("period", bulletin_phrases.SPAN[language].format(since=since, until=until))
    if len(bulletin.watches) > 1:
        yield line("watches", _watch_names(bulletin, language, most=20))


def _watch_names(bulletin: Bulletin, language: Language, *, most: int) -> str:
    comma = ", " if language == "en" else "، "
    shown = [isolated(watch.name, language) for watch in bulletin.watches[:most]]
    rest = len(bulletin.watches) - len(shown)
    return comma.join(shown) + (f" {bulletin_phrases.several(rest, language)}" if rest else "")


def _where(bulletin: Bulletin, language: Language, names: PlaceWords) -> str:
    """The district that all entries lie in, else that they are several."""
    units = {_unit(entry) for entry in bulletin.entries}
    if len(units) != 1:
        return bulletin_phrases.SEVERAL_PLACES[language]
    unit = units.pop()
    name = names.display_name(unit, language) if unit else None
    return name or phrases.PLACE_UNKNOWN[language]


def _right_to_left(text: str) -> str:
    """The text, marked where its first letter would turn the whole line the wrong way round."""
    first = next((kind for c in text if (kind := bidirectional(c)) in ("L", "R", "AL")), "AL")
    return _RIGHT_TO_LEFT_MARK + text if first == "L" else text


def _unit(entry: Entry) -> str | None:
    place = entry.state.place
    return None if place is None else place.admin2 or place.admin1 or place.country


def _worst(bulletin: Bulletin, language: Language) -> str:
    if not bulletin.entries:
        return ""
    worst = ranked(bulletin.entries)[0].state.severity
    return bulletin_phrases.MOST_SEVERE[language].format(severity=phrases.SEVERITY[worst][language])


def _time(moment: datetime, zone: str, language: Language) -> str:
    here = local(moment, zone)
    return f"{phrases.day(here.date(), language)} {here:%H:%M} ({_offset(here)})"


def _short_time(moment: datetime, zone: str, language: Language, *, with_zone: bool = True) -> str:
    here = local(moment, zone)
    offset = f" ({_offset(here)})" if language == "en" and with_zone else ""
    return f"{short_phrases.day(here.month, here.day, language)} {here:%H:%M}{offset}"


def _offset(here: datetime) -> str:
    minutes = round((here.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f}".removesuffix(".0")
