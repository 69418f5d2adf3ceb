"""Arabic sentences to claims about the toll.

The verb or its noun comes first and its people follow ("استشهد ضابط وجندي", "إصابة أربعة آخرين"); the words for the dead and
the wounded count themselves ("قتيلان وخمسة جرحى", "11 شهيداً"). Conjunctions and prepositions are written onto the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, group_of, one
from services.classify.read.quantities import Quantity, arabic_stems, is_glued, quantities_of
from services.classify.read.text import Sentence, TokenKind
from shared.letters import fold

_REACH = 10
_LIST_REACH = 6
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟", ":"})
_ONE_OF = frozenset({"احد", "احدي"})
_TWO = frozenset(fold(word) for word in ("اثنان", "اثنين", "اثنتان", "اثنتين"))
_OF = fold("من")
_OF_THEM = frozenset(fold(word) for word in ("منهم", "منهما", "منهن", "بينهم", "بينهما"))
_NEGATORS = frozenset(fold(word) for word in ("دون", "بدون", "عدم", "لا", "لم", "ولا", "ولم"))
_UNKNOWN = frozenset(
    fold(word)
    for word in "معلومات أنباء معرفة تتضح يتضح يعرف تعرف ترد ورود حصيلة الكشف تفاصيل تأكيد يتسن أخرى إحصائية حجم عدد تعرف".split()  # noqa: SIM905
)
_DEATH = tuple(fold(word) for word in ("مصرع", "حتف", "الحياة"))
_MET = frozenset(fold(word) for word in ("لقي", "لقيت", "يلقى", "لقوا", "فارق", "فارقت"))
_AFTER_SUBJECT = frozenset(fold(w) for w in ("قتلوا", "استشهدوا", "استشهدا", "قتلا", "أصيبوا", "أصيبا", "جرحوا"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trigger:
    fact: Fact
    form: str
    at: int


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    return tuple(_Reading(sentence).claims())


def _bare(key: str) -> tuple[str, ...]:
    """The forms of a word without conjunction and preposition, never without the article: definite nouns are no new people."""
    return tuple(stem for stem in arabic_stems(key) if not (stem != key and "ال" + stem in key))


class _Reading:
    """One sentence being read; holds what was found so far, so that no group is counted twice."""

    def __init__(self, sentence: Sentence) -> None:
        self._tokens = sentence.tokens
        self._keys = [token.key for token in sentence.tokens]
        self._bare = [_bare(key) for key in self._keys]
        self._stems = [arabic_stems(key) for key in self._keys]
        self._numbers = {quantity.start: quantity for quantity in quantities_of(sentence.tokens, "ar")}
        self._facts: dict[int, Fact] = {}
        self._groups = self._find_groups()
        self._at_start = {group.start: group for group in self._groups}
        self._inside = {at for group in self._groups for at in range(group.start, group.end)}
        self._triggers = self._find_triggers()
        self._trigger_at = {trigger.at: trigger for trigger in self._triggers}
        self._used: set[int] = set()

    def claims(self) -> Iterator[Claim]:
        yield from self._none_claims()
        yield from self._toll_claims()
        yield from self._unsplit_claims()
        for trigger in self._triggers:
            if trigger.at in self._used:
                continue
            groups = self._sufferers(trigger)
            if groups:
                yield from self._claims_for(trigger, groups)
        for group in self._groups:
            fact = self._facts.get(group.start)
            if fact is not None and group.start not in self._used:
                yield from claims_from(fact, ClaimKind.STATED, [group], group.start, group.end)

    def _in(self, at: int, vocabulary: frozenset[str] | dict[str, Side], *, definite: bool = True) -> str | None:
        """The form of the word at ``at`` that ``vocabulary`` holds; with ``definite`` the article may stand before it."""
        if not 0 <= at < len(self._keys):
            return None
        return next((stem for stem in (self._stems if definite else self._bare)[at] if stem in vocabulary), None)

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
        if self._in(quantity.start - 1, lexicon.UNIT_BEFORE) and quantity.has_digits:
            return None
        key = self._keys[quantity.end - 1]
        if quantity.has_digits and (1900 <= (quantity.best or 0) <= 2100 or self._after(quantity.end) in {"%", "/"}):
            return None
        is_hyphened = self._after(quantity.start - 1) == "-" and is_glued(self._tokens, quantity.start)
        if is_hyphened or self._after(quantity.start - 1) == "/" or (key.startswith("ال") and quantity.is_ordinal):
            return None
        at = quantity.end
        if self._after(at) in _OF_THEM:
            return replace(group_of(quantity, end=at + 1), is_partitive=True)
        noun = at + 1 if self._after(at) == _OF else at
        if self._in(at, lexicon.KILLED_NOUNS_PLURAL):
            self._facts[quantity.start] = Fact.KILLED
            return group_of(quantity, end=at + 1)
        if self._in(at, lexicon.WOUNDED_NOUNS_PLURAL):
            self._facts[quantity.start] = Fact.WOUNDED
            return group_of(quantity, end=at + 1)
        if noun > at and self._in(noun, lexicon.WOUNDED_NOUNS_PLURAL):
            return replace(group_of(quantity, end=noun + 1), is_of_wounded=True)
        head = self._head(noun)
        if head is not None:
            return group_of(quantity, end=head[0], side=head[1])
        if self._plain(at, lexicon.NOT_PEOPLE):
            return None
        return group_of(quantity, end=at, is_loose=True)

    def _plain(self, at: int, vocabulary: frozenset[str] | dict[str, Side]) -> str | None:
        """The counted noun: nothing but the article may be written onto it; a preposition would begin another phrase."""
        key = self._after(at)
        return next((form for form in (key, key.removeprefix("ال")) if form in vocabulary), None)

    def _after(self, at: int) -> str:
        return self._keys[at] if 0 <= at < len(self._keys) else ""

    def _head(self, at: int) -> tuple[int, Side] | None:
        for position in range(at, min(at + 2, len(self._keys))):
            noun = self._plain(position, lexicon.SIDE_OF_PLURAL) or self._plain(position, lexicon.SIDE_OF_SINGULAR)
            if noun is not None:
                side = lexicon.SIDE_OF_PLURAL.get(noun) or lexicon.SIDE_OF_SINGULAR[noun]
                return self._turned(position + 1, side)
            if (
                self._in(position, lexicon.NOT_PEOPLE)
                or self._tokens[position].kind is not TokenKind.WORD
                or position in self._numbers
            ):
                return None
        return None

    def _turned(self, end: int, side: Side) -> tuple[int, Side]:
        """ "Three elements of ISIS" are attackers; the name must belong to the noun, not follow a preposition written onto it."""
        for at in range(end, min(end + 4, len(self._keys))):
            key = self._keys[at]
            if key in lexicon.ATTACKER_NAMES:
                return at + 1, Side.ATTACKERS
            if (
                key not in {_OF, fold("في"), fold("تنظيم"), fold("عصابات"), fold("بارز"), fold("ما"), fold("يسمى")}
                and at > end
            ):
                break
        return end, side

    def _uncounted(self, at: int) -> Group | None:
        fact_dual = self._dual_casualty(at)
        if fact_dual is not None:
            return fact_dual
        if self._after(at + 1) in _TWO and self._keys[at].endswith(("ين", "ان", "ي")):
            noun = self._in(at, lexicon.SIDE_OF_DUAL) or self._in(at, lexicon.SIDE_OF_DOUBTFUL_DUAL)
            side = {**lexicon.SIDE_OF_DUAL, **lexicon.SIDE_OF_DOUBTFUL_DUAL}.get(noun or "", Side.ANY)
            return None if self._in(at, lexicon.NOT_PEOPLE) else self._two(at, at + 2, side)
        noun = self._in(at, lexicon.SIDE_OF_DUAL)
        if noun is not None:
            end, side = self._turned(at + 1, lexicon.SIDE_OF_DUAL[noun])
            return self._two(at, end, side)
        noun = self._in(at, lexicon.SIDE_OF_DOUBTFUL_DUAL)
        if noun is not None:
            is_certain = "\u064e\u064a\u0646" in self._tokens[at].text or not self._keys[at].startswith(
                ("ال", "وال", "لل")
            )
            end, side = self._turned(at + 1, lexicon.SIDE_OF_DOUBTFUL_DUAL[noun])
            return replace(self._two(at, end, side), is_explicit=False, is_loose=True) if is_certain else None
        return self._definite(at) or self._single(at)

    def _two(self, start: int, end: int, side: Side) -> Group:
        return Group(start=start, end=end, best=2, low=2, high=2, side=side)

    def _dual_casualty(self, at: int) -> Group | None:
        for fact, duals, singles in (
            (Fact.KILLED, lexicon.KILLED_NOUNS_DUAL, lexicon.KILLED_NOUNS_SINGULAR),
            (Fact.WOUNDED, lexicon.WOUNDED_NOUNS_DUAL, lexicon.WOUNDED_NOUNS_SINGULAR),
        ):
            is_accusative = "\u064b" in self._tokens[at].text
            if self._in(at, duals) and not is_accusative:
                self._facts[at] = fact
                return self._two(at, at + 1, Side.ANY)
            if self._in(at, singles, definite=False):
                self._facts[at] = fact
                end = at + 2 if self._after(at + 1) in _ONE_OF else at + 1
                return one(at, end)
        return None

    def _definite(self, at: int) -> Group | None:
        """ "The three wounded": the number follows its noun."""
        number = self._numbers.get(at + 1)
        if number is None or not self._keys[at + 1].startswith("ال") or number.best is None or number.is_ordinal:
            return None
        for fact, nouns in ((Fact.KILLED, lexicon.KILLED_NOUNS_PLURAL), (Fact.WOUNDED, lexicon.WOUNDED_NOUNS_PLURAL)):
            if self._in(at, nouns):
                self._facts[at] = fact
                return group_of(number, start=at, end=number.end)
        noun = self._in(at, lexicon.SIDE_OF_PLURAL)
        return group_of(number, start=at, end=number.end, side=lexicon.SIDE_OF_PLURAL[noun]) if noun else None

    def _single(self, at: int) -> Group | None:
        if self._in(at, _ONE_OF, definite=False) and not self._keys[at].startswith("ال"):
            if self._definite(at + 1) is not None:
                return None  # "one of the three wounded" counts three
            if self._in(at + 1, lexicon.WOUNDED_NOUNS_PLURAL) or self._in(at + 1, lexicon.WOUNDED_NOUNS_DUAL):
                return replace(one(at, at + 2), is_of_wounded=True)
            noun = self._in(at + 1, lexicon.SIDE_OF_PLURAL)
            if noun is None or self._in(at + 1, lexicon.KILLED_NOUNS_PLURAL):
                return None
            end, side = self._turned(at + 2, lexicon.SIDE_OF_PLURAL[noun])
            return one(at, end, side=side)
        pair = self._in(at, lexicon.SIDE_OF_OWNED_DUAL, definite=False)
        if pair is not None:
            return self._two(at, at + 1, lexicon.SIDE_OF_OWNED_DUAL[pair])
        if self._in(at, lexicon.KIN_WITH_SUFFIX, definite=False):
            return one(at, at + 1, side=Side.CIVILIANS)
        noun = self._in(at, lexicon.SIDE_OF_SINGULAR, definite=False)
        if noun is None:
            return None
        end, side = self._turned(at + 1, lexicon.SIDE_OF_SINGULAR[noun])
        return one(at, end, side=side, is_loose=noun in lexicon.TOO_COMMON_ALONE)

    # triggers

    def _find_triggers(self) -> list[_Trigger]:
        found = []
        forms = (
            (lexicon.KILL_PASSIVE, Fact.KILLED, "passive"), (lexicon.KILL_MASDAR, Fact.KILLED, "noun"),
            (lexicon.KILL_ACTIVE, Fact.KILLED, "active"), (lexicon.WOUND_PASSIVE, Fact.WOUNDED, "passive"),
            (lexicon.WOUND_MASDAR, Fact.WOUNDED, "noun"), (lexicon.WOUND_ACTIVE, Fact.WOUNDED, "active"),
        )  # fmt: skip
        for at, key in enumerate(self._keys):
            if at in self._inside or self._tokens[at].kind is not TokenKind.WORD:
                continue
            if self._in(at, _MET, definite=False):
                if any(word.startswith(_DEATH) for word in self._keys[at + 1 : at + 13]):
                    found.append(_Trigger(fact=Fact.KILLED, form="passive", at=at))
                continue
            if key == fold("ضحية") and self._after(at - 1) in {"راح", "راحوا"}:
                found.append(_Trigger(fact=Fact.KILLED, form="noun", at=at))
                continue
            for vocabulary, fact, form in forms:
                if self._in(at, vocabulary, definite=False):
                    found.append(_Trigger(fact=fact, form=form, at=at))
                    break
        return found

    # who suffered

    def _sufferers(self, trigger: _Trigger) -> list[Group]:
        if self._in(trigger.at, _AFTER_SUBJECT):
            before = [
                g
                for g in self._groups
                if trigger.at - _REACH <= g.end <= trigger.at and g.start not in self._used and not g.is_loose
            ]
            if before:
                return before[-1:]
        first = self._first_after(trigger)
        if first is None:
            return []
        following = self._at_start.get(first.end)
        if first.side is Side.ATTACKERS and following is not None and not self._keys[following.start].startswith("و"):
            first = following
        chain = [first]
        while (following := self._next_in_list(chain[-1], trigger.fact)) is not None:
            chain.append(following)
        return chain

    def _first_after(self, trigger: _Trigger) -> Group | None:
        for at in range(trigger.at + 1, min(trigger.at + 1 + _REACH, len(self._keys))):
            group = self._at_start.get(at)
            if group is not None:
                fact = self._facts.get(at)
                if group.start in self._used or (fact is not None and fact is not trigger.fact):
                    return None
                if not group.is_loose or at == trigger.at + 1:
                    return group
                continue
            if self._keys[at] in _STOPS or at in self._trigger_at:
                return None
            is_conjunction = self._keys[at] == "و"
            if is_conjunction:
                return None
        return None

    def _next_in_list(self, group: Group, fact: Fact) -> Group | None:
        for at in range(group.end, min(group.end + _LIST_REACH, len(self._keys))):
            key = self._keys[at]
            following = self._at_start.get(at)
            if following is not None and (key.startswith("و") or self._after(at - 1) in {"،", ",", "و"}):
                own = self._facts.get(at)
                is_free = following.start not in self._used and own in (None, fact) and not following.is_partitive
                is_elided = following.is_loose and following.is_explicit and following.end - following.start == 1
                return following if is_free and not (is_elided and self._is_far(group, at)) else None
            if key in _STOPS or at in self._trigger_at or (key.startswith("و") and at > group.end and len(key) > 2):
                return None
        return None

    def _is_far(self, group: Group, at: int) -> bool:
        return at > group.end + 1

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
        yield from claims_from(trigger.fact, kind, groups, trigger.at, trigger.at + 1)

    def _toll_claims(self) -> Iterator[Claim]:
        """ "ارتفاع حصيلة … إلى ثمانية قتلى", "بقي عدد القتلى عند اثنين"."""
        for at, group in list(self._at_start.items()):
            if not self._in(at - 1, lexicon.REACHES) or group.best is None:
                continue
            topic = next(
                (fact for position in range(at - 2, max(-1, at - 25), -1) if (fact := self._toll_topic(position))), None
            )
            fact = self._facts.get(at) or topic
            if topic is None or fact is None:
                continue
            self._used.add(group.start)
            yield from claims_from(fact, ClaimKind.TOTAL, [replace(group, side=Side.ANY)], at - 1, group.end)
            following = self._next_casualty(group)
            if following is not None:
                self._used.add(following.start)
                yield from claims_from(
                    self._facts[following.start], ClaimKind.TOTAL, [following], following.start, following.end
                )

    def _toll_topic(self, at: int) -> Fact | None:
        if self._in(at, lexicon.TOLL_WORDS_WOUNDED):
            return Fact.WOUNDED
        return Fact.KILLED if self._in(at, lexicon.TOLL_WORDS_KILLED) else None

    def _next_casualty(self, group: Group) -> Group | None:
        following = self._at_start.get(group.end)
        is_casualty = following is not None and following.start in self._facts
        return following if is_casualty and self._keys[group.end].startswith("و") else None

    def _unsplit_claims(self) -> Iterator[Claim]:
        """ "قتل وجرح 12", "12 بين قتيل وجريح": one figure for both."""
        for first, second in zip(self._triggers, self._triggers[1:], strict=False):
            if second.at != first.at + 1 or first.fact is second.fact:
                continue
            group = self._first_after(second)
            self._used.update((first.at, second.at))
            if group is not None:
                self._used.add(group.start)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, [group], first.at, second.at + 1)
        for at, key in enumerate(self._keys):
            if key != fold("بين") or self._facts.get(at + 1) is None or self._facts.get(at + 2) is None:
                continue
            before = [g for g in self._groups if at - 8 <= g.end <= at and g.best is not None and g.is_explicit]
            self._used.update((at + 1, at + 2))
            if before:
                self._used.add(before[-1].start)
                yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, before[-1:], at, at + 3)

    def _none_claims(self) -> Iterator[Claim]:
        for at in range(len(self._keys)):
            if not self._in(at, _NEGATORS, definite=False):
                continue
            facts, end = self._denied(at)
            for fact in facts:
                yield Claim(fact=fact, kind=ClaimKind.NONE, best=0, low=0, high=0, start=at, end=end + 1, parts=(0,))

    def _denied(self, at: int) -> tuple[tuple[Fact, ...], int]:
        both = (Fact.KILLED, Fact.WOUNDED)
        for position in range(at + 1, min(at + 8, len(self._keys))):
            if self._in(position, _UNKNOWN) or self._keys[position] in _STOPS:
                break
            if self._in(position, frozenset({fold("يقتل"), fold("يستشهد")}), definite=False) and self._after(
                position + 1
            ) in {"احد", "اي"}:
                return (Fact.KILLED,), position + 1
            if self._in(
                position, frozenset({fold("يصب"), fold("يجرح"), fold("يتعرض")}), definite=False
            ) and self._after(position + 1) in {"احد", "اي"}:
                return both, position + 1
            noun = self._in(position, lexicon.NO_CASUALTIES)
            if noun is None or noun == fold("أضرار"):
                continue
            if noun == fold("خسائر") and self._after(position + 1) in {fold("مادية"), fold("مادية")}:
                continue
            self._used.add(position)
            if noun in {fold("قتلى"), fold("وفيات"), fold("شهداء")}:
                more = any(
                    self._in(p, frozenset({fold("جرحى"), fold("إصابات"), fold("مصابين")}))
                    for p in range(position + 1, position + 4)
                )
                return (both if more else (Fact.KILLED,)), position
            return ((Fact.WOUNDED,) if noun == fold("جرحى") else both), position
        return (), at
