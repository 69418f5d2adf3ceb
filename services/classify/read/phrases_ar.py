"""The phrases of an Arabic sentence that count people: "ثلاثة من عناصر الشرطة", duals, "قتيلان", "الجرحى الثلاثة", "أحد الصيادين".

The words for the dead and the wounded are phrases and facts at once; ``facts`` says which.
"""

from dataclasses import replace

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Fact, Group, Side, group_of, one
from services.classify.read.number_words import words
from services.classify.read.quantities import Quantity, arabic_stems, is_glued, quantities_of
from services.classify.read.text import Sentence, TokenKind
from shared.letters import fold

_MONDAY = fold("الاثنين")
"""Also "the two", which nobody writes of people that are not named before."""
_AGES = words("عام عاما أعوام سنة سنوات ربيعا")
_ONE_OF = frozenset({"احد", "احدي"})
_TWO = words("اثنان اثنين اثنتان اثنتين")
_OF = fold("من")
_OF_THEM = words("منهم منهما منهن بينهم بينهما")
_AMONG_THEM = words("بينهم بينهما")
"""Say who else they are, not whom they belong to: "استشهاد ستة بينهم شرطيتان"."""
_TO = words("إلى على حتى لدى")
"""Written like the end of a dual: "إلى اثنين"."""
_ONE_OF_THEM = words("أحدهم أحدهما إحداهما إحداهن")
_BEFORE_NAME = words("من في تنظيم عصابات بارز ما يسمى حزب جماعة ميليشيا مليشيا حركة")
_WRITTEN_ON = ("ب", "و", "ف")
_CASUALTIES = ((Fact.KILLED, lexicon.KILLED_NOUNS_PLURAL), (Fact.WOUNDED, lexicon.WOUNDED_NOUNS_PLURAL))
_HURTING = lexicon.WOUND_MASDAR | lexicon.WOUND_PASSIVE
_MOVEMENT, _SHABAAB = fold("حركة"), fold("الشباب")
_QUOTES = frozenset({'"', "“", "”", "«", "»", "'"})
_FATHA_YEH_NUN = "\u064e\u064a\u0646"
_TANWIN = "\u064b"


def _bare(key: str) -> tuple[str, ...]:
    """The forms of a word without conjunction and preposition, never without the article: definite nouns are no new people."""
    return tuple(stem for stem in arabic_stems(key) if not (stem != key and "ال" + stem in key))


def _owned(key: str) -> str | None:
    """The plural that a pronoun is written onto: عناصرها, مقاتليه."""
    for suffix in ("ها", "هم", "هما", "ه"):
        stem = key.removesuffix(suffix)
        if stem != key and stem in lexicon.SIDE_OF_PLURAL:
            return stem
    return None


