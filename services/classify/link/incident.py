"""An incident in memory: its tellings, its latest state, and what comparing needs of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from services.classify.link.picture import STATING, Picture, in_order
from shared.events.facts import EventType, Place
from shared.events.incident import Contribution, IncidentChange, Status

MAX_COMPARED = 20
"""Tellings whose clues are compared, the earliest; more would cost time and add little."""

LOCAL_OFFSET = timedelta(hours=3)
"""Iraq's; only to name the calendar day of a publication, so a few hours' error elsewhere is within every tolerance."""


def local_day(moment: datetime) -> date:
    """The calendar day of a moment where most of the news is from."""
    return (moment.astimezone(UTC) + LOCAL_OFFSET).date()


def day_of(telling: Contribution) -> date:
    """The day a telling is about: when it happened, else when it was told."""
    return telling.facts.occurred_on or local_day(telling.source.time)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What others are compared with: everything anyone told of the incident, gathered."""

    place: Place | None
    places: tuple[Place, ...]
    days: frozenset[date]
    day: date
    is_dated: bool
    event_type: EventType | None
    event_types: frozenset[EventType]
    killed: frozenset[int]
    best_killed: int | None
    best_attackers_killed: int | None
    wounded: frozenset[int]
    attackers_killed: frozenset[int]
    targets: frozenset[str]
    weapons: frozenset[str]
    perpetrators: frozenset[str]
    outlets: frozenset[str]
    first_seen: datetime
    is_standing: bool
    clues: tuple[tuple[str, frozenset[str]], ...]
    test: bool


@dataclass(kw_only=True, slots=True)
class Incident:
    """One incident. ``set_at`` holds at which revision each telling was last set or taken away, so that replay in any order ends the same."""

    state: IncidentChange
    tellings: dict[str, Contribution] = field(default_factory=dict)
    set_at: dict[str, int] = field(default_factory=dict)
    profile: Profile | None = None

    def absorb(self, change: IncidentChange) -> None:
        """Take in a stored change, older or newer than those already taken in."""
        if change.revision >= self.state.revision:
            self.state = change
        for telling in change.contributions:
            self._set(telling.source.item_id, telling, change.revision)
        for part in change.removed:
            self._set(part, None, change.revision)
        self.profile = None

    def _set(self, part: str, telling: Contribution | None, revision: int) -> None:
        if revision < self.set_at.get(part, 0):
            return
        self.set_at[part] = revision
        if telling is None:
            self.tellings.pop(part, None)
        else:
            self.tellings[part] = telling

    def known(self) -> Profile:
        """The profile, computed when first asked for after a change."""
        if self.profile is None:
            self.profile = profile_of(self.state, tuple(self.tellings.values()), test=self.state.test)
        return self.profile


def profile_of(state: IncidentChange | Picture, tellings: Sequence[Contribution], *, test: bool) -> Profile:
    """Return the profile of an incident with these facts and these tellings."""
    stating = [c for c in in_order(tellings) if c.source.kind in STATING] or in_order(tellings)
    tolls = [c.facts.casualties for c in stating]
    days = frozenset(c.facts.occurred_on for c in stating if c.facts.occurred_on)
    places = {c.facts.place: None for c in stating if c.facts.place}
    return Profile(
        place=state.place,
        places=tuple(places)[:20],
        days=days,
        day=state.occurred_on or local_day(state.first_seen),
        is_dated=state.occurred_on is not None,
        event_type=state.event_type,
        event_types=frozenset(c.facts.event_type for c in stating if c.facts.event_type),
        killed=frozenset(toll.killed.best for toll in tolls if toll.killed),
        best_killed=state.casualties.killed.best if state.casualties.killed else None,
        best_attackers_killed=state.casualties.attackers_killed.best if state.casualties.attackers_killed else None,
        wounded=frozenset(toll.wounded.best for toll in tolls if toll.wounded),
        attackers_killed=frozenset(toll.attackers_killed.best for toll in tolls if toll.attackers_killed),
        targets=frozenset(slug for c in stating for slug in c.facts.targets),
        weapons=frozenset(slug for c in stating for slug in c.facts.weapons),
        perpetrators=frozenset(c.facts.perpetrator for c in stating if c.facts.perpetrator != "unknown"),
        outlets=frozenset(c.source.outlet for c in stating),
        first_seen=state.first_seen,
        is_standing=state.status is Status.ACTIVE,
        clues=tuple((c.source.lang, frozenset(c.facts.clues)) for c in stating[:MAX_COMPARED] if c.facts.clues),
        test=test,
    )
