"""Whole tolls in an English sentence: "toll … rises to nine", "bringing to nine the number of dead", "a third death", "the dead now number 21"."""

from collections.abc import Iterator
from dataclasses import replace

from services.classify.read.attachment_en import Attachment
from services.classify.read.casualty_words_en import SIDE_OF_PLURAL, SIDE_OF_SINGULAR
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side, claims_from, group_of
from services.classify.read.number_words import words
from services.classify.read.phrases_en import Phrases
from services.classify.read.text import Sentence

_RAISING = frozenset(
    {"bringing", "raising", "brings", "raises", "taking", "bring", "pushing", "brought", "raised", "takes"}
)
_YEARS = 1900
_OF_THE_CLOCK = words(
    "am pm a.m p.m o'clock gmt local hours hour percent per % years year days day months weeks minutes km"
)
_ONE_MORE = frozenset({"death", "fatality", "dead", "life", "body"})
_ONE_MORE_OF = frozenset({"victim", "casualty", "martyr"})
_COUNTS_ON = frozenset({"the", "its", "a", "claims", "claimed", "claiming", "becomes", "became", "is", "was", ","})
_REVISING = words("revise revises revised revising lower lowers lowered cut cuts cutting reduce reduces reduced")
_PUT_REACH = 12
_PUTS = frozenset({"put", "puts", "putting"})
_CLAIMS = words("claimed claims claiming")
_LEAVES = words("leaving leaves")
_BODIES = frozenset({"body", "bodies", "corpse", "corpses"})
_APOSTROPHES = frozenset({"'", "’"})
_OWNER_REACH = 4
_BETWEEN = frozenset({",", "of", "and", "in", "at", "from", "the"})
_CLAIMANT_REACH = 16
_CLAIMANTS = words("isis isil daesh taliban shabaab iswap jnim aqap ttp bla militants rebels insurgents")
_NOMINAL_BEFORE = frozenset({"the", "army", "brigade", "police", "force", "side"})
_ARE = frozenset({"are", "is", "stand", "stands", "number", "numbered"})
_NOW = frozenset({"now", "rises", "rise", "rose", "climbs", "reach", "reaches"})
_RISES = frozenset(
    {
        "to",
        "at",
        "is",
        "reached",
        "reaches",
        "hits",
        "hit",
        "now",
        "stands",
        "of",
        "tops",
        "was",
        "as",
        ":",
        "passes",
        "passed",
        "exceeds",
        "surpasses",
        "nears",
    }
)
_HURT = frozenset({"wounded", "injured", "hurt"})


def totals_of(phrases: Phrases, attachment: Attachment) -> Iterator[Claim]:
    """Yield the whole tolls; the words that they take up are marked used in ``attachment``."""
    yield from _Totals(phrases, attachment).claims()


