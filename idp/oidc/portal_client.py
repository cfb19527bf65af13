"""Our own portal as a client: written by us and not by registering, with what no other client is given."""

from core.infra.settings import Settings
from idp.claims.scopes import STAFF_SCOPES
from idp.oidc.checks import resource
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy, RegisteredClient

CLIENT_ID = "portal"


def portal_client(settings: Settings) -> RegisteredClient:
    """Return the portal's client with the addresses that the settings say.

    It proves itself by the key at its `/jwks` and is held to the FAPI 2.0 Security Profile. Nobody is asked
    for consent to it; people who work as staff get tokens for the staff's interface through it.
    """
    address = settings.portal_url
    return RegisteredClient(
        client_id=CLIENT_ID,
        name="Immo-Connect",
        tool_id=None,
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method
        token_endpoint_auth_signing_alg="ES256",  # noqa: S106 - an algorithm
        id_token_signed_response_alg="ES256",  # noqa: S106 - an algorithm
        require_pushed_authorization_requests=True,
        dpop_bound_access_tokens=True,
        redirect_uris=(f"{address}/callback", f"{address}/staff/callback"),
        post_logout_redirect_uris=(f"{address}/signed-out",),
        backchannel_logout_uri=f"{address}/back-channel-logout",
        backchannel_logout_session_required=True,
        initiate_login_uri=f"{address}/sign-in",
        grant_types=("authorization_code", "refresh_token"),
        jwks_uri=f"{address}/jwks",
        client_uri=address,
        policy=ClientPolicy(
            first_party=True,
            scope=("openid", "profile", "email", *(scope.name for scope in STAFF_SCOPES)),
            resources=(resource.staff(settings.issuer),),
            session_refresh=True,
            profile=Profile.FAPI2_SECURITY,
        ),
    )
