"""Whole tolls in a Sorani sentence: "ژمارەی کوژراوان بۆ دوازدە کەس", "قوربانییەکان بوون بە سێ", "کوژراوان چوارن"."""

from collections.abc import Iterator
from dataclasses import replace

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from
from services.classify.read.number_words import CKB_UNITS, words
from services.classify.read.phrases_ckb import Phrases

_MADE = words("کرد کردی کرا دابەزی دابەزیوە کەمکرایەوە")
_OF_ONE = words("برینداری کوژراوی شەهیدی")
"""Also in the singular: "برینداری هێرشەکە بوو بە سێ"."""
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟"})
_BECAME = words("بوون بوو بووە بوونە")
_ARE_PEOPLE = words("کەسن کەسە")
_OF_THE_DEAD = frozenset(
    key
    for key in lexicon.TOLL_KILLED | lexicon.TOLL_WOUNDED
    if len(key) > len("كوژراو") and key.endswith(("ان", "اني", "ەكان", "ەكاني", "انيش", "ەكانيش"))
)


def totals_of(phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> Iterator[Claim]:
    """Yield the whole tolls; the groups and verbs (``starts``) that they take up are added to ``used``."""
    yield from _Totals(phrases, used, starts).claims()


class _Totals:
    """One sentence being searched."""

    def __init__(self, phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> None:
        self._phrases = phrases
        self._used = used
        self._starts = starts

    def claims(self) -> Iterator[Claim]:
        """ "ژمارەی کوژراوان بۆ دوازدە کەس", "ژمارەی بریندارەکان ٣١ کەسە"."""
        for at, key in enumerate(self._phrases.keys):
            if (
                key in _OF_ONE
                and self._phrases.key(at - 1) not in lexicon.COUNT_OF
                and not self._phrases.at_end.get(at)
            ):
                yield from self._toll_reached(at)
            if key in _OF_THE_DEAD and self._phrases.key(at - 1) not in lexicon.COUNT_OF:
                yield from self._toll_reached(at)
            if key not in lexicon.COUNT_OF:
                continue
            topics = [
                Fact.WOUNDED if self._phrases.key(p) in lexicon.TOLL_WOUNDED else Fact.KILLED
                for p in range(at + 1, at + 4)
                if self._phrases.key(p) in lexicon.TOLL_WOUNDED | lexicon.TOLL_KILLED
            ]
            group = self._total_after(at + 1) if topics else None
            if group is None:
                continue
            self._used.add(group.start)
            self._used.update(start for start in self._starts if at < start < group.start)
            yield from claims_from(topics[0], ClaimKind.TOTAL, [replace(group, side=Side.ANY)], at, group.end)

    def _toll_reached(self, at: int) -> Iterator[Claim]:
        """ "کوژراوانی هێرشەکە گەیشتنە ٥٢ کەس", "قوربانییەکان بوون بە سێ": the toll without the word for number."""
        fact = Fact.WOUNDED if self._phrases.key(at).startswith("بريندار") else Fact.KILLED
        for group in self._phrases.groups:
            is_near = (
                at < group.start <= at + 10 and group.best is not None and group.is_explicit and not group.is_ordinal
            )
            before = self._phrases.key(group.start - 1)
            is_reached = before in lexicon.REACHES or self._is_turned_to(group)
            is_reached = is_reached or self._is_predicate(group) or self._is_elided(at, group)
            is_own = not any(self._phrases.key(p) in lexicon.COUNT_OF for p in range(at, group.start))
            if is_near and is_reached and is_own and group.start not in self._used:
                self._used.add(group.start)
                self._used.update(start for start in self._starts if at <= start <= group.start)
                yield from claims_from(fact, ClaimKind.TOTAL, [replace(group, side=Side.ANY)], at, group.end)
                return

    def _is_turned_to(self, group: Group) -> bool:
        """ "بوون بە سێ", "لە ٣٤ـەوە کرد بە ٢٧"."""
        return self._phrases.key(group.start - 1) == "بە" and self._phrases.key(group.start - 2) in _BECAME | _MADE

    def _is_predicate(self, group: Group) -> bool:
        """ "کوژراوان چوارن": the verb is written onto the number."""
        key = self._phrases.key(group.start)
        if self._phrases.key(group.end - 1) in _ARE_PEOPLE:
            return True  # "برینداران سێ کەسن"
        return group.is_loose and group.end == group.start + 1 and key.endswith("ن") and key[:-1] in CKB_UNITS

    def _is_elided(self, at: int, group: Group) -> bool:
        """ "ژمارەی کوژراوان گەیشتە حەوت کەس و بریندارەکانیش بیست و یەک": a second toll without its verb."""
        is_also = self._phrases.key(at).endswith("يش") or self._phrases.key(at - 1) == "و"
        is_also = is_also and group.start == at + 1
        is_last = self._phrases.key(group.end) in _STOPS | {"", "،", ","}
        return is_also and is_last and any(key in lexicon.COUNT_OF for key in self._phrases.keys[:at])

    def _total_after(self, at: int) -> Group | None:
        nearby = []
        for group in self._phrases.groups:
            if at <= group.start < at + 18 and group.best is not None and group.is_explicit and not group.is_ordinal:
                if any(self._phrases.key(p) in lexicon.COUNT_OF | _STOPS for p in range(at, group.start)):
                    break
                nearby.append(group)
        reached = [
            group
            for group in nearby
            if self._phrases.key(group.start - 1) in lexicon.REACHES or self._is_turned_to(group)
        ]
        return next(iter(reached or nearby), None)
