"""Values out of a document of YAML or JSON; what is wrong is a ``FaultError``: a sentence with the key, the value and what is accepted."""

import difflib
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from services.alert.watch import LANGUAGES, Language

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
E = TypeVar("E", bound=StrEnum)


class FaultError(Exception):
    """One thing that is wrong, as a sentence."""


def mapping(what: str, value: object, keys: Sequence[str]) -> Mapping[str, object]:
    """Return a mapping that has only known keys."""
    if not isinstance(value, dict):
        raise FaultError(f"{what} must have the keys {', '.join(keys)}, but is {kind_of(value)}")
    for key in value:
        if key not in keys:
            near = difflib.get_close_matches(str(key), keys, n=1)
            hint = f"did you mean {near[0]}?" if near else f"accepted are {', '.join(keys)}"
            raise FaultError(f"{key!r} is not a key here; {hint}")
    return value


def entries(what: str, value: object) -> list[tuple[str, object]]:
    """Return the named entries of a list of names; None is an empty one."""
    if value is None:
        return []
    if not isinstance(value, dict):
        raise FaultError(f"{what} must be a list of names with their settings, but is {kind_of(value)}")
    for key in value:
        if not isinstance(key, str) or not _ID.fullmatch(key):
            raise FaultError(
                f"{what} has the name {key!r}; accepted are up to 64 of a-z, 0-9, - and _, starting with a letter or digit"
            )
    return list(value.items())


def listed(said: Mapping[str, object], key: str) -> list[object]:
    """Return a list; an absent one is empty."""
    value = said.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FaultError(f"{key} must be a list, but is {kind_of(value)}")
    return value


def flag(said: Mapping[str, object], key: str, *, default: bool) -> bool:
    """Return true or false."""
    value = said.get(key, default)
    if not isinstance(value, bool):
        raise FaultError(f"{key} is {value!r}; accepted are true and false")
    return value


def optional_text(said: Mapping[str, object], key: str) -> str | None:
    """Return a short text, None where there is none."""
    value = said.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip() or len(value) > 200):
        raise FaultError(f"{key} must be a text of 1 to 200 characters")
    return value.strip() if isinstance(value, str) else None


def language_of(said: Mapping[str, object]) -> Language | None:
    """Return the language that is named, None where none is."""
    value = said.get("language")
    for language in LANGUAGES:
        if value == language:
            return language
    if value is not None:
        raise FaultError(f"language is {value!r}; accepted are {', '.join(LANGUAGES)}")
    return None


def one_of(kind: type[E], said: Mapping[str, object], key: str) -> E | None:
    """Return a member of a closed set, None where none is named."""
    value = said.get(key)
    return None if value is None else member(kind, key, value)


def many_of(kind: type[E], said: Mapping[str, object], key: str) -> tuple[E, ...]:
    """Return members of a closed set."""
    return tuple(member(kind, key, value) for value in listed(said, key))


def member(kind: type[E], key: str, value: object) -> E:
    """Return the member that a value names."""
    try:
        return kind(str(value))
    except ValueError:
        raise FaultError(f"{key} has {value!r}; accepted are {', '.join(kind)}") from None


def whole(said: Mapping[str, object], key: str) -> int | None:
    """Return a whole number, None where there is none."""
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise FaultError(f"{key} is {value!r}; a whole number from 0 to 100000 is accepted")
    return value


def share(said: Mapping[str, object], key: str) -> float | None:
    """Return a number from 0 to 1, None where there is none."""
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise FaultError(f"{key} is {value!r}; a number from 0 to 1 is accepted")
    return float(value)


def code(value: object) -> str:
    """Return the code of a language."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}", value):
        raise FaultError(f"languages has {value!r}; language codes such as en, ar, ckb are accepted")
    return value


def text_of_file(key: str, path: str) -> str:
    """Return what a file says."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FaultError(f"{key} names {path!r}, which cannot be read: {type(error).__name__}") from None


def kind_of(value: object) -> str:
    """Say what a value is, for people."""
    return "empty" if value is None else f"a {type(value).__name__}"
