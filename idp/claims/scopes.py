"""The scopes that a client may be granted, and under which heading the consent names them. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from core.infra.messages import N_


class ConsentKind(StrEnum):
    """What a group of received things is about."""

    IDENTITY = "identity"
    CONTACT = "contact"
    ORGANISATION = "organisation"
    ACCREDITATION = "accreditation"
    WALLET = "wallet"
    SIGN_IN = "sign-in"


HEADINGS = {
    ConsentKind.IDENTITY: N_("Who you are"),
    ConsentKind.CONTACT: N_("How you can be reached"),
    ConsentKind.ORGANISATION: N_("The organisation you act for"),
    ConsentKind.ACCREDITATION: N_("Accreditations"),
    ConsentKind.WALLET: N_("The organisation's wallet"),
    ConsentKind.SIGN_IN: N_("Your sign-in"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope value: the group its claims belong to, and what it means for a tool's developer.

    `label` names on the consent screen what it gives besides claims.
    """

    name: str
    kind: ConsentKind
    description: str
    label: str | None = None


SCOPES = (
    Scope(
        "openid",
        ConsentKind.SIGN_IN,
        N_("Makes the request an OpenID Connect request: an ID token says who signed in and how."),
        N_("that you signed in here, when and how"),
    ),
    Scope(
        "profile",
        ConsentKind.IDENTITY,
        N_("Name, username and the other claims of the profile."),
    ),
    Scope(
        "identity",
        ConsentKind.IDENTITY,
        N_("What the linked identity card proves, with the evidence: OpenID Connect for Identity Assurance."),
    ),
    Scope("email", ConsentKind.CONTACT, N_("The e-mail address of the account.")),
    Scope("address", ConsentKind.CONTACT, N_("The postal address of the account.")),
    Scope("phone", ConsentKind.CONTACT, N_("The telephone number of the account.")),
    Scope(
        "organization",
        ConsentKind.ORGANISATION,
        N_("Lets the user choose a context: the organisation they act for and their place in it."),
    ),
    Scope(
        "roles",
        ConsentKind.ORGANISATION,
        N_("The usage and the role in your tool; every registered tool is granted it."),
    ),
    Scope(
        "accreditations",
        ConsentKind.ACCREDITATION,
        N_("The accreditations of the kinds your tool declared, own or mandated."),
    ),
    Scope(
        "wallet",
        ConsentKind.WALLET,
        N_("Which wallet pays for the chosen organisation, and what the person may do with it."),
    ),
    Scope(
        "wallet:charge",
        ConsentKind.WALLET,
        N_("Charges and holds at the wallet API, for the chosen organisation."),
        N_("paying from that wallet for what you use"),
    ),
    Scope(
        "wallet:read",
        ConsentKind.WALLET,
        N_("The balance at the wallet API, where the person may see it."),
        N_("the balance of that wallet, where you may see it"),
    ),
    Scope(
        "offline_access",
        ConsentKind.SIGN_IN,
        N_("A refresh token that goes on working after the user signed out."),
    ),
)

# For the portal alone, and for people who hold the role at that moment; no tool can be given them.
STAFF_SCOPES = (
    Scope("helpdesk", ConsentKind.SIGN_IN, N_("The staff interface for people of the helpdesk.")),
    Scope("operator", ConsentKind.SIGN_IN, N_("The staff interface for operators.")),
    Scope("developer", ConsentKind.SIGN_IN, N_("The staff interface for developers of tools, for what is their own.")),
)

SCOPE_NAMES = tuple(scope.name for scope in SCOPES)
# What they give is at the wallet API; no claim comes by them.
WALLET_API_SCOPES = frozenset({"wallet:charge", "wallet:read"})
