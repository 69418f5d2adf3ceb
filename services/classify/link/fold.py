"""Open incidents as a fold over reports: ``apply`` decides and folds, ``replay`` folds what was decided before.

The caller (the stream app, the backtest) stores what ``apply`` returned under ``entry_key(report)`` and, when the same key
comes again, publishes the stored changes instead of calling ``apply`` a second time (design, promises 3 and 4).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from services.classify.link import desk
from services.classify.link.choice import Joins, TouchesNothing, choose
from services.classify.link.geography import relate
from services.classify.link.incident import Incident, local_day, profile_of
from services.classify.link.index import CandidateIndex
from services.classify.link.likeness import liken
from services.classify.link.picture import draw, in_order
from services.classify.link.relocation import adopted, handed_over, region_after
from services.classify.link.screening import Flag, aware, screen
from services.classify.link.settings import LinkSettings
from services.classify.link.transition import Step, changed, opened
from services.classify.link.waiting import Waiting, Waits
from shared import ids
from shared.events.incident import Contribution, Decision, IncidentChange, Status
from shared.events.item import ItemChange
from shared.events.report import DeskVerb, Kind, Report
from shared.geo.regions import LinkRegion


def entry_key(report: Report) -> str:
    """The key of a report's stored outcome: item, version, event id and link region.

    All of them, because an article may return to its first wording (same event id, new version), an ingest that lost its
    database may start counting versions anew (same version, other event id), and an item that tells attacks in two
    regions is linked in each.
    """
    return f"{report.item_id}|{report.version}|{report.event_id}|{report.region or ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a report did: the changes in order, what waits of it, what it hands to other link regions, what was kept out of it and why, and the decision on each of its attacks."""

    changes: tuple[IncidentChange, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    handed: tuple[Report, ...] = ()
    flags: tuple[Flag, ...] = ()
    decisions: tuple[tuple[str, Decision], ...] = ()


@dataclass(kw_only=True, slots=True)
class _Work:
    """A report being linked."""

    report: Report
    settings: LinkSettings
    changes: list[IncidentChange] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    handed: list[Report] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)

    def outcome(self) -> Outcome:
        return Outcome(
            changes=tuple(self.changes),
            waiting=tuple(self.waiting),
            handed=tuple(self.handed),
            flags=tuple(dict.fromkeys(self.flags)),
            decisions=tuple(self.decisions),
        )


