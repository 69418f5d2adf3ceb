"""The list of feeds, ``config/feeds.yaml``: read whole or refused whole, with a sentence for every fault.

feeds:
  - slug: rudaw-en              # identity for ever: lower-case letters, digits and hyphens
    url: https://…              # http or https
    outlet: Rudaw               # as alerts name it
    language: en                # en, ar, ckb, …; und when mixed
    country: IQ                 # ISO 3166-1; optional
    tier: 1                     # 1 local and trusted, 2 national or wire, 3 the rest
    topic: news                 # optional
    interval_seconds: 60        # optional: poll at this pace whatever the feed's own hints say
    paused: true                # optional
    full_text: true             # optional: read the page of each new item, where its robots.txt permits
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from services.ingest.errors import FeedsFileError
from services.ingest.feed import Feed
from shared.events.source import CANARY_FEED

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_REQUIRED = ("slug", "url", "outlet", "language", "tier")


def _slug(value: object) -> bool:
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None and value != CANARY_FEED


def _url(value: object) -> bool:
    if not isinstance(value, str) or any(c.isspace() for c in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _words(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 200


def _interval(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 86_400


_ACCEPTED: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "slug": (_slug, f"lower-case letters, digits and hyphens, at most 64 (and not {CANARY_FEED}, which is reserved)"),
    "url": (_url, "an http or https address"),
    "outlet": (_words, "the outlet's name, at most 200 characters"),
    "language": (lambda v: isinstance(v, str) and _LANGUAGE.fullmatch(v) is not None, "a language code such as en, ar, ckb, or und"),
    "country": (lambda v: isinstance(v, str) and _COUNTRY.fullmatch(v) is not None, "two capital letters such as IQ (in quotes if it is NO)"),
    "tier": (lambda v: isinstance(v, int) and not isinstance(v, bool) and 1 <= v <= 3, "1, 2 or 3"),
    "topic": (_words, "a word such as news"),
    "interval_seconds": (_interval, "a number of seconds above 0, at most 86400"),
    "paused": (lambda v: isinstance(v, bool), "true or false"),
    "full_text": (lambda v: isinstance(v, bool), "true or false"),
}  # fmt: skip


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """Return the feeds of the file; raises ``FeedsFileError`` when it cannot be read or anything in it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FeedsFileError(str(path), (f"{path} cannot be read: {error}",)) from error
    return parse_feeds(text, name=str(path))


def parse_feeds(text: str, *, name: str) -> tuple[Feed, ...]:
    """Return the feeds that ``text`` lists; raises ``FeedsFileError`` with one sentence a fault."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise FeedsFileError(name, (f"{name}{line}: not YAML: {getattr(error, 'problem', None) or error}",)) from error
    listed = _listed(root, name)
    problems: list[str] = []
    feeds: dict[str, Feed] = {}
    for node in listed.value:
        values, faults = _entry(node, name)
        problems += faults
        if faults:
            continue
        feed = Feed(**values)  # type: ignore[arg-type]  # every value was checked by its rule
        if feed.slug in feeds:
            problems.append(f"{_at(name, node)}: slug {feed.slug!r} is used twice; each feed needs a slug of its own")
        feeds[feed.slug] = feed
    if problems:
        raise FeedsFileError(name, tuple(problems))
    return tuple(feeds.values())


def _listed(root: yaml.Node | None, name: str) -> yaml.SequenceNode:
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value != "feeds":
                raise FeedsFileError(name, (f"{_at(name, key)}: key {key.value!r} is not known; accepted is: feeds",))
            if isinstance(value, yaml.SequenceNode):
                return value
    raise FeedsFileError(name, (f"{name}: must be a mapping with the key 'feeds' and a list of feeds under it",))


def _entry(node: yaml.Node, name: str) -> tuple[dict[str, object], list[str]]:
    if not isinstance(node, yaml.MappingNode):
        return {}, [f"{_at(name, node)}: a feed must be a mapping with the keys {', '.join(_REQUIRED)}"]
    faults: list[str] = []
    values: dict[str, object] = {}
    loader = yaml.SafeLoader("")
    for key_node, value_node in node.value:
        key, value = str(key_node.value), loader.construct_object(value_node, deep=True)
        rule = _ACCEPTED.get(key)
        if rule is None:
            faults.append(f"{_at(name, key_node)}: key {key!r} is not known; accepted are: {', '.join(_ACCEPTED)}")
        elif not rule[0](value):
            faults.append(f"{_at(name, value_node)}: {key} is {value!r}; accepted is {rule[1]}")
        elif key in values:
            faults.append(f"{_at(name, key_node)}: key {key!r} is given twice")
        else:
            values[key] = value
    about = f" of {values['slug']!r}" if "slug" in values else ""
    given = {str(key_node.value) for key_node, _ in node.value}
    faults += [
        f"{_at(name, node)}: the feed{about} lacks {key!r}: {_ACCEPTED[key][1]}"
        for key in _REQUIRED
        if key not in given
    ]
    return values, faults


def _at(name: str, node: yaml.Node) -> str:
    return f"{name}, line {node.start_mark.line + 1}"
