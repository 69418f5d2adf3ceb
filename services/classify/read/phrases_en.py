"""The phrases of an English sentence that count people: "at least two army officers", "a member", "his wife", "another".

A noun that is known decides who they are; an unknown one counts only beside a verb of killing or wounding, which is for the
reader of the sentence to see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.classify.read.calendar_words import MONTHS
from services.classify.read.casualty_words_en import (
    ABDUCTS,
    ADVERBS,
    ALSO_ADJECTIVES,
    ARMED_GROUPS,
    BOUNDARIES,
    FORMER,
    LONGEST_TRIGGER,
    MODIFYING_THINGS,
    NAMED_FORCES,
    NOT_PEOPLE,
    SETS,
    SIDE_OF_PLURAL,
    SIDE_OF_SINGULAR,
    SPANS_OF_TIME,
    SUBSET_OF,
    TRIGGERS,
    TURNED_OF_FORCES,
    TURNED_TO_ATTACKERS,
)
from services.classify.read.claims import Group, Side, group_of, one
from services.classify.read.quantities import Quantity, is_glued, quantities_of
from services.classify.read.text import Sentence, TokenKind

_MODIFIERS = 5
_LONGEST_NAME = 4
_PREFIXES = frozenset({"another", "other", "additional", "further", "total", "remaining", "first"})
POSSESSIVES = frozenset({"his", "her", "their", "its"})
_MORE = frozenset({"other", "further", "additional"})
_DETERMINERS = frozenset({"a", "an", "another", "the"}) | POSSESSIVES
_PRONOUNS = frozenset({"he", "she", "him", "her"})
_NUMBERS_THINGS = frozenset(
    {"no", "age", "aged", "$", "€", "£", "number", "not", "article", "route", "highway", "unit"}
)
_LAST_OF_MONTH = 31
_QUOTES = frozenset({"'", "‘", "’", '"', "“", "”", "#"})
_NOT_BARE = ("s", "ed")
_BARE = frozenset({"suspected", "alleged", "retired", "wanted", "unarmed", "armed", "masked", "unidentified"})
_ATTACKERS = frozenset(noun for noun, side in SIDE_OF_SINGULAR.items() if side is Side.ATTACKERS)
_OCCUPATIONS = ("er", "or", "ist", "man", "woman", "ian")


class Phrases:
    """The words of one sentence, its numbers and its groups of people; never changed once built."""

    def __init__(self, sentence: Sentence) -> None:
        self.tokens = sentence.tokens
        self.keys = [token.key for token in sentence.tokens]
        self._text, self._offset = sentence.text, sentence.start
        quantities = self.quantities = quantities_of(sentence.tokens, "en")
        self.numbers = frozenset(quantity.start for quantity in quantities)
        self.groups = self._find_groups(quantities)
        self.at_start = {group.start: group for group in self.groups}
        self.at_end = {group.end: group for group in self.groups}

    def key(self, at: int) -> str:
        return self.keys[at] if 0 <= at < len(self.keys) else ""

    def is_word(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind is TokenKind.WORD

    def owns(self, at: int) -> bool:
        """Whether the token is written with a possessive "'s", which tokens leave out."""
        end = self.tokens[at].end - self._offset
        return self._text[end : end + 2] in {"'s", "’s"} or self._text[end : end + 1] in {"'", "’"}

    def starts_verb(self, at: int) -> bool:
        return any(tuple(self.keys[at : at + length]) in TRIGGERS for length in range(LONGEST_TRIGGER, 0, -1))

    def _find_groups(self, quantities: Sequence[Quantity]) -> list[Group]:
        by_start = {quantity.start: quantity for quantity in quantities}
        groups: list[Group] = []
        at = 0
        while at < len(self.tokens):
            quantity = by_start.get(at)
            group = self._counted(quantity) if quantity else self._uncounted(at)
            if group is not None:
                group = self._with_aside(group)
                groups.append(group)
                at = max(group.end, at + 1)
            else:
                at = quantity.end if quantity and self.key(quantity.end) != "of" else at + 1
        return groups

    def _with_aside(self, group: Group) -> Group:
        """The group with an age or a mistaken figure written after it: "a man, 45,", "boy of 12", "three, not four,"."""
        end = group.end
        if (
            self.key(end) in {",", "("}
            and (group.best == 1 or group.is_ordinal)
            and end + 1 in self.numbers
            and self.key(end + 2) in {",", ")"}
        ):
            return replace(group, end=end + 3)
        if (
            self.key(end) in {"of", "aged"}
            and group.best == 1
            and end + 1 in self.numbers
            and self.is_closed_age(end + 2)
        ):
            return replace(group, end=end + 2)
        if self.keys[end : end + 2] == [",", "not"] and end + 2 in self.numbers and self.key(end + 3) == ",":
            return replace(group, end=end + 4, is_loose=False)
        return group

    def is_closed_age(self, at: int) -> bool:
        """Whether the figure before token ``at`` counts nobody: a verb or a mark follows ("boy of 12 killed")."""
        return self.starts_verb(at) or self.key(at) in {"", ",", ".", "was", "is", "has", "who", "and"}

    def _counted(self, quantity: Quantity) -> Group | None:
        before, after = self.key(quantity.start - 1), self.key(quantity.end)
        if before in _NUMBERS_THINGS or after in {"%", "°"} or self._is_of_month(quantity):
            return None
        if (before == "-" and is_glued(self.tokens, quantity.start)) or (
            after == "-" and is_glued(self.tokens, quantity.end)
        ):
            return None
        start = quantity.start
        while self.key(start - 1) in _PREFIXES | POSSESSIVES or (
            self.key(start - 1) == "of" and self.key(start - 2) == "total"
        ):
            start -= 1
        is_more = start < quantity.start or after in _MORE
        if quantity.is_ordinal and self.key(start - 1) == "a":
            start -= 1
        if after == "of":
            return self._partitive(quantity)
        head = self._head(quantity.end, SIDE_OF_PLURAL)
        if head is None:
            head = self._head(quantity.end, SIDE_OF_SINGULAR) if quantity.is_ordinal or quantity.best == 1 else None
        if head is not None:
            last, side = self._of_group(*head)
            return replace(group_of(quantity, start=start, end=last, side=side), is_additional=is_more)
        end = self._open_end(quantity.end)
        if end is None or (end == quantity.end and self._is_bare_figure(quantity)):
            return None
        is_named_next = (
            end == quantity.end and after == "who" and not quantity.has_digits
        )  # "two who ran were shot dead"
        group = group_of(quantity, start=start, end=end, is_loose=not is_named_next)
        return replace(group, is_additional=is_more)

    def _of_group(self, end: int, side: Side) -> tuple[int, Side]:
        """ "A member of the PKK" is an attacker."""
        at = end + 1 + (self.key(end + 1) == "the")
        is_named = self.key(at) in NAMED_FORCES | ARMED_GROUPS - {"state", "suspected"}
        is_armed = self.key(end) == "of" and (is_named or self.keys[at : at + 2] == ["kurdistan", "workers"])
        if is_armed and self.key(end - 1) in TURNED_OF_FORCES | TURNED_TO_ATTACKERS:
            return at + 1, Side.ATTACKERS
        return end, side

    def _is_of_month(self, quantity: Quantity) -> bool:
        """ "Nov 18", "7 August": a day, whatever follows."""
        is_day = quantity.has_digits and 0 < (quantity.best or 0) <= _LAST_OF_MONTH
        return is_day and any(
            (self.key(at),) in MONTHS and self.tokens[at].text[:1].isupper()
            for at in (quantity.start - 1, quantity.end)
            if 0 <= at < len(self.tokens)
        )

    def _is_bare_figure(self, quantity: Quantity) -> bool:
        """Whether a figure without a noun is an age, a year or a time rather than people."""
        if not quantity.has_digits:
            return False
        value = quantity.best or 0
        if 1900 <= value <= 2100:
            return True
        before, after = self.key(quantity.start - 1), self.key(quantity.end)
        return (before in {",", "("} and after in {",", ")"}) or before in {"at", "on", "march", "february", "january"}

    def _partitive(self, quantity: Quantity) -> Group | None:
        at = quantity.end + 1
        while self.key(at) in {"the", "his", "her", "their", "its", "those", "these", "our"} and self.is_word(at + 1):
            if self.key(at) in {"those", "these"} and self.key(at + 1) in BOUNDARIES:
                break
            at += 1
        word = self.key(at)
        if word in {"wounded", "injured"}:
            return replace(group_of(quantity, end=at + 1), is_of_wounded=True, is_partitive=True)
        if word == "own" and self.key(at - 1) in POSSESSIVES:
            return replace(group_of(quantity, end=at + 1), is_partitive=True)  # "three of its own"
        if word in {"them", "whom", "those", "these", "which"}:
            return replace(group_of(quantity, end=at + 1), is_partitive=True)
        if at in self.numbers:  # "one of two shepherds", "three of the five"
            whole = next((q for q in self.quantities if q.start == at), None)
            head = self._head(whole.end, SIDE_OF_PLURAL) if whole is not None else None
            return group_of(quantity, end=head[0], side=head[1]) if head else None
        if word in SUBSET_OF:
            return None
        head = self._head(at, SIDE_OF_PLURAL)
        is_kin = self.key(quantity.end + 1) in {"his", "her"}  # "a mother and two of her children": three people
        return replace(group_of(quantity, end=head[0], side=head[1]), is_partitive=not is_kin) if head else None

    def _uncounted(self, at: int) -> Group | None:
        key = self.key(at)
        if key in _PRONOUNS and self.key(at + 1) == "and":
            return one(at, at + 1, is_loose=True)
        if key == "both" and (head := self._head(at + 1, SIDE_OF_PLURAL)) is not None:
            return Group(start=at, end=head[0], best=2, low=2, high=2, side=head[1])
        if key in SETS and self.is_word(at - 1):
            named = set(self.keys[max(0, at - 2) : at])
            is_armed = bool(named & (ARMED_GROUPS | NAMED_FORCES) or named & _ATTACKERS)
            count, side = SETS[key], Side.ATTACKERS if is_armed else Side.ANY
            return Group(start=at, end=at + 1, best=count, low=count, high=count, side=side) if is_armed else None
        if key in _DETERMINERS:
            is_counted = at + 1 in self.numbers and self.key(at + 2) != "-"
            return None if is_counted else self._determined(at)
        is_noun = key not in ALSO_ADJECTIVES or self.starts_verb(at + 1) or (key == "leader" and self._is_named(at + 1))
        if key in SIDE_OF_SINGULAR and is_noun and key not in SIDE_OF_PLURAL:
            head = self._head(at, SIDE_OF_SINGULAR)
            if head is None:
                return None
            return one(self._bare_start(at), self._after_name(head[0]), side=head[1], is_loose=True)
        is_object = self.starts_verb(at - 1) and self.key(at + 1) in BOUNDARIES
        if key.endswith(_OCCUPATIONS) and (is_object or (at == 0 and self.starts_verb(1))):
            return one(at, at + 1, is_loose=True) if key not in NOT_PEOPLE | BOUNDARIES | ADVERBS else None
        return None

    def _determined(self, at: int) -> Group | None:
        key = self.key(at)
        is_more = key == "another"
        head = self._head(at + 1, SIDE_OF_SINGULAR)
        if head is not None:
            last, side = self._of_group(*head)
            return replace(one(at, last, side=side, is_loose=key == "the"), is_additional=is_more)
        end = self._open_end(at + 1) if key in {"a", "an", "another"} else None
        if end is None or (end == at + 1 and not is_more):
            return None
        return replace(one(at, end, is_loose=True), is_additional=is_more)

    def _is_named(self, at: int) -> bool:
        """Whether a name or a list goes on behind "leader"."""
        return self.key(at) == "," or self._after_name(at) > at

    def _after_name(self, at: int) -> int:
        """Behind the name of a person that is written after the noun, before a verb: "activist Thair Kareem killed"."""
        end = at
        while end < at + _LONGEST_NAME and self._may_be_name(end):
            end += 1
        return end if end > at and self.starts_verb(end) else at

    def _may_be_name(self, at: int) -> bool:
        return (
            self.is_word(at)
            and self.tokens[at].text[:1].isupper()
            and not self.starts_verb(at)
            and at not in self.numbers
        )

    def _bare_start(self, at: int) -> int:
        """Where a phrase without article begins ("kills senior commander", "murder ex-vice-president's brother")."""
        start, limit = at, at - 3
        while start > max(0, limit) and (self.is_word(start - 1) or self._is_hyphen(start - 1)):
            if self._is_hyphen(start - 1):
                start, limit = start - 2, limit - 2
                continue
            key = self.key(start - 1)
            if key == "old" and self.key(start - 2) == "-":
                break
            if (
                key in (BOUNDARIES | NOT_PEOPLE | ADVERBS | ABDUCTS) - MODIFYING_THINGS
                or self.starts_verb(start - 1)
                or (key.endswith(_NOT_BARE) and key not in _BARE)
            ):
                break
            start -= 1
        return start

    def _is_hyphen(self, at: int) -> bool:
        """Whether a hyphen joins two words into one: "ex-president"."""
        joined = self.key(at) == "-" and self.is_word(at - 1) and not self.starts_verb(at - 1)
        return joined and is_glued(self.tokens, at) and self.key(at - 1) not in BOUNDARIES | {"old"}

    def _head(self, at: int, nouns: Mapping[str, Side]) -> tuple[int, Side] | None:
        """Find the noun of a phrase that begins at ``at``: returns the token after it and its side."""
        last: tuple[int, Side] | None = None
        is_armed = is_force = was_armed = False
        limit = at + _MODIFIERS + 1
        while at < min(limit, len(self.tokens)):
            key = self.key(at)
            side = nouns.get(key) if key != "other" else None
            if self.owns(at) and at not in self.numbers and self.key(at - 1) not in _QUOTES:  # "the district's mayor"
                last, is_armed, is_force, limit = None, False, False, limit + 1
            elif side is not None:
                is_turned = (is_armed and key in TURNED_TO_ATTACKERS) or (is_force and key in TURNED_OF_FORCES)
                last = (at + 1, Side.CIVILIANS if was_armed else Side.ATTACKERS if is_turned else side)
            elif last is not None and not (key in SIDE_OF_SINGULAR and self.key(at + 1) in nouns):
                break
            elif key in _QUOTES or key == "-" or self.key(at + 1) == "-" or self.keys[at - 1 : at + 1] == ["-", "be"]:
                limit += 1  # "three 'generals'", "three would-be bombers"
            elif not self._may_modify(at):
                break
            is_armed = (is_armed or key in ARMED_GROUPS) and key not in FORMER
            is_force = is_force or key in NAMED_FORCES
            was_armed = was_armed or key in FORMER
            at += 1
        return None if last is None or self._is_of_thing(last[0]) else last

    def _may_modify(self, at: int) -> bool:
        """Whether the word can stand before the noun of a phrase about people ("two *army* officers")."""
        key = self.key(at)
        if not self.is_word(at) or key in BOUNDARIES or (key,) in TRIGGERS:
            return False
        return key not in NOT_PEOPLE or key in MODIFYING_THINGS

    def _is_of_thing(self, end: int) -> bool:
        """Whether the person only names a thing: "a police post", "an Iraqi drone"."""
        following = self.key(end)
        is_thing = following in NOT_PEOPLE and following not in SPANS_OF_TIME and not self.starts_verb(end)
        return is_thing and self.key(end - 1) in SIDE_OF_SINGULAR

    def _open_end(self, at: int) -> int | None:
        """Where a noun phrase of unknown words ends; null when its noun is known not to be people."""
        end = at
        while end < len(self.tokens) and end < at + 4:
            key = self.key(end)
            if key == "-" and end > at and self.is_word(end + 1):
                end += 1
                continue
            if not self.is_word(end) or key in BOUNDARIES or key in ADVERBS or self.starts_verb(end):
                break
            end += 1
        if end == at:
            return at
        return None if self.key(end - 1) in NOT_PEOPLE or self.key(at) in NOT_PEOPLE else end
