"""The phrases of a Sorani sentence that count people: "سێ سەرباز", "دووانی تر", "سەربازێک", "یەکێک لە چەکدارەکان", "کوڕەکەی"."""

from dataclasses import replace
from functools import lru_cache

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Group, Side, group_of, one
from services.classify.read.number_words import words
from services.classify.read.quantities import Quantity, is_glued, quantities_of
from services.classify.read.text import Sentence
from shared.letters import fold

_ONE_OF = words("یەکێک یەکێکیان یەکێکی یەکێکیش یەکێکیشیان")
_A_WOUNDED = tuple(words("بریندارێک"))
_AMONG_THEM = words("نێویاندا ناویاندا لەنێویاندا لەناویاندا لەنێوانیاندا نێوانیاندا")
_THAT = words("کە")
_OF_THEM = tuple(words("یان"))
_FROM = words("لە")
_NOT = words("نەک")
_HE = words("ئەو")
_THE_ONE = fold("ئەوی")
_EZAFE = fold("ی")
_NAMES_END = lexicon.KILL_VERBS | lexicon.WOUNDED_BESIDE | lexicon.KILLED_BESIDE | lexicon.LIFE
_MOST_NAMED = 24


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


class Phrases:
    """The words of one sentence, its numbers and its groups of people; never changed once built."""

    def __init__(self, sentence: Sentence) -> None:
        self.tokens = sentence.tokens
        self.keys = [token.key for token in sentence.tokens]
        self.numbers = {quantity.start: quantity for quantity in quantities_of(sentence.tokens, "ckb")}
        self.groups = self._find_groups()
        self.at_start = {group.start: group for group in self.groups}
        self.at_end = {group.end: group for group in self.groups}
        self.inside = {at for group in self.groups for at in range(group.start, group.end)}

    def key(self, at: int) -> str:
        return self.keys[at] if 0 <= at < len(self.keys) else ""

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
        at = quantity.end
        if quantity.has_digits and self.key(at) == _EZAFE:
            at += 1  # "٢٥ی تر"
        if self._numbers_thing(quantity) or self._details(quantity):
            return None
        noun = _noun(self.key(at))
        whole = self.numbers.get(at + 1) if self.key(at) in _FROM and not quantity.is_ordinal else None
        if whole is not None and (whole.best or 0) > (quantity.best or 0) > 0 and self.person_at(whole.end):
            of = _noun(self.key(whole.end))
            return group_of(
                quantity, end=whole.end + 1, side=lexicon.SIDE_OF[of[0]] if of else Side.ANY
            )  # "سێ لە چوار شوانەکە"
        if noun is not None and not self.is_beside(at):
            end, side = self._turned(at + 1, lexicon.SIDE_OF[noun[0]])
            return group_of(quantity, end=end, side=side)
        if self.key(at) in lexicon.OTHERS:
            return group_of(quantity, end=at + 1, is_loose=True)
        if self.key(at) in lexicon.OF_THESE:
            return replace(group_of(quantity, end=at + 1), is_partitive=True)
        return None if self._is_not_people(at) else group_of(quantity, end=at, is_loose=True)

    def _numbers_thing(self, quantity: Quantity) -> bool:
        """Whether the number is a year, an age, a unit's name or a date, or is denied ("not fourteen")."""
        before, after = self.key(quantity.start - 1), self.key(quantity.end)
        if before in lexicon.UNIT_BEFORE | _NOT | {"/"} or after in {"%", "/"}:
            return True
        if before == "-" and is_glued(self.tokens, quantity.start):
            return True
        return quantity.has_digits and 1900 <= (quantity.best or 0) <= 2100

    def _details(self, quantity: Quantity) -> bool:
        """Whether the number only says who the others are: "of whom two are children"."""
        before = self.key(quantity.start - 1)
        is_aside = before in {"،", ","} and any(
            self.key(p) in {"،", ","} for p in range(quantity.end, quantity.end + 3)
        )
        if is_aside and self.key(quantity.end - 1).endswith(_OF_THEM):
            return True  # "پێنج کرێکار، دووانیان بیانی، زامدار بوون"
        return before in _AMONG_THEM or (before in _THAT and self.key(quantity.end - 1).endswith(_OF_THEM))

    def _is_not_people(self, at: int) -> bool:
        key = self.key(at)
        return key in lexicon.NOT_PEOPLE or any(
            key.endswith(e) and key[: -len(e)] in lexicon.NOT_PEOPLE for e in lexicon.ENDINGS
        )

    def is_beside(self, at: int) -> bool:
        return self.key(at) in lexicon.KILLED_BESIDE | lexicon.WOUNDED_BESIDE

    def _turned(self, end: int, side: Side) -> tuple[int, Side]:
        """ "Two members of ISIS" are attackers; adjectives of a noun ("چەکداری ماتۆڕسوار") belong to it."""
        if self.key(end) in lexicon.ATTACKER_NAMES and self.key(end - 1).endswith("ي"):
            return end + 1, Side.ATTACKERS
        if self.key(end) in lexicon.OTHERS and self.key(end).endswith("ي"):
            end += 1  # "سێ چەکداری دیکەی حەشد"
        noun = _noun(self.key(end))
        if noun is not None and not noun[1] and self.key(end - 1).endswith("ي") and not self.is_beside(end):
            own = lexicon.SIDE_OF[noun[0]]
            return end + 1, own if own is Side.FORCES else side  # "چەکداری حەشد" are no attackers
        return end, side

    def _one_of(self, at: int) -> Group | None:
        if self.key(at + 1) in _FROM:
            if (whole := self.numbers.get(at + 2)) is not None and _noun(self.key(whole.end)) is not None:
                return one(at, whole.end + 1)  # "یەکێک لە دوو شوانەکە"
            word = self.key(at + 2)
            if word.startswith("بريندار"):
                return replace(one(at, at + 3), is_of_wounded=True)
            noun = _noun(word) or _noun(word.removesuffix("ە"))
            if noun is not None and self.key(at + 3).startswith("بريندار"):
                return replace(one(at, at + 4, side=lexicon.SIDE_OF[noun[0]]), is_of_wounded=True)
            if noun is not None:
                return one(at, at + 3, side=lexicon.SIDE_OF[noun[0]])
        return one(at, at + 1)

    def _both_or_other(self, at: int) -> Group | None:
        """ "هەردوو هێرشبەرەکەش", and "ئەوی دیکەیان بریندارە": the one who is left of those counted."""
        key, following = self.key(at), self.key(at + 1)
        pair = _noun(following) if key in lexicon.BOTH else None
        if pair is not None:
            return Group(start=at, end=at + 2, best=2, low=2, high=2, side=lexicon.SIDE_OF[pair[0]])
        if key == _THE_ONE and following in lexicon.OTHERS:
            return replace(one(at, at + 2), is_additional=True)
        return None

    def _named_by_grammar(self, at: int) -> Group | None:
        """People without a number or an ending: a couple, both of them, himself, the head of a tribe."""
        key, following = self.key(at), self.key(at + 1)
        for opening in lexicon.EACH_OF:
            if tuple(self.keys[at : at + len(opening)]) == opening:
                return self._listed_by_name(at, at + len(opening))
        if (kin := self._beside_kin(at)) is not None:
            return kin
        if key in lexicon.COUPLE[0] and following == "و" and self.key(at + 2).startswith(lexicon.COUPLE[1]):
            return Group(start=at, end=at + 3, best=2, low=2, high=2, side=Side.CIVILIANS)
        if key.startswith(lexicon.BOTH) and key not in lexicon.BOTH:
            return Group(start=at, end=at + 1, best=2, low=2, high=2, is_loose=True)
        is_killed = following in lexicon.KILL_VERBS and following.startswith(("كوژر", "دەكوژر", "شەهيد", "تيرۆر"))
        if key in lexicon.HIMSELF and (following == "و" or is_killed or self.is_beside(at + 1)):
            is_bomber = any(before.startswith(lexicon.SUICIDE) for before in self.keys[:at])
            return one(at, at + 1, side=Side.ATTACKERS if is_bomber else Side.ANY, is_loose=True)
        if key in lexicon.TITLES and following.endswith((*lexicon.INDEFINITE[:2], "ێك", "يەك", "ێكي", "يەكي")):
            return one(at, at + 2, side=Side.CIVILIANS)
        return None

    def _listed_by_name(self, at: int, first: int) -> Group | None:
        """ "هەر یەکە لە ئەحمەد و عەلی بریندار بوون": as many as are named before the verb."""
        end = next(
            (p for p in range(first, min(first + _MOST_NAMED, len(self.keys))) if self.key(p) in _NAMES_END), None
        )
        if end is None or end == first:
            return None
        joints = sum(self.key(p) in {"و", "،", ","} for p in range(first, end))
        count = joints + 1 - (self.key(end - 1) in {"،", ","})
        return Group(start=at, end=end, best=count, low=count, high=count)

    def _beside_kin(self, at: int) -> Group | None:
        """ "دایک و باوکێک", "موختار و کوڕەکەی", "کچە ١٢ ساڵانەکەی": people whose word has no ending, beside their kin."""
        key = self.key(at)
        if key.endswith("ە") and key[:-1] in lexicon.CLOSE_KIN and at + 1 in self.numbers:
            end = self.numbers[at + 1].end
            return one(at, end + 1, side=Side.CIVILIANS) if self.key(end).startswith(lexicon.AGED) else None
        if key not in lexicon.SIDE_OF.keys() | _HE or self.key(at + 1) != "و" or at - 1 in self.numbers:
            return None
        counted = self.numbers.get(at + 2)
        beside = self.key(counted.end if counted else at + 2)
        noun = _noun(beside)
        is_kin = any(beside.endswith(e) and beside.removesuffix(e) in lexicon.KIN for e in lexicon.OWNED)
        is_kin = is_kin or (
            counted is not None and beside.endswith("يان") and noun is not None and noun[0] in lexicon.KIN
        )
        is_beside_one = noun is not None and noun[1] and key in lexicon.SIDE_OF and counted is None
        return one(at, at + 1, side=lexicon.SIDE_OF.get(key, Side.ANY)) if is_kin or is_beside_one else None

    def side_at(self, at: int) -> Side | None:
        """Whose side the person named at ``at`` is on; null for other words."""
        noun = _noun(self.key(at))
        return None if noun is None else lexicon.SIDE_OF[noun[0]]

    def person_at(self, at: int) -> bool:
        """Whether the word is one for a person, whatever its ending; in Sorani "ە" joins it to its adjective."""
        key = self.key(at)
        return any(_noun(key.removesuffix(ending)) is not None for ending in ("", "ە", fold("ەی"), fold("یەی")))

    def subject_before(self, at: int, reach: int) -> Group | None:
        """The first person of the clause before ``at``, named with an ending ("شۆفێرەکەش", "عەقیدەکەی زاخۆ")."""
        first = at
        while first > max(0, at - reach) and self.key(first - 1) not in {"و", "،", ",", ".", "؛", ":"}:
            first -= 1
        for position in range(first, at):
            key = self.key(position)
            noun = _noun(key)
            if noun is not None and key != noun[0] and position not in self.numbers:
                return one(position, position + 1, side=lexicon.SIDE_OF[noun[0]])
        return None

    def _uncounted(self, at: int) -> Group | None:
        key = self.key(at)
        if self.key(at - 1) in _AMONG_THEM:
            return None
        if key in _ONE_OF:
            return self._one_of(at)
        if (named := self._both_or_other(at) or self._named_by_grammar(at)) is not None:
            return named
        if key.startswith(_A_WOUNDED) and self.key(at + 1) not in lexicon.BADLY:
            return replace(one(at, at + 1), is_of_wounded=True)
        if key in lexicon.PARENTS:
            return one(at, at + 1, side=Side.CIVILIANS, is_loose=True)
        noun = _noun(key)
        if noun is None:
            return None
        return self._lone(at, *noun)

    def _lone(self, at: int, name: str, is_indefinite: bool) -> Group | None:
        """One person by the noun's ending: "سەربازێک", "کوڕەکەی", and "ژنەکە" right beside the verb."""
        key = self.key(at)
        if is_indefinite:
            end, side = self._turned(at + 1, lexicon.SIDE_OF[name])
            return one(at, end, side=side)
        is_kin = any(key.endswith(ending) and key.removesuffix(ending) in lexicon.KIN for ending in lexicon.OWNED)
        if is_kin:
            return one(at, at + 1, side=lexicon.SIDE_OF[name])
        is_definite = any(key.removesuffix(ending) == name for ending in lexicon.DEFINITE if key.endswith(ending))
        return one(at, at + 1, side=lexicon.SIDE_OF[name], is_loose=True) if is_definite else None
