"""The verbs of killing and wounding in an English sentence, and which way each looks for its people."""

from dataclasses import dataclass

from services.classify.read.casualty_words_en import (
    AUXILIARIES,
    LONGEST_TRIGGER,
    NOT_PEOPLE,
    SIDE_OF_SINGULAR,
    SPANS_OF_TIME,
    TRIGGERS,
)
from services.classify.read.claims import Fact
from services.classify.read.phrases_en import Phrases

_KINDS_OF_WOUND = frozenset(
    {"gunshot", "bullet", "shrapnel", "stab", "knife", "splinter", "head", "their", "his", "her", "with"}
)
_LOSES = frozenset({"lost", "loses", "losing", "lose"})
_NOMINAL = frozenset({"the", "these", "those", "of", "among", "their", "his", "its", "most", "many", "for", "her"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Tokens ``start`` to ``end`` (exclusive). ``form``: "active" looks right, "subject" left, "of" right ("the killing of"), "participle" either way."""

    fact: Fact
    form: str
    start: int
    end: int


def verbs_of(phrases: Phrases) -> tuple[Verb, ...]:
    """Return the verbs in the order of their words; words that only name people are left out."""
    found: list[Verb] = []
    at = 0
    while at < len(phrases.keys):
        step = 1
        for length in range(LONGEST_TRIGGER, 0, -1):
            entry = TRIGGERS.get(tuple(phrases.keys[at : at + length]))
            if entry is None or len(phrases.keys) < at + length:
                continue
            verb = Verb(fact=entry[0], form=entry[1], start=at, end=at + length)
            step = length
            if not _is_nominal(phrases, verb):
                found.append(verb)
            break
        at += step
    return tuple(found)


def _is_nominal(phrases: Phrases, verb: Verb) -> bool:
    """Whether the word only names people ("two of the wounded", "the dead", "wounded farmer") or is no verb here."""
    key, before, after = phrases.key(verb.start), phrases.key(verb.start - 1), phrases.key(verb.end)
    if verb.form == "of":
        return False
    is_of_things = key in {"dead", "killed"} and after in NOT_PEOPLE - SPANS_OF_TIME  # "sixty dead sheep"
    is_none = key == "bodies" and before in {"no", "any"}
    if is_of_things or is_none or (key == "wounds" and before in _KINDS_OF_WOUND):
        return True
    if key in {"dead", "wounded", "injured", "killed", "hurt", "slain", "injuries", "wounds", "deaths", "bodies"}:
        if before in _NOMINAL or (before in {"wounds", "or"} and key == "injuries"):
            return True
        if (
            key in {"wounded", "injured"}
            and before not in AUXILIARIES
            and after in SIDE_OF_SINGULAR
            and after not in {"other", "local"}
        ):
            return True
    if key in {"claimed", "claims", "claiming", "cost"} and verb.end == verb.start + 1:
        group = phrases.at_start.get(verb.end)
        return group is None or phrases.key(group.end - 1) not in {"lives", "victims"}
    if key in _LOSES and verb.end == verb.start + 1:
        group = phrases.at_start.get(verb.end)
        if group is not None and group.is_loose and group.is_explicit and phrases.is_word(group.end - 1):
            return group.end - 1 not in phrases.numbers  # "have lost 40 hives" is no loss of life
    if key in {"executed", "execute", "executes", "executing", "eliminated", "burned", "burnt"}:
        return after in {"the", "a", "an", "by"} and phrases.at_start.get(verb.end) is None
    return before == "not"
