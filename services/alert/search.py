"""Search in one's own script (pure): کەلار, كلار and Kelar find the same incidents.

What is sought is first asked of the gazetteer: all that lies inside a place that bears the name is found, however its sources
spell it. Other words are found in the texts: place names, titles, outlets, quoted words, kinds of attack in the three languages.
"""

from dataclasses import dataclass

from services.alert import phrases
from services.alert.area import Area, Relation, relation
from services.alert.ports import PlaceBook
from services.alert.watch import LANGUAGES
from services.alert.words import PlaceWords
from shared.events.incident import IncidentChange
from shared.geo.names import name_key, skeleton, word_key, words_of

MAX_TEXT = 100
_MOST_WORDS = 8
_FEWEST_CONSONANTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One word or name that must be found: inside one of ``areas``, or in the texts as ``key``, or as the place's own consonants."""

    key: str
    areas: tuple[Area, ...]
    consonants: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """What is sought: all terms must be found."""

    terms: tuple[Term, ...]


def seek(text: str, book: PlaceBook) -> Sought | None:
    """Return what a text asks for, None for one without words. A name of several words is one term if the gazetteer knows it."""
    words = words_of(text[:MAX_TEXT])[:_MOST_WORDS]
    if not words:
        return None
    whole = " ".join(words)
    if areas := _areas(whole, book):
        return Sought(terms=(Term(key=name_key(whole), areas=areas, consonants=skeleton(whole)),))
    return Sought(
        terms=tuple(Term(key=word_key(word), areas=_areas(word, book), consonants=skeleton(word)) for word in words)
    )


def is_found(state: IncidentChange, sought: Sought, names: PlaceWords) -> bool:
    """Whether every term is found."""
    texts: str | None = None
    for term in sought.terms:
        if _is_there(state, term):
            continue
        if texts is None:
            texts = _texts(state, names)
        if not term.key or term.key not in texts:
            return False
    return True


def _areas(name: str, book: PlaceBook) -> tuple[Area, ...]:
    return tuple(area for areas in book.areas_named(name).values() for area in areas)


def _is_there(state: IncidentChange, term: Term) -> bool:
    if state.place is None:
        return False
    if any(relation(state.place, area) is Relation.INSIDE for area in term.areas):
        return True
    return len(term.consonants) >= _FEWEST_CONSONANTS and skeleton(state.place.name) == term.consonants


def _texts(state: IncidentChange, names: PlaceWords) -> str:
    """All words of the state as keys, names also without the spaces between their words; divisions are found as areas."""
    own: list[str] = []
    if (place := state.place) is not None:
        known = [] if place.geonameid is None else [names.place_name(place.geonameid, spoken) for spoken in LANGUAGES]
        own = [place.name, *(name for name in known if name)]
    said = [
        *phrases.EVENT[state.event_type].values(),
        *(text for source in state.sources for text in (source.title, source.outlet)),
        *(one.text for one in state.evidence),
        state.perpetrator.replace("_", " "),
    ]
    keys = [name_key(name) for name in own]
    keys += [word_key(word) for text in (*own, *said) for word in words_of(text)]
    return " ".join(keys)
