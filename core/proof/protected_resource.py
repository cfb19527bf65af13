"""What a protected resource says about itself (RFC 9728): whose tokens it takes, and how they come. Pure."""

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from core.proof import dpop

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def metadata_url(resource: str) -> str:
    """Return where the metadata of a resource are: its path comes after the well-known part (section 3.1)."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{metadata_path(resource)}"


def metadata_path(resource: str) -> str:
    """Return the path of `metadata_url`, which the resource's host serves."""
    return WELL_KNOWN + urlsplit(resource).path.rstrip("/")


def metadata(
    resource: str,
    *,
    name: str,
    authorization_server: str,
    scope: Collection[str],
    bearer_methods: Sequence[str] = ("header",),
    documentation: str | None = None,
    is_certificate_bound: bool = False,
) -> Mapping[str, object]:
    """Return the metadata of a resource (section 2) that takes bearer tokens and tokens bound by DPoP.

    `bearer_methods` of `header` and `body`; never `query`. `is_certificate_bound`: tokens that are
    bound to a certificate count too, because the resource sees certificates.
    """
    members: dict[str, object] = {
        "resource": resource,
        "resource_name": name,
        "authorization_servers": [authorization_server],
        "scopes_supported": sorted(scope),
        "bearer_methods_supported": list(bearer_methods),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "dpop_bound_access_tokens_required": False,
        "tls_client_certificate_bound_access_tokens": is_certificate_bound,
    }
    return members if documentation is None else {**members, "resource_documentation": documentation}
