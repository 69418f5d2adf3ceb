"""``config/watches.yaml`` read into values; what is wrong is said in sentences that name the key, the value and what is accepted.

All faults are reported at once. A secret never appears in a sentence.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, TypeVar
from urllib.parse import urlsplit

import yaml

from services.alert import manners_file
from services.alert.area import Area, Circle
from services.alert.errors import WatchesFileError
from services.alert.mail import address
from services.alert.manners import Manners
from services.alert.manners_file import MannersError, read_manners
from services.alert.places import PlaceError, read_place
from services.alert.ports import PlaceBook
from services.alert.watch import (
    LANGUAGES,
    AppriseEndpoint,
    EmailEndpoint,
    Endpoint,
    Filters,
    Language,
    PullEndpoint,
    Subscriptions,
    Watch,
    WebhookEndpoint,
    WhenVague,
)
from shared.events.facts import EventGroup, EventType
from shared.events.incident import Severity

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_BYTES = (24, 64)
_MAX_FILE_BYTES = 20_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times quicker, where it was built
_ENDPOINT_KEYS = (
    "channel",
    "enabled",
    "language",
    "url",
    "url_file",
    "secret",
    "secret_file",
    "previous_secrets",
    "to",
    "owner",
    "max_concurrent",
    "per_second",
)
_MOST_PREVIOUS_SECRETS = 10
_SERVICE = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S+\Z")
_WATCH_KEYS = (
    "name",
    "places",
    "endpoints",
    "filters",
    "when_vague",
    "language",
    "receives_tests",
    "minimal",
    "enabled",
    *manners_file.KEYS,
)
_FILTER_KEYS = ("groups", "types", "min_severity", "min_killed", "min_confidence", "min_origins", "languages")
E = TypeVar("E", bound=StrEnum)


class _FaultError(Exception):
    """One thing that is wrong, as a sentence."""


def load(path: Path, environment: Mapping[str, str], book: PlaceBook, *, every_endpoint: bool = False) -> Subscriptions:
    """Return what the file says; raises ``WatchesFileError`` with every fault found.

    A watch lists the endpoints that are enabled, or with ``every_endpoint`` all it names, for trying it out.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise WatchesFileError(path, (f"it is larger than {_MAX_FILE_BYTES} bytes",))
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # both are safe loaders
    except FileNotFoundError as error:
        raise WatchesFileError(
            path, ("there is no such file; TOCSIN_ALERT_WATCHES_FILE names the one to read",)
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WatchesFileError(path, (f"it cannot be read: {error}",)) from error
    except yaml.YAMLError as error:
        raise WatchesFileError(path, (f"it is not YAML: {' '.join(str(error).split())}",)) from None
    return Reading(path, environment, book, every_endpoint=every_endpoint).subscriptions(document)


class Reading:
    """One reading of one file; collects faults as it goes."""

    def __init__(
        self, path: Path, environment: Mapping[str, str], book: PlaceBook, *, every_endpoint: bool = False
    ) -> None:
        self._path = path
        self._every_endpoint = every_endpoint
        self._environment = environment
        self._book = book
        self._faults: list[str] = []

    def subscriptions(self, document: object) -> Subscriptions:
        """Return the values; raises ``WatchesFileError``."""
        if document is None:
            raise WatchesFileError(
                self._path, ("it is empty; it should have the keys endpoints and watches (watches: {} for none)",)
            )
        found = self._attempt("", lambda: self._document(document)) or Subscriptions()
        self._refuse()
        return found

    def endpoint(self, key: str, value: object) -> Endpoint | None:
        """Return one endpoint, None when it is not enabled; raises ``WatchesFileError``."""
        found = self._attempt("", partial(self._endpoint, key, value))
        self._refuse()
        assert found is None or isinstance(found, (WebhookEndpoint, EmailEndpoint, AppriseEndpoint, PullEndpoint))
        return found

    def watch(self, key: str, value: object, endpoints: Mapping[str, Endpoint | None]) -> Watch | None:
        """Return one watch, None when it is not enabled; raises ``WatchesFileError``."""
        found = self._attempt("", partial(self._watch, key, value, endpoints))
        self._refuse()
        assert found is None or isinstance(found, Watch)
        return found

    def _refuse(self) -> None:
        if self._faults:
            raise WatchesFileError(self._path, tuple(self._faults))

    def _document(self, document: object) -> Subscriptions:
        top = _mapping("the file", document, ("endpoints", "watches"))
        endpoints: dict[str, Endpoint | None] = {}
        for key, value in _entries("endpoints", top.get("endpoints")):
            endpoints[key] = self._attempt(f"endpoints.{key}", partial(self._endpoint, key, value))
        watches = [
            self._attempt(f"watches.{key}", partial(self._watch, key, value, endpoints))
            for key, value in _entries("watches", top.get("watches"))
        ]
        for key, endpoint in endpoints.items():
            self._attempt(f"endpoints.{key}", partial(_check_owner, endpoint, endpoints))
        return Subscriptions(
            watches=tuple(watch for watch in watches if watch is not None),
            endpoints=tuple(endpoint for endpoint in endpoints.values() if endpoint is not None),
        )

    def _attempt(self, where: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (_FaultError, PlaceError, MannersError) as fault:
            self._faults.append(f"{where}: {fault}" if where else str(fault))
            return None

    def _endpoint(self, key: str, value: object) -> Endpoint | None:
        said = _mapping(key, value, _ENDPOINT_KEYS)
        if not _flag(said, "enabled", default=True):
            return None
        channel = said.get("channel")
        language = _language(said)
        if channel == "webhook":
            return WebhookEndpoint(
                id=key, url=self._url(said), secrets=self._secrets(said), language=language, **_bounds(said)
            )
        if channel == "email":
            to = self._text(said, "to")
            try:
                return EmailEndpoint(id=key, to=address(to).addr_spec, language=language, **_bounds(said))
            except ValueError as error:
                raise _FaultError(f"to is {to!r}, no mail address: {error}") from error
        if channel == "apprise":
            return AppriseEndpoint(id=key, url=self._service(said), language=language, **_bounds(said))
        if channel == "pull":
            return PullEndpoint(id=key, language=language)
        raise _FaultError(f"channel is {channel!r}; accepted are webhook, email, apprise and pull")

    def _url(self, said: Mapping[str, object]) -> str:
        url = self._text(said, "url")
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise _FaultError(
                f"url is {_without_credentials(url)!r}; an address that starts with https:// (or http://) is accepted"
            )
        if parts.username or parts.password:
            raise _FaultError("url carries a user name or password; a webhook is authenticated by its signature alone")
        return url

    def _service(self, said: Mapping[str, object]) -> str:
        if ("url" in said) == ("url_file" in said):
            raise _FaultError("give exactly one of url and url_file")
        url = self._text(said, "url") if "url" in said else _file("url_file", self._text(said, "url_file"))
        if not _SERVICE.match(url):
            raise _FaultError("url is not an address of Apprise, such as tgram://token/chat or ntfys://host/topic")
        return url

    def _secrets(self, said: Mapping[str, object]) -> tuple[str, ...]:
        if ("secret" in said) == ("secret_file" in said):
            raise _FaultError("give exactly one of secret and secret_file")
        if "secret" in said:
            found = [self._text(said, "secret")]
        else:
            found = [_file("secret_file", self._text(said, "secret_file"))]
        previous = said.get("previous_secrets", [])
        if not isinstance(previous, list) or not all(isinstance(one, str) for one in previous):
            raise _FaultError("previous_secrets must be a list of secrets")
        if len(previous) > _MOST_PREVIOUS_SECRETS:
            raise _FaultError(
                f"previous_secrets has {len(previous)} entries; at most {_MOST_PREVIOUS_SECRETS} are kept"
            )
        found += [self._resolved("previous_secrets", one) for one in previous]
        for secret in found:
            _check_secret(secret)
        return tuple(found)

    def _watch(self, key: str, value: object, endpoints: Mapping[str, Endpoint | None]) -> Watch | None:
        said = _mapping(key, value, _WATCH_KEYS)
        if not _flag(said, "enabled", default=True):
            return None
        names = _list(said, "endpoints")
        for name in names:
            if name not in endpoints:
                near = difflib.get_close_matches(str(name), endpoints, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(endpoints)) or 'none'}"
                raise _FaultError(f"endpoints names {name!r}, which is not under endpoints{hint}")
        manners = read_manners(said)
        return Watch(
            id=key,
            name=_optional_text(said, "name") or key,
            areas=self._areas(said, manners),
            endpoints=tuple(str(name) for name in names if self._every_endpoint or endpoints[str(name)] is not None),
            filters=self._filters(said.get("filters")),
            when_vague=_one_of(WhenVague, said, "when_vague") or WhenVague.NARROWED,
            language=_language(said),
            receives_tests=_flag(said, "receives_tests", default=False),
            minimal=_flag(said, "minimal", default=False),
            manners=manners,
        )

    def _areas(self, said: Mapping[str, object], manners: Manners) -> tuple[Area, ...]:
        places = _list(said, "places")
        if not places and not manners.sites:
            raise _FaultError("places is empty; name at least one place, or sites with a radius")
        drawn = (
            self._book.with_extent(Circle(lat=site.lat, lon=site.lon, radius_km=site.radius_km))
            for site in manners.sites
        )
        return tuple(dict.fromkeys([*(area for place in places for area in read_place(place, self._book)), *drawn]))

    def _filters(self, value: object) -> Filters:
        if value is None:
            return Filters()
        said = _mapping("filters", value, _FILTER_KEYS)
        return Filters(
            groups=_many_of(EventGroup, said, "groups"),
            types=_many_of(EventType, said, "types"),
            min_severity=_one_of(Severity, said, "min_severity"),
            min_killed=_whole(said, "min_killed"),
            min_confidence=_share(said, "min_confidence"),
            min_origins=_whole(said, "min_origins"),
            languages=tuple(_code(one) for one in _list(said, "languages")),
        )

    def _text(self, said: Mapping[str, object], key: str) -> str:
        value = said.get(key)
        if not isinstance(value, str) or not value.strip():
            raise _FaultError(f"{key} is missing or is no text")
        return self._resolved(key, value.strip())

    def _resolved(self, key: str, value: str) -> str:
        """``${NAME}`` stands for a variable of the environment, wherever a secret or an address is asked for."""
        for name in _VARIABLE.findall(value):
            if not self._environment.get(name):
                raise _FaultError(f"{key} refers to ${{{name}}}, which is not set in the environment")
        return _VARIABLE.sub(lambda found: self._environment[found[1]].strip(), value)


class _Bounds(TypedDict):
    owner: str | None
    max_concurrent: int | None
    per_second: float | None


def _bounds(said: Mapping[str, object]) -> _Bounds:
    concurrent = _whole(said, "max_concurrent")
    if concurrent is not None and not 1 <= concurrent <= 100:
        raise _FaultError(f"max_concurrent is {concurrent}; a whole number from 1 to 100 is accepted")
    rate = said.get("per_second")
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0.01 <= rate <= 1000):
        raise _FaultError(f"per_second is {rate!r}; a number from 0.01 to 1000 is accepted")
    return _Bounds(
        owner=_optional_text(said, "owner"),
        max_concurrent=concurrent,
        per_second=float(rate) if isinstance(rate, (int, float)) else None,
    )


