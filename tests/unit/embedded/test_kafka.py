"""What is decided about the broker before it runs."""

from shared.embedded.kafka import new_cluster_id
from shared.embedded.ports import free_port


def test_a_cluster_id_never_looks_like_an_option() -> None:
    # One random id in 64 would begin with a dash, and the storage tool would refuse the first start.
    ids = {new_cluster_id() for _ in range(3000)}
    assert len(ids) == 3000
    assert {len(each) for each in ids} == {22}
    assert not [each for each in ids if each.startswith("-")]


def test_a_free_port_is_never_the_one_already_chosen() -> None:
    chosen = free_port()
    assert all(free_port(other_than=chosen) != chosen for _ in range(100))
