"""Another organisation for the same person and tool, without asking them again (RFC 8693, `claims.md`).

Everything is judged anew: the context must be open now, be the only one that fits, need no
stronger sign-in, and lie within what the person agreed to. Silence never guesses.
"""

from dataclasses import replace
from datetime import datetime

from core.infra.ids import new_id
from core.people.assurance import Acr
from core.tools.access import offered_contexts
from core.tools.context import OfferedContext
from idp.oidc import consents
from idp.oidc.checks import context_filter
from idp.oidc.codes import CodeGrant
from idp.oidc.device_errors import TokenDenied
from idp.oidc.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InvalidRequest,
    UnmetAuthenticationRequirements,
)
from idp.oidc.registered_client import RegisteredClient
from idp.session import SESSION_LIFE
from idp.wiring import Services


def switched(
    services: Services,
    client: RegisteredClient,
    grant: CodeGrant,
    *,
    organization: str | None,
    usage: str | None,
    scope: tuple[str, ...],
    now: datetime,
) -> CodeGrant:
    """Return a grant of its own for the context that is named, of the same sign-in.

    Its session must go on: offline access is to what was chosen, and nobody is there to see another choice.

    Raises `TokenDenied` where none is open to the person, `AccountSelectionRequired` where several
    fit, `UnmetAuthenticationRequirements` where the sign-in is too weak, and `ConsentRequired`.
    """
    if organization is None and usage is None:
        raise InvalidRequest("The request names neither an organization nor a usage to switch to.")
    if client.tool_id is None or grant.subject.context is None:
        raise InvalidRequest("The subject_token carries no context that could be switched.")
    subject = grant.subject
    with services.database.statements() as connection:
        offered = offered_contexts(
            connection, person_id=subject.person_id, tool_id=client.tool_id, reachable=Acr.HIGH, now=now
        )
        context = _only_one(offered, organization, usage)
        if context.needed_acr is not None and not subject.authentication.acr.at_least(context.needed_acr):
            raise UnmetAuthenticationRequirements
        standing = consents.find_standing(
            connection, person_id=subject.person_id, client_id=client.client_id, sid=subject.sid
        )
    if not standing.is_participant or now >= subject.authentication.auth_time + SESSION_LIFE:
        raise InvalidRequest("The session of the subject_token has ended.")
    if not client.policy.first_party and not _is_agreed(standing.consent, grant, scope, context):
        raise ConsentRequired
    return replace(
        grant,
        scope=scope,
        subject=replace(subject, context=context.chosen()),
        family_id=new_id("grt"),
        nonce=None,
        code_challenge=None,
    )


def _only_one(offered: tuple[OfferedContext, ...], organization: str | None, usage: str | None) -> OfferedContext:
    fitting = [
        context
        for context in offered
        if context.is_usable and context_filter.matches(context, organization=organization, usage=usage)
    ]
    if not fitting:
        raise TokenDenied("The requested organization or usage is not open to the user.")
    if len(fitting) > 1:
        raise AccountSelectionRequired
    return fitting[0]


def _is_agreed(
    consent: consents.Consent | None, grant: CodeGrant, scope: tuple[str, ...], context: OfferedContext
) -> bool:
    return consent is not None and consent.covers(
        scope=scope, claims=grant.claims.names, terms_version=context.terms_version
    )
