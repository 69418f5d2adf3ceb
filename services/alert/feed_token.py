"""What stands in a feed's address for readers that can send no header: it reads one watch's feed, and dies with its key (pure)."""

import base64
import hmac
from hashlib import sha256


def feed_token(secret: bytes, *, key_id: str, watch_id: str) -> str:
    """Return the token by which a key's holder reads a watch's feed."""
    return f"{key_id}.{_signature(secret, key_id, watch_id)}"


def key_id_of_token(secret: bytes, token: str, *, watch_id: str) -> str | None:
    """Return the id of the key that a token stands for, None unless we made it for this watch."""
    key_id, _, signature = token.partition(".")
    expected = _signature(secret, key_id, watch_id)
    return key_id if hmac.compare_digest(signature.encode(), expected.encode()) else None


def _signature(secret: bytes, key_id: str, watch_id: str) -> str:
    raw = hmac.new(secret, f"feed\n{key_id}\n{watch_id}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
