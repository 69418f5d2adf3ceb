"""Refilling Kafka: the order that things had, and nothing left out or sent twice."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.republish import Place, in_order, republish
from tests.support.ingest_fakes import NOON, FakePublisher
from tests.unit.ingest.test_outbox import rows_of


def place(number, item="i", event=None):
    return Place(number=number, item_id=f"{item}", event_id=event or f"v{number}")


def test_what_had_an_effect_goes_in_the_order_of_its_effects():
    places = [place(1, "a"), place(2, "b"), place(3, "c")]
    assert list(in_order(places, ["v3", "v1", "v2"])) == [3, 1, 2]


def test_what_had_no_effect_is_read_no_later_than_it_was():
    """A reaction that came before the first report of its attack was of nothing known; read after it, it would be news."""
    places = [place(1, "reaction"), place(2, "b"), place(3, "c"), place(4, "d")]
    assert list(in_order(places, ["v3", "v2"])) == [1, 3, 2, 4]


def test_an_items_versions_keep_their_order():
    places = [place(1, "a"), place(2, "b"), place(3, "a"), place(4, "a")]
    assert list(in_order(places, ["v3", "v2"])) == [1, 3, 2, 4]
    assert list(in_order(places, ["v4", "v1", "v3", "v2"])) == [1, 3, 4, 2]


def test_what_the_outbox_no_longer_has_is_passed_over():
    assert list(in_order([place(7)], ["v1", "v7", "v7"])) == [7]


@given(
    st.lists(st.integers(min_value=0, max_value=4), max_size=12),
    st.lists(st.integers(min_value=0, max_value=15), max_size=20),
)
def test_every_row_goes_once_and_versions_in_order_whatever_is_known(items, known):
    places = [place(number, f"i{item}") for number, item in enumerate(items)]
    order = list(in_order(places, [f"v{number}" for number in known]))
    assert sorted(order) == [one.number for one in places]
    for item in set(items):
        mine = [number for number in order if items[number] == item]
        assert mine == sorted(mine)


class Stored:
    """An outbox in memory."""

    def __init__(self, rows):
        self.rows = dict(enumerate(rows, start=1))

    async def places_since(self, since):
        for number, row in self.rows.items():
            yield Place(number=number, item_id=row.mark.item_id, event_id=row.event_id)

    async def rows_at(self, numbers):
        return [self.rows[number] for number in numbers]


async def test_everything_goes_to_one_partition_so_that_readers_keep_the_order():
    rows, publisher = await rows_of(5), FakePublisher()
    known = [rows[3].event_id, rows[1].event_id]
    count = await republish(Stored(rows), publisher, since=NOON - timedelta(days=1), batch=2, known=known)
    assert count == 5
    assert [row.event_id for row in publisher.sent] == [rows[n].event_id for n in (0, 2, 3, 1, 4)]
    assert set(publisher.partitions) == {0}
