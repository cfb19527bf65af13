"""The claims about the chosen context: organisation, usage, role, accreditations, wallet. Pure."""

from core.infra.messages import N_
from idp.claims import shapes, sources
from idp.claims.claim import Claim, Target

NAMESPACE = "urn:immo-connect:claims:"

_ID, _ACCESS, _USERINFO = Target.ID_TOKEN, Target.ACCESS_TOKEN, Target.USERINFO

CONTEXT = (
    Claim(
        name="org_id",
        scope="organization",
        source=lambda c: c.context.organisation.id if c.context else None,
        description=N_("Identifier of the organisation; opaque, never changes, never used again."),
        example="org_01kbq3v9m2e8rj4t6w0x5y7zac",
        label=N_("the name and company number of the organisation"),
        targets=frozenset({_ID, _ACCESS, _USERINFO}),
        schema=shapes.prefixed("org"),
    ),
    Claim(
        name="org_name",
        scope="organization",
        source=lambda c: c.context.organisation.name if c.context else None,
        description=N_("Name of the organisation, for display only."),
        example="Immo Voorbeeld BV",
        targets=frozenset({_ID, _ACCESS, _USERINFO}),
    ),
    Claim(
        name=NAMESPACE + "organization",
        scope="organization",
        source=sources.organization,
        description=N_("The organisation: company number, kind, status, and by which source it is verified."),
        example={
            "id": "org_01kbq3v9m2e8rj4t6w0x5y7zac",
            "company_number": "0123456749",
            "country": "BE",
            "kind": "legal_person",
            "status": "active",
            "verified": {"source": "kbo", "at": "2026-09-01"},
        },
        targets=frozenset({_ID, _USERINFO}),
        schema=shapes.ORGANIZATION,
    ),
    Claim(
        name=NAMESPACE + "membership",
        scope="organization",
        source=sources.membership,
        fuller_source=sources.membership_with_contact,
        description=N_("The person's place in the organisation; in userinfo also the contact details they have there."),
        example={
            "id": "mem_01kbq3v9m2e8rj4t6w0x5y7zad",
            "status": "active",
            "manager": False,
            "type": "employee",
            "function": "Bediende",
            "since": "2025-03-01",
        },
        fuller_example={
            "id": "mem_01kbq3v9m2e8rj4t6w0x5y7zad",
            "status": "active",
            "manager": False,
            "type": "employee",
            "function": "Bediende",
            "since": "2025-03-01",
            "email": "anna@immo-voorbeeld.example",
            "phone_number": "+32 9 111 11 11",
        },
        label=N_("your function and your contact details there"),
        targets=frozenset({_ID, _USERINFO}),
        schema=shapes.MEMBERSHIP,
    ),
    Claim(
        name=NAMESPACE + "usage",
        scope="roles",
        source=sources.usage,
        description=N_("The way of using the tool that was chosen, and the registration it rests on."),
        example={"code": "estate-agent", "registration": "reg_01kbq3v9m2e8rj4t6w0x5y7zae"},
        label=N_("in which capacity and in which role you use the tool"),
        targets=frozenset({_ID, _ACCESS}),
        schema=shapes.USAGE,
    ),
    Claim(
        name="roles",
        scope="roles",
        source=sources.roles,
        description=N_("The role in your tool under this organisation."),
        example=["user"],
        targets=frozenset({_ID, _ACCESS}),
        schema=shapes.TEXTS,
    ),
    Claim(
        name="entitlements",
        scope="roles",
        source=sources.entitlements,
        description=N_("What your tool defined for the role; may be empty."),
        example=["search"],
        targets=frozenset({_ACCESS}),
        schema=shapes.TEXTS,
    ),
    Claim(
        name=NAMESPACE + "accreditations",
        scope="accreditations",
        source=sources.accreditations,
        description=N_("Accreditations of the kinds your tool declared: own, or mandated by their holder."),
        example=[
            {
                "type": "be.biv",
                "number": "500123",
                "list": "tableau",
                "column": "intermediary",
                "status": "active",
                "basis": "mandated",
                "holder": {"name": "Jan Janssens", "ref": "acr_01kbq3v9m2e8rj4t6w0x5y7zaf"},
                "mandate": "mnd_01kbq3v9m2e8rj4t6w0x5y7zag",
                "valid_until": "2027-12-31",
                "checked_at": "2026-09-20T03:10:00Z",
            }
        ],
        label=N_("the accreditations you work under, with number, status and holder"),
        targets=frozenset({_ID, _USERINFO}),
        schema=shapes.ACCREDITATIONS,
    ),
    Claim(
        name=NAMESPACE + "wallet",
        scope="wallet",
        source=sources.wallet,
        description=N_(
            "The organisation's wallet, what the person may do with it, and the limit of one charge in cents where a"
            " manager set one; never its balance."
        ),
        example={
            "id": "wal_01kbq3v9m2e8rj4t6w0x5y7zah",
            "currency": "EUR",
            "can": ["charge", "read"],
            "max_charge": 5000,
        },
        label=N_("which wallet pays, and how much you may spend at once"),
        targets=frozenset({_ACCESS}),
        schema=shapes.WALLET,
    ),
)
