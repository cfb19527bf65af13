"""What tool developers do for themselves: try a tool's sign-in, and manage a program of their own anew."""

from datetime import timedelta

from core.infra.errors import NotFound
from core.staff.states import StaffRole
from core.web.json_shapes import Member
from idp.admin.operation import Call, Json, Operation
from idp.oidc import registration, registration_tokens, try_outs
from idp.oidc.clients import announce_change
from idp.oidc.profiles import Profile

_DEVELOPER = (StaffRole.DEVELOPER,)
# The portal uses it at once; what it could not register with lies about no longer than this.
_REGISTERING = timedelta(minutes=5)


def try_out(call: Call) -> Json:
    """Return the client with which a tool's sign-in is tried, made where there is none yet."""
    portal_url = call.services.settings.portal_url
    client = try_outs.ensure(call.session, call.body.text("tool"), portal_url=portal_url, now=call.now)
    call.after.append(lambda: announce_change(call.services.database, call.services.store))
    return {"client_id": client.client_id, "redirect_uri": client.redirect_uris[0]}


def renew_management(call: Call) -> Json:
    """Give the owner of a program another registration access token; the one before counts no more."""
    client_id = call.names["client_id"]
    if registration.owner_of(call.session, client_id) != call.by:
        raise NotFound(client_id=client_id)
    token = registration.renew_access_token(call.session, client_id, by=call.by, now=call.now)
    return {"registration_access_token": token}


def allow_program(call: Call) -> Json:
    """Give a developer a token to register one program of their own with, for some minutes."""
    made = registration_tokens.make(
        call.session, call.by, profile=Profile(call.body.text("profile")), uses=1, life=_REGISTERING, now=call.now
    )
    return {"token": made.value}


OPERATIONS = (
    Operation(
        *("allowProgram", "POST", "/own-programs", _DEVELOPER, "Ask to register a program of one's own", allow_program),
        takes=(Member("profile", choices=tuple(Profile)),),
        gives=(Member("token", meaning="An initial access token for one use (RFC 7591 section 3)."),),
        is_fresh=True,
        asks_reason=False,
    ),
    Operation(
        *("tryOut", "POST", "/try-outs", _DEVELOPER, "Make ready to try a tool's sign-in", try_out),
        takes=(Member("tool", meaning="The tool's code in the catalogue."),),
        gives=(Member("client_id"), Member("redirect_uri")),
        asks_reason=False,
    ),
    Operation(
        *("renewManagement", "POST", "/clients/{client_id}/registration-access-token", _DEVELOPER),
        *("Renew the token that manages a program of one's own", renew_management),
        gives=(Member("registration_access_token", meaning="Told this once (RFC 7592)."),),
        is_fresh=True,
        asks_reason=False,
    ),
)
