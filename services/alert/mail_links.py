"""Signed links in mails: unsubscribe, confirm an address, report an error (pure).

The token carries what it is for and an HMAC, so it needs no row, never expires, and cannot be guessed or turned to another
address or use. A link only shows a page; acting takes a POST (RFC 8058), for scanners follow every link in a mail.
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

EVERYTHING = "*"
"""Stands for all watches."""
_MAC_BYTES = 16
_LONGEST_TOKEN = 1000


class LinkKind(StrEnum):
    """What a link is for; the word in its address."""

    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"
    REPORT = "report"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLink:
    """``subject``: the watch to leave or ``*``; the address to confirm; the delivery that is wrong."""

    kind: LinkKind
    endpoint_id: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLinks:
    """The links of one mail. ``unsubscribe`` leaves the mail's one watch, or everything where it serves several."""

    unsubscribe: str
    report: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSigner:
    """Makes and reads links; ``base_url`` is where the page is reached from outside."""

    base_url: str
    secret: bytes = field(repr=False)

    def url(self, link: MailLink) -> str:
        """Return the address of a link."""
        return f"{self.base_url.rstrip('/')}/mail/{link.kind.value}/{self.token(link)}"

    def token(self, link: MailLink) -> str:
        """Return the signed part of it."""
        said = json.dumps([link.kind.value, link.endpoint_id, link.subject], separators=(",", ":")).encode()
        return f"{_encoded(said)}.{_encoded(self._mac(said))}"

    def read(self, kind: LinkKind, token: str) -> MailLink | None:
        """Return what a token says, None unless it is ours and of this kind."""
        payload, _, mac = token.partition(".")
        try:
            said = _decoded(payload)
            is_genuine = hmac.compare_digest(self._mac(said), _decoded(mac)) and len(token) <= _LONGEST_TOKEN
            word, endpoint_id, subject = json.loads(said) if is_genuine else ("", "", "")
        except (ValueError, binascii.Error):
            return None
        if word != kind.value:
            return None
        return MailLink(kind=kind, endpoint_id=endpoint_id, subject=subject)

    def links(self, *, endpoint_id: str, watch_ids: tuple[str, ...], delivery_id: str | None) -> MailLinks:
        """Return the links of a mail that serves these watches; ``delivery_id`` None: there is no error to report in it."""
        subject = watch_ids[0] if len(watch_ids) == 1 else EVERYTHING
        report = None
        if delivery_id is not None:
            report = self.url(MailLink(kind=LinkKind.REPORT, endpoint_id=endpoint_id, subject=delivery_id))
        return MailLinks(
            unsubscribe=self.url(MailLink(kind=LinkKind.UNSUBSCRIBE, endpoint_id=endpoint_id, subject=subject)),
            report=report,
        )

    def _mac(self, said: bytes) -> bytes:
        return hmac.new(self.secret, said, sha256).digest()[:_MAC_BYTES]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    if not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError("no token")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
