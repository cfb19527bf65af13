"""The three clients of the demo world: the portal and the two tools that run."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.settings import Settings
from core.tools.identifiers import ToolId
from idp.demo.addresses import tool_address
from idp.oidc.clients import find_client
from idp.oidc.registered_client import CONTEXT_SCOPE, DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.registration import is_secret_of, store_client

_SECRETS = {
    "cadastrefinder": "cadastrefinder-demo-secret",
    "myrent-pro": "myrent-pro-demo-secret",
}
_NAMES = {"cadastrefinder": "CadastreFinder", "myrent-pro": "MyRent Pro"}
_TOOL_SCOPE = (*DEFAULT_SCOPE, *CONTEXT_SCOPE)


def load(session: Session, settings: Settings, tools: Mapping[str, ToolId], *, now: datetime) -> None:
    """Write the clients with the addresses that the settings say, also over what was there."""
    store_client(session, _portal(settings), now=now)
    for code, secret in _SECRETS.items():
        store_client(session, _tool(settings, code, tools[code]), secret=secret, now=now)


def is_loaded(session: Session) -> bool:
    """Tell whether a client of the demo world still has the secret that everybody knows."""
    found = ((find_client(session, client_id), secret) for client_id, secret in _SECRETS.items())
    return any(client is not None and is_secret_of(client, secret) for client, secret in found)


def _portal(settings: Settings) -> RegisteredClient:
    address = settings.portal_url
    return RegisteredClient(
        client_id="portal",
        name="Immo-Connect",
        tool_id=None,
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method's name
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/signed-out",),
        backchannel_logout_uri=f"{address}/back-channel-logout",
        backchannel_logout_session_required=True,
        initiate_login_uri=f"{address}/sign-in",
        token_endpoint_auth_signing_alg="ES256",  # noqa: S106 - an algorithm
        jwks_uri=f"{address}/jwks",
        client_uri=address,
        policy=ClientPolicy(
            first_party=True,
            scope=("openid", "profile", "email"),
            require_pkce=True,
        ),
    )


def _tool(settings: Settings, code: str, tool_id: ToolId) -> RegisteredClient:
    address = tool_address(settings, code)
    return RegisteredClient(
        client_id=code,
        name=_NAMES[code],
        tool_id=tool_id,
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/signed-out",),
        backchannel_logout_uri=f"{address}/back-channel-logout",
        backchannel_logout_session_required=True,
        initiate_login_uri=f"{address}/sign-in",
        client_uri=address,
        grant_types=("authorization_code", "refresh_token"),
        policy=ClientPolicy(scope=_TOOL_SCOPE, session_refresh=True, require_pkce=True),
    )