def with_outcome(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "A vendor died of his wounds, leaving one dead and seven hurt": what a death leaves is the whole toll, no further dead."""
    keys = [token.key for token in sentence.tokens]
    leaves = next((at for at, key in enumerate(keys) if key in _LEAVES), len(keys))
    is_told = any(c.fact is Fact.KILLED and c.start < leaves and c.kind is not ClaimKind.NONE for c in found)
    if not is_told:
        return found
    return tuple(
        replace(c, kind=ClaimKind.TOTAL)
        if c.start > leaves
        and c.kind is ClaimKind.STATED
        and not c.is_additional
        and c.fact is not Fact.ATTACKERS_KILLED
        else c
        for c in found
    )


class _Totals:
    """One sentence being searched."""

    def __init__(self, phrases: Phrases, attachment: Attachment) -> None:
        self._phrases = phrases
        self._attachment = attachment

    def claims(self) -> Iterator[Claim]:
        """ "Toll … rises to nine", "bringing to nine the number of dead"."""
        for at, key in enumerate(self._phrases.keys):
            if key in {"dead", "killed", "deaths"} and self._phrases.key(at + 1) in _NOW:
                now = self._phrases.at_start.get(at + 2 + (self._phrases.key(at + 2) in {"to", "at"}))
                if now is not None and now.best is not None:
                    self._attachment.used.update((now.start, at))
                    yield from claims_from(
                        Fact.KILLED, ClaimKind.TOTAL, [replace(now, side=Side.ANY, is_loose=False)], at, now.end
                    )
            yield from self._owned_bodies(at)
            yield from self._counted_death(at)
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
                    self._attachment.used.update(range(at, group.end))
                    counts_attackers = any(
                        SIDE_OF_PLURAL.get(word) is Side.ATTACKERS for word in self._phrases.keys[at + 1 : at + 5]
                    )
                    side = Side.ATTACKERS if counts_attackers and key in {"number", "count"} else Side.ANY
                    kind = ClaimKind.BOAST if self._is_put_by_claimant(at) else ClaimKind.TOTAL
                    yield from claims_from(fact, kind, [replace(group, side=side, is_loose=False)], at, group.end)

    def _is_put_by_claimant(self, at: int) -> bool:
        """ "Al-Shabaab … put the toll at 30": the attackers' own count."""
        before = self._phrases.keys[max(0, at - _CLAIMANT_REACH) : at]
        is_given = before[-3:] in (
            ["it", "gave", "a"],
            ["it", "claimed", "a"],
            ["they", "gave", "a"],
            ["they", "claimed", "a"],
        )
        return is_given or (bool({"put", "puts"} & set(before[-3:])) and bool(_CLAIMANTS & set(before)))

    def _owned_bodies(self, at: int) -> Iterator[Claim]:
        """ "Six militants' bodies", "a fourth militant's body": the dead are told by whose bodies they are."""
        keys = self._phrases.keys
        of = SIDE_OF_PLURAL.get(self._phrases.key(at + 2)) if self._phrases.key(at + 1) == "of" else None
        whole = next((q for q in self._phrases.quantities if q.end == at and q.best and not q.is_ordinal), None)
        if of is not None and whole is not None and at not in self._attachment.used:
            self._attachment.used.update(range(whole.start, at + 3))  # "two bodies of militants"
            yield from claims_from(
                Fact.KILLED, ClaimKind.STATED, [group_of(whole, end=at + 3, side=of)], whole.start, at + 3
            )
            return
        owner = at - 1 - (at > 0 and keys[at - 1] in _APOSTROPHES)
        if keys[at] not in _BODIES or owner < 0 or not self._phrases.owns(owner):
            return
        side = SIDE_OF_PLURAL.get(keys[owner]) or SIDE_OF_SINGULAR.get(keys[owner])
        near = [q for q in self._phrases.quantities if at - _OWNER_REACH <= q.end < at]
        if side is None or not near or not near[-1].best or set(keys[near[-1].end : at]) & _BETWEEN:
            return
        counted = near[-1]
        self._attachment.used.update(range(counted.start, at + 1))
        kind = ClaimKind.TOTAL if counted.is_ordinal else ClaimKind.STATED
        yield from claims_from(Fact.KILLED, kind, [group_of(counted, end=at + 1, side=side)], counted.start, at + 1)

    def _is_put_by_who_claims(self, at: int) -> bool:
        """ "The group claimed the bombing and put the army's dead at 30": who claims the attack counts his victims himself."""
        keys = self._phrases.keys
        put = next((p for p in range(at - 1, max(-1, at - _PUT_REACH), -1) if keys[p] in _PUTS), None)
        if put is None:
            return False
        return bool(_CLAIMS & set(keys[:put])) and (keys[put - 1] in {"and", ","} or bool(_CLAIMANTS & set(keys[:put])))

    def _counted_death(self, at: int) -> Iterator[Claim]:
        """ "The third death from the raid", "bringing the dead to 23", "injured now number 21": whole tolls without the word."""
        keys, key = self._phrases.keys, self._phrases.key
        ordinal = next((q for q in self._phrases.quantities if q.start == at and q.is_ordinal), None)
        if (
            ordinal is not None
            and (key(ordinal.end) in _ONE_MORE or (key(ordinal.end) in _ONE_MORE_OF and key(ordinal.end + 1) == "of"))
            and (at == 0 or key(at - 1) in _COUNTS_ON)
            and ordinal.best
        ):
            self._attachment.used.update((at, ordinal.end))
            yield Claim(fact=Fact.KILLED, kind=ClaimKind.TOTAL, best=ordinal.best, low=ordinal.best, high=ordinal.best,
                        start=at, end=ordinal.end + 1, parts=(ordinal.best,))  # fmt: skip
        fact = Fact.WOUNDED if key(at) in _HURT else Fact.KILLED
        if at in self._attachment.used or key(at) not in _HURT | {"dead", "deaths", "killed", "losses"}:
            return
        to = at + 1 + (key(at + 1) == "now")
        if key(at) == "losses" and not self._is_own_losses(at, to):
            return
        is_said = key(to) == "number" or (key(to) == "to" and bool(_RAISING & set(keys[max(0, at - 3) : at])))
        is_said = is_said or (key(to) == "to" and bool(_REVISING & set(keys[max(0, at - _PUT_REACH) : at])))
        is_said = is_said or (
            key(to) == "at"
            and (key(at - 1) != "the" or key(at - 2) in _PUTS)
            and bool(_PUTS & set(keys[max(0, at - _PUT_REACH) : at]))
        )
        is_said = is_said or (
            key(to) == "as" and bool({"gave", "give", "gives", "giving", "put"} & set(keys[max(0, at - 4) : at]))
        )
        is_said = is_said or (key(at - 1) in _NOMINAL_BEFORE and key(to) in _ARE)
        first = to + 1 + (key(to + 1) in {"therefore", "now", "at", "thus", "still"} and key(to) in _ARE)
        group = self._phrases.at_start.get(first) or self._figure(first)
        if key(to) in {"are", "is"} and group is not None and not (group.is_loose and group.end <= first + 1):
            return  # "the dead are two farmers and a boy" names them
        if is_said and group is not None and group.best is not None and not group.is_ordinal:
            self._attachment.used.update((at, group.start))
            kind = ClaimKind.BOAST if key(to) == "at" and self._is_put_by_who_claims(at) else ClaimKind.TOTAL
            yield from claims_from(fact, kind, [replace(group, side=Side.ANY, is_loose=False)], at, group.end)
            yield from self._wounded_beside(group.end)

    def _is_own_losses(self, at: int, to: int) -> bool:
        """ "Bringing its losses to seven", but not the rebels' losses, nor what they are put at."""
        before = self._phrases.keys[max(0, at - 3) : at]
        is_of_attackers = any(key in _CLAIMANTS or SIDE_OF_PLURAL.get(key) is Side.ATTACKERS for key in before)
        return self._phrases.key(to) == "to" and bool(_RAISING & set(before)) and not is_of_attackers

    def _wounded_beside(self, at: int) -> Iterator[Claim]:
        """ "… and the wounded six": the figure that a count of the dead leaves the verb to."""
        key = self._phrases.key
        at += key(at) == ","
        hurt = self._figure(at + 3) if key(at) == "and" and key(at + 1) == "the" and key(at + 2) in _HURT else None
        if hurt is not None and hurt.best is not None:
            self._attachment.used.update((at + 2, hurt.start))
            yield from claims_from(Fact.WOUNDED, ClaimKind.TOTAL, [replace(hurt, is_loose=False)], at + 2, hurt.end)

    def _rise(self, at: int) -> Group | None:
        for position in range(at + 1, min(at + 26, len(self._phrases.keys))):
            group = self._phrases.at_start.get(position) or self._figure(position)
            if group is None or group.best is None or group.is_ordinal:
                continue
            before = self._phrases.key(position - 1)
            if before in _RISES or before in {"least", "than"} or position == at + 1:
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

    def _figure(self, at: int) -> Group | None:
        """A figure without a noun ("put at 25"), unless it is a time of day or the year."""
        quantity = next((q for q in self._phrases.quantities if q.start == at), None)
        if quantity is None or (quantity.best or 0) >= _YEARS or self._phrases.key(quantity.end) in _OF_THE_CLOCK:
            return None
        return group_of(quantity, end=quantity.end, is_loose=True)
