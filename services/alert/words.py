"""An incident put into words for people: headline and story in one language, with attribution and doubt, never as plain fact.

Text from elsewhere (outlets, places as a source wrote them, quotes) is cleaned of control characters and, where its direction
differs from the sentence around it, wrapped in bidirectional isolates, so that it cannot reorder or impersonate our own words.
"""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.alert import phrases
from services.alert.area import Relation
from services.alert.distance import SiteDistance
from services.alert.quotation import Quotation, quotations
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, Language
from shared.events.facts import Casualties, Count, Place
from shared.events.incident import FactChange, IncidentChange, Source, Status
from shared.events.report import DeskVerb, Kind
from shared.letters import fold


class PlaceWords(Protocol):
    """What places are called."""

    def display_name(self, code: str, language: Language) -> str | None:
        """The name of a country or division in a language, None for an unknown code."""
        ...

    def place_name(self, geonameid: int, language: Language) -> str | None:
        """The name of a town or village in a language, None where it has none of its own."""
        ...


_FSI, _PDI = "\u2068", "\u2069"
_MAX_SOURCES = 10
_NAMING_FACTS = frozenset({"perpetrator", "claim"})
_MAX_TEXT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One labelled fact."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One source as shown: outlet, time, its own title, its address."""

    outlet: str
    time: str
    title: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteLine:
    """Words of a source as shown, with who said them and where."""

    text: str
    outlet: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An incident in one language, ready to be laid out as plain text or HTML."""

    language: Language
    headline: str
    lead: tuple[str, ...]
    facts: tuple[Line, ...]
    changes: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    omitted: str | None
    quotes: tuple[QuoteLine, ...]
    footer: str
    links: tuple[Line, ...] = ()
    """What a reader of the mail may do about it: a label and an address."""

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return "ltr" if self.language == "en" else "rtl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Everything a story depends on besides the incident's state."""

    message: Message
    language: Language
    watches: tuple[tuple[str, Relation | None], ...] = ()
    late_by: timedelta | None = None
    minimal: bool = False
    sites: tuple[SiteDistance, ...] = ()


def cleaned(text: str, *, limit: int = _MAX_TEXT) -> str:
    """Return foreign text on one line without control or bidirectional characters; where it is cut, it ends in an ellipsis."""
    text = text[: 4 * limit]  # what follows costs time for each character, and news text has no bound
    if text.isprintable():  # then nothing is to be taken out, and most text is
        line = " ".join(text.split())
        return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if not _is_invisible(c))
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def isolated(text: str, language: Language) -> str:
    """Return cleaned foreign text, isolated where its direction differs from that of the language."""
    line = cleaned(text)
    if language == "en" and line.isascii():
        return line
    opposite = ("R", "AL") if language == "en" else ("L",)
    return f"{_FSI}{line}{_PDI}" if any(unicodedata.bidirectional(c) in opposite for c in line) else line


def headline(state: IncidentChange, telling: Telling, names: PlaceWords) -> str:
    """Return one line: what, where, toll, and who says so."""
    language = telling.language
    comma = ", " if language == "en" else "، "
    marks = [
        words
        for words in (_test_mark(state, telling), phrases.PREFIX[telling.message][language], _vagueness(telling))
        if words
    ]
    what = phrases.EVENT[state.event_type][language]
    where = comma.join(place_parts(state.place, language, names)) or phrases.PLACE_UNKNOWN[language]
    if near := distances(telling, most=1):
        where += f"{comma}{near[0]}"
    return (
        "".join(f"{mark}: " for mark in marks)
        + f"{what}{comma}{where}: {toll(state.casualties, language)}. {attribution(state, language, minimal=telling.minimal)}"
    )


