"""Initial access tokens: operators make them for anybody, developers a few for themselves."""

from datetime import timedelta

from core.infra.errors import NotFound, RuleError
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation
from idp.oidc import registration_tokens
from idp.oidc.profiles import Profile

_BOTH = (StaffRole.OPERATOR, StaffRole.DEVELOPER)
_MOST_OWN_USES, _MOST_OWN_DAYS, _MOST_OWN_TOKENS = 5, 30, 10


class TooManyTokens(RuleError):
    """The developer has as many usable tokens as one may have: use or revoke one first."""

    code = "too-many-registration-tokens"


class NotForDevelopers(RuleError):
    """A developer makes tokens for themselves, of a few uses and weeks."""

    code = "not-for-developers"


def listed(call: Call) -> Json:
    """List tokens; a developer's own only."""
    return {
        "tokens": [
            {
                "id": token.id,
                "owner_id": token.owner_id,
                "profile": token.profile.value,
                "uses_left": token.uses_left,
                "expires_at": token.expires_at.isoformat(),
                "is_usable": token.is_usable,
            }
            for token in _tokens(call)
        ]
    }


def make(call: Call) -> Json:
    """Make a token, whose value is told this once."""
    owner = PersonId(call.body.optional("person_id") or call.by)
    uses, days = call.body.integer("uses"), call.body.integer("days")
    if call.role is StaffRole.DEVELOPER:
        if owner != call.by or uses > _MOST_OWN_USES or days > _MOST_OWN_DAYS:
            raise NotForDevelopers
        if sum(token.is_usable for token in _tokens(call)) >= _MOST_OWN_TOKENS:
            raise TooManyTokens
    if person_facts(call.session, owner) is None:
        raise NotFound(person=owner)
    made = registration_tokens.make(
        call.session,
        owner,
        profile=Profile(call.body.text("profile")),
        uses=uses,
        life=timedelta(days=days),
        now=call.now,
    )
    return {"id": made.id, "token": made.value}


def revoke(call: Call) -> Json:
    """End a token before its time; a developer one of their own."""
    token_id = call.names["token_id"]
    if not any(token.id == token_id for token in _tokens(call)):
        raise NotFound(token=token_id)
    return {"changed": registration_tokens.revoke(call.session, token_id, now=call.now)}


def _tokens(call: Call) -> tuple[registration_tokens.ListedToken, ...]:
    found = registration_tokens.listed(call.session, now=call.now)
    return tuple(token for token in found if call.role is StaffRole.OPERATOR or token.owner_id == call.by)


_TOKENS = (
    Member(
        "tokens",
        Kind.OBJECTS,
        members=(
            Member("id"),
            Member("owner_id"),
            Member("profile", choices=tuple(Profile)),
            Member("uses_left", Kind.INTEGER),
            Member("expires_at"),
            Member("is_usable", Kind.FLAG),
        ),
    ),
)

OPERATIONS = (
    Operation("listTokens", "GET", "/registration-tokens", _BOTH, "Initial access tokens", listed, gives=_TOKENS),
    Operation(
        *("makeToken", "POST", "/registration-tokens", _BOTH, "Make an initial access token", make),
        takes=(
            Member("person_id", is_required=False, meaning="Whose clients will be registered with it."),
            Member("profile", choices=tuple(Profile)),
            Member("uses", Kind.INTEGER, least=1, most=1_000),
            Member("days", Kind.INTEGER, least=1, most=366),
        ),
        gives=(Member("id"), Member("token", meaning="Told this once.")),
        is_fresh=True,
    ),
    Operation(
        *("revokeToken", "POST", "/registration-tokens/{token_id}/revoke", _BOTH, "End a token", revoke),
        gives=(Member("changed", Kind.FLAG, "False where it had ended already."),),
    ),
)
