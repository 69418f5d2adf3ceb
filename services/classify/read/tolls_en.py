"""English sentences to claims about the toll.

Verbs with their people, "killed and wounded N", bombers who blew themselves up, and the sentences that say
nobody was hurt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.classify.read.attachment_en import Attachment
from services.classify.read.casualty_words_en import SIDE_OF_PLURAL, SPANS_OF_TIME
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from
from services.classify.read.denials_en import denied_in
from services.classify.read.number_words import words
from services.classify.read.phrases_en import Phrases
from services.classify.read.text import Sentence
from services.classify.read.toll_overlaps_en import corrected
from services.classify.read.toll_totals_en import totals_of, with_outcome
from services.classify.read.verbs_en import Verb, verbs_of

_HURT = frozenset({"wounded", "injured", "hurt"})
_REFLEXIVE = frozenset({"himself", "herself", "themselves"})
_OBLIQUE = frozenset({"him", "her", "them"})
_OWN_BOMB = frozenset({"vest", "belt", "bomber", "attacker", "explosives", "himself", "herself", "detonated"})
_OTHERS_REACH = 9
_WITHOUT_VERB = words("in while during when by at from near outside as inside on")
_STATE = words(
    "army troops soldiers forces police jets warplanes aircraft gunships helicopters airstrike airstrikes drone drones strike strikes"
    " military commandos rangers"
)
_GUARDS = words("police officers officer guards guard soldiers troops marksmen policeman policemen gendarmes snipers")
_EITHER_SIDE = frozenset({"fighters", "fighter"})
_FRIENDLY = words(
    "peshmerga pmf pmu hashd sdf ypg tribal mobilisation mobilization popular kurdish clan loyalist government pro resistance allied"
    " asayish volunteer"
)
_FOUGHT = words(
    "clash clashes clashed gunfight gunfights firefight firefights shootout gunbattle battle skirmish exchange fought fighting"
)
_SMUGGLERS = words("smuggler smugglers")
_SAYS = words("says said saying")
_CLAIMS = words("claims claimed claiming")
_SAYS_REACH = 8
_SAID_TO_BE = words("reported listed counted declared presumed given")
_DIED = frozenset({"died", "dies", "die", "succumbed", "succumbs"})


def claims_of(sentence: Sentence) -> tuple[Claim, ...]:
    """Return what the sentence claims, in the order of its words."""
    found = _without_militants_hurt(tuple(_Reading(sentence).claims()))
    return corrected(sentence, with_outcome(sentence, found))


def _without_militants_hurt(found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "Killing one member of the PKK and injuring another": the other is a militant too."""
    if {claim.fact for claim in found} != {Fact.ATTACKERS_KILLED, Fact.WOUNDED}:
        return found
    return tuple(c for c in found if c.fact is not Fact.WOUNDED or c.sides != {Side.ANY} or c.is_explicit)


