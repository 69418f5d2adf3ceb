"""The page's style, scripts and map library, each under an address that names its content, so that it may be kept for ever.

The map library is read from its installed wheel; nothing of it is copied into this repository.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources

_JS, _CSS = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_OURS = "services.alert"
_LEAFLET = "xstatic.pkg.leaflet"
_FILES = {
    "style.css": (_OURS, "templates/style.css", _CSS),
    "map.css": (_OURS, "static/map.css", _CSS),
    "map.js": (_OURS, "static/map.js", _JS),
    "leaflet.js": (_LEAFLET, "data/leaflet.js", _JS),
    "leaflet.css": (_LEAFLET, "data/leaflet.css", _CSS),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """A file to be served."""

    body: bytes
    media_type: str
    version: str


@lru_cache(maxsize=len(_FILES))
def asset(name: str) -> Asset | None:
    """Return a file by its name, None for a name that is not one of ours."""
    if name not in _FILES:
        return None
    package, path, media_type = _FILES[name]
    found = resources.files(package)
    for part in path.split("/"):
        found = found / part
    body = found.read_bytes()
    return Asset(body=body, media_type=media_type, version=sha256(body).hexdigest()[:12])


def asset_address(name: str) -> str:
    """Return where a page finds a file; raises ``KeyError`` for a name that is not one of ours."""
    found = asset(name)
    if found is None:
        raise KeyError(name)
    return f"/static/{found.version}/{name}"
