"""What the type model sees of an attack: the rules' answer, the concepts in headline, lead and below, who stands beside the harm, and the words.

Concepts serve all three languages alike; words are seen without the particles and endings that Arabic and Sorani write onto them.
"""

from collections.abc import Sequence
from itertools import pairwise

from services.classify.read.lexicon import Hit, visible
from services.classify.read.triggers import Marked, Marks
from services.classify.read.victims import hits_security
from shared.events.facts import EventType

_SEEN = ("atk.", "weak.", "tgt.", "who.", "victim.", "upd.")
_IN_ORDER = ("atk.", "victim.", "tgt.")
_HARM = ("victim.", "atk.assault", "atk.gunfire", "weak.attack")
_BESIDE = 3
_BODY_SENTENCES = 3
_ARABIC_BEFORE = ("وال", "بال", "فال", "كال", "لل", "ال")
_ARABIC_LETTERS = "وبل"
_STEM = {"ar": 5, "ckb": 6}
"""So many letters of a word are seen: what follows is mostly endings."""
WORD = "="
"""Stands in the name of every feature that names a word."""


def type_features(marks: Marks, rule: EventType | None) -> dict[str, float]:
    """Return the features that are not zero; ``rule`` is what the rules make of the same sentences."""
    lang = marks.document.lang
    people = "security" if hits_security(marks.head, lang) else "civilians"
    said = rule.value if rule else "none"
    found = {"bias": 1.0, f"rule:{said}": 1.0, f"hit:{people}": 1.0, f"rule:{said}&{people}": 1.0}
    first, second = marks.below[:1], marks.below[1:2]
    for prefix, part in (("t", marks.title), ("l", first), ("m", second), ("b", marks.below[2 : 2 + _BODY_SENTENCES])):
        for concept in sorted({concept for one in part for concept in one.concepts if concept.startswith(_SEEN)}):
            found[f"{prefix}:{concept}"] = 1.0
            found[f"any:{concept}"] = found.get(f"any:{concept}", 0.0) + 0.5
    for prefix, part in (("t", marks.title), ("l", first)):
        for one in part:
            _order(found, prefix, one)
            _wording(found, prefix, one, lang)
    return found


def is_word(name: str) -> bool:
    """Whether a feature names a word rather than a concept."""
    return WORD in name


def _order(found: dict[str, float], prefix: str, one: Marked) -> None:
    """Which concept comes first, which follows which, and who stands beside the harm: "police shot dead" and "shot dead by police"."""
    told = [hit.concept for hit in one.hits if hit.concept.startswith(_IN_ORDER)]
    if told:
        found[f"{prefix}^{told[0]}"] = 1.0
    found.update(dict.fromkeys((f"{prefix}:{before}>{after}" for before, after in pairwise(told)), 0.5))
    harm = [hit for hit in one.hits if hit.concept.startswith(_HARM)]
    for hit in one.of("tgt."):
        found.update(dict.fromkeys(_beside(hit, harm), 1.0))


def _beside(hit: Hit, harm: Sequence[Hit]) -> list[str]:
    near = []
    for one in harm:
        is_after = hit.first > one.last
        gap = hit.first - one.last if is_after else one.first - hit.last
        if gap <= _BESIDE:
            near.append(f"{one.concept}{'>' if is_after else '<'}{hit.concept}")
    return near


def _wording(found: dict[str, float], prefix: str, one: Marked, lang: str) -> None:
    for key in {stem(token.key, lang) for token in visible(one.sentence)}:
        found[f"{lang}{WORD}{key}"] = 1.0
        found[f"{prefix}.{lang}{WORD}{key}"] = 0.5


def stem(key: str, lang: str) -> str:
    """Return a word as the model knows it: without article and conjunction in Arabic, and cut where endings begin."""
    if lang == "ar":
        for particle in _ARABIC_BEFORE:
            if key.startswith(particle) and len(key) > len(particle) + 1:
                key = key[len(particle) :]
                break
        else:
            if key[:1] in _ARABIC_LETTERS and len(key) > 4:
                key = key[1:]
    return key[: _STEM.get(lang, len(key))]
