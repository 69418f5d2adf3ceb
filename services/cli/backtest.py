"""`tocsin backtest`: classify's changes and, with ``--watch``, what alert's watches make of them. Services meet only here."""

import io
import sys
from pathlib import Path

import click

from services.classify.backtest import backtest as changes
from services.classify.backtest import write_changes

_WATCH = click.Option(
    ["--watch", "watches_file"],
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Print what the watches of this file would be sent instead of the changes.",
)


@click.command(params=[*changes.params, _WATCH], help=changes.help)
@click.pass_context
def backtest(
    context: click.Context, source: Path | None, are_reports: bool, sample: bool, watches_file: Path | None
) -> None:
    """Run classify's command, or judge what it writes by the watches of a file; the exit status is that of reading."""
    if watches_file is None:
        context.invoke(changes, source=source, are_reports=are_reports, sample=sample)
        return
    from services.alert.cli import test_watches  # noqa: PLC0415  # the changes alone need nothing of alert

    found = io.BytesIO()
    status = write_changes(source, are_reports=are_reports, sample=sample, into=found)
    found.seek(0)
    context.invoke(test_watches, path=watches_file, changes=found)
    sys.exit(status)
