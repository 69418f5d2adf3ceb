"""``tocsin backtest``: "what would I have been sent?"; items or reports in, incident changes out; no broker, no database."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click

from services.classify.items import InputError, item_of_line
from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from services.classify.regions import by_region
from shared.codec import CodecError, decode, encode
from shared.events.incident import IncidentChange
from shared.events.report import Report

FAILED = 1
"""Exit status when a line could not be read; the other lines were."""
SAMPLE = Path(__file__).parent / "data" / "sample_items.jsonl"


class Backtest:
    """Folds reports in the order given, each link region by itself and each report once, as the service does."""

    def __init__(self, settings: LinkSettings | None = None) -> None:
        self._settings = settings or LinkSettings()
        self._folds: dict[str, OpenIncidents] = {}
        self._seen: set[str] = set()
        self.flags: dict[str, int] = {}

    def take(self, report: Report) -> Iterator[IncidentChange]:
        """Yield the changes of one report; nothing for one that was taken before."""
        for sent in (report,) if report.region is not None else by_region(report):
            key = entry_key(sent)
            if key in self._seen:
                continue
            self._seen.add(key)
            outcome = self._folds.setdefault(sent.region or "", OpenIncidents()).link(sent, self._settings)
            for flag in outcome.flags:
                self.flags[flag.value] = self.flags.get(flag.value, 0) + 1
            yield from outcome.changes


@click.command()
@click.argument("source", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--reports", "are_reports", is_flag=True, help="The lines are reports, such as a dump of tocsin.reports.v1."
)
@click.option("--sample", is_flag=True, help="Run on the items that come with Tocsin.")
def backtest(source: Path | None, are_reports: bool, sample: bool) -> None:
    """Read items (JSON lines from SOURCE or standard input, oldest first) and write one incident change a line.

    A change line: {"item_id", "incident_id", "revision", "change", "notify", …} with the incident's whole state after it. A
    line that cannot be read is named on standard error, the others are, and the exit status is 1.
    """
    sys.exit(write_changes(source, are_reports=are_reports, sample=sample, into=click.get_binary_stream("stdout")))


def write_changes(source: Path | None, *, are_reports: bool, sample: bool, into: BinaryIO) -> int:
    """Write the changes of SOURCE (standard input for None, the shipped items for ``sample``); returns the exit status."""
    if sample and (source or are_reports):
        raise click.UsageError("--sample brings its own items; leave SOURCE and --reports away.")
    path = SAMPLE if sample else source
    if path is not None:
        with path.open("rb") as lines:
            failures, flags = _run(lines, are_reports=are_reports, into=into)
    else:
        if sys.stdin.isatty():
            click.echo("Reading from standard input, one JSON object a line; end with Ctrl-D.", err=True)
        failures, flags = _run(sys.stdin.buffer, are_reports=are_reports, into=into)
    for flag, times in sorted(flags.items()):
        click.echo(f"kept out: {flag} {times}", err=True)
    if failures:
        click.echo(f"{failures} line{'s' if failures > 1 else ''} not read.", err=True)
    return FAILED if failures else 0


def _run(lines: Iterable[bytes], *, are_reports: bool, into: BinaryIO) -> tuple[int, dict[str, int]]:
    report_of = _report_of_line if are_reports else _item_reader()
    folding = Backtest()
    failures = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            report = report_of(line.strip())
        except (InputError, CodecError) as error:
            failures += 1
            click.echo(f"line {number}: {error}", err=True)
            continue
        into.writelines(encode(change) + b"\n" for change in folding.take(report))
    into.flush()
    return failures, folding.flags


def _report_of_line(line: bytes) -> Report:
    return decode(Report, line)


def _item_reader() -> Callable[[bytes], Report]:
    """Return how a line becomes a report; the reader is loaded here, for it takes seconds and ``--reports`` needs none."""
    from services.classify.read.reader import Reader  # noqa: PLC0415

    reader = Reader.load()
    return lambda line: reader.read(item_of_line(line))