class OpenIncidents:
    """The incidents of a link region. Not thread-safe; one owner applies one report at a time."""

    def __init__(self) -> None:
        self._incidents: dict[str, Incident] = {}
        # Telling -> the incidents that hold it. One, except in the middle of a replay, when a move is known by half.
        self._homes: dict[str, set[str]] = {}
        self._tellings_of: dict[str, set[str]] = defaultdict(set)  # item -> its tellings that contribute
        self._latest: dict[str, int] = {}  # item -> version, where it is beyond the first
        self._index = CandidateIndex()
        self._waits = Waits()

    def __len__(self) -> int:
        return len(self._incidents)

    def apply(self, report: Report, settings: LinkSettings) -> tuple[IncidentChange, ...]:
        """Decide what the report does, fold it, and return its changes; the same for the same history, never raises for a decoded report."""
        return self.link(report, settings).changes

    def link(self, report: Report, settings: LinkSettings) -> Outcome:
        """As ``apply``, with what was kept out and the decisions besides."""
        work = _Work(report=report, settings=settings)
        if report.desk is not None:
            self._by_hand(work)
        elif report.version < self._latest.get(report.item_id, 1):
            work.flags.append(Flag.STALE_VERSION)
        else:
            self._by_news(work)
        if work.changes:
            self._note_version(report.item_id, report.version)
        return work.outcome()

    def replay(self, report_key: str, changes: Iterable[IncidentChange], waiting: Iterable[Waiting] = ()) -> None:
        """Take in a stored outcome without deciding again; after all of them, in any order, the state is the one that ``apply`` left.

        Raises ``ValueError`` for a key that ``entry_key`` did not make.
        """
        item_id, version, _, _ = report_key.rsplit("|", 3)
        self._waits.take(waiting)
        for change in changes:
            self._note_version(item_id, int(version))
            self._absorb(change)

    def evict(self, before: datetime) -> int:
        """Forget incidents that ended before ``before`` and return how many.

        Housekeeping alone: choose ``before`` at least ``retraction_window`` plus the age of the oldest report that may
        still arrive in the past (180 days is safe), or a forgotten incident would be opened anew.
        """
        day = local_day(before)
        gone = [
            incident_id
            for incident_id, incident in self._incidents.items()
            if incident.state.last_seen < before
            and max(incident.known().day, *incident.known().days, local_day(incident.state.first_seen)) < day
        ]
        for incident_id in gone:
            incident = self._incidents.pop(incident_id)
            self._index.leave(incident_id)
            for part in incident.tellings:
                self._move_out(part, incident_id)
            for part in incident.set_at:
                self._latest.pop(part.partition("#")[0], None)
        return len(gone)

    def states(self) -> tuple[IncidentChange, ...]:
        """The latest change of every open incident, oldest incident first."""
        return tuple(sorted((i.state for i in self._incidents.values()), key=lambda s: (s.first_seen, s.incident_id)))

    def contents(self) -> dict[str, object]:
        """Everything held, in a form that two folds can be compared by."""
        return {
            "incidents": {
                incident_id: (
                    incident.state,
                    dict(sorted(incident.tellings.items())),
                    dict(sorted(incident.set_at.items())),
                )
                for incident_id, incident in sorted(self._incidents.items())
            },
            "homes": {part: frozenset(homes) for part, homes in sorted(self._homes.items())},
            "tellings": {item: frozenset(parts) for item, parts in sorted(self._tellings_of.items()) if parts},
            "latest": dict(sorted(self._latest.items())),
            "index": self._index.contents(),
            "waiting": self._waits.contents(),
        }

    def _note_version(self, item_id: str, version: int) -> None:
        if version > self._latest.get(item_id, 1):
            self._latest[item_id] = version

    def _by_news(self, work: _Work) -> None:
        report = work.report
        screened = screen(report, work.settings)
        work.flags.extend(screened.flags)
        if Flag.IMPOSSIBLE_PUBLICATION in screened.flags:
            return  # nor does it take back what an earlier version said at a possible time
        told = {c.source.item_id for c in screened.contributions}
        for part in sorted(self._tellings_of.get(report.item_id, set()) - told):
            if not self._is_of_another_region(part, report):
                self._take_back(part, work)
        if report.item_id in self._waits:
            self._wait(Waiting(item_id=report.item_id, version=report.version), work)
        for telling in screened.contributions:
            self._put(telling, work)

    def _put(self, telling: Contribution, work: _Work) -> None:
        """Link one attack of the report: in the place of its earlier version where there is one, else wherever it belongs."""
        part = telling.source.item_id
        incident = self._home_of(part)
        if incident is not None and incident.state.moved_to is not None:
            return  # a person put it elsewhere, and there it stays
        if incident is not None:
            if self._still_fits(telling, incident, work):
                before = incident.tellings[part]
                if before.facts.place is None and relate(telling.facts.place, incident.state.place).is_conflict:
                    telling = _placeless(telling)
                telling = _with_origin(telling, before.source.origin)
                self._change(incident, telling, Decision(rule="new version of an item"), work)
                return
            self._take_back(part, work)
        others = self._tellings_of.get(work.report.item_id, ())
        taken = frozenset(home for other in others for home in self._homes[other])
        choice = choose(
            telling,
            self._incidents,
            self._index,
            work.settings,
            test=work.report.test,
            taken=taken,
            is_guess=_is_guess(telling, work.report),
        )
        if isinstance(choice, TouchesNothing):
            work.decisions.append((part, choice.decision))
            if choice.flag is not None:
                work.flags.append(choice.flag)
            if telling.source.kind is Kind.RETRACTION:
                self._wait(Waiting(item_id=part, version=work.report.version, telling=telling), work)
        elif isinstance(choice, Joins):
            telling = _with_origin(telling, choice.origin)
            if choice.is_elsewhere:
                telling = _placeless(telling)
            self._change(self._incidents[choice.incident_id], telling, choice.decision, work)
        else:
            moved = [self._incidents[choice.split_from].tellings[p] for p in choice.takes] if choice.split_from else []
            if choice.split_from:
                self._remove(self._incidents[choice.split_from], choice.takes, choice.decision, work)
            incident_id = self._new_id(part, work.report)
            denials = self._waits.that_deny(telling, work.settings, test=work.report.test)
            denied = [denial for denial in denials if denial.source.item_id not in self._homes]
            step = self._step(work, part, incident_id, choice.decision, add=(telling, *moved, *denied), trigger=telling)
            self._emit(opened(replace(step, split_from=choice.split_from), work.settings), work)

    def _is_of_another_region(self, part: str, report: Report) -> bool:
        """Whether the part's incident is linked elsewhere now, or came from elsewhere and this is not its item's withdrawal."""
        incident = self._home_of(part)
        assert incident is not None
        if incident.state.moved_to is not None:
            return True
        return incident.state.moved_from is not None and report.change is not ItemChange.WITHDRAWN

    def _wait(self, one: Waiting, work: _Work) -> None:
        work.waiting.append(one)
        self._waits.take((one,))

    def _still_fits(self, telling: Contribution, incident: Incident, work: _Work) -> bool:
        """Whether the new version may stay: it is alone there, or no conflict sets it apart from the others."""
        others = in_order(c for part, c in incident.tellings.items() if part != telling.source.item_id)
        if not any(c.desk is None for c in others):
            return True
        picture = draw(others, work.settings)
        return liken(telling, profile_of(picture, others, test=incident.state.test), 0.0, work.settings).veto is None

    def _take_back(self, part: str, work: _Work) -> None:
        """Remove what an earlier version contributed and the new one does not."""
        incident = self._home_of(part)
        assert incident is not None
        self._remove(incident, (part,), Decision(rule="item withdrawn or changed"), work)

    def _home_of(self, part: str) -> Incident | None:
        """The incident that the telling contributes to."""
        homes = self._homes.get(part)
        return self._incidents[min(homes)] if homes else None

    def _remove(self, incident: Incident, parts: tuple[str, ...], decision: Decision, work: _Work) -> None:
        step = self._step(work, work.report.item_id, incident.state.incident_id, decision, remove=parts)
        self._emit(changed(incident.state, incident.tellings, step, work.settings), work)

    def _change(self, incident: Incident, telling: Contribution, decision: Decision, work: _Work) -> None:
        step = self._step(
            work, telling.source.item_id, incident.state.incident_id, decision, add=(telling,), trigger=telling
        )
        self._emit(changed(incident.state, incident.tellings, step, work.settings), work)

    def _step(
        self,
        work: _Work,
        part: str,
        incident_id: str,
        decision: Decision,
        *,
        add: tuple[Contribution, ...] = (),
        remove: tuple[str, ...] = (),
        trigger: Contribution | None = None,
    ) -> Step:
        if work.flags:
            decision = msgspec.structs.replace(decision, flags=tuple(flag.value for flag in dict.fromkeys(work.flags)))
        work.decisions.append((part, decision))
        return Step(
            item_id=part,
            event_id=work.report.event_id,
            incident_id=incident_id,
            at=aware(work.report.published),
            decision=decision,
            add=add,
            remove=remove,
            trigger=trigger,
            test=work.report.test,
        )

    def _new_id(self, part: str, report: Report) -> str:
        """The id of an incident that this telling opens.

        A later version has its own: the first may have opened an incident that still stands, here or in another region.
        """
        item, _, number = part.partition("#")
        of = item if report.version == 1 else f"{item}|{report.version}"
        plain = ids.incident_id(of, int(number or 0))
        return plain if plain not in self._incidents else ids.incident_id(f"{of}|{report.event_id}", int(number or 0))

    def _by_hand(self, work: _Work) -> None:
        assert work.report.desk is not None
        if work.report.desk.verb is DeskVerb.ADOPT:
            self._adopt(work)
            return
        planned = desk.plan(work.report, self._incidents, work.settings)
        work.flags.extend(planned.flags)
        for step in planned.steps:
            work.decisions.append((step.item_id, step.decision))
            incident = self._incidents.get(step.incident_id)
            change = (
                opened(step, work.settings)
                if incident is None
                else changed(incident.state, incident.tellings, step, work.settings)
            )
            there = region_after(work.report, change)
            if there is not None:
                change = msgspec.structs.replace(change, moved_to=there, moved_from=work.report.region)
            self._emit(change, work)
            if there is not None:
                moved = self._incidents[step.incident_id]
                work.handed.extend(handed_over(moved, work.report, work.settings.max_moved))

    def _adopt(self, work: _Work) -> None:
        change = adopted(work.report, self._incidents)
        if change is None:
            work.flags.append(Flag.REFUSED_BY_RULE)
            return
        assert change.decision is not None
        work.decisions.append((work.report.item_id, change.decision))
        self._emit(change, work)

    def _emit(self, change: IncidentChange, work: _Work) -> None:
        work.changes.append(change)
        self._absorb(change)

    def _absorb(self, change: IncidentChange) -> None:
        incident_id = change.incident_id
        incident = self._incidents.get(incident_id)
        if incident is None:
            incident = self._incidents[incident_id] = Incident(state=change)
        before = set(incident.tellings)
        incident.absorb(change)
        for part in before - set(incident.tellings):
            self._move_out(part, incident_id)
        for part in incident.tellings:
            if part not in before:
                self._homes.setdefault(part, set()).add(incident_id)
                self._tellings_of[part.partition("#")[0]].add(part)
        if incident.state.status is Status.MERGED or incident.state.moved_to is not None:
            self._index.leave(incident_id)
        else:
            self._index.enter(incident)

    def _move_out(self, part: str, incident_id: str) -> None:
        self._homes[part].discard(incident_id)
        if self._homes[part]:
            return
        del self._homes[part]
        item = part.partition("#")[0]
        self._tellings_of[item].discard(part)
        if not self._tellings_of[item]:
            del self._tellings_of[item]


def _is_guess(telling: Contribution, report: Report) -> bool:
    """Whether it names no place and this is not the region of the unknown: then it is here because it may be of any."""
    return telling.facts.place is None and report.region not in {None, LinkRegion.MENA.value}


def _with_origin(telling: Contribution, origin: str | None) -> Contribution:
    if origin is None or origin == telling.source.origin:
        return telling
    return msgspec.structs.replace(telling, source=msgspec.structs.replace(telling.source, origin=origin))


def _placeless(telling: Contribution) -> Contribution:
    """Without the place it named, which is where people spoke, not where the attack was."""
    return msgspec.structs.replace(telling, facts=msgspec.structs.replace(telling.facts, place=None))
