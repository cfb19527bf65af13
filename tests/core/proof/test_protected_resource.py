"""RFC 9728: where the metadata of a resource are, and what they say."""

import pytest

from core.proof import protected_resource


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("https://api.example", "https://api.example/.well-known/oauth-protected-resource"),
        ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource"),
        (
            "https://api.example:8443/wallet/v1",
            "https://api.example:8443/.well-known/oauth-protected-resource/wallet/v1",
        ),
    ],
)
def test_metadata_are_where_section_3_1_puts_them(resource: str, url: str) -> None:
    assert protected_resource.metadata_url(resource) == url
    assert url.endswith(protected_resource.metadata_path(resource))


def test_metadata_name_the_resource_and_whose_tokens_it_takes() -> None:
    found = protected_resource.metadata(
        "https://api.example/wallet/v1",
        name="Wallet",
        authorization_server="https://login.example",
        scope={"wallet", "openid"},
        documentation="https://api.example/docs",
    )

    assert found["resource"] == "https://api.example/wallet/v1"
    assert found["authorization_servers"] == ["https://login.example"]
    assert found["scopes_supported"] == ["openid", "wallet"]
    assert found["bearer_methods_supported"] == ["header"]
    assert found["tls_client_certificate_bound_access_tokens"] is False
    assert found["resource_documentation"] == "https://api.example/docs"
