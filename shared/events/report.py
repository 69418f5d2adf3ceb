"""What one version of one item says happened, or what the desk decided.

Topic ``tocsin.reports.v1``; key: link region; producer: classify (reading) and the desk; consumer: classify (linking);
retention: 120 days.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from shared.events.facts import Casualties, EventGroup, EventType, Evidence, Place
from shared.events.item import ItemChange


class Kind(StrEnum):
    """What sort of story it is; the design's "What counts" has the definitions."""

    REPORT = "report"
    UPDATE = "update"
    REACTION = "reaction"
    RETRACTION = "retraction"
    OTHER = "other"


class AttackFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One attack as a text tells it. ``perpetrator`` is a slug ("isis", "unknown", …); ``claimed`` is true when the perpetrator claimed it itself.

    ``targets`` and ``weapons`` are slugs out of closed sets of the reader; they only help linking. ``is_back_reference``
    is true when the text refers to the attack as already known ("Saturday's attack").

    ``clues`` are what is distinctive in the text, at most 40, the rarest first: a digit (how rare, 1 to 8), a letter (``n`` a name by
    its consonants, ``w`` a word, ``c`` a concept, ``d`` a number) and the clue. Accounts of one attack are known by them where a fact
    was read differently; reports of readers before them have none.
    """

    event_type: EventType | None = None
    event_group: EventGroup | None = None
    place: Place | None = None
    occurred_on: date | None = None
    casualties: Casualties = Casualties()
    perpetrator: str = "unknown"
    claimed: bool = False
    targets: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    is_back_reference: bool = False
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    clues: tuple[str, ...] = ()


class DeskVerb(StrEnum):
    """What a person of the desk may do to an incident."""

    RETRACT = "retract"
    CORRECT = "correct"
    MERGE = "merge"
    SPLIT = "split"
    HOLD = "hold"
    ADOPT = "adopt"
    """Not a person's: takes in an incident that a correction moved here from another link region."""


class DeskAction(msgspec.Struct, frozen=True, kw_only=True):
    """A person's decision about an incident: who, why, and what.

    ``into_incident_id`` is the incident that a merge leaves; ``item_ids`` are what a split takes out; ``facts`` are the
    right ones of a correction (those not given stay); ``release`` ends a hold. ``adopted`` is an incident's state with some of its
    tellings, as linking hands it from region to region.
    """

    verb: DeskVerb
    incident_id: str
    who: str
    why: str
    into_incident_id: str | None = None
    item_ids: tuple[str, ...] = ()
    facts: AttackFacts | None = None
    release: bool = False
    adopted: bytes = b""


class Report(AttackFacts, frozen=True, kw_only=True):
    """The main attack of an item (inherited fields), the story's kind, and what linking needs to know of the source.

    ``confidence`` is the calibrated probability that the kind, and for reports and updates the facts, are right.
    ``other_events`` are further attacks the item tells as news; the n-th (from 1) links as ``<item_id>#<n>``.
    ``parts`` names the events of the item that this record stands for: 0 is the main one, n the n-th further one; events of
    other link regions travel in records of their own, and a later version tells regions it no longer concerns so with
    ``()``. None means all. ``region`` is the link region it was sent to, also the record's key; None before it is sent.
    ``signature`` is a MinHash of the text (unsigned 32-bit values), equal or nearly equal for syndicated copies; empty for texts too short.
    """

    item_id: str
    event_id: str
    version: int = 1
    change: ItemChange = ItemChange.NEW
    kind: Kind
    backfill: bool = False
    test: bool = False
    lang: str = "und"
    other_events: tuple[AttackFacts, ...] = ()
    parts: tuple[int, ...] | None = None
    region: str | None = None
    feed: str
    outlet: str
    tier: int = 3
    url: str
    title: str
    published: datetime
    signature: tuple[int, ...] = ()
    reader: str = ""
    desk: DeskAction | None = None
