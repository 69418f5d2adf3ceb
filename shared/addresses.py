"""Which network addresses an outgoing connection may reach: the public Internet, and what the operator opened by name.

The check belongs where the socket is connected, with the address that is really dialled: a name checked earlier may resolve
to another address a moment later. Neither ``is_private`` nor ``is_global`` of ``ipaddress`` is enough: the first misses
100.64.0.0/10, the second lets NAT64, 6to4 and multicast pass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_CLOSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "link-local, cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relays"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved, broadcast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_CLOSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), words)
    for network, words in (
        ("2001::/23", "protocol assignments, Teredo"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class BlockedAddressError(OSError):
    """A connection to an address outside the permitted networks was refused before the socket was opened."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"connection to {address} refused: {reason}")
        self.address = address
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPolicy:
    """Public addresses are permitted, everything else only inside ``allowed``."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> "AddressPolicy":
        """Return the policy that also permits these networks (``127.0.0.0/8``, ``::1/128``); raises ``ValueError`` naming a bad one."""
        return cls(allowed=tuple(ip_network(network) for network in networks))

    def problem(self, address: str) -> str | None:
        """Return None when ``address`` may be connected to, else why not; an unreadable address is a problem."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return "not an IP address"
        inner = _embedded(found)
        if any(candidate in network for network in self.allowed for candidate in (found, inner)):
            return None
        return _closed(inner)

    def check(self, address: str) -> None:
        """Raise ``BlockedAddressError`` unless ``address`` may be connected to."""
        if (reason := self.problem(address)) is not None:
            raise BlockedAddressError(address, reason)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv4-mapped or NAT64 one leads to: that is what the packet reaches."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _closed(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv4Address):
        for network, words in _CLOSED_V4:
            if address in network:
                return f"it lies in {network} ({words}), which is not on the allow-list"
        return None
    for network_v6, words in _CLOSED_V6:
        if address in network_v6:
            return f"it lies in {network_v6} ({words}), which is not on the allow-list"
    if address not in _GLOBAL_V6:
        return "it is no global unicast address, and its network is not on the allow-list"
    return None
