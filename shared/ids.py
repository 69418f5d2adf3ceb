"""Derived identifiers: the same input always gives the same id, so work done twice can be recognised.

Every id is a lower-case hexadecimal prefix of SHA-256 over its parts, with a one-letter prefix naming its kind, so a
bare id in a log line says what it belongs to.
"""

from hashlib import sha256

_DIGITS = 24  # 96 bits: a collision among a billion ids has a chance below 1e-11


def derive(kind: str, *parts: str) -> str:
    """Return ``<kind>_<hash of parts>``; parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ."""
    framed = bytearray()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        framed += len(raw).to_bytes(4, "big")
        framed += raw
    return f"{kind}_{sha256(framed).hexdigest()[:_DIGITS]}"


def item_id(feed: str, identity: str) -> str:
    """Id of a news item: feed slug and guid (or its fallback)."""
    return derive("i", feed, identity)


def item_event_id(item: str, content_hash: str) -> str:
    """Id of one version of an item."""
    return derive("v", item, content_hash)


def incident_id(item: str, part: int) -> str:
    """Id of an incident, from the report that opened it: item id and the number of the event within the item (0 is the main one)."""
    return derive("a", item, str(part))


def delivery_id(endpoint: str, incident: str, revision: int) -> str:
    """Id of one alert to one endpoint; it is the webhook's ``webhook-id`` and the mail's Message-ID."""
    return derive("d", endpoint, incident, str(revision))
