"""Every item has one reason for every watch, out of a closed list."""

from services.alert.bulletin import GatheredBy
from services.alert.reasons import REASONS, Plain, most_telling
from services.alert.routing import Message
from services.alert.watch import Refusal


def test_every_reason_is_said_in_words() -> None:
    assert {*Message, *Plain, *Refusal} | {f"waits_{one.value}" for one in GatheredBy} == set(REASONS)


def test_of_several_attacks_in_one_item_the_one_that_was_told_counts() -> None:
    assert most_telling(["outside", "alert"]) == "alert"
    assert most_telling(["outside", "waits_digest"]) == "waits_digest"
    assert most_telling(["severity", "no_new_facts"]) == "no_new_facts"
