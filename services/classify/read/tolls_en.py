"""English sentences to claims about the toll.

Verbs and the groups beside them: the object after "killing", the subject before "were killed", lists joined by commas and
"and", "killing of", "toll … to N", and the sentences that say nobody was hurt.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.classify.read.casualty_words_en import (
    ADVERBS,
    ARMED_GROUPS,
    AUXILIARIES,
    BOUNDARIES,
    LONGEST_TRIGGER,
    NOT_PEOPLE,
    SIDE_OF_PLURAL,
    SIDE_OF_SINGULAR,
    SPANS_OF_TIME,
    SUBSET_OF,
    TRIGGERS,
    TURNED_TO_ATTACKERS,
)
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, group_of, one
from services.classify.read.quantities import Quantity, is_glued, quantities_of
from services.classify.read.text import Sentence, Token, TokenKind

_MODIFIERS = 5
_JOINTS = (("as", "well", "as"), ("along", "with"), ("together", "with"), ("in", "addition", "to"), ("and", "also"), ("and",), ("plus",), ("&",), (",", "and"), (",",))  # fmt: skip
_PREFIXES = frozenset({"another", "other", "additional", "further", "total", "remaining", "first"})
_PARTICLES = words_of_names = frozenset({"al", "bin", "ibn", "abu", "el"})
_POSSESSIVES = frozenset({"his", "her", "their", "its"})
_RAISING = frozenset(
    {"bringing", "raising", "brings", "raises", "taking", "bring", "pushing", "brought", "raised", "takes"}
)
_NUMBERS_THINGS = frozenset(
    {"no", "age", "aged", "$", "€", "£", "number", "not", "article", "route", "highway", "unit"}
)
_PRONOUNS = frozenset({"he", "she", "him", "her"})
_NOMINAL = frozenset({"the", "these", "those", "of", "among", "their", "his", "its", "most", "many", "for", "her"})
_TOLL = frozenset({"toll", "tolls", "number", "count", "fatalities", "dead"})
_RISES = frozenset(
    {"to", "at", "is", "reached", "reaches", "hits", "hit", "now", "stands", "of", "tops", "was", "as", ":"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trigger:
    fact: Fact
    form: str
    start: int
    end: int


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    return tuple(_Reading(sentence).claims())


class _Reading:
    """One sentence being read; holds what was found so far, so that no group is counted twice."""

    def __init__(self, sentence: Sentence) -> None:
        self._tokens = sentence.tokens
        self._text, self._offset = sentence.text, sentence.start
        self._keys = [token.key for token in sentence.tokens]
        quantities = quantities_of(sentence.tokens, "en")
        self._numbers = {quantity.start for quantity in quantities}
        self._groups = self._find_groups(quantities)
        self._at_start = {group.start: group for group in self._groups}
        self._at_end = {group.end: group for group in self._groups}
        self._triggers = self._find_triggers()
        self._trigger_at = {trigger.start: trigger for trigger in self._triggers}
        self._used: set[int] = set()

    def claims(self) -> Iterator[Claim]:
        yield from self._none_claims()
        total = list(self._toll_claims())
        yield from total
        unsplit = self._unsplit()
        for index, trigger in enumerate(self._triggers):
            if trigger.start in self._used or index in unsplit:
                if index in unsplit:
                    yield from self._unsplit_claim(trigger, self._triggers[index + 1])
                continue
            groups = self._sufferers(trigger)
            if groups:
                yield from self._claims_for(trigger, groups)
        yield from self._bomber_claims()

    # groups

    def _key(self, at: int) -> str:
        return self._keys[at] if 0 <= at < len(self._keys) else ""

    def _is_word(self, at: int) -> bool:
        return 0 <= at < len(self._tokens) and self._tokens[at].kind is TokenKind.WORD

    def _owns(self, at: int) -> bool:
        """Whether the token is written with a possessive "'s", which tokens leave out."""
        end = self._tokens[at].end - self._offset
        return self._text[end : end + 2] in {"'s", "’s"} or self._text[end : end + 1] in {"'", "’"}

    def _find_groups(self, quantities: Sequence[Quantity]) -> list[Group]:
        by_start = {quantity.start: quantity for quantity in quantities}
        groups: list[Group] = []
        at = 0
        while at < len(self._tokens):
            quantity = by_start.get(at)
            group = self._counted(quantity) if quantity else self._uncounted(at)
            if group is not None:
                groups.append(group)
                at = max(group.end, at + 1)
            else:
                at = quantity.end if quantity and not self._key(quantity.end) == "of" else at + 1
        return groups

    def _counted(self, quantity: Quantity) -> Group | None:
        before, after = self._key(quantity.start - 1), self._key(quantity.end)
        if before in _NUMBERS_THINGS or after in {"%", "°"}:
            return None
        if (before == "-" and is_glued(self._tokens, quantity.start)) or (
            after == "-" and is_glued(self._tokens, quantity.end)
        ):
            return None
        start = quantity.start
        while self._key(start - 1) in _PREFIXES | _POSSESSIVES or (
            self._key(start - 1) == "of" and self._key(start - 2) == "total"
        ):
            start -= 1
        is_more = start < quantity.start
        if after == "of":
            return self._partitive(quantity)
        head = self._head(quantity.end, SIDE_OF_PLURAL)
        if head is None:
            head = self._head(quantity.end, SIDE_OF_SINGULAR) if quantity.is_ordinal or quantity.best == 1 else None
        if head is not None:
            group = group_of(quantity, start=start, end=head[0], side=head[1])
            return replace(group, is_additional=is_more)
        end = self._open_end(quantity.end)
        if end is None or (end == quantity.end and self._is_bare_figure(quantity)):
            return None
        group = group_of(quantity, start=start, end=end, is_loose=True)
        return replace(group, is_additional=is_more)

    def _is_bare_figure(self, quantity: Quantity) -> bool:
        """Whether a figure without a noun is an age, a year or a time rather than people."""
        if not quantity.has_digits:
            return False
        value = quantity.best or 0
        if 1900 <= value <= 2100:
            return True
        before, after = self._key(quantity.start - 1), self._key(quantity.end)
        return before in {",", "("} and after in {",", ")"} or before in {"at", "on", "march", "february", "january"}

    def _partitive(self, quantity: Quantity) -> Group | None:
        at = quantity.end + 1
        while self._key(at) in {"the", "his", "her", "their", "its", "those", "these", "our"} and self._is_word(at + 1):
            if self._key(at) in {"those", "these"} and self._key(at + 1) in BOUNDARIES:
                break
            at += 1
        word = self._key(at)
        if word in {"wounded", "injured"}:
            return replace(group_of(quantity, end=at + 1), is_of_wounded=True, is_partitive=True)
        if word in {"them", "whom", "those", "these", "which"}:
            return replace(group_of(quantity, end=at + 1), is_partitive=True)
        if word in SUBSET_OF or at in self._numbers:
            return None
        head = self._head(at, SIDE_OF_PLURAL)
        return replace(group_of(quantity, end=head[0], side=head[1]), is_partitive=True) if head else None

    def _uncounted(self, at: int) -> Group | None:
        key = self._key(at)
        if key in _PRONOUNS and self._key(at + 1) == "and":
            return one(at, at + 1, is_loose=True)
        if key in {"a", "an", "another"} | _POSSESSIVES | {"the"}:
            if at + 1 in self._numbers:
                return None
            head = self._head(at + 1, SIDE_OF_SINGULAR)
            if head is not None:
                loose = key == "the"
                return replace(one(at, head[0], side=head[1], is_loose=loose), is_additional=key == "another")
            end = self._open_end(at + 1) if key in {"a", "an", "another"} else None
            if end is not None and (end > at + 1 or key == "another"):
                return replace(one(at, end, is_loose=True), is_additional=key == "another")
            return None
        if (
            key in SIDE_OF_SINGULAR
            and key
            not in {"major", "general", "head", "body", "minor", "other", "local", "national", "human", "leader"}
            | SIDE_OF_PLURAL.keys()
        ):
            head = self._head(at, SIDE_OF_SINGULAR)
            return one(self._bare_start(at), head[0], side=head[1], is_loose=True) if head else None
        return None

    def _bare_start(self, at: int) -> int:
        """Where a phrase without article begins ("kills senior commander")."""
        start = at
        while start > max(0, at - 3) and self._is_word(start - 1):
            key = self._key(start - 1)
            if key in BOUNDARIES | NOT_PEOPLE | ADVERBS or self._starts_trigger(start - 1) or key.endswith(("s", "ed")):
                break
            start -= 1
        return start

    def _head(self, at: int, nouns: Mapping[str, Side]) -> tuple[int, Side] | None:
        """Find the noun of a phrase that begins at ``at``: returns the token after it and its side."""
        last: tuple[int, Side] | None = None
        armed = False
        limit = at + _MODIFIERS + 1
        while at < min(limit, len(self._tokens)):
            key = self._key(at)
            side = nouns.get(key) if key != "other" else None
            if self._owns(at) and at not in self._numbers:
                last, armed, limit = None, False, limit + 1
                at += 1
                continue
            if side is not None:
                armed_here = armed and key in TURNED_TO_ATTACKERS
                last = (at + 1, Side.ATTACKERS if armed_here else side)
            elif last is not None and not (key in SIDE_OF_SINGULAR and self._is_head_after(at, nouns)):
                break
            elif key == "-" or self._key(at + 1) == "-":
                limit += 1
            elif (
                not self._is_word(at)
                or key in BOUNDARIES
                or key
                in NOT_PEOPLE
                - {
                    "army",
                    "police",
                    "tribe",
                    "party",
                    "bus",
                    "truck",
                    "group",
                    "state",
                    "tanker",
                    "boat",
                    "school",
                    "security",
                    "hospital",
                    "field",
                    "farm",
                    "force",
                }
            ):
                break
            if (key,) in TRIGGERS and side is None:
                break
            armed = armed or key in ARMED_GROUPS
            at += 1
        if (
            last is not None
            and self._key(last[0] - 1) in SIDE_OF_SINGULAR
            and self._key(last[0]) in NOT_PEOPLE - SPANS_OF_TIME
        ):
            return None  # "a police post", "an Iraqi drone"
        return last

    def _is_head_after(self, at: int, nouns: Mapping[str, Side]) -> bool:
        return self._key(at + 1) in nouns

    def _open_end(self, at: int) -> int | None:
        """Where a noun phrase of unknown words ends; null when its noun is known not to be people."""
        end = at
        while end < len(self._tokens) and end < at + 4:
            key = self._key(end)
            if key == "-" and end > at and self._is_word(end + 1):
                end += 1
                continue
            if not self._is_word(end) or key in BOUNDARIES or key in ADVERBS or self._starts_trigger(end):
                break
            end += 1
        if end == at:
            return at
        return None if self._key(end - 1) in NOT_PEOPLE or self._key(at) in NOT_PEOPLE else end

    # triggers

    def _starts_trigger(self, at: int) -> bool:
        return any(tuple(self._keys[at : at + length]) in TRIGGERS for length in range(LONGEST_TRIGGER, 0, -1))

    def _find_triggers(self) -> list[_Trigger]:
        found, at = [], 0
        while at < len(self._keys):
            step = 1
            for length in range(LONGEST_TRIGGER, 0, -1):
                entry = TRIGGERS.get(tuple(self._keys[at : at + length]))
                if entry is None or len(self._keys) < at + length:
                    continue
                trigger = _Trigger(fact=entry[0], form=entry[1], start=at, end=at + length)
                step = length
                if not self._is_nominal(trigger):
                    found.append(trigger)
                break
            at += step
        return found

    def _is_nominal(self, trigger: _Trigger) -> bool:
        """Whether the word only names people ("two of the wounded", "the dead", "wounded farmer") or is no verb here."""
        key, before, after = self._key(trigger.start), self._key(trigger.start - 1), self._key(trigger.end)
        if trigger.form == "of":
            return False
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
        if key in {"claimed", "claims", "claiming", "cost"} and trigger.end == trigger.start + 1:
            group = self._at_start.get(trigger.end)
            return group is None or self._key(group.end - 1) not in {"lives", "victims"}
        if key in {"executed", "execute", "executes", "executing", "eliminated", "burned", "burnt"}:
            return after in {"the", "a", "an", "by"} and self._at_start.get(trigger.end) is None
        return before == "not"

    # who suffered

    def _sufferers(self, trigger: _Trigger) -> list[Group]:
        if trigger.form == "active":
            return self._objects(trigger.end)
        if trigger.form == "of":
            return self._objects(trigger.end)
        if trigger.form == "participle" and not self._has_auxiliary(trigger.start):
            group = self._first_object(trigger.end)
            if group is not None and not self._is_subject_of_next(group, trigger):
                return self._objects(trigger.end)
        return self._subjects(trigger)

    def _has_auxiliary(self, at: int) -> bool:
        while self._key(at - 1) in ADVERBS:
            at -= 1
            if self._key(at) in {"was", "were", "been", "being", "is", "are", "be", "got", "get"}:
                return True
        return False

    def _skip_adverbs(self, at: int) -> int:
        while self._key(at) in ADVERBS and at not in self._at_start:
            at += 1
        return at

    def _first_object(self, at: int) -> Group | None:
        group = self._at_start.get(self._skip_adverbs(at))
        return group if group is not None and group.start not in self._used else None

    def _is_subject_of_next(self, group: Group, trigger: _Trigger) -> bool:
        """Whether the group right of a participle belongs to the next verb ("two killed three wounded")."""
        following = self._trigger_at.get(self._skip_adverbs(group.end))
        return following is not None and following.form in {"participle", "subject"} and bool(self._left_of(trigger))

    def _objects(self, at: int) -> list[Group]:
        group = self._first_object(at) or self._named(self._skip_adverbs(at))
        if group is None:
            return []
        chain, kept = [group], 1
        end = self._after_modifier(group.end)
        while (following := self._next_in_list(end)) is not None and not self._is_verbal_subject(following):
            chain.append(following)
            is_closed = self._key(following.start - 1) != ","
            if is_closed or (following.is_explicit and not following.is_loose):
                kept = len(chain)
            end = self._after_modifier(following.end)
        return chain[:kept]

    def _named(self, at: int) -> Group | None:
        """A person given by name: "killed Ahmed Salih, a teacher"."""
        end = at
        while (
            end < len(self._tokens)
            and end < at + 5
            and (self._tokens[end].text[:1].isupper() or (end > at and self._key(end) in _PARTICLES | {"-"}))
        ):
            end += 1
        if end - at < 2 or any(
            self._key(i) in SIDE_OF_PLURAL or self._key(i) in NOT_PEOPLE or self._key(i) in BOUNDARIES
            for i in range(at, end + 1)
        ):
            return None
        if self._key(end) == "," and self._key(end + 1) in {"a", "an", "the"} and end + 1 in self._at_start:
            apposed = self._at_start[end + 1]
            return replace(apposed, start=at, is_loose=False)
        return one(at, end, is_loose=True)

    def _after_modifier(self, end: int) -> int:
        """Skip "of the security forces", "from the same unit" after a noun so that a list can go on."""
        if self._key(end) not in {"of", "from"}:
            return end
        at = end + 1
        while (
            at < end + 7
            and self._is_word(at)
            and (self._key(at) not in BOUNDARIES or self._key(at) in {"the", "a", "his", "their"})
        ):
            if self._starts_trigger(at):
                return end
            at += 1
        return at

    def _next_in_list(self, end: int) -> Group | None:
        for joint in _JOINTS:
            if tuple(self._keys[end : end + len(joint)]) == joint:
                following = self._at_start.get(end + len(joint))
                if following is not None and following.start not in self._used and self._may_join(following):
                    return following
        return None

    def _may_join(self, group: Group) -> bool:
        if group.is_partitive:
            return group.side is Side.ATTACKERS
        is_elided = group.is_loose and group.is_explicit and not self._is_word(group.end - 1)
        return not (is_elided or (group.is_loose and group.end - group.start == 1 and group.is_explicit))

    def _is_verbal_subject(self, group: Group) -> bool:
        at = self._skip_adverbs(group.end)
        trigger = self._trigger_at.get(at)
        return trigger is not None and (trigger.form in {"participle", "subject"})

    def _left_of(self, trigger: _Trigger) -> list[Group]:
        """The list of people that ends nearest to the left of a verb, unless another verb has taken it."""
        at = trigger.start
        while self._key(at - 1) in ADVERBS and at not in self._at_end:
            at -= 1
        limit = at - 25
        position = at
        while position > max(0, limit):
            group = self._at_end.get(position)
            if group is not None and group.start in self._used:
                return []
            if group is not None and self._may_be_subject(group, is_beside=position == at):
                chain = self._chain_to(group)
                if not self._is_subset(chain[0]):
                    return self._turned_by_leader(chain)
                position = chain[0].start
                continue
            key = self._key(position - 1)
            if key in {";", "when", "as", "while", "because", ":"} or position - 1 in self._used:
                return []
            position = group.start if group is not None else position - 1
        return []

    def _chain_to(self, last: Group) -> list[Group]:
        chain = [last]
        while (before := self._before_in_list(chain[0])) is not None:
            chain.insert(0, before)
        return chain

    def _turned_by_leader(self, chain: list[Group]) -> list[Group]:
        """ "Senior ISIS leader among four killed": the four are attackers too."""
        at = chain[0].start - 1
        named = set(self._keys[max(0, at - 4) : at])
        if self._key(at) == "among" and named & ARMED_GROUPS and named & TURNED_TO_ATTACKERS:
            return [replace(group, side=Side.ATTACKERS) for group in chain]
        return chain

    def _is_subset(self, group: Group) -> bool:
        """Whether the group only details another: "six people, including two children"."""
        before, further = self._key(group.start - 1), self._key(group.start - 2)
        return before in {"including", "includes", "include", "notably"} or (
            before in {"them", "whom"} and further == "among"
        )

    def _may_be_subject(self, group: Group, *, is_beside: bool) -> bool:
        if group.is_loose:
            return is_beside
        return True

    def _before_in_list(self, group: Group) -> Group | None:
        for joint in _JOINTS:
            end = group.start - len(joint)
            if end <= 0 or tuple(self._keys[end : group.start]) != joint:
                continue
            candidates = [g for g in self._groups if g.end <= end and self._after_modifier(g.end) == end]
            if (
                candidates
                and candidates[-1].start not in self._used
                and not group.is_partitive | (group.side is Side.ATTACKERS and group.is_partitive)
            ):
                before = candidates[-1]
                return before if self._may_join(before) and not self._is_object(before) else None
            if (
                candidates
                and group.is_partitive
                and group.side is Side.ATTACKERS
                and candidates[-1].start not in self._used
            ):
                return candidates[-1]
        return None

    def _is_object(self, group: Group) -> bool:
        return any(
            trigger.end == group.start and trigger.form in {"active", "participle"} for trigger in self._triggers
        )

    def _subjects(self, trigger: _Trigger) -> list[Group]:
        before = self._keys[max(0, trigger.start - 3) : trigger.start]
        if before[-2:] in (["before", "being"], ["were", "then"], ["and", "then"]) or before[-1:] == ["then"]:
            return [g for g in self._groups if g.end < trigger.start and g.side is Side.ATTACKERS][-1:]
        return self._left_of(trigger)

    # claims

    def _claims_for(self, trigger: _Trigger, groups: Sequence[Group]) -> Iterator[Claim]:
        self._used.update(group.start for group in groups)
        self._used.add(trigger.start)
        start, end = min(trigger.start, groups[0].start), max(trigger.end, groups[-1].end)
        kind = ClaimKind.STATED
        if self._is_boast(trigger):
            kind = ClaimKind.BOAST
        elif len(groups) == 1 and groups[0].is_ordinal:
            is_named_before = groups[0].is_loose and self._key(groups[0].start - 1) == "the"
            if trigger.fact is Fact.KILLED and not is_named_before:
                kind = ClaimKind.TOTAL
            else:
                groups = [replace(groups[0], best=1, low=1, high=1)]
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif trigger.fact is Fact.KILLED and self._is_later_death(trigger, groups):
            kind = ClaimKind.LATER
        yield from claims_from(trigger.fact, kind, groups, start, end)

    def _is_boast(self, trigger: _Trigger) -> bool:
        """ "Said it had killed 21 soldiers", "claimed to have killed": the claimant's own figure."""
        before = self._keys[max(0, trigger.start - 8) : trigger.start]
        if trigger.form not in {"participle", "active"} or not {
            "claimed",
            "said",
            "claiming",
            "saying",
            "says",
            "claims",
        } & set(before):
            return False
        return before[-2:] in (
            ["it", "had"],
            ["they", "had"],
            ["it", "has"],
            ["to", "have"],
            ["fighters", "had"],
            ["having"],
            ["that", "killed"],
        ) or before[-1:] == ["it"]

    def _is_later_death(self, trigger: _Trigger, groups: Sequence[Group]) -> bool:
        if any(group.is_of_wounded for group in groups):
            return True
        before = self._keys[max(0, groups[0].start - 1) : trigger.start]
        after = self._keys[trigger.end : trigger.end + 8]
        died = self._key(trigger.start) in {"died", "dies", "dead", "succumbed", "succumbs", "die"}
        return died and (
            "wounded" in before
            or "injured" in before
            or ("of" in after and ("wounds" in after or "injuries" in after))
            or "succumbed" in self._keys
        )

    def _unsplit(self) -> set[int]:
        """Verbs that share one figure with the next: "killed and wounded 12", "12 dead or injured"."""
        found = set()
        for index, (first, second) in enumerate(zip(self._triggers, self._triggers[1:], strict=False)):
            joint = self._keys[first.end : second.start]
            if joint in (["and"], ["or"], ["and", "/", "or"], ["/"]) and {first.fact, second.fact} == {
                Fact.KILLED,
                Fact.WOUNDED,
            }:
                found.add(index)
        return found

    def _unsplit_claim(self, first: _Trigger, second: _Trigger) -> Iterator[Claim]:
        groups = self._objects(second.end) if not self._has_auxiliary(first.start) else []
        groups = groups or self._left_of(first)
        self._used.update((first.start, second.start))
        if groups:
            self._used.update(group.start for group in groups)
            yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, groups, first.start, second.end)

    def _toll_claims(self) -> Iterator[Claim]:
        """ "Toll … rises to nine", "bringing to nine the number of dead"."""
        for at, key in enumerate(self._keys):
            if key in {"toll", "tolls"} or (key in {"number", "count"} and self._key(at + 1) == "of"):
                words_near = self._keys[max(0, at - 2) : at + 6]
                if key in {"number", "count"} and not {
                    "dead",
                    "killed",
                    "deaths",
                    "wounded",
                    "injured",
                    "victims",
                    "fatalities",
                    "martyrs",
                    "casualties",
                    "injuries",
                } & set(words_near):
                    continue
                wounded = {"wounded", "injured", "injuries", "injury"} & set(self._keys[max(0, at - 2) : at + 5])
                dead = {"dead", "death", "killed", "deaths"} & set(self._keys[max(0, at - 2) : at + 4])
                group = self._rise(at)
                if group is not None:
                    fact = Fact.WOUNDED if wounded and not dead else Fact.KILLED
                    self._used.add(group.start)
                    yield from claims_from(
                        fact, ClaimKind.TOTAL, [replace(group, side=Side.ANY, is_loose=False)], at, group.end
                    )

    def _rise(self, at: int) -> Group | None:
        for position in range(at + 1, min(at + 26, len(self._keys))):
            group = self._at_start.get(position)
            if group is None or group.best is None or group.is_ordinal:
                continue
            before = self._key(position - 1)
            if before in _RISES or (before in {"least", "than"}):
                if before == "of" and self._key(position - 2) not in {"toll", "total"}:
                    continue
                return group
        reached = [g for g in self._groups if g.end <= at and self._key(g.start - 1) == "to" and g.best is not None]
        if reached and _RAISING & set(self._keys[max(0, reached[-1].start - 3) : at]):
            return reached[-1]
        return None

    def _none_claims(self) -> Iterator[Claim]:
        for at, key in enumerate(self._keys):
            facts: tuple[Fact, ...] = ()
            end = at
            if key in {"no", "without", "any"}:
                facts, end = self._none_after(at)
            elif key in {"nobody", "none"} or (key == "one" and self._key(at - 1) == "no"):
                end = self._skip_adverbs(at + 1)
                trigger = self._trigger_at.get(end) or next((t for t in self._triggers if at < t.start <= at + 4), None)
                facts = self._facts_of_verb(trigger) if trigger is not None else ()
                if trigger is not None:
                    self._used.add(trigger.start)
            for fact in facts:
                yield Claim(
                    fact=fact,
                    kind=ClaimKind.NONE,
                    best=0,
                    low=0,
                    high=0,
                    start=at - (key == "one"),
                    end=end + 1,
                    parts=(0,),
                )

    def _facts_of_verb(self, trigger: _Trigger) -> tuple[Fact, ...]:
        others = {t.fact for t in self._triggers if trigger.start <= t.start <= trigger.end + 2}
        if trigger.fact is Fact.WOUNDED and Fact.KILLED not in others:
            return (Fact.KILLED, Fact.WOUNDED) if self._key(trigger.start) in {"hurt", "injured"} else (Fact.WOUNDED,)
        return tuple(fact for fact in (Fact.KILLED, Fact.WOUNDED) if fact in others)

    def _none_after(self, at: int) -> tuple[tuple[Fact, ...], int]:
        if self._key(at) == "any" and not {"not", "without", "never"} & set(self._keys[max(0, at - 5) : at]):
            return (), at
        nouns = {
            "casualties": (Fact.KILLED, Fact.WOUNDED), "casualty": (Fact.KILLED, Fact.WOUNDED), "deaths": (Fact.KILLED,),
            "fatalities": (Fact.KILLED,), "injuries": (Fact.WOUNDED,), "victims": (Fact.KILLED,), "wounded": (Fact.WOUNDED,),
            "dead": (Fact.KILLED,),
        }  # fmt: skip
        found: list[Fact] = []
        end = at
        for position in range(at + 1, min(at + 8, len(self._keys))):
            key = self._key(position)
            if (
                key
                in {
                    "immediate",
                    "immediately",
                    "reports",
                    "report",
                    "word",
                    "details",
                    "information",
                    "claim",
                    "other",
                    "further",
                    "new",
                    "more",
                    "confirmed",
                    "toll",
                    "figures",
                    "official",
                    "yet",
                }
                and not found
            ):
                return (), at
            if key in nouns:
                found += nouns[key]
                end = position
            elif key == "loss" and self._keys[position : position + 3] == ["loss", "of", "life"]:
                found.append(Fact.KILLED)
                end = position + 2
            elif key in {".", ",", "but", "when", "after"} or (found and key not in {"or", "and", "no"}):
                break
        self._used.update(trigger.start for trigger in self._triggers if at < trigger.start <= end)
        return tuple(dict.fromkeys(found)), end

    def _bomber_claims(self) -> Iterator[Claim]:
        """A bomber who blew himself up is an attacker killed, whatever else the sentence counts."""
        for at, key in enumerate(self._keys):
            if key not in {"blew", "blowing", "blows", "blow", "detonated", "detonating", "detonates"}:
                continue
            if not {"himself", "herself", "themselves", "his", "her", "their"} & {self._key(at + 1)}:
                continue
            group = next((g for g in reversed(self._groups) if g.end <= at and g.side is Side.ATTACKERS), None)
            if group is not None and group.start not in self._used and group.best is not None:
                self._used.add(group.start)
                yield from claims_from(Fact.KILLED, ClaimKind.STATED, [group], group.start, at + 2)
