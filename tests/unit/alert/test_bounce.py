"""What a bounce says: gone for good, or not this time; and of which of our mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.bounce import MAX_BYTES, Bounce, Hardness, hardness_of, read_bounce, returned_to
from tests.unit.alert.test_mail_links import DSN

OURS = "d_" + "a" * 24


@pytest.mark.parametrize(
    ("code", "text", "hardness"),
    [
        (550, "5.1.1 no such user", Hardness.HARD),
        (550, "5.1.10 null MX", Hardness.HARD),
        (550, "5.2.1 mailbox disabled", Hardness.HARD),
        (550, "no such user here", Hardness.HARD),
        (553, "mailbox name not allowed", Hardness.HARD),
        (552, "5.2.2 mailbox full", Hardness.SOFT),
        (550, "5.4.4 no route", Hardness.SOFT),
        (550, "5.7.1 rejected by policy", Hardness.SOFT),
        (554, "transaction failed", Hardness.SOFT),
        (450, "4.1.1 greylisted", Hardness.SOFT),
    ],
)
def test_only_an_address_that_is_gone_is_a_hard_bounce(code: int, text: str, hardness: Hardness) -> None:
    assert hardness_of(code, text) is hardness


def test_a_notice_names_our_delivery_by_the_address_it_returned_to() -> None:
    assert returned_to("bounces@tocsin.example", OURS) == f"bounces+{OURS}@tocsin.example"
    assert read_bounce(DSN) == Bounce(
        delivery_id=OURS, hardness=Hardness.HARD, detail="5.1.1 smtp; 550 5.1.1 no such user"
    )


def test_or_by_the_message_that_it_quotes() -> None:
    quoted = (
        b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <"
        + OURS.encode()
        + b"@tocsin.example>\nSubject: x\n\nText\n--b--"
    )
    found = read_bounce(DSN.replace(f"bounces+{OURS}".encode(), b"postmaster").replace(b"--b--", quoted))
    assert found is not None
    assert found.delivery_id == OURS


@pytest.mark.parametrize("action", [b"delayed", b"relayed", b"delivered"])
def test_a_delay_is_no_bounce(action: bytes) -> None:
    assert read_bounce(DSN.replace(b"Action: failed", b"Action: " + action)) is None


def test_a_notice_about_somebody_elses_mail_is_none_of_ours() -> None:
    assert read_bounce(DSN.replace(OURS.encode(), b"list-owner")) is None


def test_a_huge_message_is_not_read() -> None:
    assert read_bounce(DSN + b"x" * MAX_BYTES) is None


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_break_the_reader(noise: bytes, at: int) -> None:
    read_bounce(noise)
    read_bounce(DSN[:at] + noise + DSN[at:])
