"""English sentences to claims about the toll.

Verbs with their people, "toll … to N", "killed and wounded N", bombers who blew themselves up, and the sentences that say
nobody was hurt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.classify.read.attachment_en import Attachment
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from
from services.classify.read.denials_en import denied_in
from services.classify.read.phrases_en import Phrases
from services.classify.read.text import Sentence
from services.classify.read.verbs_en import Verb, verbs_of

_RAISING = frozenset(
    {"bringing", "raising", "brings", "raises", "taking", "bring", "pushing", "brought", "raised", "takes"}
)
_DIED = frozenset({"died", "dies", "die", "succumbed", "succumbs"})
_NOW = frozenset({"now", "rises", "rise", "rose", "climbs", "reach", "reaches"})
_RISES = frozenset(
    {"to", "at", "is", "reached", "reaches", "hits", "hit", "now", "stands", "of", "tops", "was", "as", ":"}
)


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    return tuple(_Reading(sentence).claims())


class _Reading:
    """One sentence being read."""

    def __init__(self, sentence: Sentence) -> None:
        self._phrases = Phrases(sentence)
        self._attachment = Attachment(self._phrases, verbs_of(self._phrases))

    def claims(self) -> Iterator[Claim]:
        for denial, taken in denied_in(self._phrases, self._attachment.verbs):
            self._attachment.used.update(taken)
            yield denial
        yield from self._toll_claims()
        shared = self._unsplit()
        for index, verb in enumerate(self._attachment.verbs):
            if index in shared:
                yield from self._unsplit_claim(verb, self._attachment.verbs[index + 1])
            elif verb.start not in self._attachment.used:
                groups = self._attachment.sufferers(verb)
                if groups:
                    yield from self._claims_for(verb, groups)
        yield from self._bomber_claims()

    def _claims_for(self, verb: Verb, groups: Sequence[Group]) -> Iterator[Claim]:
        self._attachment.used.update(group.start for group in groups)
        self._attachment.used.add(verb.start)
        start, end = min(verb.start, groups[0].start), max(verb.end, groups[-1].end)
        death = self._death_of_wounded(verb, groups[-1])
        if death is not None:
            self._attachment.used.add(death.start)
            yield from claims_from(Fact.KILLED, ClaimKind.LATER, groups, start, death.end)
            return
        if groups[0].is_ordinal and self._phrases.key(groups[-1].end) == "to":
            return  # "the fourth exile to be killed in two years" counts the others' deaths too
        kind = ClaimKind.STATED
        if self._is_boast(verb):
            kind = ClaimKind.BOAST
        elif len(groups) == 1 and groups[0].is_ordinal:
            is_named_before = groups[0].is_loose and self._phrases.key(groups[0].start - 1) == "the"
            if verb.fact is Fact.KILLED and not is_named_before:
                kind = ClaimKind.TOTAL
            else:
                groups = [replace(groups[0], best=1, low=1, high=1)]
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif verb.fact is Fact.KILLED and self._is_later_death(verb, groups):
            kind = ClaimKind.LATER
        included = self._attachment.attackers_among(groups) if verb.fact is Fact.KILLED else None
        if included is not None:
            rest = groups[0]
            less = included.best or 0
            groups = [
                replace(rest, best=(rest.best or 0) - less, low=max(0, rest.low - less), high=rest.high - less),
                included,
            ]
        yield from claims_from(verb.fact, kind, groups, start, end)

    def _death_of_wounded(self, verb: Verb, group: Group) -> Verb | None:
        """The later verb of "two people who were wounded on Sunday died in hospital": its people are the wounded themselves."""
        if verb.fact is not Fact.WOUNDED or group.start > verb.start:
            return None
        deaths = (
            v
            for v in self._attachment.verbs
            if verb.end <= v.start < verb.end + 15
            and self._phrases.key(v.start) in _DIED
            and v.start not in self._attachment.used
        )
        death = next(deaths, None)
        if death is None or any(verb.end <= other.start < death.start for other in self._phrases.groups):
            return None
        return death

    def _is_boast(self, verb: Verb) -> bool:
        """ "Said it had killed 21 soldiers", "claimed to have killed": the claimant's own figure."""
        before = self._phrases.keys[max(0, verb.start - 8) : verb.start]
        if verb.form not in {"participle", "active"} or not {
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

    def _is_later_death(self, verb: Verb, groups: Sequence[Group]) -> bool:
        if any(group.is_of_wounded for group in groups):
            return True
        before = self._phrases.keys[max(0, groups[0].start - 1) : verb.start]
        after = self._phrases.keys[verb.end : verb.end + 8]
        died = self._phrases.key(verb.start) in {"died", "dies", "dead", "succumbed", "succumbs", "die"}
        return died and (
            "wounded" in before
            or "injured" in before
            or ("of" in after and ("wounds" in after or "injuries" in after))
            or "succumbed" in self._phrases.keys
        )

    def _unsplit(self) -> set[int]:
        """Verbs that share one figure with the next: "killed and wounded 12", "12 dead or injured"."""
        found = set()
        for index, (first, second) in enumerate(zip(self._attachment.verbs, self._attachment.verbs[1:], strict=False)):
            joint = self._phrases.keys[first.end : second.start]
            if joint in (["and"], ["or"], ["and", "/", "or"], ["/"]) and {first.fact, second.fact} == {
                Fact.KILLED,
                Fact.WOUNDED,
            }:
                found.add(index)
        return found

    def _unsplit_claim(self, first: Verb, second: Verb) -> Iterator[Claim]:
        groups = self._attachment.objects(second.end) if not self._attachment.has_auxiliary(first.start) else []
        groups = groups or self._attachment.left_of(first)
        self._attachment.used.update((first.start, second.start))
        if groups:
            self._attachment.used.update(group.start for group in groups)
            yield from claims_from(Fact.KILLED, ClaimKind.UNSPLIT, groups, first.start, second.end)

    def _toll_claims(self) -> Iterator[Claim]:
        """ "Toll … rises to nine", "bringing to nine the number of dead"."""
        for at, key in enumerate(self._phrases.keys):
            if key in {"dead", "killed", "deaths"} and self._phrases.key(at + 1) in _NOW:
                now = self._phrases.at_start.get(at + 2 + (self._phrases.key(at + 2) in {"to", "at"}))
                if now is not None and now.best is not None:
                    self._attachment.used.update((now.start, at))
                    yield from claims_from(
                        Fact.KILLED, ClaimKind.TOTAL, [replace(now, side=Side.ANY, is_loose=False)], at, now.end
                    )
            if key in {"toll", "tolls"} or (
                key in {"number", "count"} and self._phrases.key(at + 1) in {"of", "killed", "dead"}
            ):
                words_near = self._phrases.keys[max(0, at - 2) : at + 6]
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
                wounded = {"wounded", "injured", "injuries", "injury"} & set(
                    self._phrases.keys[max(0, at - 2) : at + 5]
                )
                dead = {"dead", "death", "killed", "deaths"} & set(self._phrases.keys[max(0, at - 2) : at + 4])
                group = self._rise(at)
                if group is not None:
                    fact = Fact.WOUNDED if wounded and not dead else Fact.KILLED
                    self._attachment.used.add(group.start)
                    yield from claims_from(
                        fact, ClaimKind.TOTAL, [replace(group, side=Side.ANY, is_loose=False)], at, group.end
                    )

    def _rise(self, at: int) -> Group | None:
        for position in range(at + 1, min(at + 26, len(self._phrases.keys))):
            group = self._phrases.at_start.get(position)
            if group is None or group.best is None or group.is_ordinal:
                continue
            before = self._phrases.key(position - 1)
            if before in _RISES or (before in {"least", "than"}):
                if before == "of" and self._phrases.key(position - 2) not in {"toll", "total"}:
                    continue
                return group
        reached = [
            g
            for g in self._phrases.groups
            if g.end <= at and self._phrases.key(g.start - 1) == "to" and g.best is not None
        ]
        if reached and _RAISING & set(self._phrases.keys[max(0, reached[-1].start - 3) : at]):
            return reached[-1]
        return None

    def _bomber_claims(self) -> Iterator[Claim]:
        """A bomber who blew himself up is an attacker killed, whatever else the sentence counts."""
        for at, key in enumerate(self._phrases.keys):
            if key not in {"blew", "blowing", "blows", "blow", "detonated", "detonating", "detonates"}:
                continue
            if not {"himself", "herself", "themselves", "his", "her", "their"} & {self._phrases.key(at + 1)}:
                continue
            group = next((g for g in reversed(self._phrases.groups) if g.end <= at and g.side is Side.ATTACKERS), None)
            if group is not None and group.start not in self._attachment.used and group.best is not None:
                self._attachment.used.add(group.start)
                yield from claims_from(Fact.KILLED, ClaimKind.STATED, [group], group.start, at + 2)
