"""What a bounced mail says of an address (pure): a relay's refusal, or a delivery status notification (RFC 3464).

Hard means that the address does not exist or was given up; it is disabled. Everything else (a full mailbox, a policy, a lookup
that failed) may pass and is counted: one spam filter's opinion of one mail must not end somebody's alerts.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from enum import StrEnum

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DELIVERY_ID = re.compile(r"\bd_[0-9a-f]{24}\b")
_OWN_MESSAGE_ID = re.compile(r"(?im)^message-id:\s*<(d_[0-9a-f]{24})@")
_HARD = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_HARD_CODES = frozenset({550, 551, 553})
MAX_BYTES = 1_000_000


class Hardness(StrEnum):
    """Whether an address is gone, or a mail failed to reach it this time."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """A mail of ours that did not reach its mailbox. ``detail`` is the receiving side's words."""

    delivery_id: str
    hardness: Hardness
    detail: str


def hardness_of(code: int | None, text: str) -> Hardness:
    """Return what a refusal means; its enhanced status (``5.1.1``) says more than its code."""
    if found := _ENHANCED.search(text):
        return Hardness.HARD if found[0] in _HARD else Hardness.SOFT
    return Hardness.HARD if code in _HARD_CODES else Hardness.SOFT


def read_bounce(raw: bytes) -> Bounce | None:
    """Return what a message in the bounce mailbox says, None when it is no failure notice about a delivery of ours.

    Our delivery is named by the address that it was returned to (``bounces+<id>@…``), else by the Message-ID it quotes.
    """
    if len(raw) > MAX_BYTES:
        return None
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    status = next((part for part in message.walk() if part.get_content_type() == "message/delivery-status"), None)
    delivery_id = _delivery_id(message)
    if status is None or delivery_id is None:
        return None
    for fields in _blocks(status):
        if str(fields.get("Action", "")).strip().lower() == "failed":
            said = f"{fields.get('Status', '')} {fields.get('Diagnostic-Code', '')}".strip()
            return Bounce(
                delivery_id=delivery_id, hardness=hardness_of(None, said), detail=" ".join(said.split())[:200]
            )
    return None


def returned_to(address: str, delivery_id: str) -> str:
    """Return the envelope sender of a delivery, so that its bounce names it (VERP)."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{delivery_id}@{domain}"


def _delivery_id(message: EmailMessage) -> str | None:
    for header in ("X-Original-To", "Delivered-To", "To"):
        for value in message.get_all(header, []):
            if found := _DELIVERY_ID.search(str(value)):
                return found[0]
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers") and (
            found := _OWN_MESSAGE_ID.search(_text(part))
        ):
            return found[1]
    return None


def _text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "".join(one.as_string() if isinstance(one, Message) else str(one) for one in payload)
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)


def _blocks(status: Message) -> list[Message]:
    payload = status.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
