"""The words of a headline and a first sentence as the kind model sees them: in one form each, beside the attack, and in pieces.

Arabic and Sorani write articles, conjunctions and endings onto a word, so there a word is seen without them. The pieces
(three to five letters, the ends of a word among them) are what a word that no example held shares with those that were learnt.
"""

from collections.abc import Sequence
from functools import lru_cache

from services.classify.read.lexicon import ARABIC_PARTICLES, SORANI_ENDINGS, visible
from services.classify.read.number_words import words
from services.classify.read.text import TokenKind
from services.classify.read.triggers import Marked, Marks
from shared.letters import fold

WORDING_MARKS = ("=", "<", ">", "~")
"""Which character divides the place from the word in the name of a feature that names a word or a piece of one."""
_ATTACK = ("atk.", "weak.", "victim.")
_BESIDE = 2
_PIECES = (3, 4, 5)
_PIECE_WEIGHT = 0.5
"""How much a piece counts beside a word, chosen by leaving one stream out."""
_LONGEST = 14
_SHORTEST_STEM = 3
_NUMBER = "#"
_PARTICLES = tuple(sorted({fold(one) for one in ARABIC_PARTICLES}, key=lambda one: (-len(one), one)))
_ARABIC_ENDINGS = tuple(sorted(words("ات ون ين ان ية ه ها هم هما ة ي ا وا"), key=lambda one: (-len(one), one)))
_ENDINGS = {"ar": _ARABIC_ENDINGS, "ckb": tuple(sorted(SORANI_ENDINGS, key=lambda one: (-len(one), one)))}


def is_word(name: str) -> bool:
    """Whether a feature names a word, or a piece of one, rather than a concept."""
    return name[1:2] in WORDING_MARKS


def wording_of(marks: Marks) -> dict[str, float]:
    """Return the features that name words: of the headline (``t``), of the first sentence below (``l``), and of either (``a``).

    ``t=after`` is a word; ``t<after`` and ``t>rises`` stand right before and behind what is said of the attack, where "^" is
    the beginning; ``t~aft`` is a piece.
    """
    lang = marks.document.lang
    found: dict[str, float] = {}
    for prefix, part in (("t", marks.title), ("l", marks.below[:1])):
        for one in part:
            keys = _keys(one, lang)
            found.update(dict.fromkeys((f"{prefix}={key}" for key in keys), 1.0))
            found.update(dict.fromkeys((f"a={key}" for key in keys), 1.0))
            _beside(found, prefix, one, keys)
    for one in marks.title:
        for token in visible(one.sentence):
            found.update(dict.fromkeys(_pieces(token.key), _PIECE_WEIGHT))
    return found


def _keys(one: Marked, lang: str) -> tuple[str, ...]:
    return tuple(
        _NUMBER if token.kind is TokenKind.NUMBER else stem(token.key, lang) for token in visible(one.sentence)
    )


def _beside(found: dict[str, float], prefix: str, one: Marked, keys: Sequence[str]) -> None:
    """The words right before and right behind the outermost words about the attack."""
    told = [hit for hit in one.hits if hit.concept.startswith(_ATTACK)]
    if not told:
        return
    start, end = min(hit.first for hit in told), max(hit.last for hit in told)
    before = keys[max(0, start - _BESIDE) : start] or ["^"]
    found.update(dict.fromkeys((f"{prefix}<{key}" for key in before), 1.0))
    found.update(dict.fromkeys((f"{prefix}>{key}" for key in keys[end + 1 : end + 1 + _BESIDE]), 1.0))


@lru_cache(maxsize=65_536)
def _pieces(key: str) -> tuple[str, ...]:
    word = f"_{key[:_LONGEST]}_"
    return tuple(f"t~{word[at : at + size]}" for size in _PIECES for at in range(len(word) - size + 1))


@lru_cache(maxsize=65_536)
def stem(key: str, lang: str) -> str:
    """Return the word without what Arabic and Sorani write onto it; English words, whose endings tell the time, stay as they are."""
    if lang == "ar":
        key = next((key[len(p) :] for p in _PARTICLES if key.startswith(p) and _is_long_enough(key, p)), key)
    return next((key[: -len(e)] for e in _ENDINGS.get(lang, ()) if key.endswith(e) and _is_long_enough(key, e)), key)


def _is_long_enough(key: str, affix: str) -> bool:
    return len(key) - len(affix) >= _SHORTEST_STEM
