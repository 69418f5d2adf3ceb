"""From a bulletin to a delivery: language chosen, body frozen (pure)."""

from collections.abc import Mapping
from datetime import datetime

from services.alert import mail
from services.alert.bulletin import Bulletin
from services.alert.bulletin_payload import bulletin_body
from services.alert.bulletin_words import bulletin_story
from services.alert.compose import Sender
from services.alert.ledger import DeliveryStatus, NewDelivery
from services.alert.tidings import Addressed
from services.alert.watch import EmailEndpoint, Endpoint, Language, PullEndpoint, Watch
from services.alert.words import PlaceWords


class BulletinWriter:
    """Writes bulletins as deliveries. ``watches`` are looked up for their language."""

    def __init__(self, *, names: PlaceWords, sender: Sender) -> None:
        self._names = names
        self._sender = sender

    def delivery(self, addressed: Addressed, endpoint: Endpoint, watches: Mapping[str, Watch]) -> NewDelivery:
        """Return the delivery of a bulletin to its endpoint; equal bulletins give equal bytes."""
        bulletin = addressed.bulletin
        language = _language(endpoint, bulletin, watches)
        if isinstance(endpoint, EmailEndpoint):
            content_type = "message/rfc822"
            body = self._mail(addressed, endpoint, language, created=bulletin.at)
        else:
            content_type = "application/json"
            body = bulletin_body(bulletin, language, self._names)
        return NewDelivery(
            delivery_id=addressed.delivery_id,
            endpoint_id=endpoint.id,
            channel=endpoint.channel,
            incident_id=addressed.subject,
            revision=addressed.revision,
            message=bulletin.kind,
            watch_ids=tuple(one.id for one in bulletin.watches),
            test=False,
            content_type=content_type,
            body=body,
            status=DeliveryStatus.DELIVERED if isinstance(endpoint, PullEndpoint) else DeliveryStatus.PENDING,
            occurred_at=None,
            fetched_at=None,
        )

    def _mail(self, addressed: Addressed, endpoint: EmailEndpoint, language: Language, *, created: datetime) -> bytes:
        return mail.alert_mail(
            bulletin_story(addressed.bulletin, language, self._names, most_entries=200),
            delivery_id=addressed.delivery_id,
            sender=self._sender.address,
            sender_name=self._sender.name,
            to=endpoint.to,
            created=created,
            links=self._sender.links_of(
                endpoint_id=endpoint.id,
                watch_ids=tuple(one.id for one in addressed.bulletin.watches),
                delivery_id=None,
            ),
        )


def _language(endpoint: Endpoint, bulletin: Bulletin, watches: Mapping[str, Watch]) -> Language:
    if endpoint.language is not None:
        return endpoint.language
    named = (watches.get(one.id) for one in bulletin.watches)
    return next((watch.language for watch in named if watch is not None and watch.language is not None), "en")
