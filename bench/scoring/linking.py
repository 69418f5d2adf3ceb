"""How well incidents agree with the truth: is each attack alerted once, at its first report, and are its last facts true?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.scoring.figures import Rates, Share, b_cubed, share
from bench.scoring.reading import best
from bench.scoring.stream import STATES_FACTS, Stream, TrueIncident, Truth
from shared.events.incident import ChangeKind, IncidentChange

WATCHED = "IQG10"
"""Diyala: the division whose watch is scored apart."""
_NEWS = ("killed", "wounded", "attackers_killed", "event_type", "admin1", "admin2", "lat", "perpetrator")


@dataclass(frozen=True, kw_only=True)
class LinkingFigures:
    """``further_openings`` are first alerts of attacks told beside the main one, of which the labels say nothing."""

    b_cubed: Rates
    incidents: int
    alerted: Share
    alerted_once: Share
    repeated_alerts: int
    false_alerts: int
    further_openings: int
    openings_right: Share
    alerted_at_first_report: Share
    ordinary_attached: int
    hidden_by_merge: int
    updates: int
    updates_with_news: Share
    watch: Rates
    final_killed: Share
    final_wounded: Share
    final_governorate: Share
    retractions_delivered: Share
    retractions_right: Share


def score_linking(stream: Stream, changes: Sequence[IncidentChange]) -> LinkingFigures:
    """Return the figures of the changes in order of processing; those of further attacks of an item are only counted."""
    truths = {truth.id: truth for truth in stream.truths}
    main = [change for change in changes if "#" not in change.item_id]
    further = [change for change in changes if "#" in change.item_id]
    assigned = assignment(main)
    true_incident = {truth.id: truth.incident for truth in stream.truths if truth.incident}
    openings, false_alerts, opened = _openings(stream, truths, main)
    order = {truth.id: number for number, truth in enumerate(stream.truths)}
    first = _first_reports(stream.truths)
    names = [incident.incident for incident in stream.incidents]
    updates = [change for change in main if change.change is ChangeKind.UPDATED and change.notify]
    has_news = _items_with_news(stream.truths)
    false_alarms = {incident.incident for incident in stream.incidents if incident.false_alarm}
    retractions = [change for change in main if change.change is ChangeKind.RETRACTED and change.notify]
    standing = [incident for incident in stream.incidents if not incident.false_alarm]
    last = {change.incident_id: change for change in main}

    def final(incident: TrueIncident) -> IncidentChange | None:
        found = openings.get(incident.incident)
        return last.get(found[0].incident_id) if found else None

    return LinkingFigures(
        b_cubed=b_cubed(true_incident, {item: assigned.get(item) or f"none:{item}" for item in true_incident}),
        incidents=len(names),
        alerted=share(bool(openings.get(name)) for name in names),
        alerted_once=share(len(openings.get(name, ())) == 1 for name in names),
        repeated_alerts=sum(max(0, len(found) - 1) for found in openings.values()),
        false_alerts=false_alerts,
        further_openings=sum(change.change is ChangeKind.OPENED and change.notify for change in further),
        openings_right=Share(right=sum(bool(openings.get(name)) for name in names), of=opened),
        alerted_at_first_report=share(
            bool(openings.get(name)) and order[openings[name][0].item_id] <= order[first[name]] for name in names
        ),
        ordinary_attached=sum(truths[item.split("#")[0]].kind == "other" for item in assigned),
        hidden_by_merge=_hidden(names, openings, truths, assigned),
        updates=len(updates),
        updates_with_news=share(has_news.get(change.item_id, False) for change in updates),
        watch=_watch(stream, truths, main),
        final_killed=share(_ends_with(final(incident), "killed", incident.final_killed) for incident in standing),
        final_wounded=share(_ends_with(final(incident), "wounded", incident.final_wounded) for incident in standing),
        final_governorate=share(
            _governorate(final(incident)) == incident.admin1 for incident in standing if incident.admin1
        ),
        retractions_delivered=share(
            any(change.incident_id == openings[name][0].incident_id for change in retractions)
            if openings.get(name)
            else False
            for name in sorted(false_alarms)
        ),
        retractions_right=share(truths[change.item_id].incident in false_alarms for change in retractions),
    )


def assignment(changes: Sequence[IncidentChange]) -> dict[str, str]:
    """Return each item's incident: as the sources of the incidents' last states have it, else by the item's last change."""
    assigned: dict[str, str] = {}
    last: dict[str, tuple[int, IncidentChange]] = {}
    for number, change in enumerate(changes):
        assigned[change.item_id] = change.incident_id
        last[change.incident_id] = (number, change)
    for _, change in sorted(last.values(), key=lambda pair: pair[0]):
        for source in change.sources:
            assigned[source.item_id] = change.incident_id
    return {
        item: incident for item, incident in assigned.items() if item and "#" not in item
    }  # a change by no item has none


