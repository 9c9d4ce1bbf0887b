"""Which addresses of the internet may be called, and which belong to this machine and its neighbours.

A list of what is allowed: whatever is not plainly somebody's public address is refused. `ipaddress.is_global` alone
lets addresses through that lead back inside, such as 64:ff9b::7f00:1 (NAT64) or 2002:7f00:1:: (6to4).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

# https://www.iana.org/assignments/ipv6-unicast-address-assignments: all that is given to anybody today.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NOBODYS_IPV6 = (
    IPv6Network("2001::/23"),  # protocol assignments: Teredo (2001::/32), ORCHID, benchmarking
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address in disguise
    IPv6Network("3fff::/20"),  # documentation
    IPv6Network("2620:4f:8000::/48"),  # AS112
)
NOBODYS_IPV4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; Python calls 192.0.0.9 and .10 global
    IPv4Network("192.31.196.0/24"),  # AS112
    IPv4Network("192.52.193.0/24"),  # AMT
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("192.175.48.0/24"),  # AS112
    IPv4Network("168.63.129.16/32"),  # a cloud's own door to its machines
    IPv4Network("224.0.0.0/3"),  # multicast and reserved
)

Address = IPv4Address | IPv6Address


def is_public(text: str) -> bool:
    """Of an address as `getaddrinfo` writes it. One with a zone (“%eth0”) is a neighbour's."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not _is_in(address, NOBODYS_IPV4)
    return (
        address.scope_id is None
        and address in GLOBAL_UNICAST
        and address.is_global
        and not _is_in(address, NOBODYS_IPV6)
    )


def is_trusted(text: str, networks: Iterable[str]) -> bool:
    """Whether whoever runs the house has named it: a receiver in their own network."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)


def _is_in(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)
