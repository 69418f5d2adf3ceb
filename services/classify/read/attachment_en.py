"""Who suffered what: the people that belong to each verb of an English sentence.

The object after "killing", the subject before "were killed", lists joined by commas and "and". A group once given to a verb
is not given to another.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.classify.read.calendar_words import MONTHS, WEEKDAYS
from services.classify.read.casualty_words_en import (
    ADVERBS,
    ARMED_GROUPS,
    BOUNDARIES,
    NOT_PEOPLE,
    SIDE_OF_PLURAL,
    TURNED_TO_ATTACKERS,
)
from services.classify.read.claims import Group, Side, one
from services.classify.read.phrases_en import POSSESSIVES, Phrases
from services.classify.read.verbs_en import Verb

_JOINTS = (("as", "well", "as"), ("along", "with"), ("together", "with"), ("in", "addition", "to"), ("and", "also"), ("and",), ("plus",), ("&",), (",", "and"), (",",))  # fmt: skip
_NAME_PARTICLES = frozenset({"al", "bin", "ibn", "abu", "el", "-"})
_WHERE = frozenset({"in", "at", "on", "near", "outside", "inside", "by", "behind", "from", "under", "beside", "aboard"})
_SAYS = frozenset({"said", "told", "says", "reported", "confirmed", "announced"})
_ARTICLES = frozenset({"a", "an", "the", "local", "police", "medical", "security"})
_IN_OFFICE = _ARTICLES | {"of", "in", "near", "'", "’", "-"}
_DIED = frozenset({"were", "are", "was", "have", "been", "dead", "killed", "died", "die"})
_OFFICE = 8
"""How many words an office may have: "head of Basra's electricity workers' union"."""
_NO_NAMES = (
    SIDE_OF_PLURAL.keys()
    | NOT_PEOPLE
    | BOUNDARIES
    | ARMED_GROUPS
    | WEEKDAYS["en"].keys()
    | {word for month in MONTHS for word in month}
)


class Attachment:
    """One sentence being read; ``used`` holds the starts of the groups and verbs already accounted for."""

    def __init__(self, phrases: Phrases, verbs: Sequence[Verb]) -> None:
        self._phrases = phrases
        self.verbs = verbs
        self.verb_at = {verb.start: verb for verb in verbs}
        self.used: set[int] = set()

    def sufferers(self, verb: Verb) -> list[Group]:
        if verb.form in {"active", "of"}:
            return self.objects(verb.end)
        if verb.form == "participle" and not self.has_auxiliary(verb.start):
            group = self._first_object(verb.end)
            if group is not None and not self._is_subject_of_next(group, verb):
                return self.objects(verb.end)
            if group is None and not self.left_of(verb):
                return self.objects(verb.end)
        return self._subjects(verb)

    def has_auxiliary(self, at: int) -> bool:
        while self._phrases.key(at - 1) in ADVERBS:
            at -= 1
            if self._phrases.key(at) in {"was", "were", "been", "being", "is", "are", "be", "got", "get"}:
                return True
        return False

    def skip_adverbs(self, at: int) -> int:
        """Step over adverbs and ages ("kills *7-year-old* girl") to where a phrase may begin."""
        while at not in self._phrases.at_start:
            if self._phrases.key(at) in ADVERBS or (self._phrases.key(at) == "the" and self._is_counted(at + 1)):
                at += 1
            elif self._phrases.keys[at + 1 : at + 5] == ["-", "year", "-", "old"]:
                at += 5
            else:
                break
        return at

    def _is_counted(self, at: int) -> bool:
        group = self._phrases.at_start.get(at)
        return group is not None and group.is_explicit and not group.is_loose and not group.is_ordinal

    def attackers_among(self, groups: Sequence[Group]) -> Group | None:
        """The attackers that a total includes: "eleven people, including eight militants"."""
        at = groups[-1].end + (self._phrases.key(groups[-1].end) == ",")
        is_among = self._phrases.keys[at : at + 2] == ["among", "them"]
        if at == groups[-1].end and self._phrases.key(at) in _DIED:  # "six dead, among them two attackers"
            while self._phrases.key(at) in _DIED | {","}:
                at += 1
            is_among = self._phrases.keys[at : at + 2] == ["among", "them"]
        included = self._phrases.at_start.get(at + 1 + is_among)
        if (
            not (self._phrases.key(at) == "including" or is_among)
            or included is None
            or included.side is not Side.ATTACKERS
        ):
            return None
        total = groups[0].best or 0
        return included if len(groups) == 1 and 0 < (included.best or 0) < total else None

    def _first_object(self, at: int) -> Group | None:
        group = self._phrases.at_start.get(self.skip_adverbs(at))
        return group if group is not None and group.start not in self.used else None

    def _is_subject_of_next(self, group: Group, verb: Verb) -> bool:
        """Whether the group right of a participle belongs to the next verb ("two killed three wounded")."""
        following = self.verb_at.get(self.skip_adverbs(group.end))
        return following is not None and following.form in {"participle", "subject"} and bool(self.left_of(verb))

    def objects(self, at: int) -> list[Group]:
        group = self._first_object(at) or self._named(self.skip_adverbs(at))
        if group is None:
            return []
        chain, kept = [group], 1
        end = self._after_modifier(group.end)
        while (following := self._next_in_list(end)) is not None and not self._is_verbal_subject(following):
            chain.append(following)
            is_closed = self._phrases.key(following.start - 1) != ","
            is_kin = self._phrases.key(following.start) in POSSESSIVES
            if is_closed or is_kin or (following.is_explicit and not following.is_loose):
                kept = len(chain)
            end = self._after_modifier(following.end)
        return self._without_apposition(self._without_speakers(chain[:kept]))

    def _without_speakers(self, chain: list[Group]) -> list[Group]:
        """ "Killing three, an officer and two residents said": those who speak are not among the dead."""
        after = self._phrases.keys[chain[-1].end : chain[-1].end + 7]
        says = next((at for at, key in enumerate(after) if key in _SAYS), None)
        if says is None or {",", ".", "and", "but"} & set(after[:says]):
            return chain
        first = next(
            (at for at in range(1, len(chain)) if self._phrases.key(chain[at].start - 1) in {",", "-", "–"}), None
        )
        if first is None or (says > 0 and self._phrases.key(chain[first].start) not in _ARTICLES):
            return chain
        return chain[:first]  # whoever stands right before "said" speaks: "wounding five, two officials said"

    def _named(self, at: int) -> Group | None:
        """A person given by name: "killed Ahmed Salih, a teacher"."""
        phrases = self._phrases
        end = at
        while end < min(at + 5, len(phrases.tokens)) and self._is_of_name(end, is_first=end == at):
            end += 1
        if end - at < 2 or any(phrases.key(i) in _NO_NAMES for i in range(at, end)):
            return None
        apposed = phrases.at_start.get(end + 1)
        if phrases.key(end) == "," and phrases.key(end + 1) in {"a", "an", "the"} and apposed is not None:
            return replace(apposed, start=at, is_loose=False)
        return one(at, end, is_loose=True)

    def _is_of_name(self, at: int, *, is_first: bool) -> bool:
        is_capital = self._phrases.tokens[at].text[:1].isupper()
        return is_capital or (not is_first and self._phrases.key(at) in _NAME_PARTICLES)

    def _after_modifier(self, end: int) -> int:
        """Skip "of the security forces", "from the same unit" after a noun so that a list can go on."""
        if self._phrases.key(end) not in {"of", "from"}:
            return end
        at = end + 1
        while (
            at < end + 7
            and self._phrases.is_word(at)
            and (self._phrases.key(at) not in BOUNDARIES or self._phrases.key(at) in {"the", "a", "his", "their"})
        ):
            if self._phrases.starts_verb(at):
                return end
            at += 1
        return at

    def _next_in_list(self, end: int) -> Group | None:
        for joint in _JOINTS:
            if tuple(self._phrases.keys[end : end + len(joint)]) == joint:
                following = self._phrases.at_start.get(end + len(joint))
                if following is not None and following.start not in self.used and self._may_join(following):
                    return following
        return None

    def _may_join(self, group: Group) -> bool:
        if group.is_partitive:
            return group.side is Side.ATTACKERS
        is_elided = group.is_loose and group.is_explicit and not self._phrases.is_word(group.end - 1)
        return not (is_elided or (group.is_loose and group.end - group.start == 1 and group.is_explicit))

    def _is_verbal_subject(self, group: Group) -> bool:
        at = self.skip_adverbs(group.end)
        verb = self.verb_at.get(at)
        return verb is not None and (verb.form in {"participle", "subject"})

    def left_of(self, verb: Verb) -> list[Group]:
        """The list of people that ends nearest to the left of a verb, unless another verb has taken it."""
        at = verb.start
        while self._phrases.key(at - 1) in ADVERBS and at not in self._phrases.at_end:
            at -= 1
        limit = at - 25
        position = at
        while position > max(0, limit):
            group = self._phrases.at_end.get(position)
            if group is not None and group.start in self.used:
                return []
            is_beside = group is not None and (position == at or self._is_of_office(group, at))
            if group is not None and self._may_be_subject(group, is_beside=is_beside):
                chain = self._chain_to(group)
                if not self._is_subset(chain[0]):
                    return self._turned_by_leader(chain)
                position = chain[0].start
                continue
            key = self._phrases.key(position - 1)
            if key in {";", "when", "as", "while", "because", ":"} or position - 1 in self.used:
                return []
            position = group.start if group is not None else position - 1
        return []

    def _is_of_office(self, group: Group, at: int) -> bool:
        """Whether only an office stands between one person and the verb: "the mayor of a district was shot"."""
        if group.best != 1 or group.is_explicit or self._phrases.key(group.end) != "of" or at - group.end > _OFFICE:
            return False
        between = range(group.end + 1, at)
        return all(
            self._phrases.key(i) in _IN_OFFICE or (self._phrases.is_word(i) and self._phrases.key(i) not in BOUNDARIES)
            for i in between
        )

    def _chain_to(self, last: Group) -> list[Group]:
        chain = [last]
        if (named := self._apposed_to(last)) is not None:
            return [named]
        while (before := self._before_in_list(chain[0])) is not None:
            chain.insert(0, before)
        return self._without_apposition(chain)

    def _apposed_to(self, group: Group) -> Group | None:
        """Whom "a clerk" only describes in "the driver, a clerk at the ministry, died": the one named before it."""
        key = self._phrases.key
        if group.is_explicit or group.best != 1 or key(group.start) not in {"a", "an"} or key(group.start - 1) != ",":
            return None
        before = self._phrases.at_end.get(group.start - 1)
        is_one = before is not None and (before.is_ordinal or (not before.is_explicit and before.best == 1))
        if before is None or not is_one or before.start in self.used:
            return None
        return before if key(before.start - 1) != "," else None

    def _without_apposition(self, chain: list[Group]) -> list[Group]:
        """ "Four members of a family, a couple and their two sons": the list only says who the four are."""
        rest = sum(group.best or 0 for group in chain[1:])
        is_detail = len(chain) > 2 and chain[0].best == rest and self._phrases.key(chain[1].start - 1) == ","
        return chain[:1] if is_detail else chain

    def _turned_by_leader(self, chain: list[Group]) -> list[Group]:
        """ "Senior ISIS leader among four killed": the four are attackers too."""
        at = chain[0].start - 1
        named = set(self._phrases.keys[max(0, at - 4) : at])
        if self._phrases.key(at) == "among" and named & ARMED_GROUPS and named & TURNED_TO_ATTACKERS:
            return [replace(group, side=Side.ATTACKERS) for group in chain]
        return chain

    def _is_subset(self, group: Group) -> bool:
        """Whether the group only details another: "six people, including two children"."""
        before, further = self._phrases.key(group.start - 1), self._phrases.key(group.start - 2)
        if group.is_partitive and before == "," and self._phrases.key(group.end - 1) in {"them", "whom"}:
            return True  # "nine people, four of them police officers, were hurt"
        return before in {"including", "includes", "include", "notably"} or (
            before in {"them", "whom"} and further == "among"
        )

    def _may_be_subject(self, group: Group, *, is_beside: bool) -> bool:
        if group.is_loose:
            is_of_place = self._phrases.key(group.start - 1) in _WHERE and not group.is_explicit
            return is_beside and not is_of_place  # "four people in a bread queue were killed"
        return True

    def _before_in_list(self, group: Group) -> Group | None:
        for joint in _JOINTS:
            end = group.start - len(joint)
            if end <= 0 or tuple(self._phrases.keys[end : group.start]) != joint:
                continue
            candidates = [g for g in self._phrases.groups if g.end <= end and self._after_modifier(g.end) == end]
            if candidates and joint == (",",) and self._is_part_of(group, candidates[-1]):
                return None
            if candidates and joint == (",", "and") and self._is_subset(candidates[-1]):
                return self._whole_before(candidates[-1])
            if (
                candidates
                and candidates[-1].start not in self.used
                and not group.is_partitive | (group.side is Side.ATTACKERS and group.is_partitive)
            ):
                before = candidates[-1]
                return before if self._may_join(before) and not self._is_object(before) else None
            if (
                candidates
                and group.is_partitive
                and group.side is Side.ATTACKERS
                and candidates[-1].start not in self.used
            ):
                return candidates[-1]
        return None

    def _is_part_of(self, group: Group, whole: Group) -> bool:
        """ "Shoots two soldiers, one dies": a bare number behind a comma is a part of those counted before."""
        is_bare = group.is_loose and group.is_explicit and group.end == group.start + 1
        return is_bare and whole.is_explicit and (whole.best or 0) > (group.best or 0) > 0

    def _whole_before(self, part: Group) -> Group | None:
        """The whole that a subset details, for a list to go on: "11 civilians, among them a boy, and one soldier"."""
        whole = next((g for g in reversed(self._phrases.groups) if g.end <= part.start), None)
        if whole is None or whole.is_loose or whole.start in self.used:
            return None
        return None if any(whole.end <= verb.start < part.start for verb in self.verbs) else whole

    def _is_object(self, group: Group) -> bool:
        return any(verb.end == group.start and verb.form in {"active", "participle"} for verb in self.verbs)

    def _subjects(self, verb: Verb) -> list[Group]:
        before = self._phrases.keys[max(0, verb.start - 3) : verb.start]
        if before[-2:] in (["before", "being"], ["were", "then"], ["and", "then"]) or before[-1:] == ["then"]:
            return [g for g in self._phrases.groups if g.end < verb.start and g.side is Side.ATTACKERS][-1:]
        return self.left_of(verb)
