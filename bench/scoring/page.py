"""The evaluation page: prose that people write, and between marks the tables that ``make eval`` writes anew.

A part whose data are not on this machine keeps the table of the last run that had them, so that a run without the public
sets does not empty the page; each part names the reading code it was measured with.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

_MARK = "<!-- {edge} {name} -->"


def replace_parts(page: str, parts: Mapping[str, str]) -> str:
    """Return the page with the text between the marks of each part replaced; a part without marks is added at the end."""
    for name, text in parts.items():
        begin, end = _MARK.format(edge="begin", name=name), _MARK.format(edge="end", name=name)
        block = f"{begin}\n\n{text.strip()}\n\n{end}"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        page = pattern.sub(lambda _: block, page) if pattern.search(page) else f"{page.rstrip()}\n\n{block}\n"  # noqa: B023
    return page


def fingerprint(root: Path, folders: tuple[str, ...] = ("services/classify/read", "services/classify/link")) -> str:
    """Return twelve digits that change whenever code or data of reading or linking do."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
