"""Whether a mail may be sent to an address: it was confirmed, and its owner has not unsubscribed from what the mail is about (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.alert.delivery import Reason
from services.alert.mail_links import EVERYTHING
from services.alert.notices import CONFIRM_PREFIX


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRules:
    """What is known: watches left by endpoint (``*``: all), addresses confirmed by endpoint."""

    left: Mapping[str, frozenset[str]] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)


class MailGate:
    """Asked before every mail. Endpoints in ``of_file`` were written by the operator and count as confirmed."""

    def __init__(self, of_file: frozenset[str]) -> None:
        self._of_file = of_file
        self._rules = MailRules()

    def become(self, rules: MailRules) -> None:
        """Go by these from now on."""
        self._rules = rules

    def refusal(self, endpoint_id: str, address: str, watch_ids: tuple[str, ...], incident_id: str) -> Reason | None:
        """Return why a mail may not be sent, None when it may."""
        if incident_id.startswith(CONFIRM_PREFIX):
            return None
        if endpoint_id not in self._of_file and self._rules.confirmed.get(endpoint_id) != address:
            return Reason.UNCONFIRMED
        left = self._rules.left.get(endpoint_id, frozenset[str]())
        if EVERYTHING in left or (watch_ids and left.issuperset(watch_ids)):
            return Reason.UNSUBSCRIBED
        return None
