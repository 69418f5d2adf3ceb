"""What one sentence claims of the toll: groups of people, and what is said to have happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.classify.read.quantities import Quantity


class Fact(StrEnum):
    """The figures a toll has; the values are the names that evidence uses."""

    KILLED = "killed"
    WOUNDED = "wounded"
    ATTACKERS_KILLED = "attackers_killed"


class ClaimKind(StrEnum):
    """How a figure is meant.

    ``STATED``: so many were hit. ``TOTAL``: the whole toll ("rises to seven", "a fourth farmer died"), which a stated part
    does not contradict. ``LATER``: a death among those counted as wounded. ``NONE``: the text says that nobody was.
    ``UNSPLIT``: killed and wounded in one figure. ``BOAST``: the attacker's own count, believed only where nobody else counts.
    """

    STATED = "stated"
    TOTAL = "total"
    LATER = "later"
    NONE = "none"
    UNSPLIT = "unsplit"
    BOAST = "boast"


class Side(StrEnum):
    """Who the people of a group are, as far as it decides what may be added up."""

    ANY = "any"
    FORCES = "forces"
    CIVILIANS = "civilians"
    ATTACKERS = "attackers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People that the text counts: tokens ``start`` to ``end`` (exclusive); ``best`` is null for "dozens of".

    ``is_explicit`` is false where the number is only grammar ("a policeman", "teacher shot dead"). ``is_loose`` groups
    (unknown nouns, bare singulars) count only where they stand right beside the verb. ``is_partitive``: "two of them".
    """

    start: int
    end: int
    best: int | None
    low: int
    high: int
    side: Side = Side.ANY
    is_explicit: bool = True
    is_loose: bool = False
    is_partitive: bool = False
    is_of_wounded: bool = False
    is_ordinal: bool = False
    is_additional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One figure of the toll; tokens ``start`` to ``end`` (exclusive) of its sentence are the evidence.

    ``is_ordinal``: "a fourth farmer". ``is_of_wounded``: the dead are among the wounded that were counted before.
    """

    fact: Fact
    kind: ClaimKind
    best: int
    low: int
    high: int
    start: int
    end: int
    parts: tuple[int, ...] = ()
    sides: frozenset[Side] = frozenset({Side.ANY})
    is_explicit: bool = True
    is_additional: bool = False
    is_background: bool = False
    is_ordinal: bool = False
    is_of_wounded: bool = False


def group_of(
    quantity: Quantity, *, end: int, start: int | None = None, side: Side = Side.ANY, is_loose: bool = False
) -> Group:
    """A group counted by ``quantity`` whose noun phrase ends before token ``end``."""
    return Group(
        start=quantity.start if start is None else start,
        end=end,
        best=quantity.best,
        low=quantity.low,
        high=quantity.high,
        side=side,
        is_ordinal=quantity.is_ordinal,
        is_loose=is_loose,
    )


def one(start: int, end: int, *, side: Side = Side.ANY, is_loose: bool = False) -> Group:
    """A single person named by grammar alone."""
    return Group(start=start, end=end, best=1, low=1, high=1, side=side, is_explicit=False, is_loose=is_loose)


def claims_from(fact: Fact, kind: ClaimKind, groups: Sequence[Group], start: int, end: int) -> tuple[Claim, ...]:
    """Add up ``groups`` that suffered one fate; attackers are counted apart, and wounded attackers not at all.

    A group without a figure ("several civilians") widens the range of the others; alone it makes no claim.
    """
    claims = []
    for is_attackers in (False, True):
        chosen = [group for group in groups if (group.side is Side.ATTACKERS) is is_attackers]
        counted = [group for group in chosen if group.best is not None]
        if not counted or (is_attackers and fact is Fact.WOUNDED):
            continue
        vague = len(chosen) - len(counted)
        best = sum(group.best or 0 for group in counted)
        claims.append(
            Claim(
                fact=Fact.ATTACKERS_KILLED if is_attackers else fact,
                kind=kind,
                best=best,
                low=sum(group.low for group in counted),
                high=sum(group.high for group in counted) + vague * max(2, best // 2),
                start=min(start, *(group.start for group in chosen)),
                end=max(end, *(group.end for group in chosen)),
                parts=tuple(group.best or 0 for group in counted),
                sides=frozenset(group.side for group in chosen),
                is_explicit=any(group.is_explicit for group in counted),
                is_additional=any(group.is_additional for group in counted),
                is_ordinal=any(group.is_ordinal for group in counted),
                is_of_wounded=kind is ClaimKind.LATER and any(group.is_of_wounded for group in counted),
            )
        )
    return tuple(claims)


def militants_of(claims: Sequence[Claim], named: frozenset[int]) -> tuple[Claim, ...]:
    """The claims of a sentence that tells of an air strike on militants: those killed are attackers, and those wounded no victims.

    Civilians stay what they are, and so do people whose word is not among the tokens ``named``.
    """
    turned: list[Claim] = []
    for claim in claims:
        is_militant = not claim.sides & {Side.CIVILIANS, Side.ATTACKERS} and any(
            at in named for at in range(claim.start, claim.end)
        )
        is_with_them = (
            claim.fact is Fact.WOUNDED
            and claim.sides <= {Side.ANY}
            and any(other.fact is Fact.ATTACKERS_KILLED for other in turned)
        )
        if is_with_them:
            continue  # "two members were killed and a third wounded"
        if not is_militant:
            turned.append(claim)
        elif claim.fact is Fact.KILLED:
            turned.append(replace(claim, fact=Fact.ATTACKERS_KILLED, sides=frozenset({Side.ATTACKERS})))
    return tuple(turned)
