"""Asks whether a locked dependency has a known vulnerability; `make check` runs it, as `python -m tests.deploy.audit`.

Exits with 1 when one has. A machine that cannot ask (no network, a mirror without the advisory data) is told so and passes:
what cannot be known here must not stop work here, and CI asks again.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements/runtime.txt", "requirements/dev.txt")
ROOT = Path(__file__).parents[2]
_SECONDS = 180


def audited(document: dict[str, Any]) -> tuple[list[str], int, int]:
    """Return a sentence for each vulnerable package, how many were asked about, and how many nobody knew."""
    found, known, unknown = [], 0, 0
    for one in document["dependencies"]:
        if "skip_reason" in one:
            unknown += 1
            continue
        known += 1
        for fault in one["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "nothing yet"
            found.append(f"{one['name']} {one['version']}: {fault['id']}, mended in {mended}")
    return found, known, unknown


def main() -> int:
    """Ask about every lock file."""
    status = 0
    for lock in LOCKS:
        command = [
            "-m",
            "pip_audit",
            "--requirement",
            lock,
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
        ]
        try:
            done = subprocess.run(  # our own interpreter and constants
                [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
            document = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            print(f"{lock}: not audited: the advisory data cannot be reached from here")
            continue
        found, known, unknown = audited(document)
        for sentence in found:
            print(f"{lock}: {sentence}")
            status = 1
        rest = f", {unknown} could not be asked about" if unknown else ""
        print(f"{lock}: {known} packages audited{rest}, {len(found)} known vulnerabilities")
    return status


if __name__ == "__main__":
    sys.exit(main())
