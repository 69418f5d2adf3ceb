"""E-mail by SMTP: hands the frozen message to the relay, which takes it from there. Only this module imports the SMTP client."""

import asyncio
from typing import Literal

import aiosmtplib

from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed
from services.alert.watch import EmailEndpoint, Endpoint
from services.alert.words import cleaned


class EmailChannel:
    """Sends mails through one relay. Makes one attempt; the dispatcher bounds how many at once."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: Literal["starttls", "tls", "none"],
        sender: str,
        username: str | None = None,
        password: str | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._sender = sender
        self._username = username
        self._password = password
        self._timeout_seconds = timeout_seconds

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Make one attempt; every failure of the relay is a value."""
        assert isinstance(endpoint, EmailEndpoint)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._hand_over(endpoint.to, delivery.body)
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

    async def _hand_over(self, to: str, body: bytes) -> Outcome:
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            username=self._username,
            password=self._password,
            timeout=self._timeout_seconds,
            local_hostname=self._sender.rpartition("@")[
                2
            ],  # else the client asks the resolver for our own name, which may take seconds
        )
        async with client:
            await client.sendmail(self._sender, [to], body)
        return Delivered(status=250)


def _refused(code: int, text: str, reason: Reason) -> Outcome:
    detail = cleaned(f"{code} {text}", limit=200)
    if 500 <= code < 600:
        return Permanent(reason=reason, status=code, detail=detail)
    return Retryable(reason=reason, status=code, detail=detail)
