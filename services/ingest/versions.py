"""What is new in a document: entries and what is known of their items in, versions of items out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.ingest.document import Entry
from services.ingest.feed import Feed
from services.ingest.identity import IdentityMode, identity
from services.ingest.tombstones import says_withdrawn
from shared.events.item import Item, ItemChange
from shared.ids import derive, item_event_id, item_id

BACKFILL_AGE = timedelta(hours=24)
MAX_VERSIONS = 24
"""A text that changes on every poll (a clock, a counter of readers) ends here; nobody needs its 25th version."""

UNKNOWN_LANGUAGE = "und"
"""Configured for feeds of several languages; otherwise the operator knows better than the feed, which often keeps its software's default."""

WITHDRAWN_HASH = derive("c", "withdrawn")
"""Stands for the text of an item that its publisher took back; one that is listed again later has another hash, and so is a new version."""

FULL_TEXT = "full:"
"""Begins the last of an item's past hashes while its latest version carries the text of its page, which no poll can be compared with."""

_UNKNOWN_TITLE = "(withdrawn)"
_FUTURE_TOLERANCE = timedelta(minutes=15)
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_FROZEN_FROM = 5
_MODES = tuple(IdentityMode)
_UP_TO = {mode: _MODES[: number + 1] for number, mode in enumerate(_MODES)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What is remembered of an item: its latest version, and the date that was settled for it once."""

    item_id: str
    version: int
    content_hash: str
    title_hash: str
    published: datetime
    published_is_estimated: bool
    backfill: bool = False
    past_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewVersion:
    """An item version to publish, and the mark that it leaves."""

    item: Item
    mark: Mark


def candidates(feed: Feed, entries: Sequence[Entry], mode: IdentityMode) -> tuple[str, ...]:
    """Return every item id that the entries may have: that of ``mode``, and those of the modes before the feed was degraded."""
    return tuple({found: None for entry in entries for found in _ids(feed, entry, mode)})


def identified(feed: Feed, entries: Sequence[Entry], mode: IdentityMode, marks: Mapping[str, Mark]) -> dict[str, Entry]:
    """Return entries by item id, oldest first; of entries with one id the first in the document counts.

    An item that was first seen under a stronger mode keeps that id: it is recognised by its title, for its id is shared.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        *former, current = _ids(feed, entry, mode)
        if former:
            kept = (one for one in former if one in marks and marks[one].title_hash == entry.title_hash)
            current = next(kept, current)
        found.setdefault(current, entry)
    newest = datetime.max.replace(tzinfo=UTC)
    oldest_first = list(found.items())
    oldest_first.reverse()  # documents list the newest first; sorting is stable and keeps that order among equal dates
    return dict(sorted(oldest_first, key=lambda pair: pair[1].published or newest))


def new_versions(
    feed: Feed,
    entries: Mapping[str, Entry],
    marks: Mapping[str, Mark],
    *,
    language: str | None,
    is_first_poll: bool,
    now: datetime,
) -> tuple[NewVersion, ...]:
    """Return the versions that are not known yet, in the order of ``entries``; equal input gives equal output.

    An impossible date is replaced by ``now`` once: later versions keep what the first one settled.
    """
    frozen = frozen_time(list(entries.values()))
    versions = []
    for found, entry in entries.items():
        mark = marks.get(found)
        if mark is not None and (mark.content_hash == entry.content_hash or _is_worn_out(entry, mark)):
            continue
        versions.append(
            _version(
                feed,
                found,
                entry,
                mark,
                language=language,
                trusted=believable(entry.published, frozen=frozen, now=now),
                is_first_poll=is_first_poll,
                now=now,
            )
        )
    return tuple(versions)


def tombstoned(feed: Feed, references: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the items that a document's tombstones name."""
    return tuple(item_id(feed.slug, f"guid:{reference}") for reference in references)


def has_full_text(mark: Mark) -> bool:
    """Whether the item's latest version carries the text of its page."""
    return bool(mark.past_hashes) and mark.past_hashes[-1].startswith(FULL_TEXT)


def last_event_id(mark: Mark) -> str:
    """Return the event id of the version that ``mark`` remembers."""
    if has_full_text(mark):
        return item_event_id(mark.item_id, mark.past_hashes[-1])
    return item_event_id(mark.item_id, _distinct(mark.content_hash, mark.version, mark.past_hashes))


def withdrawal(feed: Feed, mark: Mark, last: Item | None) -> NewVersion:
    """Return the version that takes an item back, in the words of its ``last`` one where they are still known."""
    version, past = mark.version + 1, (*mark.past_hashes, mark.content_hash)
    item = Item(
        item_id=mark.item_id,
        event_id=item_event_id(mark.item_id, _distinct(WITHDRAWN_HASH, version, past)),
        version=version,
        change=ItemChange.WITHDRAWN,
        feed=feed.slug,
        outlet=feed.outlet,
        tier=feed.tier,
        lang=last.lang if last is not None else None if feed.language == UNKNOWN_LANGUAGE else feed.language,
        country=feed.country,
        url=last.url if last is not None else feed.url,
        title=last.title if last is not None else _UNKNOWN_TITLE,
        summary=last.summary if last is not None else "",
        content=last.content if last is not None else None,
        published=mark.published,
        published_is_estimated=mark.published_is_estimated,
        backfill=mark.backfill,
    )
    return NewVersion(item=item, mark=replace(mark, version=version, content_hash=WITHDRAWN_HASH, past_hashes=past))


def believable(published: datetime | None, *, frozen: datetime | None, now: datetime) -> datetime | None:
    """Return the date if it can be true: not missing, not in the future, not ancient, not the same for a whole feed."""
    if published is None or published == frozen or published < _EARLIEST or published > now + _FUTURE_TOLERANCE:
        return None
    return min(published, now)


def frozen_time(entries: Sequence[Entry]) -> datetime | None:
    """Return the date that all entries of a feed share: the time it was built, not of any of them; None for short feeds."""
    if len(entries) < _FROZEN_FROM:
        return None
    first = entries[0].published
    return first if all(entry.published == first for entry in entries) else None


def _ids(feed: Feed, entry: Entry, mode: IdentityMode) -> tuple[str, ...]:
    if mode is IdentityMode.GUID:  # nearly always, and for every entry of every poll
        return (_item_id(feed.slug, identity(entry, mode)),)
    return tuple(_item_id(feed.slug, identity(entry, one)) for one in _UP_TO[mode])


@lru_cache(maxsize=4_096)
def _item_id(slug: str, name: str) -> str:
    """A poll asks for each id twice, before and after the database."""
    return item_id(slug, name)


def _version(
    feed: Feed,
    found: str,
    entry: Entry,
    mark: Mark | None,
    *,
    language: str | None,
    trusted: datetime | None,
    is_first_poll: bool,
    now: datetime,
) -> NewVersion:
    version = 1 if mark is None else mark.version + 1
    past = () if mark is None else (*mark.past_hashes, mark.content_hash)
    published, is_estimated = _date(trusted, mark, now)
    if mark is None:
        backfill = is_first_poll and _may_be_old(entry, published, is_estimated=is_estimated, now=now)
    else:
        backfill = mark.backfill  # an old story does not become news by being edited
    item = Item(
        item_id=found,
        event_id=item_event_id(found, _distinct(entry.content_hash, version, past)),
        version=version,
        change=_change(entry, mark),
        feed=feed.slug,
        outlet=feed.outlet,
        tier=feed.tier,
        lang=language if feed.language == UNKNOWN_LANGUAGE else feed.language,
        country=feed.country,
        url=entry.url or feed.url,
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        published=published,
        published_is_estimated=is_estimated,
        backfill=backfill,
    )
    settled = Mark(
        item_id=found,
        version=version,
        content_hash=entry.content_hash,
        title_hash=entry.title_hash,
        published=published,
        published_is_estimated=is_estimated,
        backfill=backfill,
        past_hashes=past,
    )
    return NewVersion(item=item, mark=settled)


def _distinct(content_hash: str, version: int, past: Sequence[str]) -> str:
    """A text that returns to an earlier form is a new fact: its event needs an id of its own, with bytes of its own."""
    return f"{content_hash}#{version}" if content_hash in past else content_hash


def _is_worn_out(entry: Entry, mark: Mark) -> bool:
    """Whether the item has had its versions; that its publisher takes it back is heard all the same."""
    return mark.version >= MAX_VERSIONS and (mark.title_hash == entry.title_hash or not says_withdrawn(entry.title))


def _date(trusted: datetime | None, mark: Mark | None, now: datetime) -> tuple[datetime, bool]:
    if mark is not None and (mark.published_is_estimated or trusted is None):
        return mark.published, mark.published_is_estimated
    if trusted is None:
        return now, True
    return trusted, False


def _change(entry: Entry, mark: Mark | None) -> ItemChange:
    if mark is None:
        return ItemChange.NEW
    if says_withdrawn(entry.title):
        return ItemChange.WITHDRAWN
    return ItemChange.TITLE if mark.title_hash != entry.title_hash else ItemChange.TEXT


def _may_be_old(entry: Entry, published: datetime, *, is_estimated: bool, now: datetime) -> bool:
    """On a first poll: whether the item may be older than a day. One dated in the future is certainly recent; an undated one may be anything."""
    if is_estimated:
        return entry.published is None or entry.published <= now + _FUTURE_TOLERANCE
    return now - published > BACKFILL_AGE
