"""Watches and endpoints that people manage by the API: documents with the watches file's keys, each owned by a tenant (pure)."""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from services.alert.errors import WatchesFileError
from services.alert.keys import tenant_of
from services.alert.ports import PlaceBook
from services.alert.watch import Endpoint, PullEndpoint, Subscriptions, Watch, WebhookEndpoint
from services.alert.watches_file import Reading

FEED_SUFFIX = "~feed"
"""Ends the id of the endpoint that a watch without a webhook has for ``/v1/changes``."""
_REQUEST = Path("request")
_MAX_DEPTH = 12
Document = Mapping[str, object]


class Kind(StrEnum):
    """What an entry is."""

    WATCH = "watch"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One watch or endpoint as it is kept."""

    kind: Kind
    id: str
    tenant: str
    document: Document
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """An entry that was accepted once and is not understood now, and why."""

    entry: Entry
    problems: tuple[str, ...]


class EntryError(ValueError):
    """An entry is not accepted; ``problems`` has one sentence for each fault, none of which shows a secret."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def read_endpoint(endpoint_id: str, document: Document, book: PlaceBook) -> Endpoint | None:
    """Return the endpoint, None when it is not enabled; raises ``EntryError``."""
    _refuse_what_is_for_files(document)
    try:
        return Reading(_REQUEST, {}, book).endpoint(endpoint_id, dict(document))
    except WatchesFileError as error:
        raise EntryError(error.problems) from error


def read_watch(
    watch_id: str, document: Document, endpoints: Mapping[str, Endpoint | None], book: PlaceBook
) -> Watch | None:
    """Return the watch, None when it is not enabled; raises ``EntryError``. ``endpoints`` are those of its tenant by id."""
    _refuse_what_is_for_files(document)
    try:
        found = Reading(_REQUEST, {}, book).watch(watch_id, dict(document), endpoints)
    except WatchesFileError as error:
        raise EntryError(error.problems) from error
    if found is None or any(isinstance(endpoints[one], WebhookEndpoint | PullEndpoint) for one in found.endpoints):
        return found
    return replace(found, endpoints=(*found.endpoints, watch_id + FEED_SUFFIX))


def with_secret(document: Document) -> Document:
    """Return a webhook's document with a secret drawn for it where it has none."""
    if document.get("channel") != "webhook" or "secret" in document:
        return document
    return {**document, "secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()}


def subscriptions_of(
    of_file: Subscriptions, entries: Sequence[Entry], book: PlaceBook
) -> tuple[Subscriptions, tuple[Unreadable, ...]]:
    """Return the file's watches and endpoints together with the kept ones. What is not understood any more is left out and told."""
    endpoints: dict[str, Endpoint | None] = {one.id: one for one in of_file.endpoints}
    unreadable = []
    for entry in (one for one in entries if one.kind is Kind.ENDPOINT and one.id not in endpoints):
        try:
            endpoints[entry.id] = read_endpoint(entry.id, entry.document, book)
        except EntryError as error:
            unreadable.append(Unreadable(entry=entry, problems=error.problems))
    watches = {one.id: one for one in of_file.watches}
    for entry in (one for one in entries if one.kind is Kind.WATCH and one.id not in watches):
        own = {name: one for name, one in endpoints.items() if tenant_of(name) == entry.tenant}
        try:
            watch = read_watch(entry.id, entry.document, own, book)
        except EntryError as error:
            unreadable.append(Unreadable(entry=entry, problems=error.problems))
            continue
        if watch is not None:
            watches[watch.id] = watch
            for name in watch.endpoints:
                if name.endswith(FEED_SUFFIX):
                    endpoints[name] = PullEndpoint(id=name)
    known = tuple(one for one in endpoints.values() if one is not None)
    return Subscriptions(watches=tuple(watches.values()), endpoints=known), tuple(unreadable)


def shown(document: Document, *, in_full: bool) -> dict[str, object]:
    """Return a document as it may be shown: never a secret; whole addresses to those who may change them."""
    told = {key: value for key, value in document.items() if key not in ("secret", "previous_secrets", "secret_file")}
    if not in_full:
        if isinstance(url := told.get("url"), str):
            parts = urlsplit(url)
            told["url"] = f"{parts.scheme}://{parts.hostname or ''}/…"
        if isinstance(to := told.get("to"), str):
            told["to"] = f"{to[:1]}…@{to.rpartition('@')[2]}"
    return told


def _refuse_what_is_for_files(document: Document) -> None:
    """The environment's variables and the server's files are the operator's: nobody reads them by the API."""
    if "secret_file" in document:
        raise EntryError(["secret_file is for the watches file; give secret, or none and one is made"])
    if any("${" in text for text in _texts(document, _MAX_DEPTH)):
        raise EntryError(["${…} stands for a variable in the watches file only"])


def _texts(value: object, depth: int) -> Iterable[str]:
    if depth == 0:
        raise EntryError([f"it is nested more than {_MAX_DEPTH} deep"])
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, depth - 1)
