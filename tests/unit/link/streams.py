"""Running reports through a fold, for the tests of linking."""

from collections.abc import Iterable

from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from shared.events.incident import IncidentChange
from shared.events.report import Report

LINKING = LinkSettings()


def changes_of(*reports: Report) -> list[tuple[IncidentChange, ...]]:
    """What each report changed, in the order given."""
    fold = OpenIncidents()
    return [fold.apply(report, LINKING) for report in reports]


def last_of(*reports: Report) -> IncidentChange:
    """The only change of the last report."""
    (change,) = changes_of(*reports)[-1]
    return change


def partition(reports: Iterable[Report]) -> set[frozenset[str]]:
    """Which tellings ended together."""
    fold = OpenIncidents()
    for report in reports:
        fold.apply(report, LINKING)
    return {frozenset(source.item_id for source in state.sources) for state in fold.states()}
