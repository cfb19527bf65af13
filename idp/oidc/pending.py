"""An authorization request that waits for its person: request and progress, bound to one browser.

The record lies in the store; the browser holds a cookie of its own for each record, so that
somebody who only knows the address of an interaction can do nothing with it. A record that is
over is kept a while longer, so that the page that says so can lead back to the tool.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import orjson

from core.infra.ids import digest, new_id, new_secret
from core.infra.store.interface import EphemeralStore, Kind, Writes
from core.people.identifiers import PersonId
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.request import AuthorizationRequest, Progress, Prompt, ResponseMode
from idp.oidc.subject import (
    authentication_from_json,
    authentication_to_json,
    context_from_json,
    context_to_json,
)

PENDING_LIFE = timedelta(minutes=30)
# A second press of the same button arrives after the first one was answered.
REPEAT_GRACE = timedelta(seconds=10)
_KEPT_FOR = timedelta(hours=2)
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class PendingAuthorization:
    """One interaction: what was asked, how far it has come, and whose browser it is in.

    `language` is the choice made on its pages. `finished_at` is when it was answered.
    """

    uid: str
    request: AuthorizationRequest
    progress: Progress
    binding_digest: str
    created_at: datetime
    language: str | None = None
    finished_at: datetime | None = None

    def is_bound_to(self, cookie: str | None) -> bool:
        """Tell whether this cookie is the one that was set with the record."""
        return cookie is not None and compare_digest(digest(cookie), self.binding_digest)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it expired or was answered, beyond a second press of the same button."""
        if self.finished_at is not None and now > self.finished_at + REPEAT_GRACE:
            return True
        return now >= self.created_at + PENDING_LIFE

    def with_progress(self, progress: Progress) -> "PendingAuthorization":
        """Return the record with the result of a step."""
        return replace(self, progress=progress)


def park(store: EphemeralStore, request: AuthorizationRequest, now: datetime) -> tuple[PendingAuthorization, str]:
    """Keep a request until its person has done what is due; return it with its cookie."""
    cookie = new_secret()
    pending = PendingAuthorization(new_id("itx"), request, Progress(), digest(cookie), now)
    save(store, pending)
    return pending, cookie


def find(store: EphemeralStore, uid: str) -> PendingAuthorization | None:
    """Return the record of an interaction, also one that is over, or None when it is unknown."""
    found = store.get(Kind.PENDING, digest(uid))
    return None if found is None else _from_json(uid, orjson.loads(found))


def save(writes: Writes, pending: PendingAuthorization) -> None:
    """Write the record with what a step changed."""
    writes.put(Kind.PENDING, digest(pending.uid), orjson.dumps(_to_json(pending)), _KEPT_FOR)


def _to_json(pending: PendingAuthorization) -> dict[str, object]:
    return {
        "version": _FORMAT,
        "request": _request_to_json(pending.request),
        "progress": _progress_to_json(pending.progress),
        "binding_digest": pending.binding_digest,
        "created_at": pending.created_at.isoformat(),
        "language": pending.language,
        "finished_at": _moment_to_json(pending.finished_at),
    }


def _from_json(uid: str, members: Mapping[str, Any]) -> PendingAuthorization | None:
    # A format of an earlier or later release: the person starts again.
    if members["version"] != _FORMAT:
        return None
    return PendingAuthorization(
        uid=uid,
        request=_request_from_json(members["request"]),
        progress=_progress_from_json(members["progress"]),
        binding_digest=members["binding_digest"],
        created_at=datetime.fromisoformat(members["created_at"]),
        language=members["language"],
        finished_at=_moment_from_json(members["finished_at"]),
    )


def _request_to_json(request: AuthorizationRequest) -> dict[str, object]:
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
    }


def _request_from_json(members: Mapping[str, Any]) -> AuthorizationRequest:
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
    )


def _progress_to_json(progress: Progress) -> dict[str, object]:
    authentication, context = progress.authentication, progress.context
    return {
        "person_id": progress.person_id,
        "authentication": authentication and authentication_to_json(authentication),
        "sid": progress.sid,
        "signed_in_at": _moment_to_json(progress.signed_in_at),
        "context": context and context_to_json(context),
        "consented_scope": progress.consented_scope,
        "denied": progress.denied,
    }


def _progress_from_json(members: Mapping[str, Any]) -> Progress:
    person, scope = members["person_id"], members["consented_scope"]
    authentication, context = members["authentication"], members["context"]
    return Progress(
        person_id=None if person is None else PersonId(person),
        authentication=authentication and authentication_from_json(authentication),
        sid=members["sid"],
        signed_in_at=_moment_from_json(members["signed_in_at"]),
        context=context and context_from_json(context),
        consented_scope=None if scope is None else tuple(scope),
        denied=members["denied"],
    )


def _claim_to_json(claim: RequestedClaim) -> list[object]:
    return [claim.name, claim.essential, claim.values]


def _claim_from_json(members: list[Any]) -> RequestedClaim:
    name, essential, values = members
    return RequestedClaim(name, essential=essential, values=tuple(values))


def _moment_to_json(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment_from_json(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
