"""How well reports agree with the truth of their items."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.scoring.figures import Rates, Share, binary, confusion, macro_f1, share
from bench.scoring.stream import ATTACK_NEWS, STATES_FACTS, Truth
from shared.events.facts import Casualties, Count, Place
from shared.events.report import Report
from shared.geo.distance import km_between

NEAR_KM = 5.0
"""A village is found when the point is this near."""
Pair = tuple[Truth, Report | None]


@dataclass(frozen=True, kw_only=True)
class ReadingFigures:
    """Facts are judged on items that truly are reports or updates, wherever the truth knows them; a missing report counts as wrong."""

    items: int
    unread: int
    attack_news: Rates
    new_facts: Rates
    kind_macro_f1: float | None
    event_type: Share
    country: Share
    governorate: Share
    district: Share
    within_5_km: Share
    within_20_km: Share
    killed: Share
    killed_where_given: Share
    wounded: Share
    wounded_where_given: Share
    date: Share
    kinds: Mapping[str, Counter[str]]
    event_types: Mapping[str, Counter[str]]


def score_reading(truths: Sequence[Truth], reports: Mapping[str, Report]) -> ReadingFigures:
    """Return the figures; an item without a report counts as read to be no attack news, with no facts."""
    pairs: list[Pair] = [(truth, reports.get(truth.id)) for truth in truths]
    kinds = [(truth.kind, kind_of(report)) for truth, report in pairs]
    facts = [(truth, report) for truth, report in pairs if truth.kind in STATES_FACTS]
    kms = [km_off(truth, report) for truth, report in facts if truth.lat is not None and truth.country == "IQ"]
    types = [(truth.event_type or "none", _event_type(report) or "none") for truth, report in facts]
    return ReadingFigures(
        items=len(pairs),
        unread=sum(report is None for _, report in pairs),
        attack_news=binary((true in ATTACK_NEWS, found in ATTACK_NEWS) for true, found in kinds),
        new_facts=binary((true in STATES_FACTS, found in STATES_FACTS) for true, found in kinds),
        kind_macro_f1=macro_f1(kinds),
        event_type=share(true == found for true, found in types),
        country=share(truth.country == _place(report, "country") for truth, report in facts if truth.country),
        governorate=share(truth.admin1 == _place(report, "admin1") for truth, report in facts if truth.admin1),
        district=share(truth.admin2 == _place(report, "admin2") for truth, report in facts if truth.admin2),
        within_5_km=share(km <= NEAR_KM for km in kms),
        within_20_km=share(km <= 20 for km in kms),
        killed=share((truth.killed or 0) == (killed(report) or 0) for truth, report in facts),
        killed_where_given=share(truth.killed == killed(report) for truth, report in facts if truth.killed is not None),
        wounded=share((truth.wounded or 0) == (wounded(report) or 0) for truth, report in facts),
        wounded_where_given=share(
            truth.wounded == wounded(report) for truth, report in facts if truth.wounded is not None
        ),
        date=share(truth.occurred_on == day(report) for truth, report in facts if truth.occurred_on),
        kinds=confusion(kinds),
        event_types=confusion(types),
    )


def kind_of(report: Report | None) -> str:
    """The kind as read; ``other`` where there is no report."""
    return report.kind.value if report else "other"


def day(report: Report | None) -> str | None:
    """The date of the attack as read."""
    return report.occurred_on.isoformat() if report and report.occurred_on else None


def killed(report: Report | None) -> int | None:
    """The best count of killed as read."""
    return best(report.casualties.killed) if report else None


def wounded(report: Report | None) -> int | None:
    """The best count of wounded as read."""
    return best(report.casualties.wounded) if report else None


def best(count: Count | None) -> int | None:
    """The best figure of a count, None where there is none."""
    return count.best if count else None


def km_off(truth: Truth, report: Report | None) -> float:
    """Kilometres between the true point and the one read; infinite where none was read."""
    place = report.place if report else None
    if place is None or place.lat is None or place.lon is None or truth.lat is None or truth.lon is None:
        return math.inf
    return km_between(truth.lat, truth.lon, place.lat, place.lon)


def wrong_facts(truth: Truth, report: Report | None) -> tuple[str, ...]:
    """Name what was read wrongly of one item, the kind first; facts only where the truth states facts."""
    wrong = [] if truth.kind == kind_of(report) else ["kind"]
    if truth.kind in STATES_FACTS:
        place = report.place if report else None
        judged = {
            "event type": truth.event_type == _event_type(report),
            "country": truth.country is None or truth.country == (place.country if place else None),
            "governorate": truth.admin1 is None or truth.admin1 == (place.admin1 if place else None),
            "district": truth.admin2 is None or truth.admin2 == (place.admin2 if place else None),
            "point": truth.lat is None or truth.country != "IQ" or km_off(truth, report) <= NEAR_KM,
            "killed": (truth.killed or 0) == (killed(report) or 0),
            "wounded": (truth.wounded or 0) == (wounded(report) or 0),
            "date": truth.occurred_on is None or truth.occurred_on == day(report),
        }
        wrong += [name for name, is_right in judged.items() if not is_right]
    return tuple(wrong)


def casualties_text(casualties: Casualties) -> str:
    """``killed/wounded`` as people write it."""
    return "/".join(str(best(count)) if count else "-" for count in (casualties.killed, casualties.wounded))


def _event_type(report: Report | None) -> str | None:
    return report.event_type.value if report and report.event_type else None


def _place(report: Report | None, level: str) -> str | None:
    place: Place | None = report.place if report else None
    found: str | None = getattr(place, level) if place else None
    return found
