"""When our own reading processes fail, no item is put aside for it: the process ends and the items are read later."""

from datetime import UTC, datetime

import pytest

from services.classify import reading_pool
from services.classify.errors import ReaderError
from services.classify.reading_pool import ReadingPool
from services.classify.stages import read
from shared.codec import encode
from shared.events.item import Item
from shared.events.report import Report
from shared.kafka.dead_letters import Received

NOW = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
ITEM = Item(item_id="1", event_id="1-1", feed="a", outlet="A", url="", title="Bomb kills two in Kalar", published=NOW)


class NoReader:
    """Stands for a pool whose processes are gone."""

    async def read(self, item: Item) -> Report:
        raise ReaderError("no memory for a process")


def _unloadable() -> None:
    raise OSError("the model file is damaged")


async def test_no_item_is_put_aside_because_we_cannot_read() -> None:
    received = Received(topic="tocsin.items.v1", partition=0, offset=0, key=b"1", value=encode(ITEM))
    with pytest.raises(ReaderError):
        await read(received, NoReader(), lambda: NOW)


async def test_data_that_cannot_be_loaded_is_said_at_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading_pool, "_load", _unloadable)
    with pytest.raises(ReaderError, match="could load"):
        async with ReadingPool(workers=1, timeout_seconds=5):
            pass


async def test_a_pool_that_is_gone_says_that_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ReadingPool(workers=1, timeout_seconds=5)
    async with pool:
        assert (await pool.read(ITEM)).item_id == "1"
    with pytest.raises(ReaderError):
        await pool.read(ITEM)
