"""An incident in one text message: what is claimed, where, when, the toll, and who says so (pure).

At most 160 characters of GSM 03.38 in English and 70 of UCS-2 in Arabic and Sorani: one message, not several. It is never cut
silently. What does not fit is said more shortly, least loss first; what is left out of the toll or the place leaves an ellipsis.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product

from services.alert import phrases, short_phrases
from services.alert.area import Relation
from services.alert.routing import Message
from services.alert.watch import Language
from services.alert.words import (
    PlaceWords,
    Telling,
    attribution,
    cleaned,
    distances,
    is_known_from_reaction,
    place_parts,
)
from shared.events.facts import Casualties, Count
from shared.events.incident import IncidentChange, Status
from shared.events.report import Kind

MOST_GSM = 160
MOST_UCS2 = 70
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")
"""Of the extension table: an escape and a character, so they take two places."""
_LOSS = ((0, 1), (0, 2, 9, 12, 13), (0, 3, 7), (0, 2, 4, 14))
"""What each way of saying it costs the reader, from the fullest: of the kind of attack, the place, the toll, the sources."""
_ISOLATES = str.maketrans("", "", "\u2068\u2069")


def is_gsm(text: str) -> bool:
    """Whether GSM 03.38 has every character."""
    return all(c in _GSM or c in _GSM_TWICE for c in text)


def length(text: str, language: Language) -> int:
    """Return how many places of a message the text takes: septets in English, UTF-16 units otherwise."""
    if language == "en":
        return sum(2 if c in _GSM_TWICE else 1 for c in text)
    return len(text.encode("utf-16-le")) // 2


def fits(text: str, language: Language) -> bool:
    """Whether the text is one message of its language."""
    if language == "en":
        return is_gsm(text) and length(text, language) <= MOST_GSM
    return length(text, language) <= MOST_UCS2


def short_form(state: IncidentChange, telling: Telling, names: PlaceWords) -> str:
    """Return the incident in one message of its language; always fits."""
    language = telling.language
    comma, mark = (", ", "...") if language == "en" else ("، ", "…")
    before = "".join(f"{mark}: " for mark in _marks(state, telling))
    on = state.occurred_on
    when = short_phrases.day(on.month, on.day, language) if on else short_phrases.UNDATED[language]
    possibly = f"{short_phrases.POSSIBLY[language]} " if _is_vague(telling) else ""

    def said(what: str, where: str, toll: str, who: str) -> str:
        stop = "" if toll.endswith((".", "…")) else "."
        placed = f"{comma}{possibly}{where}" if where else mark
        return f"{before}{what}{placed}{comma}{when}: {toll}{stop} {who}"

    whos, tolls = _whos(state, telling), _tolls(state.casualties, language)
    wheres = _wheres(state, language, names)
    whats = (phrases.EVENT[state.event_type][language], short_phrases.EVENT[state.event_type][language])
    for near in distances(telling, most=1):  # who has people there wants to know how far, before all finer places
        for what, where, toll, who in _from_the_fullest(whats, wheres[:2], tolls, whos):
            if fits(text := said(what, f"{where}{comma}{carried(near, language)}", toll, who), language):
                return text
    for what, where, toll, who in _from_the_fullest(whats, wheres, tolls, whos):
        if fits(said(what, where, toll, who), language):
            return said(what, where, toll, who)
    bare = (short_phrases.EVENT[None][language], tolls[-1], whos[-1])
    return _with_place_cut(wheres[-1], lambda where: said(bare[0], where, bare[1], bare[2]), language)


def _from_the_fullest(*parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every combination of the parts' ways of saying them, those that lose least first."""
    for taken in _orders(tuple(len(part) for part in parts)):
        yield tuple(part[step] for part, step in zip(parts, taken, strict=True))


