"""A capital that is not named: "Blast rocks Somali capital", "انفجار في العاصمة العراقية"."""

from functools import lru_cache

from services.classify.read.place_words import SAYING
from services.classify.read.text import Document, Token, TokenKind
from shared.geo.gazetteer import Gazetteer
from shared.geo.names import word_key
from shared.geo.rows import Entry, EntryKind
from shared.letters import fold

_CAPITAL_RANK = 85
_SENTENCES = 2
_WORDS_AFTER = 4
_BAGHDAD = "IQG08"
_CAPITAL = frozenset(["capital"])
_CAPITAL_BEFORE = frozenset(fold(word) for word in ["العاصمة", "بالعاصمة", "پایتەختی"])


@lru_cache(maxsize=1)
def _capitals(gazetteer: Gazetteer) -> dict[str, Entry]:
    """The capital of each country by its rank; Baghdad is its governorate, as its bare name is."""
    found = {
        e.country: e for e in gazetteer.entries_of_kind(EntryKind.TOWN) if e.rank == _CAPITAL_RANK and e.country != "IQ"
    }
    baghdad = gazetteer.unit(_BAGHDAD)
    return found if baghdad is None else {**found, "IQ": baghdad}


def capital_told(document: Document, gazetteer: Gazetteer) -> tuple[Entry, Token] | None:
    """Return the capital that the head of the text puts something in without naming it, with the word for it; None where none is."""
    for sentence in document.sentences[:_SENTENCES]:
        tokens = [token for token in sentence.tokens if token.kind is TokenKind.WORD]
        for at, token in enumerate(tokens):
            if any(other.key in SAYING or other.key == "say" for other in tokens[at + 1 : at + _WORDS_AFTER]):
                continue  # "officials in the Somali capital said"
            beside = (
                tokens[at - 1 : at]
                if token.key in _CAPITAL
                else tokens[at + 1 : at + 2]
                if token.key in _CAPITAL_BEFORE
                else []
            )
            for other in beside:
                country = gazetteer.country_of_demonym(word_key(other.text))
                entry = None if country is None else _capitals(gazetteer).get(country)
                if entry is not None:
                    return entry, token
    return None
