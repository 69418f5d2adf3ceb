"""One reason, out of a closed list, why a watch was told of what an item said, or was not (pure).

The reasons: a message (``alert``, ``update``, …), a place in a list (``waits_digest``, …), a refusal of the watch (``outside``,
``severity``, …), or one of ``Plain``. ``tocsin why`` and docs/alerts.md have them all in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from services.alert.bulletin import GatheredBy
from services.alert.matching import WatchIndex
from services.alert.routing import Message, Told
from services.alert.timing import Conditions, Decided, decide
from services.alert.watch import Refusal
from shared.events.incident import IncidentChange


class Plain(StrEnum):
    """Reasons that are neither a message nor a refusal."""

    NOT_ATTACK_NEWS = "not_attack_news"
    NOT_LINKED = "not_linked"
    NO_NEW_FACTS = "no_new_facts"
    MUTED_OR_ENDED = "muted_or_ended"
    TOO_OLD = "too_old"


WAITS = "waits_"
REASONS: Mapping[str, str] = {
    **{message.value: f"told, as {message.value.replace('_', ' ')}" for message in Message},
    **{f"{WAITS}{one.value}": f"will be told with others: {one.value.replace('_', ' ')}" for one in GatheredBy},
    Plain.NOT_ATTACK_NEWS: "the item was read as no attack news",
    Plain.NOT_LINKED: "attack news that neither opened an incident nor joined one: too vague, a repeat, or kept out",
    Plain.NO_NEW_FACTS: "the watch knows the incident, and no fact changed",
    Plain.MUTED_OR_ENDED: "the watch is muted or has ended",
    Plain.TOO_OLD: "the news lay too long in our own hands to be told as new",
    Refusal.OUTSIDE: "the place lies outside the watch's area",
    Refusal.TOO_VAGUE: "the place is vaguer than the watch wants to hear of",
    Refusal.GROUP: "the watch's filter of event groups",
    Refusal.TYPE: "the watch's filter of event types",
    Refusal.SEVERITY: "the watch's least severity",
    Refusal.KILLED: "the watch's least number of killed",
    Refusal.CONFIDENCE: "the watch's least confidence",
    Refusal.ORIGINS: "the watch waits for more independent origins",
    Refusal.LANGUAGE: "the watch's languages of sources",
    Refusal.TEST: "a test, and the watch takes none",
    Refusal.BACKFILL: "known only from news that was old when its feed was first polled",
    Refusal.NOT_STANDING: "the incident was retracted, withdrawn or merged before the watch was told of it",
    Refusal.HELD: "the desk holds the incident back",
}
"""Every reason there is, in words."""

_ORDER = [*(message.value for message in Message), *(f"{WAITS}{one.value}" for one in GatheredBy), *Plain, *Refusal]


class Judge:
    """Follows incidents for a set of watches, as the service does, and says why each watch was told or not.

    Changes must come in their order. Holds, mutes and limits of the running service are not known here: only what the
    watches themselves say.
    """

    def __init__(self, index: WatchIndex) -> None:
        # One endpoint each: what is decided for one is decided for all, and some watches are only read, or not yet sent to.
        self._index = WatchIndex(replace(watch, endpoints=(watch.id,)) for watch in index.watches.values())
        self._endpoints = frozenset(self._index.watches)
        self._told: dict[str, Told] = {}

    def take(self, changes: Sequence[IncidentChange], *, attack_news: bool) -> Mapping[str, str]:
        """Return a reason for each watch, for one item: of several changes the one that tells it most."""
        if not changes:
            why = Plain.NOT_LINKED if attack_news else Plain.NOT_ATTACK_NEWS
            return dict.fromkeys(self._index.watches, why.value)
        found: dict[str, list[str]] = {watch_id: [] for watch_id in self._index.watches}
        for state in changes:
            before = self._told.get(state.incident_id, {})
            conditions = Conditions(now=state.last_seen)
            decided = decide(state, self._index, before, endpoints=self._endpoints, conditions=conditions)
            self._told[state.incident_id] = decided.told
            for watch_id, reasons in found.items():
                reasons.append(self._reason(watch_id, state, before, decided))
        return {watch_id: most_telling(reasons) for watch_id, reasons in found.items()}

    def _reason(self, watch_id: str, state: IncidentChange, before: Told, decided: Decided) -> str:
        for notice in decided.notices:
            for note in notice.notes:
                if note.watch_id == watch_id:
                    return Plain.TOO_OLD.value if notice.stale else note.message.value
        for waiting in decided.waiting:
            if waiting.watch_id == watch_id:
                return f"{WAITS}{waiting.gathered_by.value}"
        return unspoken(self._index, watch_id, state, before)


def unspoken(index: WatchIndex, watch_id: str, state: IncidentChange, told: Told) -> str:
    """Why a watch hears nothing of this change; ``told`` are the incident's marks from before it."""
    refused = index.verdict(watch_id, state).refused
    if refused is not None:
        return refused.value
    known = any(watch == watch_id for watch, _ in told)
    return (Plain.NO_NEW_FACTS if known else Plain.MUTED_OR_ENDED).value


def most_telling(reasons: Iterable[str]) -> str:
    """Return the reason that comes first in order: told, waiting, known, refused."""
    return min(reasons, key=_ORDER.index)
