"""Denials that came before the news they deny: kept, and applied when that news arrives.

Feeds are asked at different times, so "our report was false" may be read before the report. Such a denial touches nothing when it
comes; the incident that its report opens later is then opened as retracted, and rings nobody. It waits for news published
within ``LinkSettings.denial_waits`` of it, whenever that arrives.
"""

from collections.abc import Iterable, Iterator

import msgspec

from services.classify.link.incident import profile_of
from services.classify.link.likeness import liken
from services.classify.link.picture import STATING, draw, in_order, is_of_people_hurt
from services.classify.link.settings import LinkSettings
from shared.events.incident import Contribution


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The denial of one version of an item; ``telling`` None when that version denies nothing any more."""

    item_id: str
    version: int
    telling: Contribution | None = None


class Waits:
    """The denials of one link region that found nothing to deny."""

    def __init__(self) -> None:
        self._by_item: dict[str, Waiting] = {}

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._by_item

    def take(self, waiting: Iterable[Waiting]) -> None:
        """Take these in; of one item the latest version counts, in whatever order they come."""
        for one in waiting:
            known = self._by_item.get(one.item_id)
            if known is None or one.version >= known.version:
                self._by_item[one.item_id] = one

    def that_deny(self, telling: Contribution, settings: LinkSettings, *, test: bool) -> Iterator[Contribution]:
        """Yield the denials, oldest first, that are of what this telling opens."""
        near = [
            one.telling
            for one in self._by_item.values()
            if one.telling is not None and abs(one.telling.source.time - telling.source.time) <= settings.denial_waits
        ]
        if not near:
            return
        alone = profile_of(draw([telling], settings), [telling], test=test)
        for denial in in_order(near):
            is_new = telling.source.time > denial.source.time and telling.source.kind in STATING
            if is_new and is_of_people_hurt(telling):
                continue  # told with its dead after the denial: it is another attack, or the denial was wrong
            likeness = liken(denial, alone, 0.0, settings)
            if likeness.veto is None and likeness.score >= settings.retraction_threshold:
                yield denial

    def contents(self) -> dict[str, Waiting]:
        """All of them, for comparison."""
        return dict(sorted(self._by_item.items()))
