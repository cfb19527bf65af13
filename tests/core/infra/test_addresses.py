"""Which addresses anybody may be sent to."""

from ipaddress import ip_address

import pytest

from core.infra.addresses import is_public, resolve
from core.infra.errors import Unavailable


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "193.190.198.1", "2001:4860:4860::8888", "2a02:a000::1", "::ffff:93.184.215.14"],
)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(ip_address(address))


def test_each_address_is_named_once_and_without_its_zone() -> None:
    found = resolve(lambda _host, _port: ["fe80::1%eth0", "10.0.0.1", "10.0.0.1"], "h", 443, seconds=1)

    assert found == (ip_address("fe80::1"), ip_address("10.0.0.1"))


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_leads_nowhere_is_unavailable(error: Exception) -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise error

    with pytest.raises(Unavailable):
        resolve(fail, "h", 443, seconds=1)
    with pytest.raises(Unavailable):
        resolve(lambda _host, _port: [], "h", 443, seconds=1)
