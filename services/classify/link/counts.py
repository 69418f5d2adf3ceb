"""What two accounts' numbers of dead and wounded say for or against their being of one attack."""

from services.classify.link.grounds import ground
from services.classify.link.incident import Profile
from shared.events.incident import Contribution, Reason
from shared.events.report import Kind

MORE_KILLED, FEWER_KILLED = "more killed", "fewer killed"
UNEQUAL = frozenset({MORE_KILLED, FEWER_KILLED})
_EQUAL_KILLED, _EQUAL_RARE = {0: 0.3, 1: 0.5, 2: 0.7}, 1.2
"""Equal numbers of dead say more the rarer they are."""
SAME_ATTACKERS = 0.8
_TOLL_UPDATE = 0.4  # a higher toll is what an update of a known attack is made of


def equal_killed(telling: Contribution) -> float:
    """What an incident with the same number of dead is worth for it."""
    killed = telling.facts.casualties.killed
    return _EQUAL_KILLED.get(killed.best, _EQUAL_RARE) if killed is not None else 0.0


def equal_wounded(wounded: int) -> float:
    """What an equal number of wounded is worth."""
    return 0.6 if wounded >= 2 else 0.3


def compare_tolls(telling: Contribution, known: Profile) -> list[Reason]:
    """Return what equal, higher and lower numbers say for or against one attack."""
    toll = telling.facts.casualties
    found: list[Reason] = []
    if toll.killed is not None and known.killed:
        found.append(
            _killed(
                toll.killed.best,
                known,
                is_update=telling.source.kind is Kind.UPDATE,
                apart=_is_another_day(telling, known),
            )
        )
    if toll.wounded is not None and known.wounded:
        is_equal = toll.wounded.best in known.wounded
        weight = equal_wounded(toll.wounded.best) if is_equal else -0.1
        found.append(ground("same wounded" if is_equal else "other number of wounded", weight))
    if toll.attackers_killed is not None and known.attackers_killed and toll.attackers_killed.best > 1:
        is_equal = toll.attackers_killed.best in known.attackers_killed
        name = "same attackers killed" if is_equal else "other number of attackers killed"
        found.append(ground(name, SAME_ATTACKERS if is_equal else -0.3))
    return found


def _is_another_day(telling: Contribution, known: Profile) -> bool:
    """Both days are told and differ: another toll on another day is rather another attack than a rising one."""
    told = telling.facts.occurred_on
    return told is not None and bool(known.days) and told not in known.days


def _killed(told: int, known: Profile, *, is_update: bool, apart: bool) -> Reason:
    """Equal tolls say more the rarer they are; a rise is what tolls do; far fewer dead than already known is another attack."""
    if told in known.killed:
        return ground("same killed", _EQUAL_KILLED.get(told, _EQUAL_RARE))
    later = 0.6 if apart and not is_update else 0.0
    best = known.best_killed if known.best_killed is not None else max(known.killed)
    if told > best:
        is_jump = told - best > max(4, 2 * best)
        rise = _TOLL_UPDATE if is_update else -0.4 if is_jump else 0.0
        return ground(MORE_KILLED, rise - later)
    is_close = best - told <= max(2, best // 3)
    return ground(FEWER_KILLED, (-0.2 if is_close or is_update else -1.0) - later)
