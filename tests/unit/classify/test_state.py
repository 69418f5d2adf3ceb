"""The link table's state: what it restores, what it notices as missing, and how far it claims to reach."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.classify.entries import Entry, decode_entry, encode_entry, restore
from services.classify.errors import StateError
from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from services.classify.link_table import LinkTable, Row
from services.classify.linking import Linker
from shared.codec import encode
from shared.events.report import Report
from shared.kafka.dead_letters import Received
from shared.topics import REPORTS
from tests.support.reports import EPOCH as NOW
from tests.support.reports import report

SETTINGS = LinkSettings()


def entries(count: int) -> tuple[list[Entry], OpenIncidents]:
    fold, made = OpenIncidents(), []
    for number in range(1, count + 1):
        told = report(number, place=report(number // 2).place)
        changes = fold.apply(told, SETTINGS)
        made.append(Entry(key=entry_key(told), partition=0, offset=number * 2, number=number, changes=changes))
    return made, fold


def test_a_table_read_in_any_order_restores_the_fold_and_where_to_go_on() -> None:
    made, fold = entries(8)
    restored = restore(encode_entry(entry) for entry in reversed(made))
    assert restored.region.incidents.contents() == fold.contents()
    assert (restored.region.entries, restored.region.next_offset, restored.missing) == (8, 17, 0)


@pytest.mark.parametrize("lost", [0, 3])
def test_an_entry_that_is_missing_is_noticed(lost: int) -> None:
    made, _ = entries(8)
    del made[lost]
    assert restore(encode_entry(entry) for entry in made).missing == 1


class FakeStore:
    """What the framework's store offers and the table uses."""

    offset_key = b"offset"

    def __init__(self) -> None:
        self.databases: dict[int, dict[bytes, bytes]] = {}
        self.persisted: dict[Any, int] = {}

    def persisted_offset(self, tp: Any) -> int | None:
        return self.persisted.get(tp)

    def _db_for_partition(self, partition: int) -> Any:
        rows = self.databases.setdefault(partition, {})
        return SimpleNamespace(get=rows.get, items=rows.items, keys=rows.keys, delete=rows.pop)

    def apply_changelog_batch(self, batch: list[Any], to_key: Any, to_value: Any) -> None:
        for event in batch:
            self.databases.setdefault(event.message.partition, {})[event.message.key] = event.message.value
            self.persisted[event.message.tp] = event.message.offset


def opened_table() -> tuple[LinkTable, FakeStore]:
    store = FakeStore()
    table = LinkTable(SimpleNamespace(data=store), lambda partition: ("changelog", partition))
    table.opened(0)
    return table, store


def row(offset: int) -> Row:
    return Row(key=b"k%d" % offset, value=b"v", changelog_offset=offset)


def test_a_table_does_not_claim_what_another_worker_wrote_meanwhile() -> None:
    table, store = opened_table()
    table.keep(0, [row(0), row(1)])
    table.keep(0, [row(9)])  # 2 to 8 are somebody else's
    table.keep(0, [row(10)])
    assert store.persisted == {("changelog", 0): 1}
    assert table.get(0, b"k10") == b"v"


def test_a_changelog_that_begins_anew_is_noticed_before_anything_is_written() -> None:
    table, store = opened_table()
    table.keep(0, [row(0), row(1)])
    with pytest.raises(StateError, match="begun anew"):
        table.keep(0, [row(0)])
    assert len(store.databases[0]) == 2


def received(told: Report, offset: int) -> Received:
    return Received(topic=REPORTS.name, partition=0, offset=offset, key=b"mena", value=encode(told))


def test_a_report_that_comes_twice_in_one_batch_is_answered_once_decided_and_once_repeated() -> None:
    made, _ = entries(0)
    assert made == []
    region = restore([]).region
    linker = Linker(stored=lambda _partition, _key: None, settings=SETTINGS, now=lambda: NOW, regions={0: region})
    outcomes = linker.link([received(report(1), 5), received(report(2), 6), received(report(1), 7)])
    assert [outcome.outcome for outcome in outcomes] == ["opened", "opened", "repeated"]
    assert outcomes[0].records[0].value == outcomes[2].records[0].value
    numbers = [decode_entry(outcome.entry[1]).number for outcome in outcomes if outcome.entry is not None]
    assert numbers == [1, 2, 1]
    assert region.entries == 2


def test_a_batch_ends_with_the_report_that_spoilt_the_state() -> None:
    region = restore([]).region

    def stored(_partition: int, key: bytes) -> bytes | None:
        return b"not an entry" if key.startswith(b"i00002") else None

    linker = Linker(stored=stored, settings=SETTINGS, now=lambda: NOW, regions={0: region})
    outcomes = linker.link([received(report(number), number) for number in (1, 2, 3)])
    assert [outcome.outcome for outcome in outcomes] == ["opened", "dead_processing_failed"]
    assert outcomes[-1].state_spoilt
