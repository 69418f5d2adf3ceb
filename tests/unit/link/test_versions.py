"""A new version replaces what its item contributed; a withdrawn item takes its contribution back."""

import msgspec

from services.classify.link.fold import OpenIncidents, entry_key
from shared.events.incident import ChangeKind, IncidentChange, Status
from shared.events.item import ItemChange
from shared.events.report import Kind
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING, changes_of, last_of


def best(change: IncidentChange) -> int | None:
    return change.casualties.killed.best if change.casualties.killed else None


def test_a_new_version_replaces_what_the_item_said() -> None:
    change = last_of(told("a", facts(killed=9)), told("a", facts(killed=6), version=2, hours=1))
    assert (change.change, best(change), change.source_count) == (ChangeKind.UPDATED, 6, 1)


def test_a_new_wording_with_the_same_facts_changes_nothing() -> None:
    change = last_of(told("a", facts(killed=9)), told("a", facts(killed=9), version=2, hours=1))
    assert (change.change, change.notify) == (ChangeKind.CORROBORATED, False)


def test_an_outlet_that_corrects_its_own_place_moves_its_incident() -> None:
    change = last_of(told("a", facts("Imam Ways")), told("a", facts("Shirwa"), version=2, hours=1))
    assert change.place is not None
    assert (change.revision, change.place.admin1, change.change) == (2, "IQG16", ChangeKind.UPDATED)


def test_a_version_that_conflicts_with_the_other_sources_leaves_them() -> None:
    one, _, three = changes_of(
        told("a", facts("Imam Ways", killed=2)),
        told("b", facts("Imam Ways", killed=2), hours=1),
        told("b", facts("Shirwa", killed=2), version=2, hours=2),
    )
    left, opened = three
    assert (left.incident_id, left.removed) == (one[0].incident_id, (opened.item_id,))
    assert left.change is ChangeKind.CORROBORATED
    assert (opened.change, opened.incident_id != left.incident_id) == (ChangeKind.OPENED, True)


def test_an_older_version_that_comes_late_is_ignored_and_counted() -> None:
    fold = OpenIncidents()
    fold.apply(told("a", facts(killed=6), version=2, hours=1), LINKING)
    outcome = fold.link(told("a", facts(killed=9)), LINKING)
    assert outcome.changes == ()
    assert [flag.value for flag in outcome.flags] == ["stale_version"]


def test_a_withdrawn_item_takes_its_toll_back() -> None:
    change = last_of(
        told("a", facts(killed=3)),
        told("b", facts(killed=30), hours=1),
        told("b", version=2, change=ItemChange.WITHDRAWN, kind=Kind.OTHER, hours=2),
    )
    assert (change.change, best(change), change.source_count, change.status) == (
        ChangeKind.UPDATED,
        3,
        1,
        Status.ACTIVE,
    )


def test_an_incident_that_loses_its_last_source_says_so_to_those_who_were_told() -> None:
    stream = (told("a", facts(killed=3)), told("a", version=2, change=ItemChange.WITHDRAWN, kind=Kind.OTHER, hours=2))
    change = last_of(*stream)
    assert (change.change, change.notify, change.status) == (ChangeKind.UPDATED, True, Status.WITHDRAWN)
    assert (change.source_count, change.origins, change.confidence) == (0, 0, 0.0)
    assert best(change) == 3, "what was told stays legible"
    again = last_of(*stream, told("b", facts(killed=3), hours=3))
    assert (again.incident_id, again.change, again.status) == (change.incident_id, ChangeKind.UPDATED, Status.ACTIVE)


def test_withdrawing_what_never_contributed_touches_nothing() -> None:
    assert changes_of(told("a", version=2, change=ItemChange.WITHDRAWN, kind=Kind.OTHER)) == [()]


def test_an_article_that_becomes_a_retraction_retracts() -> None:
    change = last_of(told("a"), told("a", version=2, kind=Kind.RETRACTION, hours=1))
    assert (change.change, change.notify) == (ChangeKind.RETRACTED, True)


def test_a_withdrawn_retraction_lets_the_incident_stand_again() -> None:
    change = last_of(
        told("a"),
        told("b", kind=Kind.RETRACTION, hours=1),
        told("b", version=2, change=ItemChange.WITHDRAWN, kind=Kind.OTHER, hours=2),
    )
    assert (change.change, change.notify, change.status) == (ChangeKind.UPDATED, True, Status.ACTIVE)


def test_a_further_attack_that_the_new_version_no_longer_tells_is_taken_back() -> None:
    one, two = changes_of(
        told("a", facts("Imam Ways"), others=(facts("Tulul", killed=1),)),
        told("a", facts("Imam Ways"), version=2, hours=1),
    )
    gone = next(change for change in two if change.incident_id == one[1].incident_id)
    assert gone.status is Status.WITHDRAWN


def test_an_incident_opened_by_a_later_version_has_an_id_of_its_own() -> None:
    first, later = told("a", facts("Imam Ways")), told("a", facts("Imam Ways"), version=2)
    (one,) = changes_of(first)[0]
    (two,) = changes_of(later)[0]
    assert one.incident_id != two.incident_id, "in another region the first version's incident may still stand"


def test_an_incident_that_stands_keeps_its_id_when_the_item_that_opened_it_opens_another() -> None:
    recounted = msgspec.structs.replace(told("a", facts("Shirwa", killed=2), hours=2), event_id="v_recounted")
    one, _, three = changes_of(
        told("a", facts("Imam Ways", killed=2)), told("b", facts("Imam Ways", killed=2), hours=1), recounted
    )
    left, opened = three
    assert left.incident_id == one[0].incident_id
    assert opened.change is ChangeKind.OPENED
    assert opened.incident_id != left.incident_id


def test_the_key_of_an_entry_tells_versions_wordings_and_regions_apart() -> None:
    plain = told("a")
    keys = {
        entry_key(plain),
        entry_key(told("a", version=2)),
        entry_key(msgspec.structs.replace(plain, event_id="v_other")),
        entry_key(msgspec.structs.replace(plain, region="asia")),
    }
    assert len(keys) == 4
    assert entry_key(told("a")) == entry_key(plain)
