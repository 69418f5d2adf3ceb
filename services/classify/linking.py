"""Linking a batch of reports of several regions, one after the other; what they cause is made durable by the caller, at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.classify import stages
from services.classify.entries import Region
from services.classify.link.settings import LinkSettings
from services.classify.stages import Outcome
from shared.kafka.dead_letters import Received


@dataclass(kw_only=True, slots=True)
class Linker:
    """Decides on reports. ``stored`` looks up the table by partition and key; ``regions`` holds the partitions that are ours."""

    stored: Callable[[int, bytes], bytes | None]
    settings: LinkSettings
    now: Callable[[], datetime]
    regions: dict[int, Region] = field(default_factory=dict)

    def is_ours(self, received: Received) -> bool:
        """Whether the report's region is here: without its open incidents nothing may be decided."""
        return received.partition in self.regions

    def link(self, batch: Sequence[Received]) -> list[Outcome]:
        """Return the outcomes of the batch in order, up to and with the first that spoilt its region's state."""
        outcomes: list[Outcome] = []
        fresh: dict[tuple[int, bytes], bytes] = {}
        for received in batch:
            partition, region = received.partition, self.regions[received.partition]
            outcome = stages.link(
                received,
                lambda key, partition=partition: fresh.get((partition, key)) or self.stored(partition, key),  # type: ignore[misc]  # mypy infers no default's type
                region.incidents,
                self.settings,
                self.now(),
                number=region.entries + 1,
            )
            outcomes.append(outcome)
            if outcome.entry is not None and outcome.is_new:
                region.entries += 1
                fresh[partition, outcome.entry[0]] = outcome.entry[1]
            if outcome.state_spoilt:
                break
        return outcomes
