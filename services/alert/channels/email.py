"""E-mail by SMTP: hands the frozen message to the relay, which takes it from there. Only this module imports the SMTP client.

Connections are kept for the next mail. One that was kept is asked whether it still lives before it is used, so that a relay which
hung up meanwhile costs no attempt.
"""

import asyncio
import contextlib
from collections import deque
from types import TracebackType
from typing import Literal, Self

import aiosmtplib

from services.alert.bounce import Hardness, hardness_of, returned_to
from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed
from services.alert.mail_gate import MailGate
from services.alert.watch import EmailEndpoint, Endpoint
from services.alert.words import cleaned

_IDLE_SECONDS = 30.0
_MAILS_OF_A_CONNECTION = 100
_ASK_SECONDS = 5.0


class _Kept:
    """A connection, since when it is idle, and how many mails it took."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self.client = client
        self.idle_since = 0.0
        self.mails = 0


class EmailChannel:
    """Sends mails through one relay while its context is open. Makes one attempt; the dispatcher bounds how many at once."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: Literal["starttls", "tls", "none"],
        sender: str,
        bounces: str | None = None,
        gate: MailGate | None = None,
        username: str | None = None,
        password: str | None = None,
        ca_file: str | None = None,
        timeout_seconds: float = 30.0,
        most_idle: int = 4,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._sender = sender
        self._bounces = bounces
        self._gate = gate
        self._username = username
        self._password = password
        self._ca_file = ca_file
        self._timeout_seconds = timeout_seconds
        self._most_idle = most_idle
        self._idle: deque[_Kept] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        while self._idle:
            await self._close(self._idle.pop())

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Make one attempt; every failure of the relay is a value."""
        assert isinstance(endpoint, EmailEndpoint)
        if self._gate is not None:
            reason = self._gate.refusal(endpoint.id, endpoint.to, delivery.watch_ids, delivery.incident_id)
            if reason is not None:
                return Permanent(reason=reason, detail="by the choice of who owns the address")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._hand_over(endpoint.to, delivery)
        except TimeoutError:
            return Retryable(
                reason=Reason.TIMEOUT, detail=f"the relay did not finish within {self._timeout_seconds:g} s"
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            code, text = (error.recipients[0].code, error.recipients[0].message) if error.recipients else (550, "")
            return _refused(code, text, Reason.RECIPIENT_REFUSED)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, error.message, Reason.MAIL_REFUSED)
        except aiosmtplib.SMTPException as error:
            return Retryable(reason=Reason.CONNECT, detail=type(error).__name__)
        except OSError as error:
            return Retryable(reason=Reason.CONNECT, detail=type(error).__name__)

    async def _hand_over(self, to: str, delivery: Claimed) -> Outcome:
        sender = self._sender if self._bounces is None else returned_to(self._bounces, delivery.delivery_id)
        kept = await self._connection()
        is_usable = False
        try:
            await kept.client.sendmail(sender, [to], delivery.body)
            is_usable = True
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError):
            is_usable = kept.client.is_connected  # it refused one mail, not us
            raise
        finally:
            kept.mails += 1
            if is_usable and kept.mails < _MAILS_OF_A_CONNECTION and len(self._idle) < self._most_idle:
                kept.idle_since = asyncio.get_running_loop().time()
                self._idle.append(kept)
            else:
                await self._close(kept)
        return Delivered(status=250)

    async def _connection(self) -> _Kept:
        """A kept connection that still answers, or a new one."""
        while self._idle:
            kept = self._idle.pop()
            is_fresh = asyncio.get_running_loop().time() - kept.idle_since < _IDLE_SECONDS
            if is_fresh and kept.client.is_connected:
                try:
                    await kept.client.rset(timeout=_ASK_SECONDS)
                except (aiosmtplib.SMTPException, OSError):
                    await self._close(kept)
                else:
                    return kept
            else:
                await self._close(kept)
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            username=self._username,
            password=self._password,
            cert_bundle=self._ca_file,
            timeout=self._timeout_seconds,
            local_hostname=self._sender.rpartition("@")[
                2
            ],  # else the client asks the resolver for our own name, which may take seconds
        )
        await client.connect()
        return _Kept(client)

    async def _close(self, kept: _Kept) -> None:
        """Say goodbye where somebody listens; never wait long for it."""
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            if kept.client.is_connected:
                await kept.client.quit(timeout=1.0)
        kept.client.close()


def _refused(code: int, text: str, reason: Reason) -> Outcome:
    detail = cleaned(f"{code} {text}", limit=200)
    if not 500 <= code < 600:
        return Retryable(reason=reason, status=code, detail=detail)
    is_gone = reason is Reason.RECIPIENT_REFUSED and hardness_of(code, text) is Hardness.HARD
    return Permanent(reason=reason, status=code, detail=detail, disables_endpoint=is_gone)
