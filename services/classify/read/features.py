"""What the kind model sees of an item: which concepts stand in the headline, the lead and below, and how plainly an attack is told.

Most features name concepts, so what is learnt from one language serves the others: each concept by its place (``t:react.visit``),
two that stand together (``t&atk&react.visit``), and what comes before or behind the word of the attack (``t^react.visit>``). The words
themselves (``wording``) tell "three killed in raid" from "visit after raid", and what is said of the attack's day and of what is known
of it (``known``) an update from a report.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from services.classify.read.known import known_of
from services.classify.read.triggers import STRONG, Marked, Marks, distinct
from services.classify.read.wording import wording_of

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

_SCENERY = frozenset((*_NEVER_NEWS, "neg.compensate", "neg.safe", "neg.foiled")) - {
    "neg.figure",
    "neg.accident",
    "neg.animal",
}
"""What a sentence may name by the way: the football pitch, the heart surgeon, the market, the second bomb that was defused."""
_LEARNT_BY_WORDS = frozenset({"en"})
"""Languages with enough examples that the words around a bare "attack" tell more than the bare word."""
_ATTACK = ("atk.", "weak.")
_AROUND_IT = ("react.", "upd.", "ret.", "neg.", "victim.")
_BARE_ATTACK = frozenset({"weak.attack"})
_BARE_BLOWS = frozenset({"weak.attack", "weak.explosion"})
_VICTIMS = frozenset({"victim.killed", "victim.wounded"})
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
    for prefix, part in (("t", title), ("l", first)):
        _crosses(found, prefix, part)
    found |= known_of(marks)
    found |= wording_of(marks)
    return found


def _crosses(found: dict[str, float], prefix: str, part: Sequence[Marked]) -> None:
    """Which concepts stand together, words of attacks being all alike, and which stand before or behind the first of these."""
    concepts = {concept for one in part for concept in one.concepts if not concept.startswith("tgt.")}
    kinds = sorted({one.split(".")[0] if one.startswith(_ATTACK) else one for one in concepts})
    found.update(dict.fromkeys((f"{prefix}&{a}&{b}" for a, b in combinations(kinds, 2)), 1.0))
    for one in part:
        at = min((hit.first for hit in one.hits if hit.concept.startswith(_ATTACK)), default=None)
        if at is None:
            continue
        for hit in one.hits:
            if hit.concept.startswith(_AROUND_IT):
                found[f"{prefix}^{hit.concept}{'<' if hit.first < at else '>'}"] = 1.0


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
    if one.concepts & STRONG:
        return bool(one.concepts & _HARM)
    return bool(one.concepts & _BARE_BLOWS) and bool(one.concepts & _VICTIMS)


def _meant(one: Marked) -> frozenset[str]:
    """The sentence's concepts; where people are hit by an attack, a stray word of sport or business is only its scene."""
    if not _harms(one):
        return one.concepts
    return frozenset(concept for concept in one.concepts if concept not in _SCENERY or distinct((one,), concept) > 1)


def _said_by_strong(one: Marked, lang: str) -> frozenset[str]:
    """The bare word "attack" beside words that tell one: it means a reaction only where it stands alone."""
    return _BARE_ATTACK if lang not in _LEARNT_BY_WORDS and one.concepts & STRONG else frozenset()


def _past_year(text: str, published: int) -> bool:
    return any(int(year) < published for year in _YEAR.findall(text))
