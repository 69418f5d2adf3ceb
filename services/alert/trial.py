"""A test alert of one watch, to try whether its endpoints hear it: composed and delivered as any other, and marked in every form (pure)."""

from datetime import datetime, timedelta

from services.alert.area import Area, Circle, CodedArea, Relation
from services.alert.routing import Message, Note, Notice
from services.alert.watch import Watch
from shared.events.facts import Place, Precision
from shared.events.incident import ChangeKind, IncidentChange, Severity
from shared.ids import incident_id

_CURRENT = timedelta(hours=1)
_PRECISIONS = (Precision.COUNTRY, Precision.GOVERNORATE, Precision.DISTRICT, Precision.SUBDISTRICT)


def trial_state(watch: Watch, *, now: datetime) -> IncidentChange:
    """Return an incident that did not happen, in the watch's first area, with ``test`` set and no source; another one each second."""
    told = f"send-test/{watch.id}/{now:%Y-%m-%dT%H:%M:%S}"
    return IncidentChange(
        item_id=told,
        event_id=told,
        incident_id=incident_id(told, 0),
        revision=1,
        change=ChangeKind.OPENED,
        notify=True,
        place=_place(watch.areas[0], watch.name),
        occurred_on=now.date(),
        first_seen=now,
        last_seen=now,
        expires=now + _CURRENT,
        confidence=0.0,
        severity=Severity.MINOR,
        test=True,
    )


def trial_notices(watch: Watch) -> tuple[Notice, ...]:
    """Return one alert for each endpoint of the watch, filters or not."""
    note = Note(watch_id=watch.id, message=Message.ALERT, relation=Relation.INSIDE)
    return tuple(
        Notice(endpoint_id=endpoint, message=Message.ALERT, notes=(note,), first_revision=None, previous_revision=None)
        for endpoint in dict.fromkeys(watch.endpoints)
    )


def _place(area: Area, name: str) -> Place:
    if isinstance(area, CodedArea):
        country, admin1, admin2, admin3 = (*area.codes, None, None, None)[:4]
        return Place(
            name=name, precision=_PRECISIONS[min(len(area.codes), 4) - 1],
            country=country, admin1=admin1, admin2=admin2, admin3=admin3,
        )  # fmt: skip
    lat, lon = (area.lat, area.lon) if isinstance(area, Circle) else (area.ring[0][1], area.ring[0][0])
    return Place(name=name, lat=lat, lon=lon, precision=Precision.EXACT, country=None)
