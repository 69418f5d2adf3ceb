"""A mail server on loopback that keeps what it is given, and refuses when told to."""

import asyncio
import email
import email.policy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.standalone.loopback import HOST
from shared.clock import Clock, SystemClock

_ACCEPTED = "250 OK: kept"
_MAX_MESSAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class CaughtMail:
    """One message as it was handed over. ``reply`` is what the sender was told; ``is_repeat`` means its Message-ID had been accepted before."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    received_at: datetime
    reply: str
    is_repeat: bool

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets, empty when there is none."""
        return str(self.message.get("Message-ID", "")).strip()

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message.get("Subject", ""))

    @property
    def plain_text(self) -> str:
        """The plain text part, empty when there is none."""
        part = self.message.get_body(preferencelist=("plain",))
        return _text_of(part)

    @property
    def html(self) -> str:
        """The HTML part, empty when there is none."""
        part = self.message.get_body(preferencelist=("html",))
        return _text_of(part)

    @property
    def is_accepted(self) -> bool:
        """Whether the sender was told that it arrived."""
        return self.reply.startswith("2")


class MailCatcher:
    """An SMTP server without TLS or login.

    Use it as an async context manager; entry raises ``OSError`` when ``port`` is in use, 0 takes a free one.
    """

    def __init__(
        self, *, port: int = 0, clock: Clock | None = None, on_accepted: Callable[[CaughtMail], None] | None = None
    ) -> None:
        self._wanted_port = port
        self._clock = clock or SystemClock()
        self._on_accepted = on_accepted
        self._caught: list[CaughtMail] = []
        self._refusals: deque[str] = deque()
        self._refused_recipients: dict[str, str] = {}
        self._arrival = asyncio.Condition()
        self._connections: list[SMTP] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def connect() -> SMTP:
            connection = SMTP(
                self, hostname="localhost", loop=loop, enable_SMTPUTF8=True, data_size_limit=_MAX_MESSAGE_BYTES
            )
            self._connections.append(connection)
            return connection

        self._server = await loop.create_server(connect, HOST, self._wanted_port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.close()
        self._connections.clear()
        await self._server.wait_closed()
        self._server = None

    @property
    def port(self) -> int:
        """The port it listens on; raises ``RuntimeError`` while stopped."""
        if self._server is None:
            raise RuntimeError("the mail catcher is not running: use it inside `async with`")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many connections were opened since the start."""
        return len(self._connections)

    def hang_up(self) -> None:
        """Close every open connection, as a relay does with idle ones."""
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.close()

    @property
    def host(self) -> str:
        """The address it listens on."""
        return HOST

    @property
    def url(self) -> str:
        """Host and port as an address, for people to read."""
        return f"smtp://{HOST}:{self.port}"

    def fail_next(self, reply: str = "451 4.3.0 try again later", times: int = 1) -> None:
        """Refuse the next ``times`` messages with this SMTP reply."""
        self._refusals.extend([reply] * times)

    def refuse_recipient(self, address: str, reply: str = "550 5.1.1 no such mailbox") -> None:
        """Refuse mail to this address from now on."""
        self._refused_recipients[address.casefold()] = reply

    @property
    def caught(self) -> tuple[CaughtMail, ...]:
        """Every message, in order of arrival, refused ones included."""
        return tuple(self._caught)

    @property
    def accepted(self) -> tuple[CaughtMail, ...]:
        """The accepted messages without repeats of a Message-ID."""
        return tuple(mail for mail in self._caught if mail.is_accepted and not mail.is_repeat)

    async def wait_for_accepted(self, count: int, timeout_seconds: float) -> tuple[CaughtMail, ...]:
        """Return what was accepted once it is ``count`` or more; raises ``TimeoutError`` saying what came until then."""
        try:
            async with asyncio.timeout(timeout_seconds), self._arrival:
                await self._arrival.wait_for(lambda: len(self.accepted) >= count)
        except TimeoutError as error:
            seen = [f"{mail.message_id} {mail.reply}" for mail in self._caught]
            raise TimeoutError(
                f"{len(self.accepted)} of {count} accepted in {timeout_seconds:g} s; seen: {seen}"
            ) from error
        return self.accepted

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient (called by aiosmtpd)."""
        refusal = self._refused_recipients.get(address.casefold())
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Keep a message (called by aiosmtpd)."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        reply = self._refusals.popleft() if self._refusals else _ACCEPTED
        known = {mail.message_id for mail in self._caught if mail.is_accepted}
        mail = CaughtMail(
            sender=envelope.mail_from or "",
            recipients=tuple(str(recipient) for recipient in envelope.rcpt_tos),
            message=message,
            raw=raw,
            received_at=self._clock.now(),
            reply=reply,
            is_repeat=str(message.get("Message-ID", "")).strip() in known,
        )
        async with self._arrival:
            self._caught.append(mail)
            self._arrival.notify_all()
        if mail.is_accepted and not mail.is_repeat and self._on_accepted is not None:
            self._on_accepted(mail)
        return reply


def _text_of(part: MIMEPart | None) -> str:
    """The text of a part with the line ends of this side of the wire."""
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
