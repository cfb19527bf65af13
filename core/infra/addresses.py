"""Where a host name leads: one bounded look-up, and which addresses are anybody's to reach."""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue

from core.infra.errors import Unavailable

Address = IPv4Address | IPv6Address
# Returns the addresses of a host as text; raises OSError when it has none.
Resolver = Callable[[str, int], Sequence[str]]

_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Carry an IPv4 address inside, so they would be a way around the rules for it.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
# Set apart by IANA, but not in every version of the standard library's lists.
_SET_APART = (IPv4Network("192.0.0.0/24"), IPv6Network("3fff::/20"))


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet and to a single host.

    Everything else is refused by default: loopback, private, link-local (also the metadata
    services of hosting providers), shared, multicast, reserved, documentation, tunnels.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS):
            return False
    if any(address in network for network in _SET_APART):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def network_of(address: str) -> str:
    """Return what one customer of a provider has: an IPv4 address, or a /64 of IPv6.

    Attempts are counted by it; what is no address comes back as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def resolve(resolver: Resolver, host: str, port: int, *, seconds: float) -> tuple[Address, ...]:
    """Return the addresses of a host, each once; raise `Unavailable` when none comes in time."""
    answer: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(OSError(str(error)))

    # A thread of its own, because the system's look-up knows no deadline.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0))
    except Empty:
        raise Unavailable(reason="name-look-up-timed-out", host=host) from None
    if isinstance(found, OSError) or not found:
        raise Unavailable(reason="name-not-found", host=host)
    return tuple(dict.fromkeys(_address(text) for text in found))


def _address(text: str) -> Address:
    # A link-local address comes with its zone (`fe80::1%eth0`); the rules need only the address.
    return ip_address(text.partition("%")[0])
