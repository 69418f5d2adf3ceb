"""The address policy: what an outgoing connection may reach."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import AddressPolicy, BlockedAddressError

NOWHERE = AddressPolicy()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
    ],
)  # fmt: skip
def test_what_is_not_the_public_internet_is_refused(address):
    with pytest.raises(BlockedAddressError) as refused:
        NOWHERE.check(address)
    assert address in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.1",
        "2606:4700::1",
        "2a02:26f0::1",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ],
)
def test_the_public_internet_is_open(address):
    assert NOWHERE.problem(address) is None


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "0x7f000001", "1.2.3.4.5", "::1::"])
def test_what_is_no_address_is_refused(address):
    assert NOWHERE.problem(address) == "not an IP address"


def test_the_allow_list_opens_exactly_its_networks():
    policy = AddressPolicy.allowing(["127.0.0.0/8", "fd00:1::/32"])
    assert policy.problem("127.0.0.1") is None
    assert policy.problem("::ffff:127.0.0.1") is None
    assert policy.problem("fd00:1::5") is None
    assert policy.problem("10.0.0.1") is not None
    assert policy.problem("::1") is not None


def test_a_network_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        AddressPolicy.allowing(["10.0.0.1/8"])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_fares_the_same_in_every_dress(address: IPv4Address):
    plain = NOWHERE.problem(str(address)) is None
    assert (NOWHERE.problem(f"::ffff:{address}") is None) == plain
    nat64 = int(address) | (0x64FF9B << 96)
    text = f"64:ff9b::{(nat64 >> 16) & 0xFFFF:x}:{nat64 & 0xFFFF:x}"
    assert (NOWHERE.problem(text) is None) == plain
