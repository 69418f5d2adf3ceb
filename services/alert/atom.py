"""What a watch was told, as an Atom feed (RFC 4287): one entry an incident, changed in place when its facts change (pure)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from services.alert.area import Relation
from services.alert.routing import Message
from services.alert.watch import Watch
from services.alert.words import PlaceWords, Telling, plain_text, story
from services.alert.xml import document, element
from shared.events.incident import IncidentChange, Status

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
_GEORSS = "http://www.georss.org/georss"
_EMPTY = datetime(1970, 1, 1, tzinfo=UTC)
_FALLEN = {
    Status.RETRACTED: Message.RETRACTION,
    Status.WITHDRAWN: Message.WITHDRAWAL,
    Status.MERGED: Message.MERGED,
}


def atom_feed(
    watch: Watch, states: Sequence[IncidentChange], names: PlaceWords, *, page_url: str, own_url: str
) -> bytes:
    """Return the feed of a watch; ``states`` are the latest of the incidents it was told, ``page_url`` ends in a slash.

    ``own_url`` carries no token: a feed is passed on more easily than its address should be.
    """
    language = watch.language or "en"
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xmlns:georss": _GEORSS, "xml:lang": language})
    element(root, "id", f"urn:tocsin:watch:{watch.id}")
    element(root, "title", f"Tocsin: {watch.name}")
    element(root, "updated", _time(max((state.last_seen for state in states), default=_EMPTY)))
    element(root, "link", rel="self", type=MEDIA_TYPE, href=own_url)
    element(element(root, "author"), "name", "Tocsin")
    element(root, "generator", "Tocsin")
    for state in states:
        _entry(root, watch, state, names, page_url)
    return document(root)


def _entry(root: ET.Element, watch: Watch, state: IncidentChange, names: PlaceWords, page_url: str) -> None:
    message = _FALLEN.get(state.status, Message.UPDATE if state.revision > 1 else Message.ALERT)
    telling = Telling(
        message=message,
        language=watch.language or "en",
        watches=((watch.name, Relation.INSIDE),),
        minimal=watch.minimal,
    )
    told = story(state, telling, names)
    entry = element(root, "entry")
    element(entry, "id", f"urn:tocsin:incident:{state.incident_id}")
    element(entry, "title", told.headline)
    element(entry, "published", _time(state.first_seen))
    element(entry, "updated", _time(state.last_seen))
    if not watch.minimal:
        element(entry, "link", rel="alternate", type="text/html", href=f"{page_url}incidents/{state.incident_id}")
    for term in (state.event_type, state.severity, state.status):
        if term is not None:
            element(entry, "category", term=term.value)
    element(entry, "content", plain_text(told), type="text")
    place = state.place
    if place is not None and place.lat is not None and place.lon is not None:
        element(entry, "georss:point", f"{place.lat:.5f} {place.lon:.5f}")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
