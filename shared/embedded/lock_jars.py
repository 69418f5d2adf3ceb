"""``python -m shared.embedded.lock_jars``: resolve Kafka's jars anew and write ``kafka-jars.json``; review the difference."""

import sys
import tempfile
from pathlib import Path

import msgspec

from shared.embedded.jars import LOCK_FILE
from shared.embedded.maven import resolve_lock


def main() -> None:
    """Rewrite the lock; raises what jgo raises when the network or a version is missing."""
    with tempfile.TemporaryDirectory(prefix="tocsin-lock-") as work:
        lock = resolve_lock(Path(work))
    LOCK_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(lock), indent=1) + b"\n")
    total = sum(jar.size_bytes for jar in lock.jars)
    sys.stdout.write(f"{LOCK_FILE.name}: Kafka {lock.kafka_version}, {len(lock.jars)} jars, {total / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
