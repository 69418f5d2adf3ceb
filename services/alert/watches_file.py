"""``config/watches.yaml`` read into values; what is wrong is said in sentences that name the key, the value and what is accepted.

All faults are reported at once. A secret never appears in a sentence.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

import yaml

from services.alert import manners_file, readings
from services.alert.area import Area, Circle
from services.alert.errors import WatchesFileError
from services.alert.mail import address
from services.alert.manners import Manners
from services.alert.manners_file import MannersError, read_manners
from services.alert.places import PlaceError, read_place
from services.alert.ports import PlaceBook
from services.alert.watch import (
    AppriseEndpoint,
    EmailEndpoint,
    Endpoint,
    Filters,
    PullEndpoint,
    Subscriptions,
    Watch,
    WebhookEndpoint,
    WhenVague,
)
from shared.events.facts import EventGroup, EventType
from shared.events.incident import Severity

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
        top = readings.mapping("the file", document, ("endpoints", "watches"))
        endpoints: dict[str, Endpoint | None] = {}
        for key, value in readings.entries("endpoints", top.get("endpoints")):
            endpoints[key] = self._attempt(f"endpoints.{key}", partial(self._endpoint, key, value))
        watches = [
            self._attempt(f"watches.{key}", partial(self._watch, key, value, endpoints))
            for key, value in readings.entries("watches", top.get("watches"))
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
        except (readings.FaultError, PlaceError, MannersError) as fault:
            self._faults.append(f"{where}: {fault}" if where else str(fault))
            return None

    def _endpoint(self, key: str, value: object) -> Endpoint | None:
        said = readings.mapping(key, value, _ENDPOINT_KEYS)
        if not readings.flag(said, "enabled", default=True):
            return None
        channel = said.get("channel")
        language = readings.language_of(said)
        if channel == "webhook":
            return WebhookEndpoint(
                id=key, url=self._url(said), secrets=self._secrets(said), language=language, **_bounds(said)
            )
        if channel == "email":
            to = self._text(said, "to")
            try:
                return EmailEndpoint(id=key, to=address(to).addr_spec, language=language, **_bounds(said))
            except ValueError as error:
                raise readings.FaultError(f"to is {to!r}, no mail address: {error}") from error
        if channel == "apprise":
            return AppriseEndpoint(id=key, url=self._service(said), language=language, **_bounds(said))
        if channel == "pull":
            return PullEndpoint(id=key, language=language)
        raise readings.FaultError(f"channel is {channel!r}; accepted are webhook, email, apprise and pull")

    def _url(self, said: Mapping[str, object]) -> str:
        url = self._text(said, "url")
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise readings.FaultError(
                f"url is {_without_credentials(url)!r}; an address that starts with https:// (or http://) is accepted"
            )
        if parts.username or parts.password:
            raise readings.FaultError(
                "url carries a user name or password; a webhook is authenticated by its signature alone"
            )
        return url

    def _service(self, said: Mapping[str, object]) -> str:
        if ("url" in said) == ("url_file" in said):
            raise readings.FaultError("give exactly one of url and url_file")
        url = (
            self._text(said, "url")
            if "url" in said
            else readings.text_of_file("url_file", self._text(said, "url_file"))
        )
        if not _SERVICE.match(url):
            raise readings.FaultError(
                "url is not an address of Apprise, such as tgram://token/chat or ntfys://host/topic"
            )
        return url

    def _secrets(self, said: Mapping[str, object]) -> tuple[str, ...]:
        if ("secret" in said) == ("secret_file" in said):
            raise readings.FaultError("give exactly one of secret and secret_file")
        if "secret" in said:
            found = [self._text(said, "secret")]
        else:
            found = [readings.text_of_file("secret_file", self._text(said, "secret_file"))]
        previous = said.get("previous_secrets", [])
        if not isinstance(previous, list) or not all(isinstance(one, str) for one in previous):
            raise readings.FaultError("previous_secrets must be a list of secrets")
        if len(previous) > _MOST_PREVIOUS_SECRETS:
            raise readings.FaultError(
                f"previous_secrets has {len(previous)} entries; at most {_MOST_PREVIOUS_SECRETS} are kept"
            )
        found += [self._resolved("previous_secrets", one) for one in previous]
        for secret in found:
            _check_secret(secret)
        return tuple(found)

    def _watch(self, key: str, value: object, endpoints: Mapping[str, Endpoint | None]) -> Watch | None:
        said = readings.mapping(key, value, _WATCH_KEYS)
        if not readings.flag(said, "enabled", default=True):
            return None
        names = readings.listed(said, "endpoints")
        for name in names:
            if name not in endpoints:
                near = difflib.get_close_matches(str(name), endpoints, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(endpoints)) or 'none'}"
                raise readings.FaultError(f"endpoints names {name!r}, which is not under endpoints{hint}")
        manners = read_manners(said)
        return Watch(
            id=key,
            name=readings.optional_text(said, "name") or key,
            areas=self._areas(said, manners),
            endpoints=tuple(str(name) for name in names if self._every_endpoint or endpoints[str(name)] is not None),
            filters=self._filters(said.get("filters")),
            when_vague=readings.one_of(WhenVague, said, "when_vague") or WhenVague.NARROWED,
            language=readings.language_of(said),
            receives_tests=readings.flag(said, "receives_tests", default=False),
            minimal=readings.flag(said, "minimal", default=False),
            manners=manners,
        )

    def _areas(self, said: Mapping[str, object], manners: Manners) -> tuple[Area, ...]:
        places = readings.listed(said, "places")
        if not places and not manners.sites:
            raise readings.FaultError("places is empty; name at least one place, or sites with a radius")
        drawn = (
            self._book.with_extent(Circle(lat=site.lat, lon=site.lon, radius_km=site.radius_km))
            for site in manners.sites
        )
        return tuple(dict.fromkeys([*(area for place in places for area in read_place(place, self._book)), *drawn]))

    def _filters(self, value: object) -> Filters:
        if value is None:
            return Filters()
        said = readings.mapping("filters", value, _FILTER_KEYS)
        return Filters(
            groups=readings.many_of(EventGroup, said, "groups"),
            types=readings.many_of(EventType, said, "types"),
            min_severity=readings.one_of(Severity, said, "min_severity"),
            min_killed=readings.whole(said, "min_killed"),
            min_confidence=readings.share(said, "min_confidence"),
            min_origins=readings.whole(said, "min_origins"),
            languages=tuple(readings.code(one) for one in readings.listed(said, "languages")),
        )

    def _text(self, said: Mapping[str, object], key: str) -> str:
        value = said.get(key)
        if not isinstance(value, str) or not value.strip():
            raise readings.FaultError(f"{key} is missing or is no text")
        return self._resolved(key, value.strip())

    def _resolved(self, key: str, value: str) -> str:
        """``${NAME}`` stands for a variable of the environment, wherever a secret or an address is asked for."""
        for name in _VARIABLE.findall(value):
            if not self._environment.get(name):
                raise readings.FaultError(f"{key} refers to ${{{name}}}, which is not set in the environment")
        return _VARIABLE.sub(lambda found: self._environment[found[1]].strip(), value)


class _Bounds(TypedDict):
    owner: str | None
    max_concurrent: int | None
    per_second: float | None


def _bounds(said: Mapping[str, object]) -> _Bounds:
    concurrent = readings.whole(said, "max_concurrent")
    if concurrent is not None and not 1 <= concurrent <= 100:
        raise readings.FaultError(f"max_concurrent is {concurrent}; a whole number from 1 to 100 is accepted")
    rate = said.get("per_second")
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0.01 <= rate <= 1000):
        raise readings.FaultError(f"per_second is {rate!r}; a number from 0.01 to 1000 is accepted")
    return _Bounds(
        owner=readings.optional_text(said, "owner"),
        max_concurrent=concurrent,
        per_second=float(rate) if isinstance(rate, (int, float)) else None,
    )


def _check_owner(endpoint: Endpoint | None, endpoints: Mapping[str, Endpoint | None]) -> None:
    """The owner of an endpoint must be another one, reached by another channel: what is down cannot tell of it."""
    owner = getattr(endpoint, "owner", None)
    if endpoint is None or owner is None:
        return
    if owner not in endpoints:
        raise readings.FaultError(
            f"owner names {owner!r}, which is not under endpoints; known are {', '.join(sorted(endpoints))}"
        )
    if owner == endpoint.id:
        raise readings.FaultError("owner names the endpoint itself; name another that is told when this one fails")


def _check_secret(secret: str) -> None:
    shortest, longest = _SECRET_BYTES
    accepted = f"whsec_ followed by {shortest} to {longest} random bytes in base64 is accepted (make one: echo whsec_$(openssl rand -base64 32))"
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise readings.FaultError(f"the secret is not base64; {accepted}") from None
    if not shortest <= len(raw) <= longest:
        raise readings.FaultError(f"the secret has {len(raw)} bytes; {accepted}")


def _without_credentials(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", url)