def distances(telling: Telling, *, most: int) -> tuple[str, ...]:
    """Return how far it is from the receiver's sites, nearest first; ``minimal`` does not name them."""
    language = telling.language
    said = []
    for site in telling.sites[:most]:
        name = phrases.YOUR_SITE[language] if telling.minimal else isolated(site.name, language)
        if site.km is None or site.towards is None:
            said.append(phrases.DISTANCE_UNKNOWN[language].format(site=name))
        else:
            km = "<1" if site.km < 1 else str(round(site.km))
            towards = phrases.TOWARDS[site.towards][language]
            said.append(phrases.DISTANCE[language].format(km=km, towards=towards, site=name))
    return tuple(dict.fromkeys(said))


def attribution(state: IncidentChange, language: Language, *, minimal: bool = False) -> str:
    """Return who says so and how sure that makes it: one outlet by name, several by their number and that of their origins.

    ``minimal`` names nobody.
    """
    if state.status is Status.RETRACTED and not minimal:
        if _is_by_desk(state, DeskVerb.RETRACT):
            return phrases.RETRACTED_BY_DESK[language]
        retracting = [source for source in state.sources if source.kind is Kind.RETRACTION]
        if retracting:
            return phrases.RETRACTED_BY[language].format(outlet=isolated(retracting[-1].outlet, language))
    if state.status is Status.MERGED:
        return phrases.MERGED_BY_DESK[language]
    reporting = [source for source in state.sources if source.kind not in {Kind.REACTION, Kind.RETRACTION}]
    outlet_names = list(dict.fromkeys(source.outlet.strip() or source.feed for source in reporting or state.sources))
    if not outlet_names:
        return phrases.NO_SOURCE[language]
    first = phrases.outlets(1, language) if minimal else isolated(outlet_names[0], language)
    if is_known_from_reaction(state):
        return phrases.REACTION_ONLY[language].format(outlet=first)
    if len(outlet_names) <= 1 and not minimal:
        return phrases.REPORTED_BY[language].format(outlet=first)
    comma = ", " if language == "en" else "، "
    parts = [phrases.outlets(len(outlet_names), language), phrases.origins(max(1, state.origins), language)]
    if state.origins <= 1:
        parts.append(phrases.UNCONFIRMED[language])
    return comma.join(parts)


def is_known_from_reaction(state: IncidentChange) -> bool:
    """Whether nobody reported the attack itself: all that is known was said in reactions to it."""
    return bool(state.sources) and all(source.kind is Kind.REACTION for source in state.sources)


def toll(casualties: Casualties, language: Language) -> str:
    """Return the toll in words, with ranges where the sources differ."""
    counts = (
        (casualties.killed, phrases.killed),
        (casualties.wounded, phrases.wounded),
        (casualties.attackers_killed, phrases.attackers_killed),
    )
    comma = ", " if language == "en" else "، "
    said = [_with_range(count, words(count.best, language)) for count, words in counts if count is not None]
    return comma.join(said) or phrases.TOLL_UNKNOWN[language]


def _counted_by(casualties: Casualties, language: Language) -> str:
    """Who counted, behind the toll; nothing where no text says so."""
    who = phrases.COUNTED_BY.get(casualties.counted_by) if casualties.counted_by else None
    return f" ({who[language]})" if who else ""


def place_parts(place: Place | None, language: Language, names: PlaceWords) -> list[str]:
    """Return the place from small to large: its own name, then district, governorate and, outside Iraq, country.

    The name is the language's, else as the source wrote it; it is left out where it only repeats that of a division.
    """
    if place is None:
        return []
    codes = [place.admin2, place.admin1, place.country if place.country != "IQ" or place.admin1 is None else None]
    known = [code for code in codes if code is not None]
    above = [name for code in known if (name := names.display_name(code, language))]
    bearers = {fold(name) for code in known for spoken in LANGUAGES if (name := names.display_name(code, spoken))}
    own = names.place_name(place.geonameid, language) if place.geonameid is not None else None
    if own is None and fold(place.name) in bearers:
        return list(dict.fromkeys(above))
    return list(dict.fromkeys(part for part in (isolated(own or place.name, language), *above) if part))


