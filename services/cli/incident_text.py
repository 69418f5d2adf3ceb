"""An incident as the desk reads it on a terminal: one line in a list, or its whole story with what was made of it and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.alert.ledger import DeliveryRow, TimedChange
from services.alert.routing import Message
from services.alert.words import PlaceWords, Telling, cleaned, headline, story, toll
from services.classify.desk import tellings_in
from shared.events.facts import Casualties, CountedBy
from shared.events.incident import Decision, IncidentChange, Source, Status

_MOST_SOURCES = 50
_IN_ENGLISH = Telling(message=Message.ALERT, language="en")


def line(state: IncidentChange, names: PlaceWords) -> str:
    """Return the incident on one line: id, last report, standing, headline."""
    return f"{state.incident_id}  {_time(state.last_seen)}  {standing(state):9}  {headline(state, _IN_ENGLISH, names)}"


def standing(state: IncidentChange) -> str:
    """Return its status and what else keeps it from being told."""
    marks = [state.status.value]
    marks += [word for word, holds in (("held", state.held), ("backfill", state.backfill)) if holds]
    return ", ".join(marks)


def told(change: IncidentChange, deliveries: Sequence[DeliveryRow]) -> str:
    """Return what a change did and who hears of it."""
    rows = [row for row in deliveries if row.incident_id == change.incident_id and row.revision == change.revision]
    hears = ", ".join(f"{row.endpoint_id} ({row.message})" for row in sorted(rows, key=lambda row: row.endpoint_id))
    what = _what_changed(change)
    return (
        f"{change.incident_id} revision {change.revision}: {change.change.value}, {standing(change)}"
        f"{f'; {what}' if what else ''}; tells {hears or 'nobody'}"
    )


def whole_story(history: Sequence[TimedChange], deliveries: Sequence[DeliveryRow], names: PlaceWords) -> Iterator[str]:
    """Yield the lines of ``tocsin incidents show``; ``history`` is not empty, ``deliveries`` may be in any order."""
    state = history[-1].state
    written = story(state, _IN_ENGLISH, names)
    yield written.headline
    yield f"{state.incident_id}  revision {state.revision}  {standing(state)}{_links(state)}"
    yield f"first seen {_time(state.first_seen)}, last {_time(state.last_seen)}, current until {_time(state.expires)} UTC"
    yield from written.lead
    yield ""
    for fact in written.facts:
        yield f"  {fact.label}: {fact.value}"
    if state.best_reason:
        yield f"  Toll is: {state.best_reason}"
    yield f"  Confidence: {state.confidence:.2f}, {state.origins} independent origins"
    yield ""
    yield f"Sources: {state.source_count}" + (
        f", the last {_MOST_SOURCES} are" if state.source_count > _MOST_SOURCES else ""
    )
    # Of the contributions, not of the state's own list: these names are the ones that a split takes.
    tellings = tellings_in([change.state for change in history]).values()
    for telling in sorted(tellings, key=lambda one: one.source.time)[-_MOST_SOURCES:]:
        yield from _source(telling.source)
    if state.tolls:
        yield "Tolls told"
        for entry in state.tolls:
            yield f"  {_time(entry.time)}  {cleaned(entry.outlet)}: {toll(entry.casualties, 'en')}{_counted_by(entry.casualties)}"
    yield "Changes"
    for change in history:
        yield from _change(change)
    yield f"Told: {len(deliveries) or 'nobody'}"
    for row in sorted(deliveries, key=lambda row: (row.revision, row.endpoint_id)):
        reason = f" ({row.reason})" if row.reason else ""
        yield f"  r{row.revision}  {_time(row.created_at)}  {row.endpoint_id}: {row.message}, {row.status.value}{reason}"


def _links(state: IncidentChange) -> str:
    return "".join(
        f"  {words} {other}"
        for words, other in (
            ("merged into", state.merged_into if state.status is Status.MERGED else None),
            ("split from", state.split_from),
        )
        if other
    )


def _source(source: Source) -> Iterator[str]:
    yield (
        f"  {source.telling or source.item_id}  {_time(source.time)}  {cleaned(source.outlet)}: {source.kind.value}, {source.lang}, "
        f"tier {source.tier}, origin {cleaned(source.origin)}"
    )
    yield f"      “{cleaned(source.title)}” {cleaned(source.url, limit=1000)}".rstrip()


def _change(change: TimedChange) -> Iterator[str]:
    state = change.state
    when = _time(change.at or state.last_seen)
    yield f"  r{state.revision}  {when}  {state.change.value}{', notifies' if state.notify else ''}  by {state.item_id}"
    what = _what_changed(state)
    if what:
        yield f"      {what}"
    if state.decision is not None:
        yield f"      {_decision(state.decision)}"


def _what_changed(state: IncidentChange) -> str:
    return "; ".join(f"{change.fact}: {_value(change.before)} → {_value(change.after)}" for change in state.changed)


def _value(value: str | None) -> str:
    return "not known" if value is None else cleaned(value)


def _decision(decision: Decision) -> str:
    grounds = ", ".join(f"{reason.name} {reason.weight:+.1f}" for reason in decision.reasons)
    score = f", score {decision.score:.1f}" if decision.reasons else ""
    rival = f"; not {decision.runner_up} ({decision.runner_up_score:.1f})" if decision.runner_up else ""
    flags = f"; kept out: {', '.join(decision.flags)}" if decision.flags else ""
    return f"{cleaned(decision.rule, limit=400)}{score}{f' ({grounds})' if grounds else ''}{rival}{flags}"


def _counted_by(casualties: Casualties) -> str:
    """Who counted, where the text says so."""
    who = casualties.counted_by
    return "" if who is None or who is CountedBy.UNKNOWN else f" (counted by: {who.value})"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