class Phrases:
    """The words of one sentence, its numbers and its groups of people; never changed once built."""

    def __init__(self, sentence: Sentence) -> None:
        self.tokens = sentence.tokens
        self.keys = [token.key for token in sentence.tokens]
        self._bare = [_bare(key) for key in self.keys]
        self._stems = [arabic_stems(key) for key in self.keys]
        self.numbers = {
            quantity.start: quantity
            for quantity in quantities_of(sentence.tokens, "ar")
            if self.keys[quantity.start] != _MONDAY
        }
        self.facts: dict[int, Fact] = {}
        self.groups = self._find_groups()
        self.at_start = {group.start: group for group in self.groups}
        self.inside = {at for group in self.groups for at in range(group.start, group.end)}

    def holds(self, at: int, vocabulary: frozenset[str] | dict[str, Side], *, definite: bool = True) -> str | None:
        """The form of the word at ``at`` that ``vocabulary`` holds; with ``definite`` the article may stand before it."""
        if not 0 <= at < len(self.keys):
            return None
        return next((stem for stem in (self._stems if definite else self._bare)[at] if stem in vocabulary), None)

    def _find_groups(self) -> list[Group]:
        groups: list[Group] = []
        at = 0
        while at < len(self.keys):
            quantity = self.numbers.get(at)
            group = self._counted(quantity) if quantity else self._uncounted(at)
            if group is None:
                at = quantity.end if quantity else at + 1
                continue
            groups.append(group)
            at = max(group.end, at + 1)
        return groups

    def _counted(self, quantity: Quantity) -> Group | None:
        if self._numbers_thing(quantity):
            return None
        at = quantity.end
        if self.key(at) in _OF_THEM:
            return replace(group_of(quantity, end=at + 1), is_partitive=self.key(at) not in _AMONG_THEM)
        for fact, nouns in _CASUALTIES:
            form = self.holds(at, nouns)
            if form and (form.startswith("و") or not self.key(at).startswith("و")):  # "مصرع 5 وإصابة 8"
                self.facts[quantity.start] = fact
                return group_of(quantity, end=at + 1)
        noun = at + 1 if self.key(at) == _OF else at
        if noun > at and self.holds(noun, lexicon.WOUNDED_NOUNS_PLURAL):
            return replace(group_of(quantity, end=noun + 1), is_of_wounded=True)
        if noun > at and self.key(noun) in lexicon.ATTACKER_NAMES:
            return group_of(quantity, end=noun + 1, side=Side.ATTACKERS)
        head = self._head(noun)
        if head is not None:
            return group_of(quantity, end=head[0], side=head[1])
        if noun > at and self.key(noun).startswith("ال") and not self._plain(noun, lexicon.NOT_PEOPLE):
            return group_of(quantity, end=noun + 1)  # "اثنين من الحاضرين"
        return None if self._plain(at, lexicon.NOT_PEOPLE) else group_of(quantity, end=at, is_loose=True)

    def _numbers_thing(self, quantity: Quantity) -> bool:
        """Whether the number is a year, an age, a unit's name, a date or "the third" rather than people."""
        before, after = self.key(quantity.start - 1), self.key(quantity.end)
        if before == "/" or (before == "-" and is_glued(self.tokens, quantity.start)):
            return True
        if not quantity.has_digits:
            is_definite = quantity.is_ordinal and self.keys[quantity.start].startswith("ال")
            return is_definite and not self.holds(quantity.start - 1, _HURTING)  # "وإصابة الثالث"
        other = self.numbers.get(quantity.end)
        if other is not None and other.has_digits and self._plain(other.end, _AGES):
            return True  # "شقيقان، 9 و11 عاماً"
        is_year = 1900 <= (quantity.best or 0) <= 2100
        return is_year or after in {"%", "/"} or self.holds(quantity.start - 1, lexicon.UNIT_BEFORE) is not None

    def key(self, at: int) -> str:
        return self.keys[at] if 0 <= at < len(self.keys) else ""

    def _plain(self, at: int, vocabulary: frozenset[str] | dict[str, Side]) -> str | None:
        """The counted noun: nothing but the article may be written onto it; a preposition would begin another phrase."""
        key = self.key(at)
        return next((form for form in (key, key.removeprefix("ال")) if form in vocabulary), None)

    def _head(self, at: int) -> tuple[int, Side] | None:
        for position in range(at, min(at + 2, len(self.keys))):
            noun = self._plain(position, lexicon.SIDE_OF_PLURAL) or self._plain(position, lexicon.SIDE_OF_SINGULAR)
            if noun is not None:
                side = lexicon.SIDE_OF_PLURAL.get(noun) or lexicon.SIDE_OF_SINGULAR[noun]
                return self._turned(position + 1, side)
            if (
                self.holds(position, lexicon.NOT_PEOPLE)
                or self.keys[position].startswith("و")
                or self.tokens[position].kind is not TokenKind.WORD
                or position in self.numbers
            ):
                return None
        return None

    def _turned(self, end: int, side: Side) -> tuple[int, Side]:
        """ "Three elements of ISIS" are attackers; the name must belong to the noun, not follow a preposition written onto it."""
        for at in range(end, min(end + 4, len(self.keys))):
            key = self.keys[at]
            if key in lexicon.ATTACKER_NAMES or (key == _MOVEMENT and self.key(at + 1) == _SHABAAB):
                return at + 1, Side.ATTACKERS
            if key not in _BEFORE_NAME and (at > end or key.startswith(_WRITTEN_ON)):
                break  # "ثلاثة تجار برصاص حركة الشباب": the name belongs to the bullets
        return end, side

    def _uncounted(self, at: int) -> Group | None:
        fact_dual = self._dual_casualty(at)
        if fact_dual is not None:
            return fact_dual
        if (definite := self._definite(at)) is not None:
            return definite
        number = at + 2 if self.key(at + 1) in _QUOTES else at + 1
        if self.key(number) in _TWO and self.keys[at].endswith(("ين", "ان", "ي")) and self.keys[at] not in _TO:
            noun = self.holds(at, lexicon.SIDE_OF_DUAL) or self.holds(at, lexicon.SIDE_OF_DOUBTFUL_DUAL)
            side = {**lexicon.SIDE_OF_DUAL, **lexicon.SIDE_OF_DOUBTFUL_DUAL}.get(noun or "", Side.ANY)
            return None if self.holds(at, lexicon.NOT_PEOPLE) else self._two(at, number + 1, side)
        noun = self.holds(at, lexicon.SIDE_OF_DUAL)
        if noun is not None:
            end, side = self._turned(at + 1, lexicon.SIDE_OF_DUAL[noun])
            return self._two(at, end, side)
        noun = self.holds(at, lexicon.SIDE_OF_DOUBTFUL_DUAL)
        if noun is not None:
            is_certain = _FATHA_YEH_NUN in self.tokens[at].text or not self.keys[at].startswith(("ال", "وال", "لل"))
            end, side = self._turned(at + 1, lexicon.SIDE_OF_DOUBTFUL_DUAL[noun])
            return replace(self._two(at, end, side), is_explicit=False, is_loose=True) if is_certain else None
        return self._single(at)

    def _two(self, start: int, end: int, side: Side) -> Group:
        return Group(start=start, end=end, best=2, low=2, high=2, side=side)

    def _dual_casualty(self, at: int) -> Group | None:
        for fact, duals, singles in (
            (Fact.KILLED, lexicon.KILLED_NOUNS_DUAL, lexicon.KILLED_NOUNS_SINGULAR),
            (Fact.WOUNDED, lexicon.WOUNDED_NOUNS_DUAL, lexicon.WOUNDED_NOUNS_SINGULAR),
        ):
            is_accusative = _TANWIN in self.tokens[at].text
            if self.holds(at, duals) and not is_accusative:
                self.facts[at] = fact
                return self._two(at, at + 1, Side.ANY)
            is_of_body = (
                fact is Fact.WOUNDED and self.key(at + 1).startswith("بطل") and any("جث" in k for k in self.keys)
            )
            if self.holds(at, singles, definite=False) and not is_of_body:
                self.facts[at] = fact
                end = at + 2 if self.key(at + 1) in _ONE_OF else at + 1
                return one(at, end)
        return None

    def _definite(self, at: int) -> Group | None:
        """ "The three wounded": the number follows its noun."""
        is_construct = self.keys[at].endswith("ي") and self.key(at + 1).startswith("ال")  # "صيادي الصقور الأربعة"
        number = self.numbers.get(at + 1) or (self.numbers.get(at + 2) if is_construct else None)
        if number is None or not self.keys[number.start].startswith("ال") or number.best is None or number.is_ordinal:
            return None
        for fact, nouns in _CASUALTIES:
            if self.holds(at, nouns):
                self.facts[at] = fact
                return group_of(number, start=at, end=number.end)
        noun = self.holds(at, lexicon.SIDE_OF_PLURAL)
        return group_of(number, start=at, end=number.end, side=lexicon.SIDE_OF_PLURAL[noun]) if noun else None

    def _single(self, at: int) -> Group | None:
        if self.holds(at, _ONE_OF, definite=False) and not self.keys[at].startswith("ال"):
            return self._one_of(at)
        if self.holds(at, _ONE_OF_THEM, definite=False):
            return one(at, at + 1)
        pair = self.holds(at, lexicon.SIDE_OF_OWNED_DUAL, definite=False)
        if pair is not None:
            return self._two(at, at + 1, lexicon.SIDE_OF_OWNED_DUAL[pair])
        if self.holds(at, lexicon.KIN_WITH_SUFFIX, definite=False):
            return one(at, at + 1, side=Side.CIVILIANS)
        noun = self.holds(at, lexicon.SIDE_OF_SINGULAR, definite=False)
        if noun is None:
            return self._named(at)
        end, side = self._turned(at + 1, lexicon.SIDE_OF_SINGULAR[noun])
        number = self.numbers.get(end)
        if number is not None and number.is_ordinal and not self.keys[end].startswith(("ال", "و")):
            return group_of(number, start=at, end=number.end, side=side)  # "وفاة جندي ثالث"
        return one(at, end, side=side, is_loose=noun in lexicon.TOO_COMMON_ALONE)

    def _is_counted(self, at: int) -> bool:
        """Whether a number follows its definite noun, or stands for itself: nothing written onto it but the article."""
        return at in self.numbers and not self.keys[at].startswith(_WRITTEN_ON)

    def _named(self, at: int) -> Group | None:
        """ "استشهاد العقيد أحمد", "اغتيال الصحفي": one person, if a verb stands right before."""
        noun = self.keys[at].removeprefix("ال")
        if noun == self.keys[at] or noun not in lexicon.SIDE_OF_SINGULAR or self._is_counted(at + 1):
            return None
        end, side = self._turned(at + 1, lexicon.SIDE_OF_SINGULAR[noun])
        return one(at, end, side=side, is_loose=True)

    def _one_of(self, at: int) -> Group | None:
        """ "أحد الصيادين" is one; "أحد الجرحى الثلاثة" counts three, and "أحد الشهيدين" two, in the phrase that follows."""
        if self._definite(at + 1) is not None:
            return None
        if self.holds(at + 1, lexicon.WOUNDED_NOUNS_PLURAL) or self.holds(at + 1, lexicon.WOUNDED_NOUNS_DUAL):
            return replace(one(at, at + 2), is_of_wounded=True)
        if self.holds(at + 1, {**lexicon.SIDE_OF_DUAL, **lexicon.SIDE_OF_DOUBTFUL_DUAL}) and (
            self.holds(at + 2, lexicon.WOUNDED_NOUNS_PLURAL) or self.holds(at + 2, lexicon.WOUNDED_NOUNS_DUAL)
        ):
            return replace(one(at, at + 3), is_of_wounded=True)
        noun = self.holds(at + 1, lexicon.SIDE_OF_PLURAL) or _owned(self.key(at + 1))
        if noun is None or self.holds(at + 1, lexicon.KILLED_NOUNS_PLURAL):
            return None
        end, side = self._turned(at + 2, lexicon.SIDE_OF_PLURAL[noun])
        return one(at, end, side=side)
