"""The verbs and verbal nouns of killing and wounding in an Arabic sentence."""

from dataclasses import dataclass

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Fact
from services.classify.read.number_words import words
from services.classify.read.phrases_ar import Phrases
from services.classify.read.text import TokenKind
from shared.letters import fold

_SUBJECT_REACH = 4
_LIST_REACH = 6
_DEATH = tuple(sorted(words("مصرع حتف الحياة")))
_MET = words("لقي لقيت يلقى لقوا لقين فارق فارقت مفارقة فارقوا")
_ATTEMPTS = words("محاولة لمحاولة بمحاولة محاولات ومحاولة")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A word at token ``at``. ``form``: "passive" and "noun" are followed by their people, "active" by its subject and them."""

    fact: Fact
    form: str
    at: int


def triggers_of(phrases: Phrases) -> list[Trigger]:
    """Return the verbs in the order of their words; attempts are left out."""
    found = []
    forms = (
        (lexicon.KILL_PASSIVE, Fact.KILLED, "passive"), (lexicon.KILL_MASDAR, Fact.KILLED, "noun"),
        (lexicon.KILL_ACTIVE, Fact.KILLED, "active"), (lexicon.WOUND_PASSIVE, Fact.WOUNDED, "passive"),
        (lexicon.WOUND_MASDAR, Fact.WOUNDED, "noun"), (lexicon.WOUND_ACTIVE, Fact.WOUNDED, "active"),
    )  # fmt: skip
    for at, key in enumerate(phrases.keys):
        if at in phrases.inside or phrases.tokens[at].kind is not TokenKind.WORD:
            continue
        if phrases.holds(at, _MET, definite=False):
            if any(word.startswith(_DEATH) for word in phrases.keys[at + 1 : at + 13]):
                found.append(Trigger(fact=Fact.KILLED, form="passive", at=at))
            continue
        if phrases.key(at - 1).removeprefix("ال") in _ATTEMPTS:
            continue  # "محاولة اغتيال"
        if (carried := _carried_off(phrases, at)) is not None:
            found.append(Trigger(fact=Fact.KILLED, form="noun", at=carried - 1))
            continue
        if _is_found_dead(phrases, at):
            found.append(Trigger(fact=Fact.KILLED, form="noun", at=at + 1))
            continue
        if key == fold("ضحية") and phrases.key(at - 1) in {"راح", "راحوا"}:
            found.append(Trigger(fact=Fact.KILLED, form="noun", at=at))
            continue
        for vocabulary, fact, form in forms:
            if phrases.holds(at, vocabulary, definite=False):
                found.append(Trigger(fact=fact, form=form, at=at))
                break
    return found


def _carried_off(phrases: Phrases, at: int) -> int | None:
    """Where those begin whom "أودى بتسعة أشخاص", "أودت الغارة بخمسة" counts."""
    if not phrases.holds(at, lexicon.CARRIES_OFF, definite=False):
        return None
    near = range(at + 1, min(at + _SUBJECT_REACH + 1, len(phrases.keys)))
    return next((p for p in near if p in phrases.at_start and phrases.keys[p].startswith("ب")), None)


def _is_found_dead(phrases: Phrases, at: int) -> bool:
    """ "العثور على راعيين مقتولين": whoever is found was killed."""
    if not phrases.holds(at, lexicon.FINDS) or phrases.key(at + 1) != "علي":
        return False
    after = range(at + 3, min(at + 3 + _LIST_REACH, len(phrases.keys)))
    return at + 2 in phrases.at_start and any(phrases.key(p) in lexicon.FOUND_DEAD for p in after)
