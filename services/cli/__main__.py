"""Entry point of ``tocsin``. Commands are imported when they are called: ``tocsin classify`` must not pay for Kafka."""

import importlib
import signal
import sys
from importlib.metadata import version
from types import FrameType

import click

INTERRUPTED = 130
"""The exit status of what was stopped by Ctrl-C, as shells have it."""

COMMANDS = {
    "up": ("services.standalone.commands:up", "Run everything on this machine, with live feeds."),
    "demo": ("services.standalone.commands:demo", "Replay a recorded news day and show what a watch receives."),
    "run": ("services.cli.operations:run", "Run one service, as in a container."),
    "classify": ("services.classify.cli:classify", "Read items (JSON lines) and print reports."),
    "explain": ("services.classify.cli:explain", "Show an item with its facts marked, and why."),
    "backtest": (
        "services.cli.backtest:backtest",
        "What would have been sent: items or reports in, incident changes out.",
    ),
    "why": ("services.cli.why:why", "Where an item went, and why a watch was told of it or not."),
    "feeds": ("services.ingest.cli:feeds", "The configured feeds and their health."),
    "ingest": ("services.ingest.cli:ingest", "The outbox of news items."),
    "watches": ("services.alert.cli:watches", "Who watches what."),
    "incidents": (
        "services.cli.incidents:incidents",
        "What is known of attacks; retract, correct, merge, split, hold.",
    ),
    "deliveries": ("services.alert.cli:deliveries", "What was sent, to whom, with which answer."),
    "hold": (
        "services.alert.brakes_cli:hold",
        "Stop sending for an area, a source or everything; release or drop later.",
    ),
    "mute": ("services.alert.brakes_cli:mute", "Do not tell a watch of an incident or an area until a time."),
    "subscribers": (
        "services.alert.subscribers_cli:subscribers",
        "Forget a subscriber: address, watches, what was sent.",
    ),
    "export": ("services.alert.export_cli:export", "Incidents as CSV, HXL, ACLED's columns or GeoJSON."),
    "keys": ("services.alert.keys_cli:keys", "Who may use the API and the page."),
    "topics": ("services.cli.operations:topics", "Declare the Kafka topics."),
    "migrate": ("services.cli.operations:migrate", "Bring the database schemas to this release."),
    "dlq": ("services.cli.operations:dlq", "Messages put aside: list, show, replay."),
    "network-policy": (
        "services.cli.network_policy:network_policy",
        "The services' allow-lists as Kubernetes network policies.",
    ),
    "doctor": ("services.cli.operations:doctor", "What is reachable, what is not, and what to do."),
}


class LazyGroup(click.Group):
    """Imports a command when it is named; the list and its help need no import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module_name, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands with the table's texts."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("tocsin"), prog_name="tocsin")
def cli() -> None:
    """Alerts for new attack reports: once, at once, exactly where, with the evidence."""


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    sys.exit(INTERRUPTED)


def main() -> None:
    """Run the command line."""
    # Commands that have something to undo set their own handler; where the shell has us ignore Ctrl-C, that stands.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(
                encoding="utf-8", errors="backslashreplace"
            )  # news text is never ASCII; a C locale must not break a pipe
    cli(prog_name="tocsin")


if __name__ == "__main__":
    main()
