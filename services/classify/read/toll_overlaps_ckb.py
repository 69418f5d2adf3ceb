"""Sorani claims that count a whole by one of its people ("یەکێک لەو سێ چەکدارەی … کوژران"), or as it stands now."""

from collections.abc import Iterator
from dataclasses import replace

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Side, claims_from, group_of, one
from services.classify.read.number_words import words
from services.classify.read.phrases_ckb import Phrases
from services.classify.read.text import Sentence
from shared.letters import fold

_ONE_OF = words("یەکێک")
_FROM = words("لە لەو")
_NOW = words("ئێستا")
_BEFORE_NOW = frozenset({"و", "،", ",", "؛", ";"})
_PLURAL = tuple(words("ران راون درێن"))
_ENDINGS = ("", *(fold(ending) for ending in ("ە", "ەی", "یەی", "ەکە", "ەکەی")))
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟"})
_REACH = 18


def whole_by_one(phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> Iterator[Claim]:
    """ "یەکێک لەو سێ چەکدارەی … کوژران، بەرپرس بووە": all three were killed; in the singular, one of the attackers was."""
    for at, key in enumerate(phrases.keys):
        whole = phrases.numbers.get(at + 2) if key in _ONE_OF and phrases.key(at + 1) in _FROM else None
        if whole is None or (whole.best or 0) < 2 or at in used:
            continue
        near = (start for start in sorted(starts) if whole.end < start <= whole.end + _REACH and start not in used)
        died = next(near, None)
        if died is None or phrases.key(died) not in lexicon.KILL_VERBS:
            continue
        side = _side_of(phrases.key(whole.end))
        is_all = phrases.key(died).endswith(_PLURAL)
        if side is None or not (is_all or side is Side.ATTACKERS):
            continue
        if any(phrases.key(p) in _STOPS for p in range(whole.end, died)):
            continue
        used.update((*range(at, whole.end + 1), died))
        group = group_of(whole, end=whole.end + 1, side=side) if is_all else one(at, whole.end + 1, side=side)
        yield from claims_from(Fact.KILLED, ClaimKind.STATED, [group], at, died + 1)


def with_standing(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "ئێستا دوو پۆلیس کوژراون و دووان بریندارن": what is so by now is the whole toll."""
    keys = [token.key for token in sentence.tokens]
    now = next((i for i, key in enumerate(keys) if key in _NOW and (i == 0 or keys[i - 1] in _BEFORE_NOW)), len(keys))
    return tuple(
        replace(c, kind=ClaimKind.TOTAL)
        if c.start > now
        and c.kind is ClaimKind.STATED
        and c.is_explicit
        and not c.is_additional
        and c.fact is not Fact.ATTACKERS_KILLED
        else c
        for c in found
    )


def _side_of(noun: str) -> Side | None:
    sides = (lexicon.SIDE_OF.get(noun.removesuffix(ending)) for ending in _ENDINGS)
    return next((side for side in sides if side is not None), None)
