"""On which side the dead of a telling were: accounts of one attack are compared where one calls attackers what another calls victims.

"Three killed at the gate" is read as three victims, while the others say that nobody died but three bombers. One telling alone
is not believed against the others; two independent origins that say the same are.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from shared.events.facts import EventType
from shared.events.incident import Contribution
from shared.events.report import Kind

_ONE_OF_THEM = re.compile(
    r"\b(?:one|two|three|among) (?:of )?(?:the|them)\b|(?<!\w)(?:أحد|إحدى|بين)(?!\w)|یەکێک|لەنێو", re.IGNORECASE
)
"""Those of whom the number was told before."""


@dataclass(kw_only=True, slots=True)
class _Said:
    """Who gave which figures, in order of publication."""

    attackers_alone: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Figures of attackers where no victim is counted, with their origins."""
    victims_alone: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    victims_beside: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Figures of attackers, with the victims told beside them."""
    by_both: dict[tuple[int, int | None], set[str]] = field(default_factory=lambda: defaultdict(set))
    first_as_attackers: dict[int, bool] = field(default_factory=dict)
    counting_victims: set[str] = field(default_factory=set)
    is_strike: bool = False

    def take(self, telling: Contribution) -> None:
        """Note what one telling counts."""
        killed, attackers, origin = _killed(telling), _attackers(telling), telling.source.origin
        if killed:
            self.by_both[killed, attackers].add(origin)
            self.counting_victims.add(telling.source.item_id)
        if killed and attackers is not None:
            self.victims_beside[attackers].add(killed)
        elif killed:
            self.victims_alone[killed].add(origin)
            self.first_as_attackers.setdefault(killed, False)
        elif attackers is not None:
            self.attackers_alone[attackers].add(origin)
            self.first_as_attackers.setdefault(attackers, True)
        self.is_strike |= bool(attackers) and telling.facts.event_type is EventType.AIR_DRONE_STRIKE


def on_their_sides(tellings: Sequence[Contribution]) -> list[Contribution]:
    """Return the tellings, those with attackers counted as victims put right; what a person wrote stays."""
    said = _Said()
    for telling in tellings:
        said.take(telling)
    return [_as_attackers(c) if c.desk is None and _are_attackers(c, said) else c for c in tellings]


def _are_attackers(telling: Contribution, said: _Said) -> bool:
    """Whether the dead that a telling calls victims are those whom others call attackers."""
    killed, attackers = _killed(telling), _attackers(telling)
    if not killed:
        return False
    if attackers is None and _are_rather_attackers(killed, telling.facts.event_type, said):
        return True
    if attackers == killed and killed in said.attackers_alone and _is_read_twice(telling):
        return True
    if len(said.by_both[killed, attackers]) > 1:
        return False
    if attackers == killed and said.victims_beside[killed] - {killed}:
        return True  # as many of both, where another tells as many attackers and other victims
    return said.is_strike and said.counting_victims == {telling.source.item_id} and _is_of_those_struck(telling, said)


def _are_rather_attackers(figure: int, event_type: EventType | None, said: _Said) -> bool:
    """Whether so many dead were attackers: more origins say so, or as many and the first; of a suicide bombing, anybody who does."""
    saying, others = said.attackers_alone.get(figure, set()), said.victims_alone[figure]
    if not saying or event_type is EventType.SUICIDE_BOMB:
        return bool(saying)
    return len(saying) > len(others) or (len(saying) == len(others) and said.first_as_attackers[figure])


def _is_of_those_struck(telling: Contribution, said: _Said) -> bool:
    """Whether an update of a strike that killed fighters alone raises their number ("toll rises to six"), or tells who one of them was."""
    killed, attackers, known = _killed(telling), _attackers(telling), max(said.attackers_alone, default=0)
    is_update = telling.source.kind is Kind.UPDATE or telling.facts.is_back_reference
    if not is_update or killed is None or not known:
        return False
    if attackers is None:
        return killed >= known
    if attackers == killed:
        return attackers >= known
    words = [piece.text for piece in telling.facts.evidence if piece.fact == "killed"]
    return killed < attackers == known and any(_ONE_OF_THEM.search(text) for text in words)


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
