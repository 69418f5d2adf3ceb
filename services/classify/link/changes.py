"""What a report changed: the comparison of two states of an incident, and which differences are news to a subscriber."""

from services.classify.link.geography import has_point, km_apart
from services.classify.link.picture import MOVED_KM, Picture, fineness
from shared.events.facts import Count, Place, Precision
from shared.events.incident import FactChange, IncidentChange, Status
from shared.geo.names import skeleton

NOTABLE = frozenset({"killed", "wounded", "admin1", "admin2", "point", "precision", "event_group", "claim", "status"})
"""Differences that make a change *updated* (design, the meaning of ``notify``). All others are told with the next one."""

_FINE = frozenset({Precision.EXACT, Precision.TOWN})


def differences(
    before: IncidentChange, after: Picture, *, named: str | None = None, is_place_told: bool = False
) -> tuple[FactChange, ...]:
    """Return what differs, notable facts first.

    ``named`` is whom the tellings had already named as the perpetrator, ``is_place_told`` whether the place's name stood in them
    (``heard.py``).
    """
    found = [*_tolls(before, after), *_places(before.place, after.place, is_told=is_place_told)]
    _note(found, "event_group", before.event_group, after.event_group)
    if after.claimed and (not before.claimed or before.perpetrator != after.perpetrator):
        known = before.perpetrator if before.claimed else named
        found.append(FactChange(fact="claim", before=known, after=after.perpetrator))
    elif after.perpetrator != before.perpetrator:
        found.append(FactChange(fact="perpetrator", before=before.perpetrator, after=after.perpetrator))
    _note(found, "event_type", before.event_type, after.event_type)
    _note(found, "occurred_on", before.occurred_on, after.occurred_on)
    if before.status is not after.status and Status.MERGED not in {before.status, after.status}:
        found.append(FactChange(fact="status", before=before.status.value, after=after.status.value))
    return tuple(sorted(found, key=lambda change: not _is_news(change)))


def is_notable(changed: tuple[FactChange, ...]) -> bool:
    """Whether any of the differences is news."""
    return any(_is_news(change) for change in changed)


def _is_news(change: FactChange) -> bool:
    """A claim by the very group that several had named tells a subscriber whom he knows already (docs/adr/0012)."""
    return change.fact in NOTABLE and not (change.fact == "claim" and change.before == change.after)


def _note(found: list[FactChange], fact: str, before: object, after: object) -> None:
    if before != after:
        found.append(FactChange(fact=fact, before=_text(before), after=_text(after)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _tolls(before: IncidentChange, after: Picture) -> list[FactChange]:
    found: list[FactChange] = []
    old, new = before.casualties, after.casualties
    for fact, was, now in (
        ("killed", old.killed, new.killed),
        ("wounded", old.wounded, new.wounded),
        ("attackers_killed", old.attackers_killed, new.attackers_killed),
    ):
        _note(found, fact, _best(was), _best(now))
    return found


def _best(count: Count | None) -> int | None:
    return count.best if count else None


def _places(before: Place | None, after: Place | None, *, is_told: bool) -> list[FactChange]:
    """Divisions that changed or became known, a point that moved or appeared, a place known finely at last."""
    found: list[FactChange] = []
    if after is None or before == after:
        return found
    if is_told and before is not None and _refines(after, before):
        return [FactChange(fact="place", before=before.name, after=after.name)]
    for fact, was, now in (
        ("admin1", before.admin1 if before else None, after.admin1),
        ("admin2", before.admin2 if before else None, after.admin2),
    ):
        if now is not None and was != now:
            found.append(FactChange(fact=fact, before=was, after=now))
    km = km_apart(before, after) if before else None
    has_moved = km is not None and km > MOVED_KM
    was_fine = before is not None and has_point(before) and before.precision in _FINE
    has_become_fine = has_point(after) and after.precision in _FINE and not was_fine
    if (has_moved or has_become_fine) and not (before is not None and _is_seat(before, after)):
        fact = "point" if has_moved else "precision"
        found.append(FactChange(fact=fact, before=before.name if before else None, after=after.name))
    elif before is not None and before.name != after.name:
        found.append(FactChange(fact="place", before=before.name, after=after.name))
    return found


def _refines(after: Place, before: Place) -> bool:
    """Whether a place is known more finely than before and in no other division."""
    is_within = before.admin1 is not None and after.admin1 == before.admin1 and before.admin2 in {None, after.admin2}
    return is_within and fineness(after.precision) < fineness(before.precision)


def _is_seat(before: Place, after: Place) -> bool:
    """Whether a district is now called by its town, or one town by another row of its name: to a reader nothing has changed.

    "Haditha" is the district in one story and the town in the next, in whatever script (docs/adr/0022).
    """
    return (
        before.admin2 is not None
        and before.admin2 == after.admin2
        and after.precision is not Precision.EXACT
        and skeleton(before.name) == skeleton(after.name) != ""
    )
