"""Sorani sentences to claims about the toll.

The verb comes last and takes the people nearest before it ("دوو پۆلیس کوژران و سێی تر بریندار بوون"); its noun comes first
("کوشتنی دوو کۆڵبەر"). One person is an ending ("سەربازێک"), and clitics hang on every word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, militants_of, one
from services.classify.read.denials_ckb import denied_in
from services.classify.read.number_words import words
from services.classify.read.phrases_ckb import Phrases
from services.classify.read.text import Sentence, TokenKind
from services.classify.read.toll_overlaps_ckb import whole_by_one, with_standing
from services.classify.read.toll_totals_ckb import totals_of
from services.classify.read.wounded_ckb import (
    dead_among_wounded,
    dead_who_were_hurt,
    limb_lost,
    lost_people,
    singles_of,
)

_REACH = 14
_LIST_GAP = 4
_UNNAMED_REACH = 7
_OTHERS_REACH = 6
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟"})
_AND = frozenset({"و"})
_BUT = words("بەڵام ، ,") | {"،", ","}
_FROM = words("لە")
_ACTIVE = words("کوشت کوشتی کوشتیان کوشتووە کوشتوویانە دەکوژێت دەکوژێ دەکوژن")
_VERBS = (
    (lexicon.KILL_OF, Fact.KILLED, "of"), (lexicon.WOUND_OF, Fact.WOUNDED, "of"), (lexicon.KILL_VERBS, Fact.KILLED, "verb"),
    (lexicon.KILLED_BESIDE, Fact.KILLED, "beside"), (lexicon.WOUNDED_BESIDE, Fact.WOUNDED, "beside"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trigger:
    fact: Fact
    form: str
    start: int
    end: int


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    reading = _Reading(sentence)
    found = with_standing(sentence, tuple(reading.claims()))
    return militants_of(found, reading.militants()) if found and reading.is_strike_on_militants else found


class _Reading:
    """One sentence being read; holds what was found so far, so that no group is counted twice."""

    def __init__(self, sentence: Sentence) -> None:
        self._phrases = Phrases(sentence)
        self._triggers = self._find_triggers()
        self._used: set[int] = set()

    @property
    def is_strike_on_militants(self) -> bool:
        """Whether the sentence tells of aircraft and of the PKK, its target in every such strike."""
        keys = self._phrases.keys
        return any(key.startswith(lexicon.STRUCK_MILITANTS) for key in keys) and any(
            key.startswith(lexicon.FROM_THE_AIR) for key in keys
        )

    def militants(self) -> frozenset[int]:
        """The words that may call a militant."""
        return frozenset(at for at, key in enumerate(self._phrases.keys) if key.startswith(lexicon.MILITANTS_MAYBE))

    def claims(self) -> Iterator[Claim]:
        starts = {trigger.start for trigger in self._triggers}
        yield from denied_in(self._phrases, self._used, starts)
        yield from totals_of(self._phrases, self._used, starts)
        yield from dead_among_wounded(self._phrases, self._used, starts)
        yield from whole_by_one(self._phrases, self._used, starts)
        yield from dead_who_were_hurt(self._phrases, self._used, starts)
        yield from lost_people(self._phrases, self._used)
        for index, trigger in enumerate(self._triggers):
            if trigger.start in self._used:
                continue
            second = self._triggers[index + 1] if index + 1 < len(self._triggers) else None
            groups = self._sufferers(trigger)
            if not groups and second is not None and self._is_shared_noun(trigger, second):
                groups = self._sufferers(second)
            groups = groups or self._unnamed(trigger)
            if not groups and (dead := self._wounded_who_died(trigger)) is not None:
                yield from claims_from(Fact.KILLED, ClaimKind.LATER, [dead], dead.start, trigger.end)
                continue
            if not groups:
                continue
            if second is not None and self._die_next(trigger, second):
                self._used.add(second.start)
                self._used.update(group.start for group in groups)
                yield from claims_from(Fact.KILLED, ClaimKind.LATER, groups, trigger.start, second.end)
                continue
            if second is not None and (self._is_unsplit(trigger, second) or self._is_shared_noun(trigger, second)):
                self._used.add(second.start)
                self._used.update(group.start for group in groups)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, groups, trigger.start, second.end)
            else:
                yield from self._claims_for(trigger, groups)
        yield from singles_of(self._phrases, self._used)

    def _die_next(self, first: _Trigger, second: _Trigger) -> bool:
        """ "دوو برینداری تری هێرشەکە گیانیان سپارد": the wounded are those who died."""
        is_counted = any(number.end == first.start for number in self._phrases.numbers.values())
        is_named = (
            first.fact is Fact.WOUNDED
            and first.form == "beside"
            and (is_counted or self._phrases.key(first.start).endswith("ي"))
        )
        is_death = second.fact is Fact.KILLED and second.form == "verb" and second.start - first.end <= _REACH
        clause = range(first.end, second.start)
        is_alone = not any(group.start in clause and not group.is_loose for group in self._phrases.groups)
        return is_named and is_death and is_alone and not any(self._phrases.key(at) in _AND | _BUT for at in clause)

    def _unnamed(self, trigger: _Trigger) -> list[Group]:
        """One person by the verb's singular: "عەقیدەکەی زاخۆ شەهید بوو", "شۆفێری بارهەڵگرەکەش برینداربووە"."""
        keys = self._phrases.keys[trigger.start : trigger.end]
        before = range(max(0, trigger.start - _UNNAMED_REACH), trigger.start)
        if trigger.form != "verb":
            return []
        joints = [at for at in before if self._phrases.key(at) in _AND | _BUT]
        clause = range(joints[-1] if joints else before.start, trigger.start)
        if any(at in self._phrases.numbers for at in clause):
            return []
        is_told = any(group.start in clause for group in self._phrases.groups if not group.is_loose)
        if is_told or any(t.end in clause for t in self._triggers if t.fact is not trigger.fact and t.form == "beside"):
            return []
        if keys[0] in lexicon.KILL_THEM and (victim := self._object_named(clause)) is not None:
            return [victim]
        is_one = keys[0] in lexicon.ONE_DEAD | lexicon.ONE_HURT or keys[-1] in lexicon.ONE_IS or "گیاني" in keys
        named = self._phrases.subject_before(trigger.start, _UNNAMED_REACH)
        return [named] if is_one and named is not None and named.start not in self._used else []

    def _object_named(self, clause: range) -> Group | None:
        """ "چەکداران موختاری گوندێک دەکوژن": the one person that the clause names and who is none of the killers."""
        for at in clause:
            side = self._phrases.side_at(at)
            if side not in {None, Side.ATTACKERS} and self._phrases.key(at).endswith("ي") and at not in self._used:
                return one(at, at + 1, side=side or Side.ANY)
        return None

    def _find_triggers(self) -> list[_Trigger]:
        found = []
        at = 0
        while at < len(self._phrases.keys):
            trigger = self._trigger(at)
            if trigger is not None:
                found.append(trigger)
                at = trigger.end
            else:
                at += 1
        return found

    def _trigger(self, at: int) -> _Trigger | None:
        key = self._phrases.key(at)
        if at in self._phrases.inside or self._phrases.tokens[at].kind is not TokenKind.WORD:
            return None
        if (phrase := self._phrase_of(at)) is not None or key in lexicon.LIFE | lexicon.WOUND:
            return phrase
        for vocabulary, fact, form in _VERBS:
            if key in vocabulary:
                return self._phrased(fact, form, at)
        return None

    def _phrase_of(self, at: int) -> _Trigger | None:
        """A deed told in several words: "گیانی لەدەستدا", "کۆچی دوایی کرد", "برینی سەختە", "قاچێکی پەڕی", "سەری بڕدرا"."""
        key, following = self._phrases.key(at), self._phrases.key(at + 1)
        fact, form, end = Fact.KILLED, "verb", None
        if key in lexicon.LIFE:
            near = range(at + 1, min(at + 3, len(self._phrases.keys)))
            end = next((p + 1 for p in near if self._phrases.key(p) in lexicon.LOST), None)
            if end is None and following in _FROM and self._phrases.key(at + 2).startswith("دەست"):
                end = at + 3
        elif key in lexicon.PASSED and following.startswith(lexicon.AWAY):
            end = min(at + 3, len(self._phrases.keys))
        elif (key in lexicon.HEAD and following.startswith(lexicon.CUT)) or (
            key in lexicon.BECAME and following in lexicon.VICTIM
        ):
            end = at + 2
        elif key in lexicon.WOUND:
            taken = next((p + 1 for p in range(at + 1, at + 4) if self._phrases.key(p) in lexicon.TAKEN), None)
            fact, end = Fact.WOUNDED, at + 2 if following in lexicon.BADLY else taken
        elif key in lexicon.A_WOUNDED and following in lexicon.BADLY:
            fact, end = Fact.WOUNDED, at + 2
        elif key in lexicon.AS_DEAD and following.startswith(lexicon.FOUND) and self._phrases.key(at - 1) == "بە":
            end = at + 2
        elif key in lexicon.CAUGHT and following.startswith(lexicon.BREATHLESS):
            fact, end = Fact.WOUNDED, min(at + 3, len(self._phrases.keys))
        elif (severed := limb_lost(self._phrases, at)) is not None:
            fact, form, end = Fact.WOUNDED, "limb", severed
        return _Trigger(fact=fact, form=form, start=at, end=end) if end is not None else None

    def _phrased(self, fact: Fact, form: str, at: int) -> _Trigger | None:
        """A verb made of two words ("بریندار بوون"), unless the second denies it."""
        following = self._phrases.key(at + 1)
        if self._phrases.key(at) in lexicon.IS_HURT | lexicon.SHOT | lexicon.ONE_HURT:
            return _Trigger(fact=fact, form="verb", start=at, end=at + 1)
        if form != "beside":
            return _Trigger(fact=fact, form=form, start=at, end=at + 1)
        if following in lexicon.AUXILIARY:
            return _Trigger(fact=fact, form="verb", start=at, end=at + 2)
        return None if following.startswith("نە") else _Trigger(fact=fact, form=form, start=at, end=at + 1)

    def _sufferers(self, trigger: _Trigger) -> list[Group]:
        if trigger.form == "of":
            first = next(
                (g for at in range(trigger.end, trigger.end + 2) if (g := self._phrases.at_start.get(at))), None
            )
            return self._listed_after(first) if first is not None and first.start not in self._used else []
        nearest = self._nearest_before(trigger)
        is_of_limbs = nearest is not None and nearest.is_loose and nearest.is_explicit  # "سێ پەنجەی لەدەستدا"
        if trigger.form == "limb" and (nearest is None or is_of_limbs):
            return [one(trigger.start, trigger.end)]
        return self._listed_before(nearest) if nearest is not None else []

    def _wounded_who_died(self, trigger: _Trigger) -> Group | None:
        """ "پۆلیسێکی برینداری تەقینەوەکە گیانی لەدەستدا", "برینداری هێرشەکە گیانی لەدەستدا": one more who was counted as wounded."""
        if trigger.fact is not Fact.KILLED or trigger.form != "verb":
            return None
        for wounded in self._triggers:
            is_near = 0 <= trigger.start - wounded.end <= _REACH and wounded.start not in self._used
            key = self._phrases.key(wounded.start)
            if wounded.fact is Fact.WOUNDED and wounded.form == "beside" and is_near and key.endswith("ي"):
                group = self._phrases.at_end.get(wounded.start)
                self._used.add(wounded.start)
                return replace(group or one(wounded.start, wounded.end), is_of_wounded=True)
        return None

    def _nearest_before(self, trigger: _Trigger) -> Group | None:
        for at in range(trigger.start, max(-1, trigger.start - _REACH), -1):
            group = self._phrases.at_end.get(at)
            if group is not None:
                if group.start in self._used:
                    return None
                is_of_others = self._phrases.key(at - 1) in lexicon.OTHERS and trigger.start - at <= _OTHERS_REACH
                if group.is_loose and not is_of_others and not self._is_right_before(at, trigger):
                    continue
                if (
                    group.side is Side.ATTACKERS
                    and trigger.start - at > 1
                    and self._phrases.key(trigger.start) in _ACTIVE
                ):
                    return None  # "چەکدارێک لە کەڕادە … کوشت": who killed, not who was killed
                is_far = trigger.form == "beside" and trigger.start - at > 3
                return None if is_far or self._is_adjective(trigger, group) else group
            if self._phrases.key(at - 1) in _STOPS or self._ends_trigger(at, trigger):
                return None
        return None

    def _is_right_before(self, at: int, trigger: _Trigger) -> bool:
        if trigger.form == "limb" and trigger.start - at <= 1:
            return True  # "ئەفسەرەکە هەردوو قاچی لەدەستدا"
        return all(key in lexicon.TODAY for key in self._phrases.keys[at : trigger.start])

    def _is_adjective(self, trigger: _Trigger, group: Group) -> bool:
        """ "پۆلیسێکی بریندار گیانی لەدەستدا": the wounded policeman, of whom something else is told."""
        is_last = trigger.end >= len(self._phrases.keys) or self._phrases.key(trigger.end) in _AND | _STOPS | {"،", ","}
        return trigger.form == "beside" and trigger.fact is Fact.WOUNDED and not group.is_explicit and not is_last

    def _ends_trigger(self, at: int, own: _Trigger) -> bool:
        return any(trigger.end == at and trigger is not own and trigger.form != "of" for trigger in self._triggers)

    def _listed_before(self, group: Group) -> list[Group]:
        chain = [group]
        while True:
            joint = chain[0].start - 1
            if joint < 1 or self._phrases.key(joint) not in _AND | {"،", ","}:
                return chain
            before = next(
                (
                    self._phrases.at_end[at]
                    for at in range(joint, max(0, joint - _LIST_GAP), -1)
                    if at in self._phrases.at_end
                ),
                None,
            )
            is_cut = before is not None and any(before.end <= t.start < joint or t.end == joint for t in self._triggers)
            if (
                before is None
                or is_cut
                or before.start in self._used
                or (self._phrases.key(joint) not in _AND and before.end != joint)
            ):
                return chain
            is_of_house = self._phrases.key(before.start - 1) in lexicon.PLACES_OWNED
            if is_of_house or self._has_verb_between(before.end, joint):
                return chain
            chain.insert(0, before)

    def _has_verb_between(self, start: int, end: int) -> bool:
        return any(self._phrases.key(at) in lexicon.AUXILIARY for at in range(start, end))

    def _listed_after(self, group: Group) -> list[Group]:
        chain = [group]
        while True:
            following = None
            for at in range(chain[-1].end, min(chain[-1].end + _LIST_GAP, len(self._phrases.keys))):
                if self._phrases.key(at) in _AND | {"،"}:
                    following = self._phrases.at_start.get(at + 1)
                    break
            if following is None or following.start in self._used or self._phrases.is_beside(following.end):
                return chain
            chain.append(following)

    def _is_unsplit(self, first: _Trigger, second: _Trigger) -> bool:
        between = self._phrases.keys[first.end : second.start]
        is_joined = between == ["و"] and first.fact is not second.fact
        return is_joined and "of" not in {first.form, second.form}

    def _is_shared_noun(self, first: _Trigger, second: _Trigger) -> bool:
        """ "کوژران و برینداربوونی دە کەس": the killing and wounding of ten."""
        is_joined = self._phrases.keys[first.end : second.start] == ["و"] and first.fact is not second.fact
        return is_joined and second.form == "of"

    def _claims_for(self, trigger: _Trigger, groups: Sequence[Group]) -> Iterator[Claim]:
        self._used.update(group.start for group in groups)
        groups = self._with_smugglers(groups)
        kind = ClaimKind.STATED
        if self._is_of_those_hurt(trigger, groups):
            groups, kind = [replace(group, is_of_wounded=True) for group in groups], ClaimKind.LATER
        elif len(groups) == 1 and groups[0].is_ordinal and trigger.fact is Fact.KILLED:
            kind = ClaimKind.TOTAL
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif trigger.fact is Fact.KILLED and any(group.is_of_wounded for group in groups):
            kind = ClaimKind.LATER
        if trigger.fact is Fact.KILLED and self._is_boast(trigger.start):
            kind = ClaimKind.BOAST
        yield from claims_from(trigger.fact, kind, groups, trigger.start, trigger.end)

    def _with_smugglers(self, groups: Sequence[Group]) -> list[Group]:
        """ "پاسەوانێک شەهید و قاچاخچییەک کوژرا": who dies in a fight with the guards fought against them."""
        is_fight = any(key.startswith(lexicon.FOUGHT) for key in self._phrases.keys)
        is_fight = is_fight or any(group.side is Side.FORCES for group in self._phrases.groups)
        return [
            replace(group, side=Side.ATTACKERS)
            if is_fight and self._phrases.key(group.end - 1).startswith(lexicon.SMUGGLERS)
            else group
            for group in groups
        ]

    def _is_of_those_hurt(self, trigger: _Trigger, groups: Sequence[Group]) -> bool:
        """ "سێی تر زامدار بوون، یەکێکیان گیانی سپارد": one of the wounded died."""
        if trigger.fact is not Fact.KILLED or len(groups) != 1:
            return False
        is_of_them = self._phrases.key(groups[0].end - 1).endswith("يان") and groups[0].end - groups[0].start == 1
        before = [other for other in self._triggers if other.end <= groups[0].start]
        return is_of_them and bool(before) and before[-1].fact is Fact.WOUNDED

    def _is_boast(self, at: int) -> bool:
        """Whether the clause gives the attackers' own count: "بانگەشەی ئەوەی کرد کە حەوت پۆلیسی کوشتووە"."""
        for position in range(at - 1, max(-1, at - _REACH), -1):
            key = self._phrases.keys[position]
            if key in _STOPS | _BUT:
                return False
            if key.startswith(lexicon.BOASTS):
                return True
            is_said = key in lexicon.SAID and self._phrases.key(position - 1) in _AND
            if is_said and any(word in lexicon.CLAIMED for word in self._phrases.keys[:position]):
                return True  # "هێرشەکەی گرتە ئەستۆ و گوتی ٣٠ سەرباز کوژراون"
        return False
