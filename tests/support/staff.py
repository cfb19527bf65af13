"""Callers of the staff's interface: tokens as the portal has them, and such as lack one thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from joserfc.jwk import Key
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.proof.confirmation import UNBOUND, Confirmation
from core.proof.dpop_nonces import DpopNonces
from core.staff import roles
from core.staff.reasons import Reason, StaffReason
from core.staff.states import StaffRole
from idp.admin.openapi import document
from idp.oidc.checks import resource
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.tokens import issue
from idp.wiring import Services
from tests.support.dpop_proofs import a_proof, a_proof_key
from tests.support.fapi_party import ath
from tests.support.grants import a_client, a_grant, an_application
from tests.support.tools import a_person

WHY = {"reason": "correction", "reference": "T-1"}
REASON = Reason(StaffReason.CORRECTION, "T-1")


@dataclass(frozen=True)
class Token:
    """An access token, and the key that it is bound to."""

    value: str = field(repr=False)
    key: Key


@dataclass(frozen=True)
class StaffDesk:
    """The provider with a client that may have staff's tokens, and people of each role."""

    services: Services
    http: FlaskClient
    client: RegisteredClient
    fatima: PersonId
    ismael: PersonId
    gilles: PersonId
    joke: PersonId
    hannah: PersonId
    anna: PersonId

    def token(
        self,
        person_id: PersonId,
        *scope: str,
        audience: str | None = None,
        client: RegisteredClient | None = None,
        signed_in: timedelta = timedelta(0),
        acr: Acr = Acr.PASSWORD,
        is_bound: bool = True,
    ) -> Token:
        """Return a token that was given to somebody who signed in so long ago."""
        now, key = self.services.clock.now(), a_proof_key()
        holder = client or self.client
        grant = a_grant(self.services, holder, person_id, scope=("openid", *scope))
        signed = Authentication(now - signed_in, ("pwd",), acr)
        grant = replace(grant, subject=replace(grant.subject, authentication=signed))
        made = issue.for_person(
            self.services,
            issue.load_context(self.services, holder, grant.subject, now, scope=grant.scope),
            client=holder,
            grant=grant,
            scope=grant.scope,
            audience=(audience or resource.staff(self.services.settings.issuer),),
            nonce=None,
            confirmation=Confirmation(jkt=key.thumbprint()) if is_bound else UNBOUND,
            now=now,
        )
        issue.remember_grant(self.services.store, grant)
        return Token(str(made["access_token"]), key)

    def call(
        self,
        token: Token | None,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        scheme: str = "DPoP",
        **query: str,
    ) -> TestResponse:
        """Send a request, with a good proof where the scheme is DPoP."""
        headers: dict[str, str] = {}
        if token is not None:
            headers["Authorization"] = f"{scheme} {token.value}"
        if token is not None and scheme == "DPoP":
            headers["DPoP"] = self._proof(token, method, path)
        data = None if body is None else json.dumps(body)
        address = f"/admin/v1{path}"
        answer = self.http.open(
            address, method=method, headers=headers, data=data, content_type="application/json", query_string=query
        )
        require_described(document(self.services.settings.issuer), method, path, answer)
        return answer

    def as_helpdesk(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> TestResponse:
        """Call as Fatima of the helpdesk, who signed in just now; what changes something says why."""
        return self.call(self.token(self.fatima, "helpdesk"), method, path, _with_reason(method, body), **query)

    def as_operator(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> TestResponse:
        """Call as Gilles, an operator."""
        return self.call(self.token(self.gilles, "operator"), method, path, _with_reason(method, body), **query)

    def as_developer(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> TestResponse:
        """Call as Hannah, a developer."""
        return self.call(self.token(self.hannah, "developer"), method, path, _with_reason(method, body), **query)

    def approve(self, approval_id: str, by: PersonId, role: str, decision: str = "approve") -> TestResponse:
        """Decide an act that waits, as a second person."""
        return self.call(self.token(by, role), "POST", f"/approvals/{approval_id}", {"decision": decision})

    def _proof(self, token: Token, method: str, path: str) -> str:
        now, settings = self.services.clock.now(), self.services.settings
        url = f"{settings.issuer}/admin/v1{path}"
        nonce = DpopNonces(settings.secret).fresh(now)
        return a_proof(token.key, method, url, now, nonce=nonce, ath=ath(token.value))


def require_described(description: Mapping[str, Any], method: str, path: str, answer: TestResponse) -> str:
    """Assert that an answer is as the description of the interface says, and return the operation's name."""
    sent = path.split("/")
    found = next(
        operations[method.lower()]
        for template, operations in description["paths"].items()
        if method.lower() in operations and _fits(template.split("/"), sent)
    )
    told = found["responses"].get(str(answer.status_code), found["responses"]["default"])["content"]
    assert answer.mimetype in told, (found["operationId"], answer.status_code, answer.mimetype)
    schema = {**told[answer.mimetype]["schema"], "components": description["components"]}
    Draft202012Validator(schema).validate(answer.get_json())
    return str(found["operationId"])


def _fits(template: list[str], sent: list[str]) -> bool:
    return len(template) == len(sent) and all(
        part == given or part.startswith("{") for part, given in zip(template, sent, strict=True)
    )


def a_staff_desk(services: Services) -> StaffDesk:
    """Create people of each role, somebody without one, and the portal's client."""
    names = ("fatima.el", "ismael.dumont", "gilles.renard", "joke.desmet", "hannah.janssens", "anna.peeters")
    now = services.clock.now()
    held = (StaffRole.HELPDESK, StaffRole.HELPDESK, StaffRole.OPERATOR, StaffRole.OPERATOR, StaffRole.DEVELOPER)
    with services.database.transaction() as session:
        people = [a_person(session, name, now=now) for name in names]
        for person_id, role in zip(people, held, strict=False):
            roles.give(session, person_id, role, by=None, why=None, now=now)
    return StaffDesk(services, an_application(services).test_client(), a_portal(services), *people)


def a_portal(services: Services, client_id: str = "portal", **policy: Any) -> RegisteredClient:
    """Store a client as the portal is, with a policy changed as asked."""
    values = {
        "first_party": True,
        "scope": ("openid", "profile", "email", "helpdesk", "operator", "developer"),
        "resources": (resource.staff(services.settings.issuer),),
        "session_refresh": True,
    }
    return a_client(services, client_id=client_id, policy=ClientPolicy(**{**values, **policy}))


def _with_reason(method: str, body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if method == "GET" else {**WHY, **(body or {})}
