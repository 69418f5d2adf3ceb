"""``tocsin hold`` and ``tocsin mute``: stop telling without losing anything, and stop being told for a while."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from getpass import getuser
from typing import TypeVar

import click

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.lists import PostgresLists, SilenceRow
from services.alert.adapters.postgres import PostgresLedger
from services.alert.area import Area
from services.alert.deliveries_cli import with_pool
from services.alert.places import PlaceError, read_place
from services.alert.silences import Ending, Silence, SilenceKind
from shared.geo.gazetteer import Gazetteer

T = TypeVar("T")


class Until(click.ParamType):
    """A time (2026-06-13T20:00, taken as UTC) or a span from now (90m, 36h, 7d), in the future."""

    name = "TIME|SPAN"
    _UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}  # noqa: RUF012  # never written to

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return an aware time."""
        if isinstance(value, datetime):
            return value
        text, now = str(value), datetime.now(tz=UTC)
        if text[-1:] in self._UNITS and text[:-1].isdigit() and len(text) <= 6:
            return now + int(text[:-1]) * self._UNITS[text[-1]]
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is neither a time such as 2026-06-13T20:00 nor a span such as 90m, 36h or 7d", param, ctx
            )
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if found <= now:
            self.fail(f"{text!r} is over already; times without an offset are taken as UTC", param, ctx)
        return found


_WHY = click.option("--why", default="", help="Kept with it and shown in the list.")
_WHO = click.option("--who", default=None, help="Who decided; default: the user at this machine.")


@click.group(invoke_without_command=True)
@click.option("--area", help="Incidents that lie in this place: a name, or a code such as IQG10Q05.")
@click.option("--source", help="Incidents that only this feed (slug) or outlet (name) reports.")
@click.option("--all", "everything", is_flag=True, help="Every incident.")
@click.option("--until", type=Until(), help="Released by itself then; without it, by command only.")
@_WHY
@_WHO
@click.pass_context
def hold(
    ctx: click.Context,
    *,
    area: str | None,
    source: str | None,
    until: datetime | None,
    why: str,
    who: str | None,
    everything: bool,
) -> None:
    """Stop sending news that matches; lose nothing.

    What is held waits until `tocsin hold release` tells it in one message, `tocsin hold drop` lets it go unsaid, or its time is
    over, which releases it. Retractions still reach who was told. The running service follows within seconds.
    """
    if ctx.invoked_subcommand is not None:
        return
    if everything == (area is not None or source is not None):
        raise click.UsageError("say what to hold: --area, --source or both, or --all")
    areas, place = _areas(area)
    silence = Silence(
        id=0,
        kind=SilenceKind.HOLD,
        source=source,
        place=place,
        areas=areas,
        until=until,
        who=who or _user(),
        why=why,
        created_at=datetime.now(tz=UTC),
    )
    number = _with_lists(lambda lists: lists.add(silence))
    click.echo(f"hold {number}: {_matches(silence)} waits {_end_words(until)}")


@hold.command("list")
@click.option("--ended", is_flag=True, help="Those that ended too.")
def list_holds(*, ended: bool) -> None:
    """Show what is held back, by whom, until when, and how many incidents wait."""
    _show(SilenceKind.HOLD, ended=ended)


@hold.command("release")
@click.argument("number", type=int)
def release_hold(number: int) -> None:
    """Tell what hold NUMBER kept: each endpoint gets one message that lists it."""
    kept = _end(number, SilenceKind.HOLD, Ending.RELEASED)
    click.echo(f"hold {number} is released; {kept} incidents will be told within a minute")


@hold.command("drop")
@click.argument("number", type=int)
@click.confirmation_option(prompt="What it kept will never be told. Drop it?")
def drop_hold(number: int) -> None:
    """Let what hold NUMBER kept go unsaid, for good."""
    kept = _end(number, SilenceKind.HOLD, Ending.DROPPED)
    click.echo(f"hold {number} is dropped; {kept} incidents go unsaid")


