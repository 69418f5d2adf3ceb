"""Settings of the classify service."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from shared.settings import Settings


class ClassifySettings(Settings):
    """See ``shared.settings`` for how each is named in the environment."""

    service: ClassVar[str] = "classify"

    data_dir: Path = Path("classify-data")
    """Where RocksDB keeps the link table; one directory a worker. It is rebuilt from Kafka when lost."""
    read_workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that read items; more than cores brings nothing."""
    read_timeout_seconds: Annotated[float, Field(gt=0)] = 20.0
    """Backstop for one item; work is bounded by its size, so this fires only on a fault. The item is dead-lettered. Below handler_deadline_seconds."""
    publish_timeout_seconds: Annotated[float, Field(gt=0)] = 15.0
    """How long one attempt to publish may wait for the broker's acknowledgement. Below handler_deadline_seconds."""
    handler_deadline_seconds: Annotated[float, Field(gt=0)] = 120.0
    """How long publishing is tried again before the process ends with status 75 and nothing committed. Below the orchestrator's grace for a restart."""
    commit_interval_seconds: Annotated[float, Field(gt=0)] = 1.0
    """How often offsets of finished events are committed; a crash repeats at most this much work."""
    rocksdb_cache_bytes: Annotated[int, Field(ge=1_048_576)] = 16 * 1_048_576
    """Block cache of each partition's RocksDB; the framework's default of 2 GiB each would end in an out-of-memory kill."""
    rocksdb_write_buffer_bytes: Annotated[int, Field(ge=1_048_576)] = 8 * 1_048_576
    """Write buffer of each partition's RocksDB; up to three are held at once."""
    keep_incidents_days: Annotated[int, Field(ge=180)] = 400
    """How long an ended incident stays in memory and in the table. Housekeeping alone: far above the 90 days within which anything may join, and above the retention of reports."""
    stall_seconds: Annotated[float, Field(gt=0)] = 180.0
    """Liveness fails when a partition of ours has records waiting and nothing of it was committed for this long, while Kafka answers. Above handler_deadline_seconds and the time a recovery takes."""
    stop_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long an orderly stop may take; then the process ends with nothing more committed, which loses nothing. Below the orchestrator's grace."""
