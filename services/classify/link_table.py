"""The framework's table as linking needs it: by partition, written only after the changelog took the rows, and never ahead of it.

The framework's store keeps an index of every key it ever met in memory, and believes whatever offset it is told. Here rows
are read and written by partition, and the persisted offset advances only over changelog records that this worker wrote
itself without a stranger's in between: a worker that lost the partition for a while would else skip what the other one wrote.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import rocksdict

from services.classify.errors import StateError
from shared.logging import logger


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An entry, None when it is deleted, and where the changelog holds that."""

    key: bytes
    value: bytes | None
    changelog_offset: int


class LinkTable:
    """Access to the rows of the framework's ``table``; ``opened`` must have been called since a partition was assigned.

    ``changelog_of`` names a partition of the changelog as the framework does.
    """

    def __init__(self, table: Any, changelog_of: Callable[[int], Any]) -> None:
        self._table = table
        self._changelog_of = changelog_of
        self._persisted: dict[int, int] = {}

    def opened(self, partition: int) -> int:
        """Take note of how far the recovered partition reaches; returns the changelog offset, -1 before the first record."""
        persisted = self._store.persisted_offset(self._changelog_of(partition))
        self._persisted[partition] = -1 if persisted is None else persisted
        return self._persisted[partition]

    def get(self, partition: int, key: bytes) -> bytes | None:
        """Return the row's value."""
        value: bytes | None = self._database(partition).get(key)
        return value

    def values(self, partition: int) -> Iterator[bytes]:
        """Yield every value of a partition."""
        for key, value in self._database(partition).items():
            if key != self._store.offset_key:
                yield value

    def keep(self, partition: int, rows: Sequence[Row]) -> None:
        """Write rows whose changelog records are acknowledged; raises ``StateError`` when the changelog has begun anew under us."""
        persisted = self._persisted[partition]
        for row in rows:
            if row.changelog_offset <= persisted:
                raise StateError(
                    f"changelog partition {partition} answered offset {row.changelog_offset} after {persisted}: it was begun anew"
                )
            if row.changelog_offset == persisted + 1:
                persisted += 1
        self._persisted[partition] = persisted
        tp = self._changelog_of(partition)
        self._store.apply_changelog_batch(
            [
                SimpleNamespace(
                    message=SimpleNamespace(tp=tp, partition=partition, offset=persisted, key=row.key, value=row.value)
                )
                for row in rows
            ],
            to_key=None,
            to_value=None,
        )

    def forget(self, partition: int) -> None:
        """Delete every row of a partition, and that it ever had any."""
        database = self._database(partition)
        for key in list(database.keys()):
            database.delete(key)
        self._persisted[partition] = -1

    @property
    def _store(self) -> Any:
        return self._table.data  # opened by the framework when first asked for

    def _database(self, partition: int) -> Any:
        return self._store._db_for_partition(
            partition
        )  # the store's public access goes by the framework's current event


def discard_unreadable(directory: Path) -> tuple[str, ...]:
    """Delete the databases under ``directory`` that cannot be opened, for they are rebuilt from the changelog; returns their names.

    One that another process holds is left alone: two workers that share a directory are a fault of the deployment.
    """
    discarded = []
    for path in sorted(directory.glob("*.db")) if directory.is_dir() else []:
        try:
            rocksdict.Rdict(str(path), options=rocksdict.Options(raw_mode=True)).close()
        except Exception as error:  # noqa: BLE001  # the library raises its own, unnamed kinds
            if "lock" in str(error).lower():
                continue
            logger().error("state.discarded", path=str(path), reason=str(error)[:300])
            shutil.rmtree(path, ignore_errors=True)
            discarded.append(path.name)
    return tuple(discarded)