@click.group(invoke_without_command=True)
@click.option("--watch", "watch_id", help="The watch that is not to be told.")
@click.option("--incident", help="This incident only.")
@click.option("--area", help="Incidents that lie in this place only.")
@click.option("--until", type=Until(), help="When it may speak again.")
@_WHY
@_WHO
@click.pass_context
def mute(
    ctx: click.Context,
    *,
    watch_id: str | None,
    incident: str | None,
    area: str | None,
    until: datetime | None,
    why: str,
    who: str | None,
) -> None:
    """Do not tell a watch of an incident or an area until a time. Nothing is kept; retractions still come.

    A fact that changed meanwhile is told with the incident's next change after that.
    """
    if ctx.invoked_subcommand is not None:
        return
    if watch_id is None or until is None or (incident is None) == (area is None):
        raise click.UsageError("give --watch, --until, and one of --incident and --area")
    areas, place = _areas(area)
    silence = Silence(
        id=0,
        kind=SilenceKind.MUTE,
        watch_id=watch_id,
        incident_id=incident,
        place=place,
        areas=areas,
        until=until,
        who=who or _user(),
        why=why,
        created_at=datetime.now(tz=UTC),
    )
    number = _with_lists(lambda lists: lists.add(silence))
    click.echo(f"mute {number}: {watch_id} hears nothing of {_matches(silence)} {_end_words(until)}")


@mute.command("list")
@click.option("--ended", is_flag=True, help="Those that ended too.")
def list_mutes(*, ended: bool) -> None:
    """Show what is muted, for which watch, until when."""
    _show(SilenceKind.MUTE, ended=ended)


@mute.command("end")
@click.argument("number", type=int)
def end_mute(number: int) -> None:
    """Let mute NUMBER speak again now."""
    _end(number, SilenceKind.MUTE, Ending.RELEASED)
    click.echo(f"mute {number} is over")


def _areas(name: str | None) -> tuple[tuple[Area, ...], str | None]:
    if name is None:
        return (), None
    try:
        return read_place(name, GazetteerBook(Gazetteer.load())), name.strip()
    except PlaceError as error:
        raise click.ClickException(str(error).replace("places has", "--area is", 1)) from error


def _matches(silence: Silence) -> str:
    parts = [
        f"incident {silence.incident_id}" if silence.incident_id else "",
        f"what {silence.source} alone reports" if silence.source else "",
        f"{'in' if silence.source or silence.incident_id else 'what lies in'} {silence.place}" if silence.place else "",
    ]
    return " ".join(part for part in parts if part) or "everything"


def _end_words(until: datetime | None) -> str:
    return "until it is released or dropped" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC"


def _show(kind: SilenceKind, *, ended: bool) -> None:
    rows: Sequence[SilenceRow] = _with_lists(lambda lists: lists.listed(kind, ended=ended))
    for row in rows:
        one = row.silence
        watch = f" for {one.watch_id}" if one.watch_id else ""
        keeps = f", {row.keeps} incidents wait" if kind is SilenceKind.HOLD else ""
        state = (
            f"{row.ending.value} {row.ended_at:%Y-%m-%d %H:%M}"
            if row.ending and row.ended_at
            else _end_words(one.until)
        )
        why = f": {one.why}" if one.why else ""
        click.echo(f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {one.who}  {_matches(one)}{watch}, {state}{keeps}{why}")
    if not rows:
        click.echo(f"no {kind.value} is in force", err=True)


def _end(number: int, kind: SilenceKind, ending: Ending) -> int:
    kept = _with_lists(lambda lists: lists.end(number, kind, ending, datetime.now(tz=UTC)))
    if kept is None:
        raise click.ClickException(
            f"no {kind.value} {number} is in force; 'tocsin {kind.value} list' shows those that are"
        )
    return kept


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"


def _with_lists(work: Callable[[PostgresLists], Awaitable[T]]) -> T:
    return with_pool(lambda pool: work(PostgresLists(pool, PostgresLedger(pool, owner="brakes"))))
