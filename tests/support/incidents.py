"""States of an invented incident for tests: an attack on a village of Khanaqin, as the linker would tell it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from shared.codec import Headers, encode, headers
from shared.events.facts import Casualties, Count, EventGroup, EventType, Place, Precision
from shared.events.incident import ChangeKind, FactChange, IncidentChange, Severity, Source, SourcedEvidence
from shared.events.report import Kind
from shared.ids import incident_id
from shared.kafka.dead_letters import Received
from shared.topics import INCIDENTS

PUBLISHED = datetime(2026, 6, 13, 20, 15, tzinfo=UTC)
QUOTED = "Gunmen stormed the village and four people were killed, a local official said."
KHANAQIN_VILLAGE = Place(
    name="Dara",
    precision=Precision.DISTRICT,
    country="IQ",
    admin1="IQG10",
    admin2="IQG10Q05",
)
KIRKUK_CITY = Place(
    name="Kirkuk", lat=35.468, lon=44.392, precision=Precision.TOWN, country="IQ", admin1="IQG13", admin2="IQG13Q04"
)


def exactly(count: int) -> Count:
    """A toll without a range."""
    return Count(best=count, low=count, high=count)


def source(number: int = 1, **changed: Any) -> Source:
    """The ``number``-th source, of an outlet and an origin of its own."""
    told = Source(
        item_id=f"i_{number:024x}",
        event_id=f"v_{number:024x}",
        feed=f"outlet-{number}",
        outlet=("Sirwan Post", "Hamrin Voice", "Tigris Wire")[(number - 1) % 3],
        tier=2,
        origin=f"outlet-{number}",
        url=f"https://outlet-{number}.example/news/1",
        title="Gunmen attack village near Khanaqin",
        time=PUBLISHED + timedelta(minutes=number - 1),
        kind=Kind.REPORT,
        lang="en",
    )
    return msgspec.structs.replace(told, **changed)


def opened(number: int = 1, **changed: Any) -> IncidentChange:
    """The first revision of incident ``number``; keyword arguments replace fields."""
    state = IncidentChange(
        item_id=f"i_{number:024x}",
        event_id=f"v_{number:024x}",
        incident_id=incident_id(f"i_{number:024x}", 0),
        revision=1,
        change=ChangeKind.OPENED,
        notify=True,
        event_type=EventType.ATTACK,
        event_group=EventGroup.VIOLENCE_AGAINST_CIVILIANS,
        place=KHANAQIN_VILLAGE,
        casualties=Casualties(killed=exactly(4)),
        occurred_on=date(2026, 6, 13),
        perpetrator="isis",
        sources=(source(1),),
        source_count=1,
        origins=1,
        evidence=(
            SourcedEvidence(item_id=f"i_{1:024x}", fact="kind", field="summary", text=QUOTED, start=0, end=len(QUOTED)),
            SourcedEvidence(
                item_id=f"i_{1:024x}", fact="killed", field="summary", text="four people were killed", start=31, end=54
            ),
        ),
        first_seen=PUBLISHED,
        last_seen=PUBLISHED,
        expires=datetime(2026, 6, 15, 21, 0, tzinfo=UTC),
        confidence=0.8,
        severity=Severity.SEVERE,
    )
    return msgspec.structs.replace(state, **changed)


def updated(before: IncidentChange, **changed: Any) -> IncidentChange:
    """The next revision: seven killed and five wounded, from a second source, unless keyword arguments say otherwise."""
    facts: dict[str, Any] = {
        "revision": before.revision + 1,
        "change": ChangeKind.UPDATED,
        "notify": True,
        "casualties": Casualties(killed=exactly(7), wounded=exactly(5)),
        "changed": (
            FactChange(fact="killed", before="4", after="7"),
            FactChange(fact="wounded", before=None, after="5"),
        ),
        "sources": (*before.sources, source(len(before.sources) + 1)),
        "source_count": before.source_count + 1,
        "origins": before.origins + 1,
        "last_seen": before.last_seen + timedelta(minutes=30),
    }
    return msgspec.structs.replace(before, **(facts | changed))


def reacted(before: IncidentChange, **changed: Any) -> IncidentChange:
    """The next revision after a condemnation: no fact changes."""
    return updated(
        before,
        **({"change": ChangeKind.REACTED, "notify": False, "casualties": before.casualties, "changed": ()} | changed),
    )


def record_headers(state: IncidentChange, *, fetched_at: datetime | None = None) -> Headers:
    """The headers that linking puts on the record."""
    linked_at = state.last_seen + timedelta(seconds=3)
    if fetched_at is None:
        return headers(state, event_id=state.event_id, occurred_at=state.last_seen, linked_at=linked_at)
    return headers(
        state, event_id=state.event_id, occurred_at=state.last_seen, linked_at=linked_at, fetched_at=fetched_at
    )


def received(state: IncidentChange, *, offset: int = 0, fetched_at: datetime | None = None) -> Received:
    """The state as a record that Kafka delivered."""
    return Received(
        topic=INCIDENTS.name,
        partition=0,
        offset=offset,
        key=state.incident_id.encode(),
        value=encode(state),
        headers=record_headers(state, fetched_at=fetched_at),
    )
