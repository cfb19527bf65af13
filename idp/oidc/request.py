"""The authorization request as one frozen value, and how far its person has come. Pure.

`AuthorizationRequest` is parsed once by `authorize.parse()`, parked by `pending.park()` and never
changed. `Progress` collects what the steps of the interaction found out.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.people.assurance import Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from idp.oidc.checks.claims_parameter import ClaimsRequest


class ResponseMode(StrEnum):
    """How the answer travels to the redirect URI."""

    QUERY = "query"
    FORM_POST = "form_post"


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

    @property
    def wants_context(self) -> bool:
        """Tell whether the contexts of the tool are to be offered (`claims.md`)."""
        return "organization" in self.scope

    @property
    def is_silent(self) -> bool:
        """Tell whether no page may be shown (prompt=none)."""
        return Prompt.NONE in self.prompt


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one interaction has come.

    `signed_in_at` is when the person signed in within this interaction, so that prompt=login and
    max_age are satisfied once and not asked again. `consented_scope` and `context` are what the
    consent screen gave.
    """

    person_id: PersonId | None = None
    authentication: Authentication | None = None
    sid: str | None = None
    signed_in_at: datetime | None = None
    context: ChosenContext | None = None
    consented_scope: tuple[str, ...] | None = None
    denied: bool = False
