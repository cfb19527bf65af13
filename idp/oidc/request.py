"""The authorization request as one frozen value, and how far its person has come. Pure.

`AuthorizationRequest` is parsed once by `authorize.parse()`, parked by `pending.park()` and never
changed. `Progress` collects what the steps of the interaction found out.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.people.assurance import Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from idp.oidc.checks.claims_parameter import ClaimsRequest

# Printable ASCII without the backslash, which browsers read as a slash.
_OWN_PATH = re.compile(r"/[!-\[\]-~]*")


class ResponseMode(StrEnum):
    """How the answer travels to the redirect URI; those with `jwt` are signed (JARM section 2.3)."""

    QUERY = "query"
    FORM_POST = "form_post"
    JWT = "jwt"
    QUERY_JWT = "query.jwt"
    FORM_POST_JWT = "form_post.jwt"

    @property
    def is_signed(self) -> bool:
        """Tell whether the answer is a JWT."""
        return self not in {ResponseMode.QUERY, ResponseMode.FORM_POST}

    @property
    def is_posted(self) -> bool:
        """Tell whether a page posts the answer."""
        return self in {ResponseMode.FORM_POST, ResponseMode.FORM_POST_JWT}


class Prompt(StrEnum):
    """What the client wants the person to see (OpenID Connect Core section 3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Everything a valid authorization request asked for.

    `acr_values` are the known ones in the order asked; `essential_acr` are those of which one
    must be reached (by `claims`, or by the client's `require_acr`). `hinted_person` comes from a
    verified id_token_hint. `organization` and `usage` are filters on the contexts (`claims.md`).
    `dpop_jkt` is the thumbprint of the key that the code is for (RFC 9449 section 10).
    `device_code` is the digest under which a device waits for the answer: it has no redirect URI.
    """

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    scope: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[Prompt] = frozenset()
    max_age_seconds: int | None = None
    acr_values: tuple[str, ...] = ()
    essential_acr: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    hinted_person: PersonId | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    organization: str | None = None
    usage: str | None = None
    device_code: str | None = None
    dpop_jkt: str | None = None

    @property
    def wants_context(self) -> bool:
        """Tell whether the contexts of the tool are to be offered (`claims.md`)."""
        return "organization" in self.scope

    @property
    def is_silent(self) -> bool:
        """Tell whether no page may be shown (prompt=none)."""
        return Prompt.NONE in self.prompt


@dataclass(frozen=True, slots=True)
class LocalRequest:
    """A page of ours that needs somebody who is signed in; no tool is involved.

    `return_to` is a path of the provider. `wants_proof` asks the person of the running session to
    prove anew that it is them, before an act that a stolen session must not do. Raises ValueError
    for an address that is not a path of ours: nobody is sent elsewhere by it.
    """

    return_to: str
    wants_proof: bool = False
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what a browser could take for another host."""
        if not _OWN_PATH.fullmatch(self.return_to) or self.return_to.startswith("//"):
            raise ValueError("the way back must be a path of ours")

    @property
    def wants_context(self) -> bool:
        """Tell that no organisation is chosen for a page of ours."""
        return False

    @property
    def is_silent(self) -> bool:
        """Tell that pages may be shown."""
        return False


Wanted = AuthorizationRequest | LocalRequest


@dataclass(frozen=True, slots=True)
class FirstFactor:
    """The password was right; the session begins with the second factor.

    `password_made_at` says which password it was: should it be changed meanwhile, this is void.
    """

    person_id: PersonId
    proven_at: datetime
    password_made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registering:
    """An account was created here and waits for the code that was mailed to its address."""

    person_id: PersonId
    address: str = field(repr=False)


class Wish(StrEnum):
    """A step that the person asked for on the context screen, or on that of the tool."""

    ADD_ORGANISATION = "add-organisation"
    REGISTER_TOOL = "register-tool"
    LINK_EID = "link-eid"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one interaction has come.

    `signed_in_at` is when the person signed in within this interaction, so that prompt=login and
    max_age are satisfied once and not asked again. `consented_scope` and `context` are what the
    consent screen gave. `skipped` holds the steps that the person put off, `wish` the one they asked
    for, with the organisation and the usage they mean to register the tool for. `stepped_up` tells that they
    signed in once more for the sake of `context`.
    """

    person_id: PersonId | None = None
    authentication: Authentication | None = None
    sid: str | None = None
    signed_in_at: datetime | None = None
    context: ChosenContext | None = None
    consented_scope: tuple[str, ...] | None = None
    denied: bool = False
    first_factor: FirstFactor | None = None
    registering: Registering | None = None
    skipped: frozenset[str] = frozenset()
    wish: Wish | None = None
    wished_organisation_id: str | None = None
    wished_usage: str | None = None
    stepped_up: bool = False
