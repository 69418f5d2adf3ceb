"""Incidents as documents of the Common Alerting Protocol 1.2 (pure).

We are no authority: scope is Restricted, urgency Unknown, certainty Possible or at most Likely, and every document says that it is
compiled from news reports. The first state told is an Alert, new facts an Update, a retraction, withdrawal or merge a Cancel; each names
all before it. A canary has status Test.

| our severity | CAP |
|---|---|
| critical | Extreme |
| severe | Severe |
| moderate | Moderate |
| minor | Minor |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from services.alert import phrases
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, Language
from services.alert.words import PlaceWords, Telling, place_parts, plain_text, story
from services.alert.xml import document, element
from shared.events.facts import Place, Precision
from shared.events.incident import IncidentChange, Severity, Status

MEDIA_TYPE = "application/cap+xml"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_RESTRICTION = "For the subscribers of this server. Compiled from news reports; not an official warning."
_SEVERITY = {
    Severity.CRITICAL: "Extreme",
    Severity.SEVERE: "Severe",
    Severity.MODERATE: "Moderate",
    Severity.MINOR: "Minor",
}
_RADIUS_KM = {Precision.EXACT: 2, Precision.TOWN: 5}
_CODES = (("country", "ISO3166-1"), ("admin1", "ADM1"), ("admin2", "ADM2"), ("admin3", "ADM3"))
_FALLEN = {
    Status.RETRACTED: Message.RETRACTION,
    Status.WITHDRAWN: Message.WITHDRAWAL,
    Status.MERGED: Message.MERGED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CapSender:
    """Who issues the documents: an id in the manner of a domain or address, and a name for people."""

    id: str
    name: str


def cap_document(
    history: Sequence[IncidentChange], revision: int, sender: CapSender, names: PlaceWords
) -> bytes | None:
    """Return the document of a revision that told something new, None for one that did not; ``history`` is in order."""
    told = [state for state in history if _tells(state)]
    state = next((one for one in told if one.revision == revision), None)
    if state is None:
        return None
    earlier = [one for one in told if one.revision < revision]
    root = ET.Element("alert", {"xmlns": NAMESPACE})
    element(root, "identifier", _identifier(state))
    element(root, "sender", sender.id)
    element(root, "sent", _time(state.last_seen))
    element(root, "status", "Test" if state.test else "Actual")
    element(root, "msgType", "Cancel" if state.status is not Status.ACTIVE else "Update" if earlier else "Alert")
    element(root, "scope", "Restricted")
    element(root, "restriction", _RESTRICTION)
    if earlier:
        references = (f"{sender.id},{_identifier(one)},{_time(one.last_seen)}" for one in earlier)
        element(root, "references", " ".join(references))
    element(root, "incidents", state.incident_id)
    for language in LANGUAGES:
        _info(root, state, language, sender, names, is_update=bool(earlier))
    return document(root)


def latest_told(history: Sequence[IncidentChange]) -> int | None:
    """Return the last revision that told something new, None when none did."""
    return next((state.revision for state in reversed(history) if _tells(state)), None)


def _tells(state: IncidentChange) -> bool:
    return state.notify or state.status is not Status.ACTIVE


def _info(
    root: ET.Element,
    state: IncidentChange,
    language: Language,
    sender: CapSender,
    names: PlaceWords,
    *,
    is_update: bool,
) -> None:
    message = _FALLEN.get(state.status, Message.UPDATE if is_update else Message.ALERT)
    told = story(state, Telling(message=message, language=language), names)
    info = element(root, "info")
    element(info, "language", language)
    element(info, "category", "Security")
    element(info, "event", phrases.EVENT[state.event_type][language])
    element(info, "urgency", "Unknown")
    element(info, "severity", _SEVERITY[state.severity])
    element(info, "certainty", "Likely" if state.origins > 1 else "Possible")
    element(info, "expires", _time(state.expires))
    element(info, "senderName", sender.name)
    element(info, "headline", told.headline)
    element(info, "description", plain_text(told))
    for name, value in (
        ("occurredOn", state.occurred_on.isoformat() if state.occurred_on else "unknown"),  # a local day, so no onset
        ("sources", str(state.source_count)),
        ("origins", str(state.origins)),
        ("confidence", f"{state.confidence:.2f}"),
    ):
        parameter = element(info, "parameter")
        element(parameter, "valueName", name)
        element(parameter, "value", value)
    _area(info, state.place, language, names)


def _area(info: ET.Element, place: Place | None, language: Language, names: PlaceWords) -> None:
    area = element(info, "area")
    comma = ", " if language == "en" else "، "
    element(area, "areaDesc", comma.join(place_parts(place, language, names)) or phrases.PLACE_UNKNOWN[language])
    if place is None:
        return
    if place.lat is not None and place.lon is not None:  # latitude first, unlike GeoJSON
        element(area, "circle", f"{place.lat:.5f},{place.lon:.5f} {_RADIUS_KM.get(place.precision, 10)}")
    for field, scheme in _CODES:
        code = getattr(place, field)
        if code is not None:
            geocode = element(area, "geocode")
            element(geocode, "valueName", scheme)
            element(geocode, "value", code)


def _identifier(state: IncidentChange) -> str:
    return f"{state.incident_id}.{state.revision}"


def _time(at: datetime) -> str:
    """CAP wants an offset, and ``-00:00`` for UTC (section 3.3.2)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
