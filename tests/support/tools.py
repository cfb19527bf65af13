"""Builders of people, organisations, tools and clients for tests of the provider.

Each calls the use cases of the product; what matters to a test is an argument.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.closing.founding import found
from core.infra.localised import Localised
from core.organisations.enrolment import Company
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.publishing import NewRole, NewTerms, NewTool, NewUsage, publish
from core.tools.registration import register
from core.tools.requirements import Requirement
from idp.credentials.passwords import hash_password, store_password
from idp.oidc.clients import announce_change
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.wiring import Services

PASSWORD = "correct horse battery"
# Hashed once: a test pays for the hashes it verifies, not for those it sets up.
_HASHED = hash_password(PASSWORD)
TOOL_SCOPE = (*DEFAULT_SCOPE, "organization", "roles", "accreditations", "wallet")
CALLBACK = "https://tool.example/callback"
SIGNED_OUT = "https://tool.example/signed-out"


def _same(text: str) -> Localised:
    return Localised(text, text, text)


def a_person(session: Session, username: str, *, now: datetime, language: str = "en") -> PersonId:
    """Create somebody with an activated address and the password `PASSWORD`."""
    person = NewPerson(
        username=username,
        email=f"{username}@people.example",
        given_name=username.split(".", maxsplit=1)[0].capitalize(),
        family_name="Peeters",
        language=language,
    )
    person_id = create(session, person, email_verified=True, now=now)
    store_password(session, person_id=person_id, hashed=_HASHED, now=now)
    return person_id


def an_organisation(session: Session, name: str, number: str, *, by: PersonId, now: datetime) -> OrganisationId:
    """Create an organisation whose manager is `by`."""
    return found(session, Company(number, name), by=by, details=MemberDetails(), now=now).organisation_id


def a_tool(
    session: Session, code: str, *, now: datetime, usages: tuple[str, ...] = ("estate-agent",), terms: str | None = None
) -> ToolId:
    """Publish a tool that anybody may register and use, with the role `user`."""
    requirement = Requirement(terms=terms)
    tool = NewTool(
        code=code,
        name=_same(code.capitalize()),
        description=_same(f"What {code} does"),
        purpose=_same(f"So that {code} knows for whom you work."),
        publisher="Tool Makers NV",
        support_address="help@tool.example",
        home_url="https://tool.example",
        roles=(NewRole("user", _same("user")),),
        usages=tuple(NewUsage(usage, _same(usage), requirement, "user") for usage in usages),
        terms=() if terms is None else (NewTerms(terms, f"https://tool.example/terms/{terms}"),),
    )
    return publish(session, tool, by=None, now=now)


def a_registration(
    session: Session,
    organisation_id: OrganisationId,
    tool_id: ToolId,
    usage: str = "estate-agent",
    *,
    by: PersonId,
    now: datetime,
    terms: str | None = None,
) -> RegistrationId:
    """Register a usage for an organisation; whoever does it gets the role `user`."""
    return register(session, organisation_id, tool_id, usage, by=by, acr=Acr.PASSWORD, accepted_terms=terms, now=now)


def a_client(
    services: Services, client_id: str, *, policy: dict[str, Any] | None = None, **changes: Any
) -> RegisteredClient:
    """Store a confidential web client, with what the test changes about it."""
    client = RegisteredClient(
        client_id=client_id,
        name=client_id.capitalize(),
        tool_id=None,
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method="client_secret_basic",
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(SIGNED_OUT,),
        grant_types=("authorization_code", "refresh_token"),
        client_uri="https://tool.example/",
        policy=ClientPolicy(**(policy or {})),
    )
    client = replace(client, **changes)
    with services.database.transaction() as session:
        store_client(session, client, now=services.clock.now(), secret=f"{client_id}-secret")
    announce_change(services.database, services.store)
    return client


@dataclass(frozen=True)
class Office:
    """Anna, manager of two organisations, with one context at `atlas` and two at `rent`."""

    anna: PersonId
    bert: PersonId
    noord: OrganisationId
    zuid: OrganisationId
    atlas: ToolId
    rent: ToolId
    noord_atlas: RegistrationId
    noord_rent: RegistrationId
    zuid_rent: RegistrationId


def an_office(services: Services) -> Office:
    """Create the office and its clients: `atlas` and `rent` (tools), `plain` (OpenID only)."""
    now = services.clock.now()
    with services.database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=now)
        bert = a_person(session, "bert.janssens", now=now, language="fr")
        noord = an_organisation(session, "Noord BV", "0100001060", by=anna, now=now)
        zuid = an_organisation(session, "Zuid SRL", "0100002050", by=anna, now=now)
        atlas = a_tool(session, "atlas", now=now)
        rent = a_tool(session, "rent", now=now, usages=("estate-agent", "syndic"), terms="v1")
        office = Office(
            anna, bert, noord, zuid, atlas, rent,
            noord_atlas=a_registration(session, noord, atlas, by=anna, now=now),
            noord_rent=a_registration(session, noord, rent, by=anna, now=now, terms="v1"),
            zuid_rent=a_registration(session, zuid, rent, "syndic", by=anna, now=now, terms="v1"),
        )  # fmt: skip
    a_client(services, "atlas", tool_id=atlas, policy={"scope": TOOL_SCOPE})
    a_client(services, "rent", tool_id=rent, policy={"scope": TOOL_SCOPE})
    a_client(services, "plain")
    return office
