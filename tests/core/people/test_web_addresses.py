"""Addresses of web pages: links that pages show, so nothing else than pages may hide in one."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.detail_errors import InvalidDetail, Problem
from core.people.web_addresses import LONGEST, Network, require_network_address, require_web_address

HOSTS = {
    Network.LINKEDIN: "linkedin.com",
    Network.FACEBOOK: "facebook.com",
    Network.INSTAGRAM: "instagram.com",
    Network.X: "x.com",
    Network.YOUTUBE: "youtube.com",
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.be/a?b=c#d", "https://www.example.be/a?b=c#d"),
        ("http://example.be", "http://example.be"),
        ("  www.example.be ", "https://www.example.be"),
        ("example.be:8443/x", "https://example.be:8443/x"),
        ("https://élise.example/", "https://élise.example/"),
        ("HTTPS://Example.be", "HTTPS://Example.be"),
    ],
)
def test_address_of_a_page_is_kept(typed: str, kept: str) -> None:
    assert require_web_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)//x.be", "data:text/html,x", "ftp://example.be", "mailto:a@b.be",
        "//example.be", "example", "https://", "https://localhost", "https://127.0.0.1/", "https://[::1]/",
        "https://user@example.be", "https://user:password@example.be", "https://exa mple.be", "https://example.be:port",
        "https://example.be\\@evil.example", "https://example.be/\x00", "https://-example.be", "https://a..be",
        "https://example.be/\u202efdp.exe", "https://[bad",
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDetail) as refused:
        require_web_address(typed)

    assert refused.value.problem is Problem.WEB_ADDRESS


def test_address_has_an_end() -> None:
    with pytest.raises(InvalidDetail) as refused:
        require_web_address("https://example.be/" + "x" * LONGEST)

    assert refused.value.problem is Problem.TOO_LONG


@given(st.text(max_size=60))
def test_whatever_is_typed_leads_to_a_page_or_is_refused(typed: str) -> None:
    try:
        address = require_web_address(typed)
    except InvalidDetail:
        return
    parts = urlsplit(address)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname and "." in parts.hostname and parts.username is None


@pytest.mark.parametrize("network", Network)
def test_page_on_the_networks_own_host_is_kept_as_https(network: Network) -> None:
    host = HOSTS[network]

    assert require_network_address(network, f"https://www.{host}/in/anna") == f"https://www.{host}/in/anna"
    assert require_network_address(network, f"http://{host}/anna") == f"https://{host}/anna"
    assert require_network_address(network, f"nl.{host}/anna") == f"https://nl.{host}/anna"


@pytest.mark.parametrize("network", Network)
@pytest.mark.parametrize(
    "form",
    [
        "https://{}.evil.example/anna", "https://evil.example/{}", "https://evil{}/anna", "https://evil-{}/anna",
        "https://{}:8443/anna", "https://{}", "https://{}/", "https://example.be/anna", "http://{}:80/anna",
    ],
)  # fmt: skip
def test_host_that_only_looks_like_the_networks_is_refused(network: Network, form: str) -> None:
    with pytest.raises(InvalidDetail) as refused:
        require_network_address(network, form.format(HOSTS[network]))

    assert refused.value.problem is Problem.OTHER_NETWORK


def test_network_has_not_the_page_of_another() -> None:
    with pytest.raises(InvalidDetail):
        require_network_address(Network.LINKEDIN, "https://www.facebook.com/anna")


def test_older_name_of_a_network_is_its_own() -> None:
    assert require_network_address(Network.X, "https://twitter.com/anna") == "https://twitter.com/anna"
