"""The e-mail of an alert: one complete message, multipart plain text and HTML, frozen as bytes when the delivery is written down.

Everything that could vary between two renderings (Message-ID, Date, the multipart boundary) is derived from the delivery.
"""

from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.alert import phrases
from services.alert.mail_links import MailLinks
from services.alert.words import Line, Story, plain_text

_FORBIDDEN = frozenset("\r\n\0")


def address(text: str) -> Address:
    """Return a mail address; raises ``ValueError`` saying what is wrong, for line breaks (header injection) above all."""
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError("it contains control characters")
    if not text.isascii():
        raise ValueError("only addresses of ASCII characters are supported")
    try:
        found = Address(addr_spec=text.strip())
    except (ValueError, IndexError, MessageError) as error:
        raise ValueError("it is not of the form name@domain") from error
    if not found.username or ("." not in found.domain.strip(".") and found.domain != "localhost"):
        raise ValueError("it is not of the form name@domain")
    if found.addr_spec != text.strip():
        raise ValueError("it has parts beside name@domain")
    return found


def header_text(text: str) -> str:
    """Return text that is safe as a header's value.

    Besides line breaks, ``=?`` is broken up: the library decodes what looks like an encoded word in a value it is given, and
    "=?utf-8?q?=0D=0ABcc:…?=" in a village's name would then come out as a header of the feed's making.
    """
    return "".join(c for c in text if c not in _FORBIDDEN).replace("=?", "= ?")


def message_id(delivery_id: str, domain: str) -> str:
    """The Message-ID of a delivery."""
    return f"<{delivery_id}@{domain}>"


def alert_mail(
    told: Story,
    *,
    delivery_id: str,
    sender: str,
    sender_name: str,
    to: str,
    created: datetime,
    earlier: tuple[str, ...] = (),
    test: bool = False,
    links: MailLinks | None = None,
) -> bytes:
    """Return the message; ``earlier`` are the delivery ids of this incident's mails to the same address, oldest first (one thread)."""
    told = _with_links(told, links)
    from_address = address(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=header_text(sender_name), addr_spec=from_address.addr_spec)
    message["To"] = address(to)
    message["Subject"] = header_text(told.headline)
    message["Date"] = format_datetime(created)
    message["Message-ID"] = message_id(delivery_id, from_address.domain)
    if earlier:
        ids = [message_id(one, from_address.domain) for one in earlier]
        message["In-Reply-To"] = ids[-1]
        message["References"] = " ".join(ids)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if links is not None:  # RFC 8058: one click by POST; both headers must be signed by the relay's DKIM
        message["List-Unsubscribe"] = f"<{links.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if test:
        message["X-Tocsin-Test"] = "true"
    message.set_content(
        plain_text(told),
        subtype="plain",
        charset="utf-8",
        cte="quoted-printable" if told.headline.isascii() else "base64",
    )
    message.add_alternative(html(told), subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = (
        told.language
    )  # not earlier: setting the content drops headers that begin with Content-
    message.set_boundary(f"=_{delivery_id}")
    return message.as_bytes()


def _with_links(told: Story, links: MailLinks | None) -> Story:
    if links is None:
        return told
    lines = [Line(label=phrases.UNSUBSCRIBE[told.language], value=links.unsubscribe)]
    if links.report is not None:
        lines.insert(0, Line(label=phrases.REPORT_AN_ERROR[told.language], value=links.report))
    return replace(told, links=tuple(lines))


def html(told: Story) -> str:
    """Return the story as a small HTML document without scripts, images or anything fetched; all text is escaped."""
    labels = {name: words[told.language] for name, words in phrases.LABEL.items()}
    return _environment().get_template("mail.html").render(told=told, labels=labels)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.alert", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
