"""Every shape of message ever published stays readable; ``golden/<event>/v<major>/*.json`` are added to, never edited."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from shared.codec import MAX_MESSAGE_BYTES, DecodeError, Event, TooLargeError, carried, decode, encode, headers
from shared.events.facts import Casualties, Count, Place, Precision
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.events.source import SourceHealth

GOLDEN = Path(__file__).parent / "golden"
TYPES: dict[str, type[Event]] = {"item": Item, "report": Report, "incident": IncidentChange, "source": SourceHealth}


def golden_files() -> list[Path]:
    return sorted(GOLDEN.glob("*/v*/*.json"))


def holds(written: object, published: object) -> bool:
    """Whether everything published is in what is written today, at every depth; what is new there is allowed."""
    if isinstance(published, dict):
        return isinstance(written, dict) and all(
            key in written and holds(written[key], value) for key, value in published.items()
        )
    if isinstance(published, list):
        return (
            isinstance(written, list)
            and len(written) == len(published)
            and all(holds(one, other) for one, other in zip(written, published, strict=True))
        )
    return written == published


def test_there_is_a_golden_example_of_every_message() -> None:
    assert {path.parts[-3] for path in golden_files()} == set(TYPES)


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_every_shape_ever_published_is_still_read_and_keeps_its_facts(path: Path) -> None:
    published = path.read_bytes()
    event = decode(TYPES[path.parts[-3]], published)  # type: ignore[type-var]  # the types of the table
    written = msgspec.json.decode(encode(event))
    assert holds(written, msgspec.json.decode(published))


def test_an_unknown_field_of_a_newer_release_is_ignored() -> None:
    raw = msgspec.json.decode((GOLDEN / "item" / "v1" / "first.json").read_bytes())
    item = decode(Item, msgspec.json.encode({**raw, "mood": "calm"}))
    assert item.item_id == raw["item_id"]


@pytest.mark.parametrize("raw", [None, b"", b"{", b"[]", b"\xff\xfe", b'{"item_id": 3}', b"[" * 100_000])
def test_bytes_that_are_no_message_are_refused_by_name(raw: bytes | None) -> None:
    with pytest.raises(DecodeError, match="not a valid item message"):
        decode(Item, raw)


def test_a_message_too_large_for_the_broker_is_refused_before_it_is_sent() -> None:
    item = decode(Item, (GOLDEN / "item" / "v1" / "first.json").read_bytes())
    with pytest.raises(TooLargeError):
        encode(msgspec.structs.replace(item, content="x" * MAX_MESSAGE_BYTES))


def test_equal_values_have_equal_bytes() -> None:
    def place() -> Place:
        return Place(name="Dara", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05")

    report = decode(Report, (GOLDEN / "report" / "v1" / "first.json").read_bytes())
    seven = Casualties(killed=Count(best=7, low=7, high=7))
    one = msgspec.structs.replace(report, place=place(), casualties=seven, occurred_on=date(2020, 6, 13))
    other = msgspec.structs.replace(report, occurred_on=date(2020, 6, 13), casualties=seven, place=place())
    assert encode(one) == encode(other)


def test_the_standard_headers_are_there_and_upstream_times_travel_on() -> None:
    item = decode(Item, (GOLDEN / "item" / "v1" / "first.json").read_bytes())
    at = datetime(2020, 6, 13, 20, tzinfo=UTC)
    made = headers(item, event_id=item.event_id, occurred_at=item.published, fetched_at=at)
    assert {name for name, _ in made} == {
        "event-id",
        "event-type",
        "event-version",
        "occurred-at",
        "content-type",
        "fetched-at",
    }
    assert carried(made) == {"fetched-at": at.isoformat().encode()}
    assert carried(None) == {}
