"""Wounds that an Arabic sentence tells without the verb: lost limbs, people taken to hospital, and the dead among the wounded."""

from collections.abc import Iterator

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, claims_from, one
from services.classify.read.number_words import words
from services.classify.read.phrases_ar import Phrases

_ONE_OF = words("أحد إحدى")
_DEATHS = words("توفي توفيت وفاة فارق فارقت استشهد استشهدت استشهاد مات ماتت رحيل لفظ لفظت قضى")
_WAS = words("كان كانت")
_REACH = 10
_LIMB_REACH = 4


def dead_among_wounded(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """ "توفي أحد الجرحى الأربعة": one more is dead, and three are left of the wounded."""
    for at in range(len(phrases.keys) - 1):
        if not phrases.holds(at, _ONE_OF, definite=False):
            continue
        whole, end = _wounded_at(phrases, at + 1)
        near = range(max(0, at - 4), min(end + _REACH, len(phrases.keys)))
        died = next((p for p in near if phrases.holds(p, _DEATHS)), None)
        is_told = bool(
            {phrases.key(at - 1), phrases.key(at - 2).removeprefix("و")} & _WAS
        )  # the headline tells his death
        if whole < 2 or (died is None and not is_told):
            continue
        used.update(range(at, end))
        if died is not None:
            used.add(died)
            yield Claim(fact=Fact.KILLED, kind=ClaimKind.LATER, best=1, low=1, high=1, start=at, end=end, parts=(1,))
        left = whole - 1
        yield Claim(fact=Fact.WOUNDED, kind=ClaimKind.STATED, best=left, low=left, high=whole, start=at, end=end, parts=(left,))  # fmt: skip


def _wounded_at(phrases: Phrases, at: int) -> tuple[int, int]:
    """How many wounded the definite phrase at ``at`` counts ("الجرحى الأربعة", "الجنديين الجريحين"), and where it ends; 0 for none."""
    if phrases.holds(at, lexicon.WOUNDED_NOUNS_PLURAL) and (number := phrases.numbers.get(at + 1)) is not None:
        return number.best or 0, number.end
    group = phrases.at_start.get(at)
    if group is not None and phrases.facts.get(at) is Fact.WOUNDED and phrases.keys[at].startswith("ال"):
        return group.best or 0, group.end
    duals = {**lexicon.SIDE_OF_DUAL, **lexicon.SIDE_OF_DOUBTFUL_DUAL}
    is_pair = phrases.keys[at].startswith("ال") and phrases.holds(at, duals)
    if is_pair and (
        phrases.holds(at + 1, lexicon.WOUNDED_NOUNS_DUAL) or phrases.holds(at + 1, lexicon.WOUNDED_NOUNS_PLURAL)
    ):
        return 2, at + 2
    return 0, at


def moved_to_hospital(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """ "ونقل ستة إلى المستشفى": taken there alive."""
    for at in range(len(phrases.keys)):
        group = phrases.at_start.get(at + 1)
        if group is None or group.start in used or not phrases.holds(at, lexicon.MOVED, definite=False):
            continue
        if phrases.facts.get(group.start) is not None or group.start in phrases.inside - {group.start}:
            continue
        near = range(group.end, min(group.end + _REACH, len(phrases.keys)))
        if any(phrases.holds(p, lexicon.HOSPITALS) for p in near):
            used.add(group.start)
            yield from claims_from(Fact.WOUNDED, ClaimKind.STATED, [group], at, group.end)


def maimed(phrases: Phrases, used: set[int], *, is_told: bool) -> Iterator[Claim]:
    """ "فقد راعٍ ساقه", "بترت ساق جندي"; where ``is_told`` that people were wounded, only somebody named beside it counts."""
    for at in range(len(phrases.keys)):
        is_lost = phrases.holds(at, lexicon.LOSES, definite=False) is not None
        if not is_lost and not phrases.holds(at, lexicon.SEVERED, definite=False):
            continue
        near = range(at + 1, min(at + 1 + _LIMB_REACH, len(phrases.keys)))
        limb = next((p for p in near if phrases.key(p) in lexicon.LIMBS), None)
        if limb is None:
            continue
        named = next((g for p in (*range(at + 1, limb), limb + 1) if (g := phrases.at_start.get(p)) is not None), None)
        if named is not None and named.start not in used:
            used.add(named.start)
            yield from claims_from(Fact.WOUNDED, ClaimKind.STATED, [named], at, limb + 1)
        elif named is None and not is_told:
            yield from claims_from(Fact.WOUNDED, ClaimKind.STATED, [one(at, limb + 1)], at, limb + 1)
