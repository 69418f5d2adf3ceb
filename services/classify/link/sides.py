"""On which side the dead of a telling were: accounts of one attack are compared where one calls attackers what another calls victims.

"Three killed at the gate" is read as three victims, while the others say that nobody died but three bombers. One telling alone
is not believed against the others; two independent origins that say the same are.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from shared.events.facts import EventType
from shared.events.incident import Contribution
from shared.events.report import Kind


def on_their_sides(tellings: Sequence[Contribution]) -> list[Contribution]:
    """Return the tellings, those with attackers counted as victims put right; what a person wrote stays."""
    attackers_alone: set[int] = set()  # figures of attackers where no victim is counted
    beside: dict[int, set[int]] = defaultdict(set)  # figures of attackers, with the victims told beside them
    victims_by: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    counting_victims: set[str] = set()
    for telling in tellings:
        killed, attackers = _killed(telling), _attackers(telling)
        if attackers is not None:
            if killed:
                beside[attackers].add(killed)
            else:
                attackers_alone.add(attackers)
        if killed:
            victims_by[killed, attackers].add(telling.source.origin)
            counting_victims.add(telling.source.item_id)
    is_strike = any(c.facts.event_type is EventType.AIR_DRONE_STRIKE and _attackers(c) for c in tellings)
    fixed: list[Contribution] = []
    for telling in tellings:
        killed, attackers = _killed(telling), _attackers(telling)
        if not killed or telling.desk is not None:
            fixed.append(telling)
        elif killed in attackers_alone and (attackers is None or (attackers == killed and _is_read_twice(telling))):
            fixed.append(_as_attackers(telling))
        elif len(victims_by[killed, attackers]) > 1:
            fixed.append(telling)
        elif attackers == killed and beside[killed] - {killed}:
            fixed.append(
                _as_attackers(telling)
            )  # as many of both, where another tells as many attackers and other victims
        elif (
            is_strike and counting_victims == {telling.source.item_id} and _is_of_those_struck(telling, attackers_alone)
        ):
            fixed.append(_as_attackers(telling))
        else:
            fixed.append(telling)
    return fixed


def _is_of_those_struck(telling: Contribution, attackers_alone: set[int]) -> bool:
    """Whether an update of a strike that killed fighters alone raises their number ("toll rises to six"), or names one of them."""
    killed, attackers, known = _killed(telling), _attackers(telling), max(attackers_alone, default=0)
    if telling.source.kind is not Kind.UPDATE or killed is None or not known:
        return False
    return killed >= known if attackers is None else killed < attackers == known


def _killed(telling: Contribution) -> int | None:
    count = telling.facts.casualties.killed
    return count.best if count else None


def _attackers(telling: Contribution) -> int | None:
    count = telling.facts.casualties.attackers_killed
    return count.best if count else None


def _is_read_twice(telling: Contribution) -> bool:
    """Whether the same words were read as victims and as attackers: else there were as many of both."""
    spans = {(piece.field, piece.start, piece.end) for piece in telling.facts.evidence if piece.fact == "killed"}
    return any(
        (piece.field, piece.start, piece.end) in spans
        for piece in telling.facts.evidence
        if piece.fact == "attackers_killed"
    )


def _as_attackers(telling: Contribution) -> Contribution:
    toll = telling.facts.casualties
    toll = msgspec.structs.replace(toll, killed=None, attackers_killed=toll.attackers_killed or toll.killed)
    return msgspec.structs.replace(telling, facts=msgspec.structs.replace(telling.facts, casualties=toll))
