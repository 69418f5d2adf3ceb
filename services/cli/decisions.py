"""A decision of the desk from the command line to its effect: checked against what is known, published, and watched for.

The ledger's copy of the incidents is behind the topic by a moment; what slips through is refused by linking, and counted there.
"""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.errors import LedgerError
from services.alert.ledger import TimedChange
from services.alert.settings import AlertSettings
from services.alert.words import cleaned
from services.classify.correction import Correction, CorrectionError, read_correction
from services.classify.desk import MAX_WHO, MAX_WHY, desk_record, desk_report, objection, region_of_incident
from services.classify.link.settings import LinkSettings
from services.cli.incident_text import told
from services.cli.operations import OperatorSettings
from shared.clock import Clock
from shared.codec import CodecError
from shared.events.incident import IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Report
from shared.geo.gazetteer import Gazetteer
from shared.geo.regions import LinkRegion, region_of
from shared.ids import incident_id as id_of_incident
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher, PublishError
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

T = TypeVar("T")
_POLL_SECONDS = 0.2
_PUBLISH_SECONDS = 15.0
_MOST_DELIVERIES = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A decision as it was asked for; ``wait_seconds`` is how long to look for its effect, 0 not at all."""

    verb: DeskVerb
    incident_id: str
    who: str
    why: str
    wait_seconds: float
    into: str | None = None
    item_ids: tuple[str, ...] = ()
    correction: Correction | None = None
    release: bool = False


def asked(
    verb: DeskVerb,
    incident_id: str,
    *,
    who: str | None,
    why: str,
    wait_seconds: float,
    into: str | None = None,
    item_ids: tuple[str, ...] = (),
    correction: Correction | None = None,
    release: bool = False,
) -> Asked:
    """Return the decision with its who and why made sure of; raises ``click.UsageError`` for a missing or overlong one."""
    return Asked(
        verb=verb,
        incident_id=incident_id,
        who=_words("--who", who if who is not None else _system_user(), MAX_WHO),
        why=_words("--why", why, MAX_WHY),
        wait_seconds=wait_seconds,
        into=into,
        item_ids=tuple(dict.fromkeys(item_ids)),
        correction=correction,
        release=release,
    )


def carry_out(decision: Asked, clock: Clock) -> None:
    """Check, publish and watch; raises ``click.ClickException`` with the sentence that says why it cannot be done."""

    async def work(shelf: PostgresDesk) -> None:
        history = await known(shelf, decision.incident_id)
        into = await shelf.changes(decision.into) if decision.into else ()
        facts = _facts(decision.correction, history, clock) if decision.correction is not None else None
        action = DeskAction(
            verb=decision.verb,
            incident_id=decision.incident_id,
            who=decision.who,
            why=decision.why,
            into_incident_id=decision.into,
            item_ids=decision.item_ids,
            facts=facts,
            release=decision.release,
        )
        if (sentence := objection(action, _states(history), _states(into))) is not None:
            raise click.ClickException(sentence)
        region = region_of_incident(_states(history))
        if facts is not None:
            _announce(facts, region)
        report = desk_report(action, region, clock.now())
        await _publish(report)
        revisions = {
            changes[-1].state.incident_id: changes[-1].state.revision for changes in (history, into) if changes
        }
        if decision.verb is DeskVerb.SPLIT:
            revisions[id_of_incident(report.item_id, 0)] = 0
        if decision.wait_seconds:
            await _watch(shelf, report, revisions, decision.wait_seconds)

    with_shelf(work)


def with_shelf(work: Callable[[PostgresDesk], Awaitable[T]]) -> T:
    """Run ``work`` with the incidents as the alert service keeps them; raises ``click.ClickException``."""

    async def run() -> T:
        pool = await open_pool(_dsn(), application="tocsin-incidents", deadline_seconds=5.0, max_size=2)
        try:
            return await work(PostgresDesk(pool))
        finally:
            await pool.close()

    try:
        return asyncio.run(run())
    except (SettingsError, DatabaseUnavailableError, LedgerError, CodecError) as error:
        raise click.ClickException(str(error)) from error


async def known(shelf: PostgresDesk, incident_id: str) -> Sequence[TimedChange]:
    """Return all changes of an incident; raises ``click.ClickException`` for an unknown one."""
    history = await shelf.changes(incident_id)
    if not history:
        raise click.ClickException(
            f"there is no incident {cleaned(incident_id, limit=80)!r}; 'tocsin incidents list' shows the latest"
        )
    return history


def _dsn() -> str:
    own = OperatorSettings.from_environment(os.environ).postgres_dsn
    return own or AlertSettings.from_environment(os.environ).postgres_dsn.get_secret_value()


def _states(history: Sequence[TimedChange]) -> list[IncidentChange]:
    return [change.state for change in history]


def _facts(correction: Correction, history: Sequence[TimedChange], clock: Clock) -> AttackFacts:
    place = history[-1].state.place
    try:
        return read_correction(
            correction, Gazetteer.load(), LinkSettings(), now=clock.now(), country=place.country if place else None
        )
    except CorrectionError as error:
        raise click.UsageError(str(error)) from error


def _announce(facts: AttackFacts, region: LinkRegion) -> None:
    """Say how the place was understood: names are shared, and this one is about to be told to people."""
    if facts.place is None:
        return
    place = facts.place
    at = f", {place.lat:.3f} {place.lon:.3f}" if place.lat is not None and place.lon is not None else ""
    codes = ", ".join(code for code in (place.admin2 or place.admin1, place.country) if code)
    click.echo(f"place: {place.name} ({place.precision.value}, {codes}{at})")
    if (there := region_of(place.country)) is not region:
        click.echo(
            f"note: it moves with its sources from the news of {region.value} to that of {there.value}, under its id; what is told from there joins it from now on",
            err=True,
        )


async def _publish(report: Report) -> None:
    connection = KafkaConnection.from_settings(OperatorSettings.from_environment(os.environ))
    try:
        async with Publisher(connection, client_id="tocsin-incidents", timeout_seconds=_PUBLISH_SECONDS) as publisher:
            (stored,) = await publisher.publish([desk_record(report)])
    except (PublishError, KafkaError, OSError) as error:
        raise click.ClickException(
            f"Kafka at {connection.bootstrap} did not confirm the decision ('tocsin incidents show' tells whether it was taken all the same): {str(error) or type(error).__name__}"
        ) from error
    click.echo(f"written as {report.item_id} (partition {stored.partition}, offset {stored.offset})")


async def _watch(shelf: PostgresDesk, report: Report, revisions: dict[str, int], seconds: float) -> None:
    """Tell what the decision did to each incident concerned, once that is in the ledger; it may take longer than one waits."""
    waiting = dict(revisions)
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while waiting and loop.time() < until:
        for incident_id, revision in tuple(waiting.items()):
            done = [one.state for one in await shelf.changes(incident_id, after=revision)]
            caused = [state for state in done if state.event_id == report.event_id]
            if not caused:
                continue
            rows = await shelf.deliveries(incident_id=incident_id, limit=_MOST_DELIVERIES)
            for state in caused:
                click.echo(told(state, rows))
            del waiting[incident_id]
        await asyncio.sleep(_POLL_SECONDS)
    if waiting:
        click.echo(
            f"not taken in within {seconds:g} s: {', '.join(waiting)}. It stands in the topic and is done as soon as classify and "
            "alert come to it, unless linking refuses it (tocsin_classify_kept_out_total); 'tocsin incidents show' will tell.",
            err=True,
        )


def _words(option: str, said: str, limit: int) -> str:
    words = cleaned(said, limit=10 * limit)
    if not words:
        raise click.UsageError(f"{option} is empty; decisions are kept with who made them and why")
    if len(words) > limit:
        raise click.UsageError(f"{option} has {len(words)} characters; up to {limit} are accepted")
    return words


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:  # a container's user often has no name
        raise click.UsageError("this machine's user has no name; say who decides with --who") from error