def _check_owner(endpoint: Endpoint | None, endpoints: Mapping[str, Endpoint | None]) -> None:
    """The owner of an endpoint must be another one, reached by another channel: what is down cannot tell of it."""
    owner = getattr(endpoint, "owner", None)
    if endpoint is None or owner is None:
        return
    if owner not in endpoints:
        raise _FaultError(
            f"owner names {owner!r}, which is not under endpoints; known are {', '.join(sorted(endpoints))}"
        )
    if owner == endpoint.id:
        raise _FaultError("owner names the endpoint itself; name another that is told when this one fails")


def _mapping(what: str, value: object, keys: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _FaultError(f"{what} must have the keys {', '.join(keys)}, but is {_kind(value)}")
    for key in value:
        if key not in keys:
            near = difflib.get_close_matches(str(key), keys, n=1)
            hint = f"did you mean {near[0]}?" if near else f"accepted are {', '.join(keys)}"
            raise _FaultError(f"{key!r} is not a key here; {hint}")
    return value


def _entries(what: str, value: object) -> list[tuple[str, object]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise _FaultError(f"{what} must be a list of names with their settings, but is {_kind(value)}")
    for key in value:
        if not isinstance(key, str) or not _ID.fullmatch(key):
            raise _FaultError(
                f"{what} has the name {key!r}; accepted are up to 64 of a-z, 0-9, - and _, starting with a letter or digit"
            )
    return list(value.items())


def _list(said: Mapping[str, object], key: str) -> list[object]:
    value = said.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _FaultError(f"{key} must be a list, but is {_kind(value)}")
    return value


def _flag(said: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = said.get(key, default)
    if not isinstance(value, bool):
        raise _FaultError(f"{key} is {value!r}; accepted are true and false")
    return value


def _optional_text(said: Mapping[str, object], key: str) -> str | None:
    value = said.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip() or len(value) > 200):
        raise _FaultError(f"{key} must be a text of 1 to 200 characters")
    return value.strip() if isinstance(value, str) else None


def _language(said: Mapping[str, object]) -> Language | None:
    value = said.get("language")
    for language in LANGUAGES:
        if value == language:
            return language
    if value is not None:
        raise _FaultError(f"language is {value!r}; accepted are {', '.join(LANGUAGES)}")
    return None


def _one_of(kind: type[E], said: Mapping[str, object], key: str) -> E | None:
    value = said.get(key)
    return None if value is None else _member(kind, key, value)


def _many_of(kind: type[E], said: Mapping[str, object], key: str) -> tuple[E, ...]:
    return tuple(_member(kind, key, value) for value in _list(said, key))


def _member(kind: type[E], key: str, value: object) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise _FaultError(f"{key} has {value!r}; accepted are {', '.join(kind)}") from None


def _whole(said: Mapping[str, object], key: str) -> int | None:
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise _FaultError(f"{key} is {value!r}; a whole number from 0 to 100000 is accepted")
    return value


def _share(said: Mapping[str, object], key: str) -> float | None:
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise _FaultError(f"{key} is {value!r}; a number from 0 to 1 is accepted")
    return float(value)


def _code(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}", value):
        raise _FaultError(f"languages has {value!r}; language codes such as en, ar, ckb are accepted")
    return value


def _file(key: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _FaultError(f"{key} names {path!r}, which cannot be read: {type(error).__name__}") from None


def _check_secret(secret: str) -> None:
    shortest, longest = _SECRET_BYTES
    accepted = f"whsec_ followed by {shortest} to {longest} random bytes in base64 is accepted (make one: echo whsec_$(openssl rand -base64 32))"
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise _FaultError(f"the secret is not base64; {accepted}") from None
    if not shortest <= len(raw) <= longest:
        raise _FaultError(f"the secret has {len(raw)} bytes; {accepted}")


def _without_credentials(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", url)


def _kind(value: object) -> str:
    return "empty" if value is None else f"a {type(value).__name__}"
