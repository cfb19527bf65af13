"""How the portal opens a tool for an organisation (docs/starting-from-the-portal.md). Pure."""

from urllib.parse import urlencode

from core.organisations.identifiers import OrganisationId

# Below its home every tool begins a sign-in; it hands both parameters on to the provider.
_SIGN_IN = "/sign-in"


def start_url(home_url: str, organisation_id: OrganisationId, usage: str) -> str:
    """Return the address at which a tool signs somebody in for an organisation and a usage."""
    query = urlencode({"organization": organisation_id, "usage": usage})
    return f"{home_url.rstrip('/')}{_SIGN_IN}?{query}"
