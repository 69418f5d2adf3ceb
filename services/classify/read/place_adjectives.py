"""Countries by their people's adjective: "Turkish jets", "Azeri village", "South Sudanese soldiers".

A weak hint of where, as armies are abroad as often as at home; with the word for a village, town or province it says more.
"""

from collections.abc import Sequence

from services.classify.read.place_asides import is_in
from services.classify.read.place_cues import cue_level
from services.classify.read.place_groups import countries_of_groups
from services.classify.read.place_words import BORDER, Level
from services.classify.read.text import Document, Token, TokenKind
from shared.geo.gazetteer import Gazetteer
from shared.geo.names import word_key

AT_HOME = 0.6
"""What an adjective with the word for village, town or province says of the country: more than one of an army."""
_OF_ARMIES = 0.55
_STAYS = frozenset(
    ["police", "policeman", "policemen", "villagers", "farmers", "shepherds", "mayor", "governor", "market"]
)
_SETTLED = (Level.VILLAGE, Level.TOWN, Level.GOVERNORATE)


def countries_spoken_of(document: Document, gazetteer: Gazetteer) -> dict[str, float]:
    """Return the countries that adjectives and armed groups speak of, each with how far it hints at where."""
    found: dict[str, float] = {}
    for sentence in document.sentences:
        tokens = sentence.tokens
        for at, token in enumerate(tokens):
            if token.kind is not TokenKind.WORD or (country := _country_at(tokens, at, gazetteer)) is None:
                continue
            if any(cue_level(other) in _SETTLED or other.key in _STAYS for other in tokens[at + 1 : at + 3]):
                found[country] = max(found.get(country, 0.0), AT_HOME)  # "Azeri village", "Mexican border town"
                continue
            weight = 0.05 if _is_of_border(tokens, at) else 0.3 if sentence.index < 3 else 0.1
            found[country] = max(found.get(country, 0.0), min(_OF_ARMIES, found.get(country, 0.0) + weight))
    for country, weight in countries_of_groups(document).items():
        found[country] = max(weight, found.get(country, 0.0))
    return found


def _country_at(tokens: Sequence[Token], at: int, gazetteer: Gazetteer) -> str | None:
    """The country of an adjective of one word or two."""
    word = word_key(tokens[at].text)
    if at and tokens[at].text[:1].isupper():
        both = gazetteer.country_of_demonym(word_key(tokens[at - 1].text) + word)
        if both is not None:
            return both
    return gazetteer.country_of_demonym(word)


def _is_of_border(tokens: Sequence[Token], at: int) -> bool:
    """ "The Somali border" may be seen from either side; "Somali border guards" are Somali."""
    guards = any(other.key.startswith("guard") for other in tokens[at + 2 : at + 3])
    return (
        any(is_in(other, BORDER) for other in (*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2])) and not guards
    )
