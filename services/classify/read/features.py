"""What the kind model sees of an item: which concepts stand in the headline, the lead and below, and how plainly an attack is told.

Most features name concepts, so what is learnt from one language serves the others. English, which has the most examples, is
also seen word by word: the words of headline and lead (``t=after``), and those right before and behind what they say of the attack
(``t<after``, ``t>rises``), which tell "three killed in raid" from "visit after raid".
"""

import re
from collections.abc import Sequence

from services.classify.read.lexicon import visible
from services.classify.read.triggers import STRONG, Marked, Marks, distinct

_YEAR = re.compile(r"(?<!\d)(19\d\d|20[0-4]\d)(?!\d)")
_BODY_SENTENCES = 8
"""How far below the lead the model looks; further down is background."""

_NEVER_NEWS = (
    "neg.figure",
    "neg.sport",
    "neg.screen",
    "neg.science",
    "neg.business",
    "neg.animal",
    "neg.accident",
    "neg.disaster",
)

_SCENERY = frozenset((*_NEVER_NEWS, "neg.compensate")) - {"neg.figure", "neg.accident", "neg.animal"}
"""What a sentence may name by the way: the football pitch, the heart surgeon, the market."""
WORDING_MARKS = ("=", "<", ">")
"""Which character divides the place from the word in the name of a feature that names a word."""
_WORDED = frozenset({"en"})
_BESIDE = 2
_ATTACK = ("atk.", "weak.", "victim.")
_BARE_ATTACK = frozenset({"weak.attack"})
_HARM = frozenset({"victim.killed", "victim.wounded", "weak.killed"})


def features_of(marks: Marks, *, is_old: bool = False, is_back_reference: bool = False) -> dict[str, float]:
    """Return the features that are not zero."""
    title, first, second = marks.title, marks.below[:1], marks.below[1:2]
    body = marks.below[2 : 2 + _BODY_SENTENCES]
    found: dict[str, float] = {"bias": 1.0}
    for prefix, part, top in (("t", title, 2), ("l", first, 2), ("m", second, 1), ("b", body, 1)):
        for concept in sorted(
            {concept for one in part for concept in _meant(one) - _said_by_strong(one, marks.document.lang)}
        ):
            if concept.startswith("tgt."):
                continue
            found[f"{prefix}:{concept}"] = min(top, distinct(part, concept)) / top
        if any(one.concepts & STRONG for one in part):
            found[f"{prefix}:strong"] = 1.0
        if any(_harms(one) for one in part):
            found[f"{prefix}:harm"] = 1.0
        strength = max((one.attack_strength for one in part), default=0.0)
        if strength:
            found[f"{prefix}:attack"] = min(3.0, strength) / 3.0
    head = (*title, *first)
    if any(_past_year(one.sentence.text, marks.document.published.year) for one in head):
        found["past_year"] = 1.0
    if is_old:
        found["old"] = 1.0
    if is_back_reference:
        found["back_reference"] = 1.0
    if not first:
        found["title_only"] = 1.0
    _families(found, title, first)
    if marks.document.lang in _WORDED:
        _wording(found, title, first)
    return found


def is_word(name: str) -> bool:
    """Whether a feature names a word rather than a concept."""
    return name[1:2] in WORDING_MARKS


def _wording(found: dict[str, float], title: Sequence[Marked], first: Sequence[Marked]) -> None:
    """The words themselves, and those beside the outermost words about the attack; "^" is the beginning."""
    for prefix, part in (("t", title), ("l", first)):
        for one in part:
            keys = [token.key for token in visible(one.sentence)]
            found.update(dict.fromkeys((f"{prefix}={key}" for key in keys), 1.0))
            told = [hit for hit in one.hits if hit.concept.startswith(_ATTACK)]
            if not told:
                continue
            start, end = min(hit.first for hit in told), max(hit.last for hit in told)
            before = keys[max(0, start - _BESIDE) : start] or ["^"]
            found.update(dict.fromkeys((f"{prefix}<{key}" for key in before), 1.0))
            found.update(dict.fromkeys((f"{prefix}>{key}" for key in keys[end + 1 : end + 1 + _BESIDE]), 1.0))


def _families(found: dict[str, float], title: Sequence[Marked], first: Sequence[Marked]) -> None:
    """Sums over related concepts: a rare concept leans on its family."""
    for prefix, part in (("t", title), ("l", first)):
        concepts = {concept for one in part for concept in _meant(one)}
        for family in ("react.", "upd.", "ret.", "neg."):
            count = sum(concept.startswith(family) and concept != "neg.politic" for concept in concepts)
            if count:
                found[f"{prefix}:{family}*"] = min(2, count) / 2
        if any(concept in concepts for concept in _NEVER_NEWS) and not concepts & STRONG:
            found[f"{prefix}:never"] = 1.0
        if concepts & STRONG and not any(
            concept.startswith(("react.", "upd.", "ret.", "neg.")) for concept in concepts
        ):
            found[f"{prefix}:plain"] = 1.0


def _harms(one: Marked) -> bool:
    """Whether a sentence tells of an attack and of those it hit."""
    return bool(one.concepts & STRONG) and bool(one.concepts & _HARM)


def _meant(one: Marked) -> frozenset[str]:
    """The sentence's concepts; where people are hit by an attack, a stray word of sport or business is only its scene."""
    if not _harms(one):
        return one.concepts
    return frozenset(concept for concept in one.concepts if concept not in _SCENERY or distinct((one,), concept) > 1)


def _said_by_strong(one: Marked, lang: str) -> frozenset[str]:
    """The bare word "attack" beside words that tell one: it means a reaction only where it stands alone. English sees its words."""
    return _BARE_ATTACK if lang not in _WORDED and one.concepts & STRONG else frozenset()


def _past_year(text: str, published: int) -> bool:
    return any(int(year) < published for year in _YEAR.findall(text))
