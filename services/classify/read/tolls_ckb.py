"""Sorani sentences to claims about the toll.

The verb comes last and takes the people nearest before it ("دوو پۆلیس کوژران و سێی تر بریندار بوون"); its noun comes first
("کوشتنی دوو کۆڵبەر"). One person is an ending ("سەربازێک"), and clitics hang on every word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, group_of, one
from services.classify.read.number_words import words
from services.classify.read.quantities import Quantity, is_glued, quantities_of
from services.classify.read.text import Sentence, TokenKind

_REACH = 14
_LIST_GAP = 4
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟"})
_ONE_OF = words("یەکێک یەکێکیان یەکێکی")
_A_WOUNDED = tuple(words("بریندارێک"))
_FROM = words("لە")
_AND = frozenset({"و"})
_UNKNOWN = words("زانیاری زانیارییەک دیار ڕوون ئاشکرا ژمارەی")
_NOT = words("نەک")
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
    return tuple(_Reading(sentence).claims())


@lru_cache(maxsize=16_384)
def _noun(key: str) -> tuple[str, bool] | None:
    """The noun that a word is a form of, and whether it is indefinite singular ("سەربازێک"); null for other words."""
    if key in lexicon.SIDE_OF:
        return key, False
    for ending in lexicon.INDEFINITE:
        for stem in (key[: -len(ending)], key[: -len(ending)] + "ی"):
            if key.endswith(ending) and stem in lexicon.SIDE_OF:
                return stem, True
    for ending in lexicon.ENDINGS:
        stem = key[: -len(ending)]
        if key.endswith(ending) and stem in lexicon.SIDE_OF:
            return stem, False
    return None


class _Reading:
    """One sentence being read; holds what was found so far, so that no group is counted twice."""

    def __init__(self, sentence: Sentence) -> None:
        self._tokens = sentence.tokens
        self._keys = [token.key for token in sentence.tokens]
        self._numbers = {quantity.start: quantity for quantity in quantities_of(sentence.tokens, "ckb")}
        self._groups = self._find_groups()
        self._at_start = {group.start: group for group in self._groups}
        self._at_end = {group.end: group for group in self._groups}
        self._inside = {at for group in self._groups for at in range(group.start, group.end)}
        self._triggers = self._find_triggers()
        self._used: set[int] = set()

    def claims(self) -> Iterator[Claim]:
        yield from self._none_claims()
        yield from self._toll_claims()
        for index, trigger in enumerate(self._triggers):
            if trigger.start in self._used:
                continue
            second = self._triggers[index + 1] if index + 1 < len(self._triggers) else None
            groups = self._sufferers(trigger)
            if not groups and second is not None and self._is_shared_noun(trigger, second):
                groups = self._sufferers(second)
            if not groups:
                continue
            if second is not None and (self._is_unsplit(trigger, second) or self._is_shared_noun(trigger, second)):
                self._used.add(second.start)
                self._used.update(group.start for group in groups)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, groups, trigger.start, second.end)
            else:
                yield from self._claims_for(trigger, groups)

    def _key(self, at: int) -> str:
        return self._keys[at] if 0 <= at < len(self._keys) else ""

    # groups

    def _find_groups(self) -> list[Group]:
        groups: list[Group] = []
        at = 0
        while at < len(self._keys):
            quantity = self._numbers.get(at)
            group = self._counted(quantity) if quantity else self._uncounted(at)
            if group is None:
                at = quantity.end if quantity else at + 1
                continue
            groups.append(group)
            at = max(group.end, at + 1)
        return groups

    def _counted(self, quantity: Quantity) -> Group | None:
        before, at = self._key(quantity.start - 1), quantity.end
        if before in lexicon.UNIT_BEFORE | _NOT or before == "/" or self._key(at) in {"%", "/"}:
            return None
        if before == "-" and is_glued(self._tokens, quantity.start):
            return None
        if quantity.has_digits and 1900 <= (quantity.best or 0) <= 2100:
            return None
        if self._key(quantity.start) in _ONE_OF:
            return self._one_of(quantity.start)
        noun = _noun(self._key(at))
        if noun is not None and not self._is_beside(at):
            side = lexicon.SIDE_OF[noun[0]]
            end, side = self._turned(at + 1, side)
            return group_of(quantity, end=end, side=side)
        if self._key(at) in lexicon.OTHERS:
            return group_of(quantity, end=at + 1, is_loose=True)
        if self._is_not_people(at):
            return None
        return group_of(quantity, end=at, is_loose=True)

    def _is_not_people(self, at: int) -> bool:
        key = self._key(at)
        return key in lexicon.NOT_PEOPLE or any(
            key.endswith(e) and key[: -len(e)] in lexicon.NOT_PEOPLE for e in lexicon.ENDINGS
        )

    def _is_beside(self, at: int) -> bool:
        return self._key(at) in lexicon.KILLED_BESIDE | lexicon.WOUNDED_BESIDE

    def _turned(self, end: int, side: Side) -> tuple[int, Side]:
        """ "Two members of ISIS" are attackers; adjectives of a noun ("چەکداری ماتۆڕسوار") belong to it."""
        if self._key(end) in lexicon.ATTACKER_NAMES and self._key(end - 1).endswith("ي"):
            return end + 1, Side.ATTACKERS
        noun = _noun(self._key(end))
        if noun is not None and not noun[1] and self._key(end - 1).endswith("ي") and not self._is_beside(end):
            return end + 1, side
        return end, side

    def _one_of(self, at: int) -> Group | None:
        if self._key(at + 1) in _FROM:
            word = self._key(at + 2)
            if word.startswith("بريندار"):
                return replace(one(at, at + 3), is_of_wounded=True)
            noun = _noun(word)
            if noun is not None:
                return one(at, at + 3, side=lexicon.SIDE_OF[noun[0]])
        return one(at, at + 1)

    def _uncounted(self, at: int) -> Group | None:
        key = self._key(at)
        if key in _ONE_OF:
            return self._one_of(at)
        if key.startswith(_A_WOUNDED):
            return replace(one(at, at + 1), is_of_wounded=True)
        if key in lexicon.PARENTS:
            return one(at, at + 1, side=Side.CIVILIANS, is_loose=True)
        noun = _noun(key)
        if (
            noun is not None
            and not noun[1]
            and any(key.endswith(e) and key.removesuffix(e) in lexicon.KIN for e in lexicon.OWNED)
        ):
            return one(at, at + 1, side=lexicon.SIDE_OF[noun[0]])
        if noun is None or not noun[1]:
            return None
        end, side = self._turned(at + 1, lexicon.SIDE_OF[noun[0]])
        return one(at, end, side=side)

    # triggers

    def _find_triggers(self) -> list[_Trigger]:
        found = []
        at = 0
        while at < len(self._keys):
            trigger = self._trigger(at)
            if trigger is not None:
                found.append(trigger)
                at = trigger.end
            else:
                at += 1
        return found

    def _trigger(self, at: int) -> _Trigger | None:
        key = self._key(at)
        if at in self._inside or self._tokens[at].kind is not TokenKind.WORD:
            return None
        if key in lexicon.LIFE:
            end = next(
                (p + 1 for p in range(at + 1, min(at + 3, len(self._keys))) if self._key(p) in lexicon.LOST), None
            )
            if end is None and self._key(at + 1) in _FROM and self._key(at + 2).startswith("دەست"):
                end = at + 3
            return _Trigger(fact=Fact.KILLED, form="verb", start=at, end=end) if end else None
        if key in lexicon.BECAME and self._key(at + 1) in lexicon.VICTIM:
            return _Trigger(fact=Fact.KILLED, form="verb", start=at, end=at + 2)
        for vocabulary, fact, form in _VERBS:
            if key in vocabulary:
                return self._phrased(fact, form, at)
        return None

    def _phrased(self, fact: Fact, form: str, at: int) -> _Trigger | None:
        """A verb made of two words ("بریندار بوون"), unless the second denies it."""
        following = self._key(at + 1)
        if form != "beside":
            return _Trigger(fact=fact, form=form, start=at, end=at + 1)
        if following in lexicon.AUXILIARY:
            return _Trigger(fact=fact, form="verb", start=at, end=at + 2)
        return None if following.startswith("نە") else _Trigger(fact=fact, form=form, start=at, end=at + 1)

    # who suffered

    def _sufferers(self, trigger: _Trigger) -> list[Group]:
        if trigger.form == "of":
            first = next((g for at in range(trigger.end, trigger.end + 2) if (g := self._at_start.get(at))), None)
            return self._listed_after(first) if first is not None and first.start not in self._used else []
        nearest = self._nearest_before(trigger)
        return self._listed_before(nearest) if nearest is not None else []

    def _nearest_before(self, trigger: _Trigger) -> Group | None:
        for at in range(trigger.start, max(-1, trigger.start - _REACH), -1):
            group = self._at_end.get(at)
            if group is not None:
                if group.start in self._used:
                    return None
                if group.is_loose and at != trigger.start:
                    continue
                is_far = trigger.form == "beside" and trigger.start - at > 3
                return None if is_far or self._is_adjective(trigger, group) else group
            if self._key(at - 1) in _STOPS or self._ends_trigger(at, trigger):
                return None
        return None

    def _is_adjective(self, trigger: _Trigger, group: Group) -> bool:
        """ "پۆلیسێکی بریندار گیانی لەدەستدا": the wounded policeman, of whom something else is told."""
        is_last = trigger.end >= len(self._keys) or self._key(trigger.end) in _AND | _STOPS | {"،", ","}
        return trigger.form == "beside" and trigger.fact is Fact.WOUNDED and not group.is_explicit and not is_last

    def _ends_trigger(self, at: int, own: _Trigger) -> bool:
        return any(trigger.end == at and trigger is not own and trigger.form != "of" for trigger in self._triggers)

    def _listed_before(self, group: Group) -> list[Group]:
        chain = [group]
        while True:
            joint = chain[0].start - 1
            if joint < 1 or self._key(joint) not in _AND | {"،", ","}:
                return chain
            before = next(
                (self._at_end[at] for at in range(joint, max(0, joint - _LIST_GAP), -1) if at in self._at_end), None
            )
            is_cut = before is not None and any(before.end <= t.start < joint or t.end == joint for t in self._triggers)
            if (
                before is None
                or is_cut
                or before.start in self._used
                or (self._key(joint) not in _AND and before.end != joint)
            ):
                return chain
            if self._has_verb_between(before.end, joint):
                return chain
            chain.insert(0, before)

    def _has_verb_between(self, start: int, end: int) -> bool:
        return any(self._key(at) in lexicon.AUXILIARY for at in range(start, end))

    def _listed_after(self, group: Group) -> list[Group]:
        chain = [group]
        while True:
            following = None
            for at in range(chain[-1].end, min(chain[-1].end + _LIST_GAP, len(self._keys))):
                if self._key(at) in _AND | {"،"}:
                    following = self._at_start.get(at + 1)
                    break
            if following is None or following.start in self._used or self._is_beside(following.end):
                return chain
            chain.append(following)

    def _is_unsplit(self, first: _Trigger, second: _Trigger) -> bool:
        between = self._keys[first.end : second.start]
        is_joined = between == ["و"] and first.fact is not second.fact
        return is_joined and "of" not in {first.form, second.form}

    def _is_shared_noun(self, first: _Trigger, second: _Trigger) -> bool:
        """ "کوژران و برینداربوونی دە کەس": the killing and wounding of ten."""
        is_joined = self._keys[first.end : second.start] == ["و"] and first.fact is not second.fact
        return is_joined and second.form == "of"

    # claims

    def _claims_for(self, trigger: _Trigger, groups: Sequence[Group]) -> Iterator[Claim]:
        self._used.update(group.start for group in groups)
        kind = ClaimKind.STATED
        if len(groups) == 1 and groups[0].is_ordinal and trigger.fact is Fact.KILLED:
            kind = ClaimKind.TOTAL
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif trigger.fact is Fact.KILLED and any(group.is_of_wounded for group in groups):
            kind = ClaimKind.LATER
        yield from claims_from(trigger.fact, kind, groups, trigger.start, trigger.end)

    def _toll_claims(self) -> Iterator[Claim]:
        """ "ژمارەی کوژراوان بۆ دوازدە کەس", "ژمارەی بریندارەکان ٣١ کەسە"."""
        for at, key in enumerate(self._keys):
            if key not in lexicon.COUNT_OF:
                continue
            topics = [
                Fact.WOUNDED if self._key(p) in lexicon.TOLL_WOUNDED else Fact.KILLED
                for p in range(at + 1, at + 4)
                if self._key(p) in lexicon.TOLL_WOUNDED | lexicon.TOLL_KILLED
            ]
            group = self._total_after(at + 1) if topics else None
            if group is None:
                continue
            self._used.add(group.start)
            self._used.update(t.start for t in self._triggers if at < t.start < group.start)
            yield from claims_from(topics[0], ClaimKind.TOTAL, [replace(group, side=Side.ANY)], at, group.end)

    def _total_after(self, at: int) -> Group | None:
        nearby = []
        for group in self._groups:
            if at <= group.start < at + 18 and group.best is not None and group.is_explicit and not group.is_ordinal:
                if any(self._key(p) in lexicon.COUNT_OF | _STOPS for p in range(at, group.start)):
                    break
                nearby.append(group)
        reached = [group for group in nearby if self._key(group.start - 1) in lexicon.REACHES]
        return next(iter(reached or nearby), None)

    def _none_claims(self) -> Iterator[Claim]:
        both = (Fact.KILLED, Fact.WOUNDED)
        for at, key in enumerate(self._keys):
            near = self._keys[at : at + 8]
            if any(word in _UNKNOWN for word in self._keys[max(0, at - 4) : at + 8]):
                continue
            facts: tuple[Fact, ...] = ()
            end = at + 1
            if key in lexicon.HARM and any(word in lexicon.LIFE_LOSS for word in near[:3]):
                is_denied = {"بێ", "هيچ", "بەبێ"} & set(self._keys[max(0, at - 2) : at]) or any(
                    _is_negative(word) for word in near
                )
                facts, end = (both if is_denied else ()), at + 2
            elif key in lexicon.NO_ONE:
                for position in range(at + 1, min(at + 7, len(self._keys))):
                    word = self._key(position)
                    if word.startswith("نەكوژ"):
                        facts, end = (Fact.KILLED,), position + 1
                        break
                    if word.startswith("بريندار") and _is_negative(self._key(position + 1)):
                        facts, end = both, position + 2
                        break
                    if word.startswith(("قورباني", "كوژراو")) and any(
                        _is_negative(w) for w in self._keys[position + 1 : position + 3]
                    ):
                        facts, end = (Fact.KILLED,), position + 2
                        break
            if facts:
                self._used.update(t.start for t in self._triggers if at <= t.start < end)
            for fact in facts:
                yield Claim(
                    fact=fact,
                    kind=ClaimKind.NONE,
                    best=0,
                    low=0,
                    high=0,
                    start=at,
                    end=min(end, len(self._keys)),
                    parts=(0,),
                )


def _is_negative(word: str) -> bool:
    return word.startswith(("نەبو", "ني", "نەكەو", "نەك", "نەبێ")) or "نەكەوت" in word or "نەبوو" in word
