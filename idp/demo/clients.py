"""The three clients of the demo world: the portal and the two tools that run.

CadastreFinder is a client as most are, with a secret. The portal and MyRent Pro are held to the FAPI
2.0 Security Profile: they prove themselves by the keys at their own `/jwks`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.infra.settings import Settings
from core.tools.identifiers import ToolId
from idp.demo.addresses import tool_address
from idp.oidc.checks import resource
from idp.oidc.clients import find_client
from idp.oidc.portal_client import portal_client
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import CONTEXT_SCOPE, DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.registration import is_secret_of, store_client

_SECRETS = {"cadastrefinder": "cadastrefinder-demo-secret"}
_NAMES = {"cadastrefinder": "CadastreFinder", "myrent-pro": "MyRent Pro"}
_BY_KEY: dict[str, Any] = {
    "token_endpoint_auth_method": "private_key_jwt",
    "token_endpoint_auth_signing_alg": "ES256",
    "id_token_signed_response_alg": "ES256",
    "require_pushed_authorization_requests": True,
    "dpop_bound_access_tokens": True,
}
# What it sells is paid from wallets.
_CHARGING = frozenset({"cadastrefinder"})
_TOOL_SCOPE = (*DEFAULT_SCOPE, *CONTEXT_SCOPE)


def load(session: Session, settings: Settings, tools: Mapping[str, ToolId], *, now: datetime) -> None:
    """Write the clients with the addresses that the settings say, also over what was there."""
    store_client(session, portal_client(settings), now=now)
    for code in _NAMES:
        store_client(session, _tool(settings, code, tools[code]), secret=_SECRETS.get(code), now=now)


def is_loaded(session: Session) -> bool:
    """Tell whether a client of the demo world still has the secret that everybody knows."""
    found = ((find_client(session, client_id), secret) for client_id, secret in _SECRETS.items())
    return any(client is not None and is_secret_of(client, secret) for client, secret in found)


def _tool(settings: Settings, code: str, tool_id: ToolId) -> RegisteredClient:
    address = tool_address(settings, code)
    has_secret = code in _SECRETS
    proof = (
        {"token_endpoint_auth_method": "client_secret_basic"}
        if has_secret
        else {**_BY_KEY, "jwks_uri": f"{address}/jwks"}
    )
    return RegisteredClient(
        client_id=code,
        name=_NAMES[code],
        tool_id=tool_id,
        enabled=True,
        secret_digest=None,
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/signed-out",),
        backchannel_logout_uri=f"{address}/back-channel-logout",
        backchannel_logout_session_required=True,
        initiate_login_uri=f"{address}/sign-in",
        client_uri=address,
        grant_types=("authorization_code", "refresh_token", *(("client_credentials",) if code in _CHARGING else ())),
        policy=ClientPolicy(
            profile=Profile.OIDC if has_secret else Profile.FAPI2_SECURITY,
            scope=_TOOL_SCOPE,
            resources=(resource.wallet(settings.portal_url),) if code in _CHARGING else (),
            session_refresh=True,
            require_pkce=True,
        ),
        **proof,
    )