@lru_cache(maxsize=256)
def _orders(lengths: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    def lost(taken: tuple[int, ...]) -> int:
        return sum(cost[step] for step, cost in zip(taken, _LOSS, strict=True))

    return tuple(sorted(product(*(range(length) for length in lengths)), key=lost))


def _with_place_cut(where: str, said: Callable[[str], str], language: Language) -> str:
    mark = "..." if language == "en" else "…"
    for end in range(len(where) - 1, -1, -1):
        text = said(where[:end].rstrip() + mark)
        if fits(text, language):
            return text
    return said("")  # the mark alone, where even a comma before it has no room


def _marks(state: IncidentChange, telling: Telling) -> Iterator[str]:
    if state.test:
        yield short_phrases.TEST[telling.language]
    if prefix := short_phrases.PREFIX[telling.message][telling.language]:
        yield prefix


def _is_vague(telling: Telling) -> bool:
    relations = {relation for _, relation in telling.watches}
    return (
        Relation.POSSIBLY in relations
        and Relation.INSIDE not in relations
        and telling.message in (Message.ALERT, Message.UPDATE)
    )


def _wheres(state: IncidentChange, language: Language, names: PlaceWords) -> tuple[str, ...]:
    """From the whole line of divisions to the smallest known one, in letters that the message can carry."""
    comma = ", " if language == "en" else "، "
    parts = [carried(part, language) for part in place_parts(state.place, language, names)]
    known = [part for part in parts if part] or [short_phrases.PLACE_UNKNOWN[language]]
    return tuple(comma.join(known[:count]) for count in range(len(known), 0, -1))


def carried(text: str, language: Language) -> str:
    """Return the text as a message carries it; empty for an English one where GSM 03.38 has no letters for it."""
    line = cleaned(text.translate(_ISOLATES), limit=60)
    if language != "en" or is_gsm(line):
        return line
    plain = "".join(c for c in unicodedata.normalize("NFKD", line) if not unicodedata.combining(c))
    plain = plain.translate(str.maketrans("‘’ʻʼ“”–—", "''''\"\"--")).replace("…", "...")
    return plain if is_gsm(plain) else ""


def _tolls(casualties: Casualties, language: Language) -> tuple[str, ...]:
    """With ranges; with "~" in their place; the gravest number alone, with an ellipsis for the others."""
    comma = ", " if language == "en" else "، "
    counts = [
        (count, words(count.best, language))
        for count, words in (
            (casualties.killed, phrases.killed),
            (casualties.wounded, phrases.wounded),
            (casualties.attackers_killed, short_phrases.attackers_killed),
        )
        if count is not None
    ]
    if not counts:
        return (short_phrases.TOLL_UNKNOWN[language],)
    ranged = comma.join(words + (f" ({count.low}-{count.high})" if _is_range(count) else "") for count, words in counts)
    about = [("~" if _is_range(count) else "") + words for count, words in counts]
    more = ("..." if language == "en" else "…") if len(about) > 1 else ""
    return (ranged, comma.join(about), about[0] + more)


def _is_range(count: Count) -> bool:
    return count.low != count.high


def _whos(state: IncidentChange, telling: Telling) -> tuple[str, ...]:
    """By the outlet's name where it is one, by numbers, by the number of origins alone, at the very last by the doubt alone."""
    language = telling.language
    comma = ", " if language == "en" else "، "
    if state.status is Status.RETRACTED:
        by = "" if telling.minimal else carried(attribution(state, language), language)
        return tuple(one for one in (by, short_phrases.origins(max(1, state.origins), language)) if one)
    if state.status is Status.MERGED:
        return (short_phrases.MERGED[language],)
    if not state.sources:
        return (short_phrases.NO_SOURCE[language],)
    if is_known_from_reaction(state):
        doubtful = comma.join((short_phrases.REACTION_ONLY[language], short_phrases.UNCONFIRMED[language]))
        return (doubtful, short_phrases.REACTION_ONLY[language])
    reporting = {
        source.outlet.strip() or source.feed
        for source in state.sources
        if source.kind not in {Kind.REACTION, Kind.RETRACTION}
    }
    origins = max(1, state.origins)
    doubt = [short_phrases.UNCONFIRMED[language]] if origins == 1 else []
    named = "" if telling.minimal else carried(attribution(state, language), language)
    counted = comma.join(
        [phrases.outlets(max(1, len(reporting)), language), short_phrases.origins(origins, language), *doubt]
    )
    bare = comma.join([short_phrases.origins(origins, language), *doubt])
    return tuple(one for one in (named, counted, bare, *doubt) if one)
