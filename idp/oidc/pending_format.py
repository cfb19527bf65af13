"""How an interaction is written into the store and read again: plain JSON values.

What is written by one release may be read by the next: whoever changes a field raises the version
in `pending.py`, and who was on the way starts again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.people.identifiers import PersonId
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.request import (
    AuthorizationRequest,
    FirstFactor,
    LocalRequest,
    Progress,
    Prompt,
    Registering,
    ResponseMode,
    Wanted,
    Wish,
)
from idp.oidc.subject import (
    authentication_from_json,
    authentication_to_json,
    context_from_json,
    context_to_json,
)


def wanted_to_json(wanted: Wanted) -> dict[str, object]:
    """Return what was asked, by a tool or by a page of ours."""
    if isinstance(wanted, LocalRequest):
        return {"local": _local_to_json(wanted)}
    return {"authorization": _authorization_to_json(wanted)}


def wanted_from_json(members: Mapping[str, Any]) -> Wanted:
    """Read what `wanted_to_json` wrote."""
    if "local" in members:
        return _local_from_json(members["local"])
    return _authorization_from_json(members["authorization"])


def progress_to_json(progress: Progress) -> dict[str, object]:
    """Return how far an interaction has come."""
    authentication, context = progress.authentication, progress.context
    first, registering = progress.first_factor, progress.registering
    return {
        "person_id": progress.person_id,
        "authentication": authentication and authentication_to_json(authentication),
        "sid": progress.sid,
        "signed_in_at": moment_to_json(progress.signed_in_at),
        "context": context and context_to_json(context),
        "consented_scope": progress.consented_scope,
        "denied": progress.denied,
        "first_factor": first and _first_factor_to_json(first),
        "registering": registering and [registering.person_id, registering.address],
        "skipped": sorted(progress.skipped),
        "wish": progress.wish,
        "wished_organisation_id": progress.wished_organisation_id,
        "wished_usage": progress.wished_usage,
        "stepped_up": progress.stepped_up,
    }


def progress_from_json(members: Mapping[str, Any]) -> Progress:
    """Read what `progress_to_json` wrote."""
    person, scope = members["person_id"], members["consented_scope"]
    authentication, context = members["authentication"], members["context"]
    first, registering, wish = members["first_factor"], members["registering"], members["wish"]
    return Progress(
        person_id=None if person is None else PersonId(person),
        authentication=authentication and authentication_from_json(authentication),
        sid=members["sid"],
        signed_in_at=moment_from_json(members["signed_in_at"]),
        context=context and context_from_json(context),
        consented_scope=None if scope is None else tuple(scope),
        denied=members["denied"],
        first_factor=first and _first_factor_from_json(first),
        registering=registering and Registering(PersonId(registering[0]), registering[1]),
        skipped=frozenset(members["skipped"]),
        wish=wish and Wish(wish),
        wished_organisation_id=members["wished_organisation_id"],
        wished_usage=members["wished_usage"],
        stepped_up=members["stepped_up"],
    )


def moment_to_json(moment: datetime | None) -> str | None:
    """Return an instant as text."""
    return None if moment is None else moment.isoformat()


def moment_from_json(value: str | None) -> datetime | None:
    """Read what `moment_to_json` wrote."""
    return None if value is None else datetime.fromisoformat(value)


def _local_to_json(wanted: LocalRequest) -> dict[str, object]:
    return {
        "return_to": wanted.return_to,
        "wants_proof": wanted.wants_proof,
        "login_hint": wanted.login_hint,
        "ui_locales": wanted.ui_locales,
    }


def _local_from_json(members: Mapping[str, Any]) -> LocalRequest:
    return LocalRequest(
        return_to=members["return_to"],
        wants_proof=members["wants_proof"],
        login_hint=members["login_hint"],
        ui_locales=tuple(members["ui_locales"]),
    )


def _authorization_to_json(request: AuthorizationRequest) -> dict[str, object]:
    return {
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "response_mode": request.response_mode,
        "scope": request.scope,
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": request.code_challenge,
        "prompt": sorted(request.prompt),
        "max_age_seconds": request.max_age_seconds,
        "acr_values": request.acr_values,
        "essential_acr": request.essential_acr,
        "claims_id_token": [_claim_to_json(claim) for claim in request.claims.id_token],
        "claims_userinfo": [_claim_to_json(claim) for claim in request.claims.userinfo],
        "hinted_person": request.hinted_person,
        "login_hint": request.login_hint,
        "ui_locales": request.ui_locales,
        "resource": request.resource,
        "organization": request.organization,
        "usage": request.usage,
        "device_code": request.device_code,
        "dpop_jkt": request.dpop_jkt,
    }


def _authorization_from_json(members: Mapping[str, Any]) -> AuthorizationRequest:
    hinted = members["hinted_person"]
    return AuthorizationRequest(
        client_id=members["client_id"],
        redirect_uri=members["redirect_uri"],
        response_mode=ResponseMode(members["response_mode"]),
        scope=tuple(members["scope"]),
        state=members["state"],
        nonce=members["nonce"],
        code_challenge=members["code_challenge"],
        prompt=frozenset(Prompt(value) for value in members["prompt"]),
        max_age_seconds=members["max_age_seconds"],
        acr_values=tuple(members["acr_values"]),
        essential_acr=tuple(members["essential_acr"]),
        claims=ClaimsRequest(
            tuple(_claim_from_json(claim) for claim in members["claims_id_token"]),
            tuple(_claim_from_json(claim) for claim in members["claims_userinfo"]),
        ),
        hinted_person=None if hinted is None else PersonId(hinted),
        login_hint=members["login_hint"],
        ui_locales=tuple(members["ui_locales"]),
        resource=tuple(members["resource"]),
        organization=members["organization"],
        usage=members["usage"],
        device_code=members["device_code"],
        dpop_jkt=members["dpop_jkt"],
    )


def _claim_to_json(claim: RequestedClaim) -> list[object]:
    return [claim.name, claim.essential, claim.values]


def _claim_from_json(members: list[Any]) -> RequestedClaim:
    name, essential, values = members
    return RequestedClaim(name, essential=essential, values=tuple(values))


def _first_factor_to_json(first: FirstFactor) -> list[str | None]:
    return [first.person_id, moment_to_json(first.proven_at), moment_to_json(first.password_made_at)]


def _first_factor_from_json(members: list[Any]) -> FirstFactor:
    person_id, proven_at, password_made_at = members
    return FirstFactor(PersonId(person_id), datetime.fromisoformat(proven_at), moment_from_json(password_made_at))
