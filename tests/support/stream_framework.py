"""The stream framework's side as a fake: it remembers what was acknowledged, dropped and moved back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.classify.order import Partition


@dataclass(frozen=True, kw_only=True)
class FakeToken:
    """A token for a record; ``is_ours`` when it was made for one that was never delivered."""

    offset: int
    generation_id: int = 1
    is_ours: bool = False


@dataclass(kw_only=True)
class FakeFramework:
    """``ports.StreamFramework`` without a broker."""

    ours: frozenset[Partition] = frozenset()
    generation: int = 1
    is_rebalancing: bool = False
    acknowledged: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    moved_back: dict[Partition, int] = field(default_factory=dict)

    def assigned(self) -> frozenset[Partition]:
        return self.ours

    def token(self, _partition: Partition, offset: int) -> FakeToken:
        return FakeToken(offset=offset, generation_id=self.generation, is_ours=True)

    def acknowledge(self, message: FakeToken) -> None:
        self.acknowledged.append(message.offset)

    def drop(self, message: FakeToken) -> None:
        self.dropped.append(message.offset)

    async def move_back(self, positions: Mapping[Partition, int]) -> None:
        self.moved_back.update(positions)
