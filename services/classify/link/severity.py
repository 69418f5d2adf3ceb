"""How grave an attack is."""

from shared.events.facts import Casualties, EventType
from shared.events.incident import Severity

CHEMICAL_WEAPONS = frozenset({"chemical"})


def severity_of(casualties: Casualties, event_type: EventType | None, weapons: tuple[str, ...] = ()) -> Severity:
    """Return the severity of an incident with these facts.

    =========  ============================================
    critical   10 or more killed, or a chemical weapon
    severe     3 to 9 killed
    moderate   1 or 2 killed, or 3 or more wounded
    minor      the rest
    =========  ============================================

    Attackers killed do not count; a figure that nobody gave counts as none.
    """
    killed = casualties.killed.best if casualties.killed else 0
    wounded = casualties.wounded.best if casualties.wounded else 0
    if killed >= 10 or event_type is EventType.CHEMICAL_WEAPON or CHEMICAL_WEAPONS & set(weapons):
        return Severity.CRITICAL
    if killed >= 3:
        return Severity.SEVERE
    if killed >= 1 or wounded >= 3:
        return Severity.MODERATE
    return Severity.MINOR
