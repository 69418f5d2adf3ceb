"""``tocsin classify`` and ``tocsin explain``: items in, reports or reasons out; no broker, no database."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import click
import msgspec

from services.classify.explain import explain_text
from services.classify.items import InputError, item_of, item_of_line
from services.classify.read.reader import Reader
from shared.codec import TooLargeError, encode
from shared.events.item import Item
from shared.events.report import Report

FAILED = 1
"""Exit status when a line could not be read; the other lines were."""


_LANGUAGES = click.Choice(("en", "ar", "ckb"))


@click.command()
@click.option("--text", help="Read this one text instead of standard input; its first line is the headline.")
@click.option("--published", help="When TEXT was published, ISO 8601; now if not given.")
@click.option("--lang", type=_LANGUAGES, help="The language that TEXT's source declares; detected if not given.")
@click.option("--pretty", is_flag=True, help="Indent the reports for people.")
def classify(text: str | None, published: str | None, lang: str | None, pretty: bool) -> None:
    """Read items (JSON lines on standard input) and write one report a line: what each says happened, where, to whom.

    An item: {"id", "feed", "lang"?, "url", "title", "summary", "content"|null, "published"}. A line that is no item is named
    on standard error, the others are read, and the exit status is 1.
    """
    if text is None and (published or lang):
        raise click.UsageError("--published and --lang belong to --text; items on standard input carry their own.")
    if text is not None:
        _one(text, published, lang, pretty=pretty)
        return
    if sys.stdin.isatty():
        click.echo("Reading items from standard input, one JSON object a line; end with Ctrl-D.", err=True)
    failures = _all(sys.stdin.buffer, pretty=pretty)
    if failures:
        click.echo(f"{failures} line{'s' if failures > 1 else ''} not read.", err=True)
        sys.exit(FAILED)


@click.command()
@click.argument("item_id", metavar="ITEM", required=False)
@click.option("--text", help="Explain this one text; its first line is the headline.")
@click.option("--published", help="When TEXT was published, ISO 8601; now if not given.")
@click.option("--lang", type=_LANGUAGES, help="The language that TEXT's source declares; detected if not given.")
def explain(item_id: str | None, text: str | None, published: str | None, lang: str | None) -> None:
    """Show an item's text with its facts marked, what spoke for its kind, and what was read and set aside.

    Items are JSON lines on standard input, as for classify; ITEM is the id of one of them, all are shown without it.
    """
    colour = sys.stdout.isatty()
    if text is not None:
        item = _item_of_text(text, published, lang)
        click.echo(explain_text(item, Reader.load().explain(item), colour=colour))
        return
    reader = Reader.load()
    shown = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            item = item_of_line(line.strip())
        except InputError as error:
            click.echo(f"line {number}: {error}", err=True)
            continue
        if item_id in (None, item.item_id):
            click.echo(("\n" if shown else "") + explain_text(item, reader.explain(item), colour=colour))
            shown += 1
    if not shown:
        raise click.ClickException(
            f"no item {item_id!r} on standard input" if item_id else "no items on standard input"
        )


def _one(text: str, published: str | None, lang: str | None, *, pretty: bool) -> None:
    _write(Reader.load().read(_item_of_text(text, published, lang)), pretty=pretty)


def _item_of_text(text: str, published: str | None, lang: str | None) -> Item:
    title, _, rest = text.strip().partition("\n")
    line = {
        "id": "text",
        "feed": "command-line",
        "lang": lang,
        "url": "",
        "title": title,
        "summary": rest.strip(),
        "published": published or datetime.now(UTC).isoformat(),
    }
    try:
        return item_of(line)
    except InputError as error:
        raise click.BadParameter(str(error)) from error


def _all(lines: Iterable[bytes], *, pretty: bool) -> int:
    reader: Reader | None = None
    failures = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = item_of_line(line.strip())
            reader = reader or Reader.load()
            _write(reader.read(item), pretty=pretty)
        except (InputError, TooLargeError) as error:
            failures += 1
            click.echo(f"line {number}: {error}", err=True)
    return failures


def _write(report: Report, *, pretty: bool) -> None:
    raw = encode(report)
    if pretty:
        raw = msgspec.json.format(raw, indent=2)
    stream = click.get_binary_stream("stdout")
    stream.write(raw + b"\n")
    stream.flush()
