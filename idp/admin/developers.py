"""What tool developers do for themselves: try a tool's sign-in, and manage a program of their own anew."""

from core.infra.errors import NotFound
from core.staff.states import StaffRole
from core.web.json_shapes import Member
from idp.admin.operation import Call, Json, Operation
from idp.oidc import registration, try_outs
from idp.oidc.clients import announce_change

_DEVELOPER = (StaffRole.DEVELOPER,)


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


OPERATIONS = (
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
