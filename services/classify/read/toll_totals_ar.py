"""Whole tolls in an Arabic sentence: "ارتفاع حصيلة … إلى ثمانية قتلى", "عدد الجرحى ثلاثة", "القتلى أربعة"."""

from collections.abc import Iterator
from dataclasses import replace

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from
from services.classify.read.number_words import AR_ORDINALS, words
from services.classify.read.phrases_ar import Phrases
from services.classify.read.toll_overlaps_ar import names_claimed_attack
from shared.letters import fold

_IS = words("هو هي وهو وهي")
_NTH = {fold("أول"): 1, **AR_ORDINALS}
_A_DEATH = words("قتيل قتيلة ضحية شهيد شهيدة وفاة حالة")
_NAME_REACH = 5
_OF = "من"
_COUNTED_OF = words("قتلى شهداء ضحايا جرحى مصابي وفيات")


def totals_of(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """Yield the whole tolls; the groups that they take are added to ``used``."""
    yield from _Totals(phrases, used).claims()


class _Totals:
    """One sentence being searched."""

    def __init__(self, phrases: Phrases, used: set[int]) -> None:
        self._phrases = phrases
        self._used = used

    def claims(self) -> Iterator[Claim]:
        """ "ارتفاع حصيلة … إلى ثمانية قتلى", "بقي عدد القتلى عند اثنين"."""
        yield from self._nth_death()
        for at, group in list(self._phrases.at_start.items()):
            is_whole = self._is_whole(at)
            if group.best is None or not (is_whole or self._phrases.holds(at - 1, lexicon.REACHES)):
                continue
            named = range(at - (1 if is_whole else 2), max(-1, at - 25), -1)
            told = next((position for position in named if self._toll_topic(position)), None)
            topic = None if told is None else self._toll_topic(told)
            fact = self._phrases.facts.get(at) or topic
            if topic is None or fact is None:
                continue
            self._used.add(group.start)
            is_of_attackers = told is not None and self._names_attackers(told)
            side = Side.ATTACKERS if is_of_attackers and fact is Fact.KILLED else Side.ANY
            kind = ClaimKind.BOAST if told is not None and self._is_put_by_claimant(told) else ClaimKind.TOTAL
            yield from claims_from(fact, kind, [replace(group, side=side)], at - 1, group.end)
            following = self._next_casualty(group)
            if following is not None:
                self._used.add(following.start)
                yield from claims_from(
                    self._phrases.facts[following.start], ClaimKind.TOTAL, [following], following.start, following.end
                )

    def _is_put_by_claimant(self, told: int) -> bool:
        """ "تبنت الجماعة الهجوم وقدرت قتلى الجيش بثلاثين": who claims the attack counts his victims himself."""
        is_put = any(self._phrases.holds(at, lexicon.PUTS_AT, definite=False) for at in range(max(0, told - 2), told))
        return is_put and names_claimed_attack(self._phrases.keys[:told])

    def _nth_death(self) -> Iterator[Claim]:
        """ "وهو أول قتيل في المشاجرة", "وهي ثالث وفاة": the death just told is the first, the third of all."""
        for at, key in enumerate(self._phrases.keys):
            count = _NTH.get(key)
            if count is None or self._phrases.key(at - 1) not in _IS or self._phrases.key(at + 1) not in _A_DEATH:
                continue
            self._used.update((at, at + 1))
            yield Claim(fact=Fact.KILLED, kind=ClaimKind.TOTAL, best=count, low=count, high=count,
                        start=at, end=at + 2, parts=(count,))  # fmt: skip

    def _names_attackers(self, told: int) -> bool:
        """ "قتلى داعش", "القتلى الإرهابيين", "عدد الإرهابيين القتلى"."""
        before = self._phrases.holds(told - 1, lexicon.SIDE_OF_PLURAL)
        is_before = before is not None and lexicon.SIDE_OF_PLURAL[before] is Side.ATTACKERS
        return self._phrases.key(told + 1) in lexicon.ATTACKER_NAMES or is_before

    def _is_whole(self, at: int) -> bool:
        """Whether the figure at ``at`` stands right behind its topic: "الحصيلة النهائية خمسة", "عدد الجرحى ثلاثة", "الحصيلة: 5"."""
        before = at - 1
        while self._phrases.key(before) == ":" or self._phrases.key(before) in lexicon.OF_TOLL:
            before -= 1
        if self._phrases.key(before - 1) == _OF:
            before -= 2  # "عدد القتلى من المدنيين سبعة"
        if self._phrases.holds(before, lexicon.WHOLE_TOLL):
            return True
        named = range(before, max(-1, before - _NAME_REACH), -1)
        if self._phrases.key(at - 1) == ":" and any(self._phrases.holds(p, lexicon.WHOLE_TOLL) for p in named):
            return True  # "حصيلة حانة بريتوريا: 12 قتيلا"
        if self._phrases.holds(before - 1, lexicon.WHOLE_TOLL) and before > 0:
            return True  # "حصيلة المعارك 8"
        if self._is_nominal(before, at):
            return True
        is_counted = self._phrases.holds(before - 1, lexicon.COUNTED) is not None
        return is_counted and self._toll_topic(before) is not None

    def _is_nominal(self, topic: int, at: int) -> bool:
        """ "إن القتلى ثلاثة وليس خمسة": a bare figure behind the word for the dead."""
        group = self._phrases.at_start[at]
        if not (group.is_loose and group.end == at + 1 and not self._phrases.keys[at].startswith(("ال", "و"))):
            return False
        if self._phrases.key(topic).startswith("ال") and self._toll_topic(topic) is not None:
            return True
        is_second = self._phrases.key(topic).startswith("وال") and self._toll_topic(topic) is not None
        if is_second and any(self._phrases.holds(p, lexicon.COUNTED) for p in range(topic)):
            return True  # "ليصبح عدد القتلى واحداً والجرحى سبعة"
        is_of_name = topic not in self._phrases.inside and self._phrases.key(topic - 1) in _COUNTED_OF
        return is_of_name and self._phrases.key(topic).startswith("ال")  # "قتلى العزيزية أربعة"

    def _toll_topic(self, at: int) -> Fact | None:
        if self._phrases.holds(at, lexicon.TOLL_WORDS_WOUNDED):
            return Fact.WOUNDED
        return Fact.KILLED if self._phrases.holds(at, lexicon.TOLL_WORDS_KILLED) else None

    def _next_casualty(self, group: Group) -> Group | None:
        following = self._phrases.at_start.get(group.end)
        is_casualty = following is not None and following.start in self._phrases.facts
        return following if is_casualty and self._phrases.keys[group.end].startswith("و") else None