def _first_reports(truths: Sequence[Truth]) -> dict[str, str]:
    first: dict[str, str] = {}
    for truth in truths:
        if truth.kind in STATES_FACTS and truth.incident:
            first.setdefault(truth.incident, truth.id)
    return first


def _openings(
    stream: Stream, truths: Mapping[str, Truth], main: Sequence[IncidentChange]
) -> tuple[dict[str, list[IncidentChange]], int, int]:
    """Return the first alerts of each true incident, how many were of none, and how many there were; a reaction before any report may open too."""
    order = {truth.id: number for number, truth in enumerate(stream.truths)}
    first = _first_reports(stream.truths)
    openings: dict[str, list[IncidentChange]] = defaultdict(list)
    opened = [change for change in main if change.change is ChangeKind.OPENED and change.notify]
    false = 0
    for change in opened:
        truth = truths[change.item_id]
        is_early = truth.kind == "reaction" and order[truth.id] < order.get(first.get(truth.incident or "", ""), -1)
        if truth.incident and (truth.kind in STATES_FACTS or is_early):
            openings[truth.incident].append(change)
        else:
            false += 1
    return dict(openings), false, len(opened)


def _hidden(
    names: Sequence[str],
    openings: Mapping[str, Sequence[IncidentChange]],
    truths: Mapping[str, Truth],
    assigned: Mapping[str, str],
) -> int:
    """Count incidents that nobody was told of because they were taken for another one: the worst error of linking."""
    mixed: dict[str, set[str]] = defaultdict(set)
    for item, incident in assigned.items():
        truth = truths[item]
        if truth.incident and truth.kind in STATES_FACTS:
            mixed[incident].add(truth.incident)
    return sum(
        not openings.get(name) and any(name in group and len(group) > 1 for group in mixed.values()) for name in names
    )


def _items_with_news(truths: Sequence[Truth]) -> dict[str, bool]:
    """Return for each item of an incident whether it truly states a fact that no earlier item of that incident stated."""
    known: dict[tuple[str, str], set[object]] = defaultdict(set)
    has_news: dict[str, bool] = {}
    for truth in truths:
        if not truth.incident:
            continue
        is_fresh = False
        for name in _NEWS:
            value: object = getattr(truth, name)
            if value is None or value == "unknown" or value in known[truth.incident, name]:
                continue
            known[truth.incident, name].add(value)
            is_fresh = True
        has_news[truth.id] = is_fresh and truth.kind in STATES_FACTS
    return has_news


def _watch(stream: Stream, truths: Mapping[str, Truth], main: Sequence[IncidentChange]) -> Rates:
    """Rates of a watch over one division: the first telling state inside it counts, a second alert of the same attack is wrong."""
    inside = {incident.incident for incident in stream.incidents if incident.admin1 == WATCHED}
    told: set[str] = set()
    hit: set[str] = set()
    wrong = 0
    for change in main:
        is_news = change.notify and change.change is not ChangeKind.RETRACTED
        if not is_news or _governorate(change) != WATCHED or change.incident_id in told:
            continue
        told.add(change.incident_id)
        incident = truths[change.item_id].incident
        if incident in inside and incident not in hit:
            hit.add(incident)
        else:
            wrong += 1
    return Rates.of_counts(right=len(hit), wrong=wrong, missed=len(inside - hit))


def _ends_with(change: IncidentChange | None, fact: str, truth: int | None) -> bool:
    """Whether the last state has the true toll; nobody counted and nobody hurt are the same here."""
    if change is None:
        return False
    found = change.casualties.killed if fact == "killed" else change.casualties.wounded
    return (best(found) or 0) == (truth or 0)


def _governorate(change: IncidentChange | None) -> str | None:
    return change.place.admin1 if change and change.place else None