def story(state: IncidentChange, telling: Telling, names: PlaceWords) -> Story:
    """Return the whole story in one language."""
    language = telling.language
    shown = () if telling.minimal else state.sources[-_MAX_SOURCES:]
    left_out = 0 if telling.minimal else max(0, state.source_count - len(shown))
    quotes = () if telling.minimal else quotations(state, language=language)
    return Story(
        language=language,
        headline=headline(state, telling, names),
        lead=_lead(state, telling),
        facts=_facts(state, telling, names),
        changes=_changes(state, telling) if telling.message not in (Message.ALERT, Message.MERGED) else (),
        sources=tuple(_source_line(source, language) for source in reversed(shown)),
        omitted=phrases.OMITTED[language].format(count=left_out) if left_out else None,
        quotes=tuple(_quote_line(one, language) for one in quotes),
        footer=phrases.NOT_A_WARNING[language],
    )


def plain_text(told: Story) -> str:
    """Return the story as plain text that reads well in any mail program."""

    def label(name: str) -> str:
        return phrases.LABEL[name][told.language]

    comma = ", " if told.language == "en" else "، "
    blocks = [told.headline, *told.lead, "\n".join(f"{line.label}: {line.value}" for line in told.facts)]
    if told.changes:
        blocks.append("\n".join([f"{label('changed')}:", *(f"- {change}" for change in told.changes)]))
    if told.quotes:
        quotes = [f"{label('quotes')}:"]
        for quote in told.quotes:
            quotes.append(f"- {quote.outlet}: {quote.text}")
            quotes += [f"  {quote.url}"] if quote.url else []
        blocks.append("\n".join(quotes))
    if told.sources or told.omitted:
        sources = [f"{label('sources')}:"]
        for source in told.sources:
            sources.append(f"- {source.outlet}{comma}{source.time}: {source.title}")
            sources += [f"  {source.url}"] if source.url else []
        sources += [f"- {told.omitted}"] if told.omitted else []
        blocks.append("\n".join(sources))
    links = ["\n".join(f"{link.label}: {link.value}" for link in told.links)] if told.links else []
    return "\n\n".join([*blocks, told.footer, *links]) + "\n"


def told_changes(state: IncidentChange, *, minimal: bool) -> tuple[FactChange, ...]:
    """Return the facts that changed; ``minimal`` leaves out who is accused or claims it."""
    return tuple(change for change in state.changed if not minimal or change.fact not in _NAMING_FACTS)


def web_address(url: str) -> str | None:
    """Return the address if it is one of the web, else None: a feed's link may be a script."""
    line = cleaned(url, limit=2000)
    return (
        line
        if line.lower().startswith(("https://", "http://")) and " " not in line and not line.endswith("…")
        else None
    )


def _is_invisible(c: str) -> bool:
    return (
        unicodedata.category(c) == "Cf" and c != "\u200c"
    )  # the zero-width non-joiner is spelling in Sorani and Persian


def _is_by_desk(state: IncidentChange, verb: DeskVerb) -> bool:
    """Whether this very change is such a decision of the desk: no source may be said to stand behind it."""
    return any(contribution.desk is verb for contribution in state.contributions)


def _test_mark(state: IncidentChange, telling: Telling) -> str:
    return phrases.TEST[telling.language] if state.test else ""


def _vagueness(telling: Telling) -> str:
    relations = [near for _, near in telling.watches if near is not None]
    is_vague = bool(relations) and Relation.INSIDE not in relations and Relation.POSSIBLY in relations
    is_about_area = telling.message in (Message.ALERT, Message.UPDATE)
    return phrases.POSSIBLY[telling.language] if is_vague and is_about_area else ""


def _with_range(count: Count, words: str) -> str:
    return words if count.low == count.high else f"{words} ({count.low}–{count.high})"


