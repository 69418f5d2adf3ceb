"""Arabic sentences to claims about the toll.

The verb or its noun comes first and its people follow ("استشهد ضابط وجندي", "إصابة أربعة آخرين"); the words for the dead and
the wounded count themselves ("قتيلان وخمسة جرحى", "11 شهيداً"). Conjunctions and prepositions are written onto the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, militants_of, one
from services.classify.read.denials_ar import denied_in
from services.classify.read.number_words import words
from services.classify.read.phrases_ar import Phrases
from services.classify.read.text import Sentence
from services.classify.read.toll_overlaps_ar import (
    named_again,
    names_claimed_attack,
    of_whose_bodies,
    people_of_bodies,
    with_whole,
    without_bodies_of_attackers,
)
from services.classify.read.toll_totals_ar import totals_of
from services.classify.read.verbs_ar import Trigger, triggers_of
from services.classify.read.wounded_ar import dead_among_wounded, maimed, moved_to_hospital
from shared.letters import fold

_REACH = 10
_LIST_REACH = 6
_SUBJECT_REACH = 4
_OBJECT_REACH = 7
_BOAST_REACH = 14
_DENIAL_REACH = 10
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟", ":"})
_AFTER_SUBJECT = words("قتلوا استشهدوا استشهدا قتلا أصيبوا أصيبا جرحوا فارقوا فارقا قضوا قضيا قتلن أصبن ارتقوا لقوا")
_MAY_FOLLOW_SUBJECT = words("يقتلون يستشهدون يصابون قتل قتلت جرح جرحت أصيب أصيبت استشهد استشهدت يقتل يصاب يستشهد")
_BY = words("في إثر جراء نتيجة خلال بعد على لاحقا متأثرا")
_AMONG_THEM = words("بينهم بينهما بينهن وبينهم منهم ضمنهم وبضمنهم بضمنهم")
_ONE_OF_THEM = words("أحدهم أحدهما إحداهن إحداهما")
_ONE = words("واحد واحدة")
"""Begins with the letter of "and" and is none: "عائلة واحدة"."""
_ONE_MORE = words("ثانيا ثالثا رابعا خامسا سادسا آخر")
_THEN = words("ثم قبل أن")
_WITH_HIM = words("ومعه ومعها ومعهم برفقته")
_HE = words("هو هي هما هم")
_BESIDE = words("مع برفقة ومعه ومعها ومعهم برفقته") | {"،", ",", "و"}
_DEAD_AFTER = words("قتلى شهداء")
_HURT_AFTER = words("جرحى مصابون مصابين")


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    reading = _Reading(sentence)
    found = with_whole(sentence, without_bodies_of_attackers(sentence, tuple(reading.claims())))
    return militants_of(found, reading.militants()) if found and reading.is_strike_on_militants else found


class _Reading:
    """One sentence being read; holds what was found so far, so that no group is counted twice."""

    def __init__(self, sentence: Sentence) -> None:
        self._phrases = Phrases(sentence)
        self._triggers = triggers_of(self._phrases)
        self._trigger_at = {trigger.at: trigger for trigger in self._triggers}
        self._used: set[int] = set()

    @property
    def is_strike_on_militants(self) -> bool:
        """Whether the sentence tells of aircraft and of the PKK, its target in every such strike."""
        named = any(key in lexicon.STRUCK_MILITANTS for key in self._phrases.keys)
        return named and any(self._phrases.holds(at, lexicon.FROM_THE_AIR) for at in range(len(self._phrases.keys)))

    def militants(self) -> frozenset[int]:
        """The words that may call a militant."""
        return frozenset(
            at for at in range(len(self._phrases.keys)) if self._phrases.holds(at, lexicon.MILITANTS_MAYBE)
        )

    def claims(self) -> Iterator[Claim]:
        yield from denied_in(self._phrases, self._used)
        yield from totals_of(self._phrases, self._used)
        yield from dead_among_wounded(self._phrases, self._used)
        yield from self._unsplit_claims()
        has_killed = False
        for trigger in self._triggers:
            if trigger.at in self._used:
                continue
            groups = self._sufferers(trigger)
            if groups and trigger.form == "noun" and self._is_denied(trigger):
                self._used.update(group.start for group in groups)
                yield Claim(fact=trigger.fact, kind=ClaimKind.NONE, best=0, low=0, high=0, start=trigger.at, end=trigger.at + 1, parts=(0,))  # fmt: skip
                has_killed = True
                continue
            if groups and self._is_death_next(trigger, groups):
                self._used.update(group.start for group in groups)
                has_killed = True
                yield from claims_from(Fact.KILLED, ClaimKind.STATED, groups, trigger.at, trigger.at + 1)
                continue
            if groups:
                has_killed = has_killed or trigger.fact is Fact.KILLED
                yield from self._claims_for(trigger, groups)
            else:
                yield from self._one_more(trigger)
        if not has_killed:
            yield from self._owned_claims()
        yield from self._told_of_before()
        has_hurt = any(trigger.fact is Fact.WOUNDED for trigger in self._triggers)
        yield from moved_to_hospital(self._phrases, self._used)
        yield from maimed(self._phrases, self._used, is_told=has_hurt)
        for group in self._phrases.groups:
            fact = self._phrases.facts.get(group.start)
            if fact is not None and group.start not in self._used:
                self._used.update(other.start for other in people_of_bodies(self._phrases, group))
                meant = of_whose_bodies(self._phrases, group)
                kind = ClaimKind.TOTAL if meant.is_ordinal else ClaimKind.STATED
                yield from claims_from(fact, kind, [meant], group.start, meant.end)

    def _told_of_before(self) -> Iterator[Claim]:
        """ "عشرة جنود وستة مسلحين قتلى": the word for the dead follows those it is about."""
        for at, key in enumerate(self._phrases.keys):
            fact = Fact.KILLED if key in _DEAD_AFTER else Fact.WOUNDED if key in _HURT_AFTER else None
            chain = [g for g in self._phrases.groups if g.end == at and self._phrases.facts.get(g.start) is None]
            if fact is None or not chain or not chain[0].is_explicit or at in self._phrases.inside:
                continue
            while self._phrases.keys[chain[0].start].startswith("و") and (
                before := [g for g in self._phrases.groups if g.end == chain[0].start and g.is_explicit]
            ):
                chain.insert(0, before[0])
            if any(group.start in self._used for group in chain):
                continue
            self._used.update(group.start for group in chain)
            yield from claims_from(fact, ClaimKind.STATED, chain, chain[0].start, at + 1)

    def _is_death_next(self, trigger: Trigger, groups: Sequence[Group]) -> bool:
        """ "أصيب بطلقتين في الرأس وفارق الحياة": the one who was hit died."""
        if trigger.fact is not Fact.WOUNDED or len(groups) != 1 or groups[0].is_explicit:
            return False
        death = next((one for one in self._triggers if one.at > max(trigger.at, groups[0].end - 1)), None)
        if death is None or death.fact is not Fact.KILLED or death.at > trigger.at + _REACH:
            return False
        is_same = self._phrases.keys[death.at].startswith("و") or self._phrases.key(death.at - 1) in _THEN
        is_alone = self._first_after(death) is None
        if is_same and is_alone:
            self._used.add(death.at)
        return is_same and is_alone

    def _is_denied(self, trigger: Trigger) -> bool:
        """ "تنفي القيادة استشهاد فنيين": the news is that nobody died."""
        for at in range(trigger.at - 1, max(-1, trigger.at - _DENIAL_REACH), -1):
            key = self._phrases.keys[at]
            if key in _STOPS or key.startswith((*lexicon.DENIED_BESIDE, *lexicon.AFFIRMS)):
                return False
            if self._phrases.holds(at, lexicon.DENIES, definite=False):
                return True
        return False

    def _sufferers(self, trigger: Trigger) -> list[Group]:
        if self._phrases.holds(trigger.at, _AFTER_SUBJECT):
            before = [
                g
                for g in self._phrases.groups
                if trigger.at - _REACH <= g.end <= trigger.at
                and g.start not in self._used
                and (not g.is_loose or (g.end == trigger.at and g.is_explicit))
            ]
            if before:
                return before[-1:]
        first = self._first_after(trigger)
        if first is None:
            return self._subject_before(trigger)
        following = self._phrases.at_start.get(first.end)
        if (
            first.side is Side.ATTACKERS
            and following is not None
            and not self._phrases.keys[following.start].startswith(("و", *_ONE_OF_THEM))
        ):
            first = following
        elif first.side is Side.ATTACKERS and trigger.form == "active":
            first = self._object_after(first) or first
        chain = [first]
        while (following := self._next_in_list(chain[-1], trigger.fact)) is not None:
            chain.append(following)
        return chain

    def _subject_before(self, trigger: Trigger) -> list[Group]:
        """ "ثلاثة جنود يقتلون برصاص مسلحين", "إن مزارعاً جرح": nobody follows the verb, so those before it were hit."""
        if not self._phrases.holds(trigger.at, _MAY_FOLLOW_SUBJECT, definite=False):
            return []
        following = self._phrases.key(trigger.at + 1)
        is_passive = not following or following.startswith(("ب", "و")) or following in _BY | _STOPS | {"،", ","}
        before = [g for g in self._phrases.groups if trigger.at - _SUBJECT_REACH <= g.end <= trigger.at]
        if not is_passive or not before or before[-1].start in self._used or before[-1].side is Side.ATTACKERS:
            return []
        subject = before[-1]
        is_verb_between = any(subject.end <= other.at < trigger.at for other in self._triggers)
        return [] if is_verb_between or self._phrases.facts.get(subject.start) is not None else [subject]

    def _object_after(self, subject: Group) -> Group | None:
        """ "اغتال مسلح مجهول عضواً في حزب": whom the gunman killed."""
        for at in range(subject.end, subject.end + _OBJECT_REACH):
            group = self._phrases.at_start.get(at)
            if group is not None:
                is_victim = group.side is not Side.ATTACKERS and not self._phrases.keys[at].startswith("و")
                is_near = at < subject.end + 3 or self._phrases.keys[group.end - 1].endswith("ا")
                return group if is_victim and is_near and group.start not in self._used else None
            if at in self._trigger_at or self._phrases.key(at) in _STOPS:
                return None
        return None

    def _first_after(self, trigger: Trigger) -> Group | None:
        for at in range(trigger.at + 1, min(trigger.at + 1 + _REACH, len(self._phrases.keys))):
            group = self._phrases.at_start.get(at)
            if group is not None:
                fact = self._phrases.facts.get(at)
                if trigger.fact is Fact.KILLED and fact is Fact.WOUNDED and at == trigger.at + 1:
                    return replace(group, is_of_wounded=True)  # "وفاة مصاب ثان"
                if group.start in self._used or (fact is not None and fact is not trigger.fact):
                    return None
                is_next = at == trigger.at + 1 or (at == trigger.at + 2 and self._phrases.keys[at - 1] == "ما")
                if not group.is_loose or is_next:
                    return group
                continue
            if self._phrases.keys[at] in _STOPS or at in self._trigger_at:
                return None
            is_conjunction = self._phrases.keys[at] == "و"
            if is_conjunction:
                return None
        return None

    def _next_in_list(self, group: Group, fact: Fact) -> Group | None:
        for at in range(group.end, min(group.end + _LIST_REACH, len(self._phrases.keys))):
            key = self._phrases.keys[at]
            if key in _AMONG_THEM | _ONE_OF_THEM | lexicon.THAT_IS | lexicon.MEANWHILE:
                return None
            following = self._phrases.at_start.get(at)
            if self._is_of_clash(at):
                return None  # "باشتباك مع مسلحين": those he fought with
            if following is not None and (
                (key.startswith("و") and (key not in _ONE or following.end > at + 1))
                or self._phrases.key(at - 1) in _BESIDE
            ):
                own = self._phrases.facts.get(at)
                is_free = following.start not in self._used and own in (None, fact) and not following.is_partitive
                is_elided = following.is_loose and following.is_explicit and following.end - following.start == 1
                return following if is_free and not (is_elided and self._is_far(group, at)) else None
            is_other = key.startswith("و") and at > group.end and len(key) > 2 and key not in _WITH_HIM
            if key in _STOPS or at in self._trigger_at or is_other:
                return None
        return None

    def _is_of_clash(self, at: int) -> bool:
        return self._phrases.key(at) == "مع" and self._phrases.holds(at - 1, lexicon.CLASHES) is not None

    def _is_far(self, group: Group, at: int) -> bool:
        return at > group.end + 1 and self._phrases.key(at - 1) not in _WITH_HIM

    def _claims_for(self, trigger: Trigger, groups: Sequence[Group]) -> Iterator[Claim]:
        self._used.update(group.start for group in groups)
        groups = [replace(g, side=Side.ATTACKERS) if self._is_of_attackers(g) else g for g in groups]
        if trigger.form == "active" and self._phrases.facts.get(groups[-1].end) is Fact.KILLED:
            self._used.add(groups[-1].end)  # "أردوا شاباً قتيلاً"
        if trigger.form == "active" and self._phrases.holds(trigger.at, lexicon.FELLED, definite=False):
            self._used.update(named_again(self._phrases, groups[-1].end))
        groups = self._with_smugglers(self._with_own_men(groups))
        kind = ClaimKind.STATED
        if self._is_of_those_hurt(trigger, groups):
            groups, kind = [replace(group, is_of_wounded=True) for group in groups], ClaimKind.LATER
        elif len(groups) == 1 and groups[0].is_ordinal and trigger.fact is Fact.KILLED and self._counts_on(groups[0]):
            kind = ClaimKind.TOTAL
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif trigger.fact is Fact.KILLED and any(group.is_of_wounded for group in groups):
            kind = ClaimKind.LATER
        if trigger.fact is Fact.KILLED and self._is_boast(trigger.at):
            kind = ClaimKind.BOAST
        yield from claims_from(trigger.fact, kind, groups, trigger.at, trigger.at + 1)

    def _with_smugglers(self, groups: Sequence[Group]) -> list[Group]:
        """ "مقتل جندي ومهرب باشتباك": who dies in a fight with the guards fought against them."""
        is_fight = any(self._phrases.holds(at, lexicon.CLASHES) for at in range(len(self._phrases.keys)))
        is_fight = is_fight or any(group.side is Side.FORCES for group in groups)
        return [
            replace(group, side=Side.ATTACKERS)
            if is_fight and any(self._phrases.holds(at, lexicon.SMUGGLERS) for at in range(group.start, group.end))
            else group
            for group in groups
        ]

    def _counts_on(self, group: Group) -> bool:
        """Whether an ordinal counts this attack's dead: alone ("رابع"), or with the word that he died of his wounds."""
        is_noun = group.end - group.start > 1
        return not is_noun or any(self._phrases.holds(at, lexicon.OF_WOUNDS) for at in range(len(self._phrases.keys)))

    def _is_of_those_hurt(self, trigger: Trigger, groups: Sequence[Group]) -> bool:
        """ "أصيب سبعة استشهد ثلاثة منهم": those of the wounded who died."""
        if trigger.fact is not Fact.KILLED or len(groups) != 1 or not groups[0].is_partitive:
            return False
        before = [one for one in self._triggers if one.at < min(trigger.at, groups[0].start)]
        return bool(before) and before[-1].fact is Fact.WOUNDED

    def _with_own_men(self, groups: Sequence[Group]) -> list[Group]:
        """ "قيادي في داعش واثنان من مرافقيه": a militant's companions are militants."""
        if groups[0].side is not Side.ATTACKERS:
            return list(groups)
        keys = self._phrases.keys
        return [
            replace(group, side=Side.ATTACKERS)
            if group.side is Side.ANY
            and any(key.endswith(lexicon.OWN_MEN) for key in keys[group.start : group.end + 2])
            else group
            for group in groups
        ]

    def _is_of_attackers(self, group: Group) -> bool:
        """ "عناصر التنظيم … مقتل ثلاثة منهم": those last named are the attackers."""
        if not group.is_partitive:
            return False
        for at in range(group.start - 1, -1, -1):
            before = next((g for g in self._phrases.groups if g.start <= at < g.end), None)
            if self._phrases.holds(at, lexicon.ATTACKER_NAMES) or (before and before.side is Side.ATTACKERS):
                return True
            if before is not None and before.side is not Side.ANY:
                return False
        return False

    def _is_boast(self, at: int) -> bool:
        """Whether the attackers themselves say so: "زاعماً مقتل تسعة جنود", "وتحدثت الحركة عن مقتل 47 جندياً"."""
        for position in range(at - 1, max(-1, at - _BOAST_REACH), -1):
            key = self._phrases.keys[position]
            if key in _STOPS or key.startswith(lexicon.AFFIRMS):
                return False
            if self._phrases.holds(position, lexicon.BOASTS, definite=False):
                return True
            if key in lexicon.AND_SAID and names_claimed_attack(self._phrases.keys[:position]):
                return True  # "تبنت الجماعة الهجوم وقالت إن 30 جندياً قتلوا"
            said = self._phrases.holds(position, lexicon.SPEAKS_OF, definite=False)
            if said and self._phrases.key(position + 1) in lexicon.BOASTERS and not self._is_reported(position):
                return at - position <= 4
        return False

    def _is_reported(self, at: int) -> bool:
        """Whether the group's word is about something else: "أعلن التنظيم مسؤوليته"."""
        return any(self._phrases.keys[p].startswith("مسووليت") for p in range(at, min(at + 4, len(self._phrases.keys))))

    def _listed(self, at: int) -> list[Group]:
        """ "… وزوجته وثلاثة من أولاده": who is killed with him whom the verb ends in."""
        chain: list[Group] = []
        while (group := self._phrases.at_start.get(at)) is not None and self._phrases.keys[at].startswith("و"):
            if group.start in self._used or self._phrases.facts.get(group.start) is Fact.WOUNDED:
                break
            chain.append(group)
            at = group.end + 2 * (self._phrases.key(group.end) == "من")
        return chain

    def _one_more(self, trigger: Trigger) -> Iterator[Claim]:
        """ "قتلوا اثنين وأصابوا ثالثا": one person, told by the ordinal alone."""
        if trigger.form == "active" and self._phrases.key(trigger.at + 1) in _ONE_MORE:
            yield Claim(fact=trigger.fact, kind=ClaimKind.STATED, best=1, low=1, high=1, start=trigger.at,
                        end=trigger.at + 2, parts=(1,), is_additional=True)  # fmt: skip

    def _owned_claims(self) -> Iterator[Claim]:
        """ "وقتلوه مع اثنين من أبنائه": the object is written onto the verb."""
        for at in range(len(self._phrases.keys)):
            if not self._phrases.holds(at, lexicon.KILLED_HIM, definite=False):
                continue
            groups = [one(at, at + 1)]
            groups += self._listed(at + 1)
            following = self._phrases.at_start.get(at + 2)
            is_with = self._phrases.key(at + 1) == "مع" or (
                self._phrases.key(at + 1) in _HE and self._phrases.key(at + 2).startswith("و")
            )
            if is_with and len(groups) == 1 and following is not None and following.start not in self._used:
                groups.append(following)
            self._used.update(group.start for group in groups)
            self._used.update(
                p for p in range(at + 1, at + 3) if self._phrases.facts.get(p) is Fact.KILLED
            )  # "أردوه قتيلاً"
            yield from claims_from(Fact.KILLED, ClaimKind.STATED, groups, at, at + 1)
            return

    def _unsplit_claims(self) -> Iterator[Claim]:
        """ "قتل وجرح 12", "12 بين قتيل وجريح": one figure for both."""
        for first, second in zip(self._triggers, self._triggers[1:], strict=False):
            if second.at != first.at + 1 or first.fact is second.fact:
                continue
            if self._phrases.holds(first.at, _AFTER_SUBJECT) or self._subject_before(first):
                continue  # "خمسة قتلوا وأصيب ثلاثون": the killed are told before
            group = self._first_after(second)
            self._used.update((first.at, second.at))
            if group is not None:
                self._used.add(group.start)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, [group], first.at, second.at + 1)
        for at, key in enumerate(self._phrases.keys):
            if key != fold("بين") or self._phrases.facts.get(at + 1) is None or self._phrases.facts.get(at + 2) is None:
                continue
            before = [g for g in self._phrases.groups if at - 8 <= g.end <= at and g.best is not None and g.is_explicit]
            self._used.update((at + 1, at + 2))
            if before:
                self._used.add(before[-1].start)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, before[-1:], at, at + 3)
