"""Wounds that a Sorani sentence tells without the verb, the dead among the wounded, and "کوژراوێک و دوو بریندار"."""

from collections.abc import Iterator
from dataclasses import replace

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, claims_from, one
from services.classify.read.number_words import words
from services.classify.read.phrases_ckb import Phrases

_ONE_OF = words("یەکێک")
_FROM = words("لە لەو")
_REACH = 12
_SINGULAR = words("ببوو بووبوو کرابوو")
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟"})
_LIMB_REACH = 2
_HURT = ("بريندار", "زامدار")


def dead_among_wounded(phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> Iterator[Claim]:
    """ "یەکێک لە سێ بریندارەکە گیانی لەدەستدا": one more is dead, and two are left of the wounded."""
    for at, key in enumerate(phrases.keys):
        quantity = phrases.numbers.get(at)
        dead = 1 if key in _ONE_OF else (quantity.best or 0) if quantity else 0
        end = quantity.end if quantity else at + 1
        whole = phrases.numbers.get(end + 1) if dead and phrases.key(end) in _FROM else None
        if whole is None or not whole.best or whole.best <= dead or not _names_hurt(phrases, whole.end):
            continue
        died = next(
            (
                start
                for start in sorted(starts)
                if whole.end < start <= whole.end + 2 * _REACH
                and start not in used
                and not phrases.key(start).startswith(_HURT)
            ),
            None,
        )
        if died is None:
            continue
        used.update((*range(at, whole.end + 1), died))
        left = whole.best - dead
        yield Claim(fact=Fact.KILLED, kind=ClaimKind.LATER, best=dead, low=dead, high=dead, start=at, end=whole.end + 1, parts=(dead,))  # fmt: skip
        yield Claim(fact=Fact.WOUNDED, kind=ClaimKind.STATED, best=left, low=left, high=whole.best, start=at, end=whole.end + 1, parts=(left,))  # fmt: skip


def dead_who_were_hurt(phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> Iterator[Claim]:
    """ "کچێک کە بەیانی بریندار ببوو، گیانی لەدەستدا": who had been wounded is one more dead, and no more wounded by it."""
    for at, key in enumerate(phrases.keys):
        if not key.startswith(_HURT) or phrases.key(at + 1) not in lexicon.HAD_BEEN_HURT or at in used:
            continue
        died = next((start for start in sorted(starts) if at + 1 < start <= at + 2 + _REACH), None)
        if died is None or died in used or any(phrases.key(p) in _STOPS for p in range(at, died)):
            continue
        if any(at < group.start < died and not group.is_loose for group in phrases.groups):
            continue
        before = [g for g in phrases.groups if at - 2 * _REACH <= g.end <= at and g.best and g.start not in used]
        named = next((g for g in before if not g.is_loose), None)
        group = (
            named if named is not None and (named.is_explicit or phrases.key(at + 1) in _SINGULAR) else one(at, at + 1)
        )
        used.update((at, died, *(g.start for g in before)))
        yield from claims_from(
            Fact.KILLED, ClaimKind.LATER, [replace(group, is_of_wounded=True)], min(group.start, at), died + 1
        )


def _names_hurt(phrases: Phrases, at: int) -> bool:
    """ "بریندارەکە", "پۆلیسە بریندارەکەی"."""
    is_person = phrases.person_at(at)
    if phrases.key(at).startswith(_HURT) or (is_person and phrases.key(at + 1).startswith(_HURT)):
        return True
    told = range(at + 1, min(at + 1 + _REACH, len(phrases.keys) - 1))
    return is_person and any(
        phrases.key(p).startswith(_HURT) and phrases.key(p + 1) in lexicon.HAD_BEEN_HURT for p in told
    )  # "یەکێک لەو چوار پێشمەرگەیەی دوێنێ بریندار ببوون"


def limb_lost(phrases: Phrases, at: int) -> int | None:
    """Where "قاچێکی پەڕی", "هەردوو قاچی لەدەستدا" ends that begins at ``at``; null for other words."""
    if phrases.key(at) not in lexicon.LIMBS:
        return None
    for position in range(at + 1, at + 1 + _LIMB_REACH):
        key = phrases.key(position)
        if key in lexicon.SEVERED | lexicon.LOST_IT:
            return position + 1
        if key in lexicon.FROM_HAND[0] and phrases.key(position + 1) in lexicon.FROM_HAND[1]:
            return position + 2
    return None


def singles_of(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """One person by an ending on the word for the dead ("کوژراوێک و شەش بریندار") and those taken to hospital."""
    keys = phrases.keys
    is_of_bodies = any(key.startswith(("تەرم", "لاشە")) for key in keys)
    for at, key in enumerate(keys):
        following = phrases.key(at + 1)
        if key in lexicon.A_KILLED and not following.startswith("بو"):
            yield from claims_from(Fact.KILLED, ClaimKind.STATED, [one(at, at + 1)], at, at + 1)
        elif key in lexicon.A_WOUNDED and phrases.key(at - 1) == "و" and at not in used:
            yield from claims_from(Fact.WOUNDED, ClaimKind.STATED, [one(at, at + 1)], at, at + 1)
        group = phrases.at_end.get(at) or (
            phrases.at_end.get(at - 1) if phrases.key(at - 1) in lexicon.OTHERS else None
        )
        if group is None or group.start in used or group.best is None:
            continue
        is_moved = key in lexicon.TAKEN_THERE and any(
            phrases.key(p).startswith(lexicon.HOSPITAL) for p in range(at + 1, at + 4)
        )
        if is_moved and not is_of_bodies:
            used.add(group.start)
            group = replace(group, best=1, low=1, high=1) if group.is_ordinal else group
            yield from claims_from(Fact.WOUNDED, ClaimKind.STATED, [group], group.start, at + 1)


def lost_people(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """ "چوار هاوڕێمان لەدەست دا": people, not limbs or lives, that were lost."""
    for at, key in enumerate(phrases.keys):
        group = phrases.at_end.get(at)
        if group is None or group.start in used or group.best is None:
            continue
        is_lost = key in lexicon.FROM_HAND[0] and phrases.key(at + 1) in lexicon.FROM_HAND[1]
        if (is_lost or key in lexicon.LOST_IT) and group.is_explicit and not group.is_loose:
            used.add(group.start)
            yield from claims_from(Fact.KILLED, ClaimKind.STATED, [group], group.start, at + 1)
