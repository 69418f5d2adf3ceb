"""Which reader read a report: its generation, and a digest of the data it read with (model, word lists, gazetteer)."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

GENERATION = "reader-1"
"""Raised when the code reads so differently that its reports are not to be compared with those of before."""

_PACKAGES = ("services.classify.read", "shared.geo")


@cache
def reader_version() -> str:
    """Return a name such as ``reader-1.4f0c21a9b7``: equal for equal data, of whatever release."""
    digest = sha256()
    for package in _PACKAGES:
        for file in sorted(files(package).joinpath("data").iterdir(), key=lambda one: one.name):
            if file.is_file():
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"{GENERATION}.{digest.hexdigest()[:10]}"
