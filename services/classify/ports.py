"""What the classify service needs of the outside world."""

from collections.abc import Mapping
from typing import Any, Protocol

from services.classify.order import Partition
from shared.events.item import Item
from shared.events.report import Report


class ItemReader(Protocol):
    """Reads an item in the background."""

    async def read(self, item: Item) -> Report:
        """Return what the item says; raises ``TimeoutError`` when it took too long, another exception when reading failed."""
        ...


class StreamFramework(Protocol):
    """The few things the stream framework decides for us: which partitions are ours, and where their committed position is.

    A *message* is its token for a record; a *generation* is the time between two movements of partitions.
    """

    @property
    def generation(self) -> int:
        """The current generation; tokens of an earlier one may no longer be acknowledged."""
        ...

    @property
    def is_rebalancing(self) -> bool:
        """Whether partitions are moving."""
        ...

    def assigned(self) -> frozenset[Partition]:
        """The partitions of items and reports that are ours now."""
        ...

    def token(self, partition: Partition, offset: int) -> Any:
        """A token for a record that the framework did not deliver."""
        ...

    def acknowledge(self, message: Any) -> None:
        """The record is done: its partition's committed position may pass it. Nothing for a token of an earlier generation."""
        ...

    def drop(self, message: Any) -> None:
        """Forget the token without acknowledging the record."""
        ...

    async def move_back(self, positions: Mapping[Partition, int]) -> None:
        """Set the committed positions to these, lower ones."""
        ...