def _lead(state: IncidentChange, telling: Telling) -> tuple[str, ...]:
    language = telling.language
    lead = [phrases.TEST_EXPLAINED[language]] if state.test else []
    if telling.message is Message.RETRACTION:
        by_desk = _is_by_desk(state, DeskVerb.RETRACT)
        lead.append((phrases.DESK_RETRACTION_EXPLAINED if by_desk else phrases.RETRACTION_EXPLAINED)[language])
    if _is_by_desk(state, DeskVerb.CORRECT):
        lead.append(phrases.DESK_CORRECTION_EXPLAINED[language])
    if telling.message is Message.WITHDRAWAL:
        lead.append(phrases.WITHDRAWAL_EXPLAINED[language])
    if telling.message is Message.MERGED and state.merged_into is not None:
        lead.append(phrases.MERGED_EXPLAINED[language].format(into=isolated(state.merged_into, language)))
    if telling.message is Message.LEFT_AREA:
        lead.append(phrases.LEFT_EXPLAINED[language])
    if state.place is not None and state.place.candidates:
        lead.append(phrases.UNSETTLED[language].format(count=len(state.place.candidates)))
    if telling.late_by is not None:
        lead.append(phrases.LATE[language].format(hours=round(telling.late_by / timedelta(hours=1), 1)))
    return tuple(lead)


def _facts(state: IncidentChange, telling: Telling, names: PlaceWords) -> tuple[Line, ...]:
    language = telling.language
    comma = ", " if language == "en" else "، "
    where = comma.join(place_parts(state.place, language, names)) or phrases.PLACE_UNKNOWN[language]
    if state.place is not None:
        where += f" ({phrases.PRECISION[state.place.precision][language]})"
    when = phrases.day(state.occurred_on, language) if state.occurred_on else phrases.NOT_STATED[language]
    facts = [
        ("what", phrases.EVENT[state.event_type][language]),
        ("where", where),
        *(("distance", said) for said in distances(telling, most=3)),
        ("when", when),
        (
            "toll",
            toll(state.casualties, language) + ("" if telling.minimal else _counted_by(state.casualties, language)),
        ),
    ]
    if state.perpetrator != "unknown" and not telling.minimal:
        actor = phrases.ACTOR.get(state.perpetrator, {}).get(language) or isolated(
            state.perpetrator.replace("_", " "), language
        )
        facts.append(("by", f"{actor} ({(phrases.CLAIMED if state.claimed else phrases.ACCUSED)[language]})"))
    facts += [
        ("severity", phrases.SEVERITY[state.severity][language]),
        ("reports", attribution(state, language, minimal=telling.minimal)),
    ]
    if telling.watches:
        facts.append(("watches", comma.join(isolated(name, language) for name, _ in telling.watches)))
    return tuple(Line(label=phrases.LABEL[name][language], value=value) for name, value in facts)


def _changes(state: IncidentChange, telling: Telling) -> tuple[str, ...]:
    language = telling.language
    unknown = phrases.NOT_STATED[language]

    def shown(value: str | None) -> str:
        return unknown if value is None else isolated(value, language)

    arrow = "→" if language == "en" else "←"
    return tuple(
        f"{phrases.FACT[change.fact][language] if change.fact in phrases.FACT else isolated(change.fact, language)}: "
        f"{shown(change.before)} {arrow} {shown(change.after)}"
        for change in told_changes(state, minimal=telling.minimal)
    )


def _quote_line(quotation: Quotation, language: Language) -> QuoteLine:
    return QuoteLine(
        text=f"“{isolated(quotation.text, language)}”",
        outlet=isolated(quotation.source.outlet, language),
        url=web_address(quotation.source.url) or "",
    )


def _source_line(source: Source, language: Language) -> SourceLine:
    return SourceLine(
        outlet=isolated(source.outlet, language),
        time=f"{source.time:%Y-%m-%d %H:%M} UTC",
        title=f"“{isolated(source.title, language)}”",
        url=web_address(source.url) or "",
    )