class _Reading:
    """One sentence being read."""

    def __init__(self, sentence: Sentence) -> None:
        self._phrases = Phrases(sentence)
        self._attachment = Attachment(self._phrases, verbs_of(self._phrases))

    def claims(self) -> Iterator[Claim]:
        for denial, taken in denied_in(self._phrases, self._attachment.verbs):
            self._attachment.used.update(taken)
            yield denial
        yield from totals_of(self._phrases, self._attachment)
        yield from self._one_of_the_wounded()
        yield from self._of_whom_died()
        yield from self._own_deaths()
        yield from self._shot_by_police()
        shared = self._unsplit()
        for index, verb in enumerate(self._attachment.verbs):
            if index in shared:
                yield from self._unsplit_claim(verb, self._attachment.verbs[index + 1])
            elif verb.start not in self._attachment.used:
                yield from self._another(verb)
                groups = self._attachment.sufferers(verb) if verb.start not in self._attachment.used else []
                if groups:
                    yield from self._claims_for(verb, groups)
                    yield from self._others_too(verb)
        yield from self._bomber_claims()

    def _of_whom_died(self) -> Iterator[Claim]:
        """ "Six were wounded, two of whom later died": these two are dead, and wounded no more."""
        for group in self._phrases.groups:
            is_part = group.is_partitive and self._phrases.key(group.end - 1) in {"them", "whom"} and group.best
            if not is_part or not any(verb.end <= group.start for verb in self._attachment.verbs):
                continue
            at = self._attachment.skip_adverbs(group.end)
            death = self._attachment.verb_at.get(at)
            before = [verb for verb in self._attachment.verbs if verb.end <= group.start]
            if death is None or death.fact is not Fact.KILLED or death.form == "of" or before[-1].start == death.start:
                continue
            is_shared = len(before) > 1 and before[-2].fact is not before[-1].fact and self._is_joined(*before[-2:])
            if before[-1].fact is not Fact.WOUNDED and not is_shared:
                continue
            self._attachment.used.update((group.start, death.start))
            yield replace(
                claims_from(Fact.KILLED, ClaimKind.STATED if is_shared else ClaimKind.LATER, [group], group.start, death.end)[0],
                is_of_wounded=not is_shared,
            )  # fmt: skip

    def _is_joined(self, first: Verb, second: Verb) -> bool:
        return self._phrases.keys[first.end : second.start] in (["and"], ["or"])

    def _another(self, verb: Verb) -> Iterator[Claim]:
        """ "Two fighters were killed and another injured": one more, whose noun is left out."""
        at = verb.start - 1
        if (
            self._phrases.key(at) != "another"
            or verb.form != "participle"
            or self._phrases.key(at - 1) not in {"and", ","}
        ):
            return
        if not any(earlier.end < at for earlier in self._attachment.verbs) or at in self._attachment.used:
            return
        self._attachment.used.update((at, verb.start))
        yield Claim(fact=verb.fact, kind=ClaimKind.STATED, best=1, low=1, high=1, start=at, end=verb.end, parts=(1,),
                    sides=frozenset({Side.ANY}), is_additional=True)  # fmt: skip

    def _others_too(self, verb: Verb) -> Iterator[Claim]:
        """ "Six were hurt by the blast and two others in a stampede": the second group has no verb of its own."""
        key = self._phrases.key
        if verb.form not in {"participle", "subject"}:
            return
        for at in range(verb.end, verb.end + _OTHERS_REACH):
            if at > verb.end and (at in self._attachment.verb_at or key(at) in {";", ",", "."}):
                return
            group = self._phrases.at_start.get(at + 1) if key(at) == "and" else None
            if group is None:
                continue
            is_others = key(group.end - 1) in {"others", "more"} or (key(group.end) == "more" and group.is_loose)
            end = group.end + (key(group.end) == "more")
            if (
                is_others
                and group.best is not None
                and key(end) in _WITHOUT_VERB
                and group.start not in self._attachment.used
            ):
                self._attachment.used.add(group.start)
                yield from claims_from(
                    verb.fact, ClaimKind.STATED, [replace(group, is_additional=True)], at + 1, group.end
                )
            return

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
        if groups[0].is_ordinal and self._phrases.key(verb.start - 1) in _SAID_TO_BE:
            return  # "the third man reported dead had fled"
        kind = ClaimKind.STATED
        groups = [self._enemy_of_state(verb, self._of_attackers(group)) for group in groups]
        groups = self._with_smugglers(groups)
        if self._is_boast(verb):
            kind = ClaimKind.BOAST
        elif len(groups) == 1 and groups[0].is_ordinal:
            is_named_before = groups[0].is_loose and self._phrases.key(groups[0].start - 1) == "the"
            is_of_a_series = bool(SPANS_OF_TIME & set(self._phrases.keys[groups[0].end : verb.start]))
            if verb.fact is Fact.KILLED and not is_named_before and not is_of_a_series:
                kind = ClaimKind.TOTAL
            else:
                groups = [replace(groups[0], best=1, low=1, high=1)]
        elif any(group.is_ordinal for group in groups):
            groups = [replace(g, best=1, low=1, high=1) if g.is_ordinal else g for g in groups]
        elif verb.fact is Fact.KILLED and self._is_later_death(verb, groups):
            kind = ClaimKind.LATER
        elif verb.fact is Fact.KILLED and self._is_told_of_now(verb, groups):
            kind = ClaimKind.TOTAL
        included = self._attachment.attackers_among(groups) if verb.fact is Fact.KILLED else None
        if included is not None:
            rest = groups[0]
            less = included.best or 0
            groups = [
                replace(rest, best=(rest.best or 0) - less, low=max(0, rest.low - less), high=rest.high - less),
                included,
            ]
        yield from claims_from(verb.fact, kind, groups, start, end)

    def _of_attackers(self, group: Group) -> Group:
        """ "Ambushed the rebels, killing at least 15 of them": those named last are meant."""
        if not group.is_partitive or self._phrases.key(group.end - 1) not in {"them", "those"}:
            return group
        named = (SIDE_OF_PLURAL.get(key) for key in reversed(self._phrases.keys[: group.start]))
        meant = next((side for side in named if side is not None), None)
        return replace(group, side=Side.ATTACKERS) if meant is Side.ATTACKERS else group

    def _enemy_of_state(self, verb: Verb, group: Group) -> Group:
        """ "The army … killed 20 fighters": whoever a state's forces kill is on the other side, unless the words say whose they are."""
        keys = self._phrases.keys
        if (
            verb.fact is not Fact.KILLED
            or group.start < verb.end
            or self._phrases.key(group.end - 1) not in _EITHER_SIDE
        ):
            return group
        before = keys[max(0, verb.start - 7) : verb.start]
        if self._phrases.key(group.end) in {"of", "from"} or _FRIENDLY & set(keys[group.start : group.end]):
            return group
        return replace(group, side=Side.ATTACKERS) if _STATE & set(before) and "," not in before else group

    def _with_smugglers(self, groups: Sequence[Group]) -> list[Group]:
        """ "A border guard and a smuggler died in a gunfight": he fought against the guards; without a fight he is no attacker."""
        is_fight = bool(_FOUGHT & set(self._phrases.keys)) or any(group.side is Side.FORCES for group in groups)
        return [
            replace(group, side=Side.ATTACKERS)
            if is_fight and self._phrases.key(group.end - 1) in _SMUGGLERS
            else group
            for group in groups
        ]

    def _one_of_the_wounded(self) -> Iterator[Claim]:
        """ "One of the five soldiers hurt on Sunday died": one more is dead, and four are left of the wounded."""
        keys = self._phrases.keys
        for quantity in self._phrases.quantities:
            at = quantity.end + 1
            at += self._phrases.key(at) in {"the", "those"}
            whole = next((q for q in self._phrases.quantities if q.start == at), None)
            if keys[quantity.end : quantity.end + 1] != ["of"] or whole is None or not whole.best or not quantity.best:
                continue
            hurt = next((i for i in range(whole.end, min(whole.end + 6, len(keys))) if keys[i] in _HURT), None)
            died = next((i for i in range(hurt or 0, len(keys)) if keys[i] in _DIED), None)
            is_death_of = "death" in keys[max(0, quantity.start - 6) : quantity.start]
            if died is None and is_death_of:
                died = quantity.start
            if hurt is None or died is None or whole.best <= quantity.best or "," in keys[whole.end : hurt]:
                continue
            self._attachment.used.update(range(quantity.start, hurt + 1))
            self._attachment.used.add(died)
            left = whole.best - quantity.best
            yield Claim(fact=Fact.KILLED, kind=ClaimKind.LATER, best=quantity.best, low=quantity.best, high=quantity.best,
                        start=quantity.start, end=died + 1, parts=(quantity.best,))  # fmt: skip
            yield Claim(fact=Fact.WOUNDED, kind=ClaimKind.STATED, best=left, low=left, high=whole.best,
                        start=quantity.start, end=hurt + 1, parts=(left,))  # fmt: skip

    def _own_deaths(self) -> Iterator[Claim]:
        """ "Killing himself and three worshippers", "his vest exploded, killing only him": the attacker, and then the others."""
        keys = self._phrases.keys
        for verb in self._attachment.verbs:
            at = verb.end + (self._phrases.key(verb.end) in {"only", "just"})
            is_own = self._phrases.key(at) in _REFLEXIVE
            is_own = is_own or (at > verb.end and self._phrases.key(at) in _OBLIQUE and bool(_OWN_BOMB & set(keys)))
            if verb.fact is not Fact.KILLED or not is_own or keys[at] == "themselves":
                continue
            self._attachment.used.update((verb.start, at))
            yield Claim(fact=Fact.ATTACKERS_KILLED, kind=ClaimKind.STATED, best=1, low=1, high=1, start=verb.start, end=at + 1,
                        parts=(1,), sides=frozenset({Side.ATTACKERS}), is_explicit=False)  # fmt: skip
            others = self._attachment.objects(at + 2) if self._phrases.key(at + 1) == "and" else []
            if others:
                self._attachment.used.update(group.start for group in others)
                yield from claims_from(Fact.KILLED, ClaimKind.STATED, others, verb.start, others[-1].end)

    def _shot_by_police(self) -> Iterator[Claim]:
        """ "Officers shot him dead", "the driver was killed by police": he who is shot by those who came to stop him."""
        keys = self._phrases.keys
        for at, key in enumerate(keys):
            if key not in _OBLIQUE - {"them"} or not _GUARDS & set(keys[max(0, at - 4) : at]):
                continue
            is_dead = keys[at - 1] == "killed" or (keys[at - 1] == "shot" and self._phrases.key(at + 1) == "dead")
            if is_dead:
                self._attachment.used.update((at - 1, at, at + 1))
                yield Claim(fact=Fact.ATTACKERS_KILLED, kind=ClaimKind.STATED, best=1, low=1, high=1, start=at - 1, end=at + 1,
                            parts=(1,), sides=frozenset({Side.ATTACKERS}), is_explicit=False)  # fmt: skip

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
        if death is None or any(
            verb.end <= other.start < death.start and (not other.is_loose or other.end == death.start)
            for other in self._phrases.groups
        ):
            return None
        return death

    def _is_boast(self, verb: Verb) -> bool:
        """ "Said it had killed 21 soldiers", "claimed to have killed": the claimant's own figure."""
        before = self._phrases.keys[max(0, verb.start - 8) : verb.start]
        if self._is_said_by_who_claims(verb):
            return True
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

    def _is_told_of_now(self, verb: Verb, groups: Sequence[Group]) -> bool:
        """ "Two fighters now dead", "the attack has now cost three lives": so many by now, the latest death among them."""
        is_before = groups[-1].end <= verb.start
        is_now = self._phrases.key(verb.start - 1) == "now"
        return is_now and (is_before or self._phrases.key(verb.start - 2) in {"has", "have"})

    def _is_said_by_who_claims(self, verb: Verb) -> bool:
        """ "Group claims train bombing, says 30 troops died": who claims the attack also says how many it killed."""
        keys = self._phrases.keys
        says = next((at for at in range(verb.start - 1, 0, -1) if keys[at] in _SAYS), None)
        if says is None or verb.start - says > _SAYS_REACH or keys[says - 1] not in {",", "and"}:
            return False
        claims = next((at for at in range(says) if keys[at] in _CLAIMS), None)
        return claims is not None and not any(keys[at] in {"that", "."} for at in range(claims, says))

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

    def _bomber_claims(self) -> Iterator[Claim]:
        """A bomber who blew himself up is an attacker killed, whatever else the sentence counts."""
        for at, key in enumerate(self._phrases.keys):
            is_set_off = key == "off" and self._phrases.key(at - 1) == "set"
            if (
                key not in {"blew", "blowing", "blows", "blow", "detonated", "detonating", "detonates"}
                and not is_set_off
            ):
                continue
            if not _REFLEXIVE & {self._phrases.key(at + 1)} and self._phrases.key(at + 1) not in {
                "his",
                "her",
                "their",
            }:
                continue
            group = next((g for g in reversed(self._phrases.groups) if g.end <= at and g.side is Side.ATTACKERS), None)
            if group is not None and group.start not in self._attachment.used and group.best is not None:
                self._attachment.used.add(group.start)
                yield from claims_from(Fact.KILLED, ClaimKind.STATED, [group], group.start, at + 2)
