"""``tocsin incidents``: what is known, and the desk's decisions about it, written into the reports topic like news."""

from collections.abc import Callable, Sequence
from datetime import datetime

import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.past import event_order
from services.alert.cli import Since
from services.classify.correction import Correction
from services.cli.decisions import asked, carry_out, known, with_shelf
from services.cli.incident_text import line, whole_story
from shared.clock import SystemClock
from shared.codec import encode
from shared.events.incident import IncidentChange, Status
from shared.events.report import DeskVerb
from shared.geo.gazetteer import Gazetteer

_PAGE = 200
_MOST_LISTED = 10_000


@click.group()
def incidents() -> None:
    """What is known of attacks, and the desk's decisions about them: retract, correct, merge, split, hold, release."""


_JSON = click.option("--json", "as_json", is_flag=True, help="Incident changes as JSON lines, as the topic has them.")
_incident = click.argument("incident_id", metavar="INCIDENT")


def _decision(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every decision: why, who, and how long to look for its effect."""
    for option in (
        click.option(
            "--wait", "wait_seconds", type=click.FloatRange(0, 600), default=15.0, show_default=True,
            help="Seconds to look for the effect; 0 does not look.",
        ),
        click.option("--who", help="Who decides; the user of this machine when left out."),
        click.option("--why", required=True, help="The reason; it is kept with the decision and shown."),
    ):  # fmt: skip
        command = option(command)
    return command


@incidents.command("list")
@click.option("--limit", type=click.IntRange(1, _MOST_LISTED), default=20, show_default=True)
@click.option("--status", type=click.Choice([status.value for status in Status]))
@click.option("--held", is_flag=True, help="Only those held back.")
@click.option("--tests", is_flag=True, help="Test incidents too.")
@_JSON
def list_incidents(limit: int, status: str | None, held: bool, tests: bool, as_json: bool) -> None:
    """List incidents, the one with the newest report first."""

    def is_wanted(state: IncidentChange) -> bool:
        return (status is None or state.status.value == status) and (state.held or not held)

    async def read(shelf: PostgresDesk) -> Sequence[IncidentChange]:
        found: list[IncidentChange] = []
        before: tuple[datetime, str] | None = None
        while len(found) < limit:
            page = await shelf.incidents(limit=_PAGE, before=before, tests=tests)
            found += [state for state in page if is_wanted(state)]
            if len(page) < _PAGE:
                break
            before = page[-1].last_seen, page[-1].incident_id
        return found[:limit]

    states = with_shelf(read)
    if as_json:
        _write_lines(states)
        return
    names = GazetteerBook(Gazetteer.load())
    for state in states:
        click.echo(line(state, names))
    if not states:
        click.echo("no incident matches", err=True)


@incidents.command("show")
@_incident
@_JSON
def show_incident(incident_id: str, as_json: bool) -> None:
    """Tell an incident's story: facts, sources, tolls, every change with its reason, who was told. Ends with 1 for an unknown id."""

    async def read(shelf: PostgresDesk) -> Sequence[str]:
        history = await known(shelf, incident_id)
        if as_json:
            _write_lines([change.state for change in history])
            return ()
        deliveries = await shelf.deliveries(incident_id=incident_id, limit=_MOST_LISTED)
        return tuple(whole_story(history, deliveries, GazetteerBook(Gazetteer.load())))

    for text in with_shelf(read):
        click.echo(text)


@incidents.command("order")
@click.option("--since", type=Since(), required=True, help="As for 'tocsin ingest republish', which reads the answer.")
def order(since: datetime) -> None:
    """Write the item events that changed incidents, one id a line, in the order in which they did: for refilling a Kafka (docs/deploy.md)."""

    async def read(shelf: PostgresDesk) -> Sequence[str]:
        return await event_order(shelf.pool, since)

    for event_id in with_shelf(read):
        click.echo(event_id)


@incidents.command("retract")
@_incident
@_decision
def retract(incident_id: str, who: str | None, why: str, wait_seconds: float) -> None:
    """Call INCIDENT false: everybody who was told hears that the report was wrong."""
    carry_out(asked(DeskVerb.RETRACT, incident_id, who=who, why=why, wait_seconds=wait_seconds), SystemClock())


@incidents.command("correct")
@_incident
@click.option("--killed", metavar="N[-M]", help="Victims killed; of a range the first is best.")
@click.option("--wounded", metavar="N[-M]", help="Victims wounded.")
@click.option("--attackers-killed", metavar="N[-M]", help="Attackers killed.")
@click.option(
    "--place", metavar="NAME|CODE|LAT,LON", help='Such as "Jalawla", "Salman, Muthanna", IQG10Q05 or 34.17,45.33.'
)
@click.option("--date", "occurred_on", metavar="YYYY-MM-DD", help="The local day of the attack.")
@click.option("--event-type", metavar="TYPE", help="Such as air_drone_strike.")
@click.option("--perpetrator", metavar="SLUG", help="Such as isis.")
@click.option("--claimed", is_flag=True, help="The perpetrator claimed it themselves.")
@_decision
def correct(
    *,
    incident_id: str,
    killed: str | None,
    wounded: str | None,
    attackers_killed: str | None,
    place: str | None,
    occurred_on: str | None,
    event_type: str | None,
    perpetrator: str | None,
    claimed: bool,
    who: str | None,
    why: str,
    wait_seconds: float,
) -> None:
    """Put facts of INCIDENT right, whatever the news say, now or later. Facts not given stay; a retracted one stands again."""
    right = Correction(
        killed=killed,
        wounded=wounded,
        attackers_killed=attackers_killed,
        place=place,
        occurred_on=occurred_on,
        event_type=event_type,
        perpetrator=perpetrator,
        claimed=claimed,
    )
    decision = asked(DeskVerb.CORRECT, incident_id, who=who, why=why, wait_seconds=wait_seconds, correction=right)
    carry_out(decision, SystemClock())


@incidents.command("merge")
@_incident
@click.argument("into", metavar="INTO")
@_decision
def merge(incident_id: str, into: str, who: str | None, why: str, wait_seconds: float) -> None:
    """Move the sources of INCIDENT into INTO, for they are one attack. INCIDENT stays as a pointer and says nothing more."""
    decision = asked(DeskVerb.MERGE, incident_id, who=who, why=why, wait_seconds=wait_seconds, into=into)
    carry_out(decision, SystemClock())


@incidents.command("split")
@_incident
@click.argument("item_ids", metavar="ITEM…", nargs=-1, required=True)
@_decision
def split(incident_id: str, item_ids: tuple[str, ...], who: str | None, why: str, wait_seconds: float) -> None:
    """Take ITEMs out of INCIDENT into an incident of their own, for they tell another attack; 'show' lists each source's item."""
    decision = asked(DeskVerb.SPLIT, incident_id, who=who, why=why, wait_seconds=wait_seconds, item_ids=item_ids)
    carry_out(decision, SystemClock())


@incidents.command("hold")
@_incident
@_decision
def hold(incident_id: str, who: str | None, why: str, wait_seconds: float) -> None:
    """Send nothing about INCIDENT until it is released; should it prove false, those who were told hear that nevertheless."""
    carry_out(asked(DeskVerb.HOLD, incident_id, who=who, why=why, wait_seconds=wait_seconds), SystemClock())


@incidents.command("release")
@_incident
@_decision
def release(incident_id: str, who: str | None, why: str, wait_seconds: float) -> None:
    """End the hold of INCIDENT: what changed meanwhile is told now."""
    decision = asked(DeskVerb.HOLD, incident_id, who=who, why=why, wait_seconds=wait_seconds, release=True)
    carry_out(decision, SystemClock())


def _write_lines(states: Sequence[IncidentChange]) -> None:
    stream = click.get_binary_stream("stdout")
    for state in states:
        stream.write(encode(state) + b"\n")
    stream.flush()
