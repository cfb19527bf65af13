"""Addresses that mean the same are one, and no other is (RFC 3986 section 6.2)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.proof.target_uri import normalised

_UNRESERVED = string.ascii_letters + string.digits + "-._~"
_HOSTS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,5}){1,2}", fullmatch=True)
_SEGMENTS = st.text(_UNRESERVED + "!$&'()*+,;=:@", min_size=1, max_size=8).filter(lambda s: s not in {".", ".."})
_PATHS = st.lists(_SEGMENTS, max_size=4).map(lambda segments: "/" + "/".join(segments))
_PORTS = st.one_of(st.just(""), st.integers(1024, 65535).map(lambda port: f":{port}"))
_ADDRESSES = st.tuples(st.sampled_from(["http", "https"]), _HOSTS, _PORTS, _PATHS)
_LEFT_OUT = st.text(_UNRESERVED + "/?:@!$&'()*+,;=", max_size=12)


@given(address=_ADDRESSES, query=_LEFT_OUT, fragment=_LEFT_OUT, data=st.data())
def test_what_means_the_same_is_the_same(
    address: tuple[str, str, str, str], query: str, fragment: str, data: st.DataObject
) -> None:
    """Case of scheme and host, the default port, needless escapes, dots, query and fragment."""
    scheme, host, port, path = address
    plain = f"{scheme}://{host}{port}{path}"
    escaped = "".join(
        f"%{ord(c):02{data.draw(st.sampled_from('xX'))}}" if c in _UNRESERVED and data.draw(st.booleans()) else c
        for c in path
    )
    shown_port = port or data.draw(st.sampled_from(["", ":", f":{'443' if scheme == 'https' else '80'}"]))
    dots = data.draw(st.sampled_from(["", "/.", "/aside/..", "/a/./b/../.."]))

    other = f"{scheme.upper()}://{host.upper()}{shown_port}{dots}{escaped}?{query}#{fragment}"

    assert normalised(plain) == plain
    assert normalised(other) == plain


@given(one=_ADDRESSES, other=_ADDRESSES)
def test_what_means_something_else_stays_different(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    """Each part counts: scheme, host, port and path, the case of the path as well."""
    first, second = ("{}://{}{}{}".format(*address) for address in (one, other))

    assert (normalised(first) == normalised(second)) == (one == other)


@given(st.text(max_size=60))
def test_nothing_makes_it_stumble_and_what_is_normal_stays_so(uri: str) -> None:
    found = normalised(uri)

    assert found is None or (normalised(found) == found and not set("?#") & set(found))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://idp.test", "https://idp.test/"),
        ("https://idp.test?x=1", "https://idp.test/"),
        ("HTTPS://IDP.test:443/token", "https://idp.test/token"),
        ("http://idp.test:0080/token", "http://idp.test/token"),
        ("https://idp.test:80/token", "https://idp.test:80/token"),
        ("https://[2001:DB8::1]:8443/%7euser", "https://[2001:db8::1]:8443/~user"),
        # An escaped slash is no slash, and neither are two slashes one.
        ("https://idp.test/a%2fb", "https://idp.test/a%2Fb"),
        ("https://idp.test//token", "https://idp.test//token"),
        ("https://idp.test/token/", "https://idp.test/token/"),
        ("https://idp.test/a/..", "https://idp.test/"),
        ("https://idp.test/%2e%2e/token", "https://idp.test/token"),
        # A name before the host, another scheme, no host, what is no address at all.
        ("https://idp.test@evil.test/token", None),
        ("https://evil.test\\@idp.test/token", None),
        ("ftp://idp.test/token", None),
        ("https:///token", None),
        ("//idp.test/token", None),
        ("/token", None),
        ("https://idp.test/%zz", None),
        ("https://idp.test/to ken", None),
        ("https://idp.test/tok\u00e9n", None),
        ("https://idp.test/\ttoken", None),
        ("https://idp.test/" + "a" * 3000, None),
    ],
)
def test_examples(uri: str, expected: str | None) -> None:
    assert normalised(uri) == expected
