"""From a notice to a delivery: id derived, words chosen, body frozen (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.alert import mail
from services.alert.distance import SiteDistance, site_distances
from services.alert.ledger import DeliveryStatus, NewDelivery
from services.alert.mail_links import LinkSigner, MailLinks
from services.alert.matching import WatchIndex
from services.alert.payload import SiteNote, Times, WatchNote, alert_body
from services.alert.routing import Note, Notice
from services.alert.short_form import short_form
from services.alert.watch import EmailEndpoint, Endpoint, Language, PullEndpoint
from services.alert.words import PlaceWords, Story, Telling, story
from shared.events.incident import IncidentChange
from shared.ids import delivery_id

LATE_AFTER = timedelta(minutes=10)
"""News that was longer than this in our own hands is marked as late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who the mails come from. ``links`` None: the page cannot be reached from outside, so mails carry none."""

    address: str
    name: str
    links: LinkSigner | None = None

    def links_of(self, *, endpoint_id: str, watch_ids: tuple[str, ...], delivery_id: str | None) -> MailLinks | None:
        """The links of one mail."""
        if self.links is None:
            return None
        return self.links.links(endpoint_id=endpoint_id, watch_ids=watch_ids, delivery_id=delivery_id)


class _Written(NamedTuple):
    """What was already put into words for this change, to be shared among the endpoints that get the same."""

    stories: dict[Telling, Story]
    bodies: dict[tuple[Telling, tuple[Note, ...], int | None], bytes]


class Composer:
    """Writes deliveries. Stories and bodies are shared among the endpoints that get the same one."""

    def __init__(self, *, index: WatchIndex, names: PlaceWords, sender: Sender) -> None:
        self._index = index
        self._names = names
        self._sender = sender

    def deliveries(
        self, state: IncidentChange, notices: tuple[tuple[Notice, Endpoint], ...], times: Times
    ) -> tuple[NewDelivery, ...]:
        """Return one delivery for each notice."""
        written = _Written(stories={}, bodies={})
        return tuple(self._delivery(state, notice, endpoint, times, written) for notice, endpoint in notices)

    def _delivery(
        self, state: IncidentChange, notice: Notice, endpoint: Endpoint, times: Times, written: _Written
    ) -> NewDelivery:
        telling = self._telling(state, notice, endpoint, times)
        if telling not in written.stories:
            written.stories[telling] = story(state, telling, self._names)
        told = written.stories[telling]
        own_id = delivery_id(endpoint.id, state.incident_id, state.revision)
        if isinstance(endpoint, EmailEndpoint):
            content_type = "message/rfc822"
            body = self._mail(state, notice, endpoint, own_id=own_id, told=told, created=times.created)
        else:
            content_type = "application/json"
            key = (telling, notice.notes, notice.previous_revision)
            if key not in written.bodies:
                written.bodies[key] = self._body(state, notice, telling, told, times)
            body = written.bodies[key]
        return NewDelivery(
            delivery_id=own_id,
            endpoint_id=endpoint.id,
            channel=endpoint.channel,
            incident_id=state.incident_id,
            revision=state.revision,
            message=notice.message,
            watch_ids=tuple(note.watch_id for note in notice.notes),
            test=state.test,
            content_type=content_type,
            body=body,
            status=_status_at_birth(notice, endpoint),
            occurred_at=times.published,
            fetched_at=times.fetched,
        )

    def _telling(self, state: IncidentChange, notice: Notice, endpoint: Endpoint, times: Times) -> Telling:
        late_by = None if times.fetched is None else times.created - times.fetched
        return Telling(
            message=notice.message,
            language=self._language(notice, endpoint),
            watches=tuple((self._name(note.watch_id), note.relation) for note in notice.notes),
            late_by=late_by if late_by is not None and late_by > LATE_AFTER else None,
            minimal=self._is_minimal(notice),
            sites=self._sites(notice.notes, state),
        )

    def _body(self, state: IncidentChange, notice: Notice, telling: Telling, told: Story, times: Times) -> bytes:
        return alert_body(
            state,
            message=notice.message,
            watches=tuple(
                WatchNote(
                    id=note.watch_id,
                    name=self._name(note.watch_id),
                    message=note.message,
                    relation=note.relation,
                    sites=() if telling.minimal else site_notes(self._sites((note,), state)),
                )
                for note in notice.notes
            ),
            previous_revision=notice.previous_revision,
            told=told,
            short=short_form(state, telling, self._names),
            times=times,
            late_by_seconds=None if telling.late_by is None else round(telling.late_by.total_seconds()),
            minimal=telling.minimal,
        )

    def _mail(
        self,
        state: IncidentChange,
        notice: Notice,
        endpoint: EmailEndpoint,
        *,
        own_id: str,
        told: Story,
        created: datetime,
    ) -> bytes:
        revisions = dict.fromkeys(one for one in (notice.first_revision, notice.previous_revision) if one is not None)
        return mail.alert_mail(
            told,
            delivery_id=own_id,
            sender=self._sender.address,
            sender_name=self._sender.name,
            to=endpoint.to,
            created=created,
            earlier=tuple(delivery_id(endpoint.id, state.incident_id, revision) for revision in revisions),
            test=state.test,
            links=self._sender.links_of(
                endpoint_id=endpoint.id, watch_ids=tuple(note.watch_id for note in notice.notes), delivery_id=own_id
            ),
        )

    def _sites(self, notes: tuple[Note, ...], state: IncidentChange) -> tuple[SiteDistance, ...]:
        """The named sites of the watches that the incident is near to, nearest first; those of an unknown distance last."""
        watches = (self._index.watches.get(note.watch_id) for note in notes)
        found = {
            site: None
            for watch in watches
            if watch is not None and watch.manners.sites
            for site in site_distances(watch, state.place)
        }
        return tuple(sorted(found, key=lambda site: (site.km is None, site.km or 0.0)))

    def _name(self, watch_id: str) -> str:
        watch = self._index.watches.get(watch_id)
        return watch.name if watch else watch_id

    def _is_minimal(self, notice: Notice) -> bool:
        """Whether any watch behind it asks for it; one that was given up is unknown, and then the careful way is taken."""
        watches = [self._index.watches[note.watch_id] for note in notice.notes if note.watch_id in self._index]
        return not watches or any(watch.minimal for watch in watches)

    def _language(self, notice: Notice, endpoint: Endpoint) -> Language:
        if endpoint.language is not None:
            return endpoint.language
        watches = (self._index.watches.get(note.watch_id) for note in notice.notes)
        return next((watch.language for watch in watches if watch is not None and watch.language is not None), "en")


def site_notes(sites: tuple[SiteDistance, ...]) -> tuple[SiteNote, ...]:
    """Return sites as the webhook has them."""
    return tuple(
        SiteNote(name=site.name, distance_km=None if site.km is None else round(site.km, 1), direction=site.towards)
        for site in sites[:10]
    )


def _status_at_birth(notice: Notice, endpoint: Endpoint) -> DeliveryStatus:
    if notice.stale:
        return DeliveryStatus.EXPIRED
    return DeliveryStatus.DELIVERED if isinstance(endpoint, PullEndpoint) else DeliveryStatus.PENDING  # it lies ready
