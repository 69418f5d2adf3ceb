"""A watch written into the text of a watches file, with everything else, comments included, left as it is (pure)."""

import re
from collections.abc import Mapping

import yaml

_TOP_LEVEL = re.compile(r"^[^\s#]")


class ShapeError(Exception):
    """The text is not of a shape that an entry can be put into; says why."""


def with_watch(text: str, watch_id: str, document: Mapping[str, object]) -> str:
    """Return the text with the watch after the others; raises ``ShapeError``. Whether it is understood is the reader's to say."""
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if re.match(r"^watches\s*:", line)), None)
    if start is None:
        lines += ([""] if lines and lines[-1].strip() else []) + ["watches:"]
        start = len(lines) - 1
    value = lines[start].partition(":")[2].partition("#")[0].strip()
    if value in ("{}", "null", "~"):
        lines[start] = "watches:"
    elif value:
        raise ShapeError("its watches are written in one line; put each on lines of its own first")
    end = next((number for number in range(start + 1, len(lines)) if _TOP_LEVEL.match(lines[number])), len(lines))
    last = max(
        (
            number
            for number in range(start, end)
            if lines[number].strip() and not lines[number].lstrip().startswith("#")
        ),
        default=start,
    )
    indent = _indent(lines[start + 1 : end])
    entry = [f"{indent}{line}" if line else line for line in _rendered(watch_id, document).splitlines()]
    after = last + 1
    while after < end and lines[after].startswith(indent + " ") and lines[after].lstrip().startswith("#"):
        after += 1  # comments inside the last watch stay with it
    return "\n".join([*lines[:after], *entry, *lines[after:]]) + "\n"


def _rendered(watch_id: str, document: Mapping[str, object]) -> str:
    return yaml.safe_dump(
        {watch_id: dict(document)}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100
    )


def _indent(block: list[str]) -> str:
    for line in block:
        if line.strip() and not line.lstrip().startswith("#"):
            return line[: len(line) - len(line.lstrip())] or "  "
    return "  "
