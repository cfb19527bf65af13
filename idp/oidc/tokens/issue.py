"""Issues tokens: one place for every grant.

What a code granted lies in the store as long as its access tokens live, so that userinfo knows
the person, the context and what the claims parameter asked for; the token itself says only what
resource servers need.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from core.infra.ids import new_id
from core.infra.kept_query import Row
from core.infra.store.interface import EphemeralStore, Kind
from core.proof.confirmation import UNBOUND, Confirmation
from idp.claims.context import ClaimsContext
from idp.claims.load import ContextUnusable, PersonGone, load_claims
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import ContextGone, InvalidGrant
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subject import Subject, subject_identifier
from idp.oidc.tokens.access_token import Origin, access_token
from idp.oidc.tokens.id_token import id_token
from idp.wiring import Services

# Longer than any access token lives.
_GRANT_LIFE = timedelta(minutes=11)

TokenResponse = dict[str, object]


def load_context(
    services: Services,
    client: RegisteredClient,
    subject: Subject,
    now: datetime,
    *,
    scope: Collection[str],
    at_hand: Sequence[Row] = (),
) -> ClaimsContext:
    """Return the facts about a subject as they are now, as far as a token of this scope tells them.

    `at_hand` is what was read of them in this request.

    Raises `ContextGone` when the context is no longer usable, or is not of the client's tool, and
    `InvalidGrant` when the person is gone.
    """
    try:
        with services.database.statements() as connection:
            found = load_claims(
                connection,
                person_id=subject.person_id,
                authentication=subject.authentication,
                sid=subject.sid,
                context=subject.context,
                subject_identifier=subject_identifier(subject.person_id, client, services.settings.secret),
                reachable=subject.authentication.acr,
                scope=scope,
                now=now,
                at_hand=at_hand,
            )
    except ContextUnusable as error:
        raise ContextGone(details=dict(error.details)) from error
    except PersonGone as error:
        raise InvalidGrant("The user no longer exists.", details=dict(error.details)) from error
    # A client can have gone over to another tool since: what the person chose is then somebody else's.
    if found.context is not None and client.tool_id not in {None, found.context.tool_id}:
        raise ContextGone(details={"tool": found.context.tool_code, "client_id": client.client_id})
    return found


def for_person(
    services: Services,
    context: ClaimsContext,
    *,
    client: RegisteredClient,
    grant: CodeGrant,
    scope: Sequence[str],
    audience: Sequence[str],
    nonce: str | None,
    confirmation: Confirmation,
    now: datetime,
    origin: Origin | None = None,
) -> TokenResponse:
    """Return the members of a token response (RFC 6749 section 5.1) for a person in a context.

    An ID token is among them where `openid` is in the scope; `origin` is the token that this one
    was exchanged for, if there is one. Nothing is stored here: see `remember_grant`.
    """
    issuer, keyring = services.settings.issuer, services.keyring
    issued = access_token(
        context,
        client=client,
        issuer=issuer,
        audience=audience,
        scope=scope,
        family_id=grant.family_id,
        confirmation=confirmation,
        now=now,
        keyring=keyring,
        origin=origin,
    )
    response: TokenResponse = {
        "access_token": issued.token,
        "token_type": confirmation.token_type,
        "expires_in": issued.expires_in_seconds,
        "scope": " ".join(scope),
    }
    if "openid" in scope:
        response["id_token"] = id_token(
            context,
            client=client,
            issuer=issuer,
            scope=scope,
            nonce=nonce,
            requested=grant.claims,
            access_token=issued.token,
            now=now,
            keyring=keyring,
        )
    return response


def for_client(
    services: Services,
    *,
    client: RegisteredClient,
    scope: Sequence[str],
    audience: Sequence[str],
    confirmation: Confirmation,
    now: datetime,
) -> TokenResponse:
    """Return the members of a token response for a client that acts by itself."""
    issued = access_token(
        None,
        client=client,
        issuer=services.settings.issuer,
        audience=audience,
        scope=scope,
        family_id=new_id("grt"),
        confirmation=confirmation,
        now=now,
        keyring=services.keyring,
    )
    response: TokenResponse = {
        "access_token": issued.token,
        "token_type": confirmation.token_type,
        "expires_in": issued.expires_in_seconds,
    }
    if scope:
        response["scope"] = " ".join(scope)
    return response


def bound(grant: CodeGrant, client: RegisteredClient, confirmation: Confirmation) -> CodeGrant:
    """Return what is granted under the key that its refresh tokens will need from now on.

    Those of a public client need the key or certificate that was shown when they were given; a client
    that authenticates may change it (RFC 9449 section 5, RFC 8705 section 7.1).
    """
    shown = confirmation if client.is_public else UNBOUND
    if shown == grant.confirmation:
        return grant
    return replace(grant, dpop_jkt=shown.jkt, x5t_s256=shown.x5t_s256)


def remember_grant(store: EphemeralStore, grant: CodeGrant) -> None:
    """Keep what was granted for userinfo, as long as an access token issued now lives."""
    store.put(Kind.GRANT, grant.family_id, orjson.dumps(grant.to_json()), _GRANT_LIFE)


def remembering_grant(store: EphemeralStore, grant: CodeGrant) -> AbstractContextManager[None]:
    """Keep it while the block does something else: what is kept is of use only with a token given afterwards."""
    return store.putting(Kind.GRANT, grant.family_id, orjson.dumps(grant.to_json()), _GRANT_LIFE)


def remember_first_grant(store: EphemeralStore, grant: CodeGrant) -> bool:
    """Keep what a code granted, and tell whether its family or session was revoked already.

    To be asked when the family is in the database: whoever revokes it after this finds it there.
    """
    names = [(Kind.REVOKED_FAMILY, name) for name in (grant.family_id, grant.subject.sid)]
    granted = orjson.dumps(grant.to_json())
    return any(store.put_then_get(Kind.GRANT, grant.family_id, granted, _GRANT_LIFE, names=names))
