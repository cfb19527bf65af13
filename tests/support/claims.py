"""Builders of values that tokens are made of; what matters to a test is said in the test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.facts import Address, PersonFacts
from core.people.identifiers import PersonId
from core.tools.context import (
    AccreditationFacts,
    MembershipFacts,
    OfferedContext,
    OrganisationFacts,
)
from core.tools.identifiers import MandateId, RegistrationId, ToolId
from idp.claims.context import ClaimsContext
from idp.oidc.registered_client import ClientPolicy, RegisteredClient

SIGNED_IN = datetime(2026, 11, 2, 8, 55, tzinfo=UTC)
EVERY_SCOPE = (
    "openid", "profile", "email", "address", "phone", "organization", "roles", "accreditations", "wallet",
    "offline_access",
)  # fmt: skip


def a_person(**changes: Any) -> PersonFacts:
    """Return a person of whom everything is known."""
    person = PersonFacts(
        id=PersonId("usr_01kbq3v9m2e8rj4t6w0x5y7zab"),
        username="anna.peeters",
        given_name="Anna",
        family_name="Peeters-Van den Broeck",
        middle_name="Maria",
        nickname="An",
        profile_url="https://www.example.com/anna",
        picture_url="https://www.example.com/anna.jpg",
        website="https://www.example.com",
        gender="female",
        birthdate=date(1980, 5, 17),
        zoneinfo="Europe/Brussels",
        locale="nl",
        updated_at=datetime(2026, 10, 1, 12, 0, tzinfo=UTC),
        email="anna.peeters@example.com",
        email_verified=True,
        phone_number="+32 9 000 00 00",
        phone_number_verified=False,
        address=Address("Kerkstraat 1", "Gent", "9000", "BE"),
        eid=None,
    )
    return person._replace(**changes)


def an_organisation(**changes: Any) -> OrganisationFacts:
    """Return a verified organisation."""
    organisation = OrganisationFacts(
        id=OrganisationId("org_01kbq3v9m2e8rj4t6w0x5y7zac"),
        name="Immo Voorbeeld BV",
        company_number="0123456749",
        country="BE",
        kind="legal_person",
        status="active",
        verified_source="kbo",
        verified_at=date(2026, 9, 1),
    )
    return organisation._replace(**changes)


def a_membership(**changes: Any) -> MembershipFacts:
    """Return the membership of an employee with contact data."""
    membership = MembershipFacts(
        id=MembershipId("mem_01kbq3v9m2e8rj4t6w0x5y7zad"),
        status="active",
        manager=False,
        type="employee",
        function="Bediende",
        since=date(2025, 3, 1),
        email="anna@immo-voorbeeld.example",
        phone_number="+32 9 111 11 11",
        may_charge_wallet=True,
        may_read_wallet=True,
    )
    return membership._replace(**changes)


def an_accreditation(**changes: Any) -> AccreditationFacts:
    """Return an own accreditation of an intermediary."""
    accreditation = AccreditationFacts(
        id="acr_01kbq3v9m2e8rj4t6w0x5y7zaf",
        kind="be.biv",
        number="500123",
        list="tableau",
        column="intermediary",
        status="active",
        valid_until=date(2027, 12, 31),
        checked_at=datetime(2026, 9, 20, 3, 10, tzinfo=UTC),
    )
    return accreditation._replace(**changes)


def a_mandated_accreditation(**changes: Any) -> AccreditationFacts:
    """Return the accreditation of a colleague, lent by a mandate."""
    lent = {
        "mandate_id": MandateId("mnd_01kbq3v9m2e8rj4t6w0x5y7zag"),
        "holder_name": "Jan Janssens",
    }
    return an_accreditation(**(lent | changes))


def an_offered_context(**changes: Any) -> OfferedContext:
    """Return a usable context with everything that a token can say about one."""
    context = OfferedContext(
        tool_id=ToolId("tol_01kbq3v9m2e8rj4t6w0x5y7zaa"),
        tool_code="cadastrefinder",
        registration_id=RegistrationId("reg_01kbq3v9m2e8rj4t6w0x5y7zae"),
        usage="estate-agent",
        usage_name=Localised("vastgoedmakelaar", "agent immobilier", "estate agent"),
        role="user",
        role_name=Localised("gebruiker", "utilisateur", "user"),
        entitlements=("search",),
        organisation=an_organisation(),
        membership=a_membership(),
        accreditations=(a_mandated_accreditation(),),
        wallet_id="wal_01kbq3v9m2e8rj4t6w0x5y7zah",
        expires_at=None,
        reason=None,
    )
    return context._replace(**changes)


def a_claims_context(**changes: Any) -> ClaimsContext:
    """Return the facts of a person who signed in with a password and chose a context."""
    context = ClaimsContext(
        person=a_person(),
        subject_identifier="usr_01kbq3v9m2e8rj4t6w0x5y7zab",
        authentication=Authentication(SIGNED_IN, ("pwd",), Acr.PASSWORD),
        sid="ses_01kbq3v9m2e8rj4t6w0x5y7zai",
        context=an_offered_context(),
    )
    return replace(context, **changes)


def a_client(**changes: Any) -> RegisteredClient:
    """Return a confidential client that may ask for every scope."""
    client = RegisteredClient(
        client_id="cadastrefinder",
        name="CadastreFinder",
        tool_id=ToolId("tol_01kbq3v9m2e8rj4t6w0x5y7zaa"),
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method="client_secret_basic",
        redirect_uris=("https://cadastrefinder.test/callback",),
        policy=ClientPolicy(scope=EVERY_SCOPE),
    )
    return replace(client, **changes)
