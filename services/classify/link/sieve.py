"""What cannot reach the threshold however well the rest agrees is not compared at all.

Where thousands of attacks are open, comparing is most of the cost of a decision, and most of what lies near in place and day is of
another kind or another day. The sieve knows each weight's highest value; it lets everything through that might join.
"""

from dataclasses import dataclass

from services.classify.link.geography import SAME_SITE, SAME_TOWN
from services.classify.link.kinship import kindred
from services.classify.link.likeness import day_ceiling, is_of_publication, most_of_the_rest
from shared.events.incident import Contribution

_BY_POINT = SAME_SITE.weight
_BY_UNIT = SAME_TOWN.weight


@dataclass(frozen=True, kw_only=True, slots=True)
class Sieve:
    """The highest a candidate can score, from where and when it was found and of what types it is told.

    ``slack`` is what place, day and kind must make up together; ``kinds`` holds the weight of each type beside the telling's,
    empty where it tells none, and ``best_kind`` the highest of them.
    """

    slack: float
    kinds: dict[str, float]
    best_kind: float
    is_dated: bool
    is_said: bool

    def least_kind(self, *, is_by_point: bool, is_dated: bool, apart: int) -> float:
        """Return what the types must be worth of an incident found by its point or by its unit, on a day so far from the telling's."""
        place = _BY_POINT if is_by_point else _BY_UNIT
        return self.slack - place - day_ceiling(apart, is_dated=is_dated and self.is_dated, is_said=self.is_said)

    def kind_of(self, types: tuple[str, ...]) -> float:
        """Return the most that an incident's types can be worth."""
        if not types or not self.kinds:
            return 0.0
        return self.kinds[types[0]] if len(types) == 1 else max(self.kinds[one] for one in types)


def sieve_for(telling: Contribution, needed: float) -> Sieve:
    """Return the sieve of a telling that joins at ``needed``; one that keeps everything for news that is not first-hand or names no place."""
    kinds = kindred(telling.facts.event_type)
    return Sieve(
        slack=needed - most_of_the_rest(telling),
        kinds=kinds,
        best_kind=max(kinds.values(), default=0.0),
        is_dated=telling.facts.occurred_on is not None,
        is_said=not is_of_publication(telling),
    )
