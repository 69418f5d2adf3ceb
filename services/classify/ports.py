"""What the classify service needs of the outside world."""

from typing import Protocol

from shared.events.item import Item
from shared.events.report import Report


class ItemReader(Protocol):
    """Reads an item in the background."""

    async def read(self, item: Item) -> Report:
        """Return what the item says; raises ``TimeoutError`` when it took too long, another exception when reading failed."""
        ...
