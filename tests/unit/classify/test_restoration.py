"""The open incidents after partitions moved: what the table says, and where reading and linking go on."""

import gc
from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.classify.entries import Entry, encode_entry
from services.classify.errors import StateError
from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from services.classify.linking import Linker
from services.classify.metrics import ClassifyMetrics
from services.classify.order import Partition
from services.classify.restoration import Restoration, settle_memory
from shared.kafka.lag import Position
from shared.topics import ITEMS, LINK_CHANGELOG, REPORTS
from tests.support.reports import EPOCH, report
from tests.support.stream_framework import FakeFramework

SETTINGS = LinkSettings()
HERE: Partition = (REPORTS.name, 0)
READING: Partition = (ITEMS.name, 4)


class FakeTable:
    """The link table of partition 0: its rows, and how far into the changelog it reaches."""

    def __init__(self, rows: dict[bytes, bytes], reach: int) -> None:
        self.rows, self.reach = rows, reach

    def opened(self, _partition: int) -> int:
        return self.reach

    def values(self, _partition: int) -> Any:
        return iter(self.rows.values())

    def forget(self, _partition: int) -> None:
        self.rows, self.reach = {}, -1


class Stage:
    """A worker's state with ``count`` reports linked, at offsets 0 to ``count`` - 1, and ``committed`` of them committed."""

    def __init__(self, *, count: int = 4, committed: int = 4, lost: int | None = None, changelog_end: int = 99) -> None:
        fold, rows = OpenIncidents(), {}
        for number in range(1, count + 1):
            told = report(number)
            changes = fold.apply(told, SETTINGS)
            entry = Entry(key=entry_key(told), partition=0, offset=number - 1, number=number, changes=changes)
            if number != lost:
                rows[entry.key.encode()] = encode_entry(entry)
        self.fold = fold
        self.table = FakeTable(rows, reach=10)
        self.framework = FakeFramework(ours=frozenset({HERE, READING}))
        self.linker = Linker(stored=lambda _partition, _key: None, settings=SETTINGS, now=lambda: EPOCH)
        self.metrics = ClassifyMetrics(CollectorRegistry())
        self.at = {
            HERE: Position(begin=0, committed=committed, end=50),
            READING: Position(begin=2, committed=0, end=7),
            (LINK_CHANGELOG.name, 0): Position(begin=0, committed=0, end=changelog_end),
        }
        self.restoration = Restoration(
            linker=self.linker,
            table=self.table,  # type: ignore[arg-type]  # a fake
            durability=SimpleNamespace(rewrite=self._rewrite),  # type: ignore[arg-type]  # a fake
            metrics=self.metrics,
            positions=self._positions,
            framework=self.framework,
        )

    async def _rewrite(self, _partition: int, rows: Any) -> None:
        for key, value in rows:
            if value is None:
                del self.table.rows[key]
            else:
                self.table.rows[key] = value

    async def _positions(self) -> Mapping[Partition, Position]:
        return self.at


@pytest.fixture(autouse=True)
def thaw() -> Any:
    yield
    gc.unfreeze()


async def test_the_incidents_are_those_of_the_table_and_each_stage_goes_on_where_it_stood() -> None:
    stage = Stage()
    assert await stage.restoration.rebuild() == {HERE: 4, READING: 2}
    assert stage.linker.regions[0].incidents.contents() == stage.fold.contents()
    assert stage.framework.moved_back == {}


async def test_what_was_committed_beyond_the_table_is_linked_again() -> None:
    stage = Stage(count=4, committed=9)
    assert (await stage.restoration.rebuild())[HERE] == 4
    assert stage.framework.moved_back == {HERE: 4}


async def test_a_table_that_lacks_an_entry_begins_anew_with_the_first_report_and_is_counted() -> None:
    stage = Stage(lost=2)
    assert (await stage.restoration.rebuild())[HERE] == 0
    assert (len(stage.linker.regions[0].incidents), stage.table.rows) == (0, {})
    assert stage.metrics.changelogs_lost._value.get() == 1


async def test_a_table_ahead_of_its_changelog_belongs_to_one_that_is_gone() -> None:
    stage = Stage(changelog_end=10)
    assert (await stage.restoration.rebuild())[HERE] == 0


async def test_partitions_that_moved_away_are_forgotten() -> None:
    stage = Stage()
    await stage.restoration.rebuild()
    stage.framework.ours = frozenset({READING})
    assert await stage.restoration.rebuild() == {READING: 2}
    assert stage.linker.regions == {}


async def test_a_spoilt_state_is_never_repaired_from_a_table_that_lacks_something() -> None:
    with pytest.raises(StateError, match="1 entries missing"):
        await Stage(lost=3).restoration.repair(0)


async def test_what_is_long_over_is_evicted_and_the_rest_restores_whole() -> None:
    stage = Stage()
    await stage.restoration.rebuild()
    stage.at[HERE] = Position(begin=4, committed=4, end=50)
    assert await stage.restoration.evict(EPOCH + timedelta(days=400)) == 4
    await stage.restoration.repair(0)
    assert len(stage.linker.regions[0].incidents) == 0


def test_open_incidents_are_kept_out_of_garbage_collection() -> None:
    settle_memory()
    assert gc.get_freeze_count() > 0
