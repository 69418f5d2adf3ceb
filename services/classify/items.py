"""The contract's input lines: one JSON object a line becomes an item, or an error that says what is wrong where."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

from shared import ids
from shared.events.item import Item, ItemChange

MAX_LINE_BYTES = 8_000_000
"""A longer line is refused unread: items are megabytes at the very most."""

_SHAPE = '{"id", "feed", "lang"?, "url", "title", "summary", "content"|null, "published"}'


_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class InputError(ValueError):
    """A line that is not an item; ``field`` is None when the line as a whole is wrong."""

    def __init__(self, field: str | None, seen: str, accepted: str) -> None:
        where = f"field {field!r}" if field else "the line"
        super().__init__(f"{where}: {seen}; accepted: {accepted}")
        self.field = field


def item_of_line(line: str | bytes) -> Item:
    """Return the item of one input line; raises ``InputError`` naming the field and what is accepted."""
    if len(line) > MAX_LINE_BYTES:
        raise InputError(None, f"{len(line)} bytes", f"at most {MAX_LINE_BYTES} bytes")
    try:
        value = _decoded(line)
    except (ValueError, RecursionError) as error:
        raise InputError(None, f"not JSON ({error})", f"one JSON object a line: {_SHAPE}") from error
    if not isinstance(value, dict):
        raise InputError(None, f"a JSON {_name(value)}", f"an object: {_SHAPE}")
    return item_of(value)


def _decoded(line: str | bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        # Half of a surrogate pair is no character, yet web pages hold them: the standard library lets it pass.
        return json.loads(line)


def item_of(value: Mapping[str, object]) -> Item:
    """Return the item of a decoded line; raises ``InputError``.

    Extra fields of the item message (``outlet``, ``tier``, ``country``, ``version``, ``change``, ``backfill``, …) may be given and are
    kept: a later version replaces what the item said, and one whose ``change`` is "withdrawn" takes it back.
    """
    item_id = _text(value, "id", required=True)
    feed = _text(value, "feed", required=False) or "unknown"
    title = _text(value, "title", required=True, may_be_empty=True)
    summary = _text(value, "summary", required=False)
    content = _text(value, "content", required=False) or None
    published = published_of(value.get("published"))
    version = _whole(value, "version", 1)
    change = _change(value, version)
    parts = (title, summary, content or "", *(["withdrawn"] if change is ItemChange.WITHDRAWN else []))
    digest = sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return Item(
        item_id=item_id,
        event_id=ids.item_event_id(item_id, digest),
        version=version,
        change=change,
        feed=feed,
        outlet=_text(value, "outlet", required=False) or feed,
        tier=_whole(value, "tier", 3),
        lang=_text(value, "lang", required=False) or None,
        country=_text(value, "country", required=False) or None,
        url=_text(value, "url", required=False),
        title=title,
        summary=summary,
        content=content,
        published=published,
        backfill=_flag(value, "backfill"),
        test=_flag(value, "test"),
    )


def published_of(value: object) -> datetime:
    """Return an ISO 8601 time as aware UTC; a time without a zone is UTC; raises ``InputError``."""
    accepted = 'an ISO 8601 time such as "2026-03-14T18:22:00Z"'
    if value is None:
        raise InputError("published", "missing", accepted)
    if not isinstance(value, str):
        raise InputError("published", f"a JSON {_name(value)}", accepted)
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError("published", repr(value[:60]), accepted) from error
    if not datetime(1970, 1, 2, tzinfo=UTC) <= at <= datetime(9000, 1, 1, tzinfo=UTC) - timedelta(days=1):
        raise InputError("published", repr(value[:60]), "a time between 1970 and 9000")
    return at


def _text(value: Mapping[str, object], field: str, *, required: bool, may_be_empty: bool = False) -> str:
    found = value.get(field)
    if found is None:
        if required:
            raise InputError(field, "null" if field in value else "missing", "a text")
        return ""
    if not isinstance(found, str):
        raise InputError(field, f"a JSON {_name(found)}", "a text" if required else "a text or null")
    found = _HALF_A_PAIR.sub("\ufffd", found)  # the same length, so that evidence still points where it should
    if required and not may_be_empty and not found.strip():
        raise InputError(field, "empty", "a text")
    return found


def _whole(value: Mapping[str, object], field: str, default: int) -> int:
    found = value.get(field, default)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= 1_000_000:
        raise InputError(field, repr(found)[:60], "a whole number from 1")
    return found


def _change(value: Mapping[str, object], version: int) -> ItemChange:
    found = value.get("change")
    if found is None:
        return ItemChange.NEW if version == 1 else ItemChange.TEXT
    try:
        return ItemChange(str(found))
    except ValueError as error:
        raise InputError("change", repr(found)[:60], ", ".join(f'"{one.value}"' for one in ItemChange)) from error


def _flag(value: Mapping[str, object], field: str) -> bool:
    found = value.get(field, False)
    if not isinstance(found, bool):
        raise InputError(field, repr(found)[:60], "true or false")
    return found


def _name(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), type(value).__name__)
