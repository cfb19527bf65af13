"""The device authorization endpoint (RFC 8628 section 3.1), and the picture that a device may show.

What a device asks for is judged as at the authorization endpoint, by the same functions; only
where the answer goes is different.
"""

from io import BytesIO
from urllib.parse import urlencode

from core.infra import log, rate_limit
from core.infra.addresses import network_of
from core.infra.errors import RateLimited
from core.infra.rate_limit import Limit
from core.infra.settings import Mode
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import device_codes, server, user_codes
from idp.oidc.authorize import require_usable_filter
from idp.oidc.checks import acr, claims_parameter, resource, scope
from idp.oidc.checks.parameters import Parameters
from idp.oidc.checks.prompt import parse_max_age
from idp.oidc.device_codes import DEVICE_LIFE, INTERVAL_SECONDS
from idp.oidc.device_errors import TooManyDevices
from idp.oidc.error_response import ANY_ORIGIN, PREFLIGHT, json_response
from idp.oidc.errors import InvalidRequest
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, Prompt, ResponseMode
from idp.wiring import Services

PAGE = "/device"
PICTURE = "/device/qr.svg"
# A hall full of screens stands behind one address; more is somebody who fills our memory.
PER_NETWORK = Limit("device-codes-network", 60, DEVICE_LIFE)
_PARAMETERS = frozenset(
    {
        "scope", "resource", "organization", "usage", "acr_values", "max_age", "claims", "nonce", "login_hint",
        "ui_locales",
    }
)  # fmt: skip
_SVG = {
    "Content-Type": "image/svg+xml",
    # A device shows it in a page of its own.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def begin(ground: Services, request: ProgramRequest) -> Answer:
    """Give a device a code to wait with, and one for its user to enter elsewhere."""
    client, found = server.authenticate_client(ground, request, _PARAMETERS)
    device_codes.require_allowed(client)
    _limit(ground, request)
    wanted = _parse(client, found)
    now = ground.clock.now()
    started = device_codes.start(ground.store, ground.settings.secret, wanted, now)
    log.event("device_code_issued", client_id=client.client_id)
    query, issuer = urlencode({"user_code": started.user_code}), ground.settings.issuer
    return json_response(
        {
            "device_code": started.device_code,
            "user_code": started.user_code,
            "verification_uri": f"{issuer}{PAGE}",
            "verification_uri_complete": f"{issuer}{PAGE}?{query}",
            "verification_qr_code_uri": f"{issuer}{PICTURE}?{query}",
            "expires_in": int(DEVICE_LIFE.total_seconds()),
            "interval": INTERVAL_SECONDS,
        }
    )


def picture(ground: Services, request: ProgramRequest) -> Answer:
    """Draw the address that leads to a code (RFC 8628 section 3.3.1), whether it is in use or not."""
    user_code = user_codes.read(request.args.get("user_code", ""))
    if user_code is None:
        raise InvalidRequest("The user_code is not one that a device was given.")
    address = f"{ground.settings.issuer}{PAGE}?{urlencode({'user_code': user_code})}"
    return Answer(_drawn(address), headers=_SVG)


def _parse(client: RegisteredClient, found: Parameters) -> AuthorizationRequest:
    claims = claims_parameter.parse(found.get("claims"))
    granted = scope.grant(found.get("scope"), client)
    request = AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri="",
        response_mode=ResponseMode.QUERY,
        scope=granted if "refresh_token" in client.grant_types else _without_offline_access(granted),
        nonce=found.get("nonce"),
        # Whoever answers sees for whom and what, also where they agreed before: the code may be another's.
        prompt=frozenset({Prompt.CONSENT}),
        max_age_seconds=parse_max_age(found.get("max_age"), client.default_max_age_seconds),
        acr_values=acr.voluntary(found.get("acr_values"), claims, client.default_acr_values),
        essential_acr=acr.essential(claims, client.policy.require_acr),
        claims=claims,
        login_hint=found.get("login_hint"),
        ui_locales=tuple((found.get("ui_locales") or "").split()),
        resource=resource.require_known(found.resources, client),
        organization=found.get("organization"),
        usage=found.get("usage"),
    )
    require_usable_filter(request)
    return request


def _without_offline_access(granted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in granted if value != "offline_access")


def _limit(ground: Services, request: ProgramRequest) -> None:
    if ground.settings.mode is Mode.TEST:
        return
    try:
        rate_limit.hit(ground.store, PER_NETWORK, network_of(request.remote_addr or ""))
    except RateLimited as error:
        raise TooManyDevices(details=dict(error.details)) from error


def _drawn(address: str) -> bytes:
    import segno  # noqa: PLC0415 - few devices ask: no idle worker should hold what draws it

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, nl=False, dark="#000", light="#fff", omitsize=True
    )
    return drawn.getvalue()


ENDPOINTS = (
    Endpoint("/device_authorization", {"POST": begin}, headers=ANY_ORIGIN, preflight=PREFLIGHT),
    Endpoint(PICTURE, {"GET": picture}),
)
