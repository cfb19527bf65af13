"""A registered client as a value: what it registered, and what we decided about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.tools.identifiers import ToolId
from idp.oidc.profiles import RULES, Profile, Rules

DEFAULT_SCOPE = ("openid", "profile", "email", "address", "phone", "offline_access")
# What only a tool of the catalogue may ask for besides: for whom somebody acts, and what their identity card proves.
CONTEXT_SCOPE = ("organization", "roles", "accreditations", "wallet", "wallet:charge", "wallet:read", "identity")


@dataclass(frozen=True, slots=True)
class ClientPolicy:
    """What we decide about a client and it cannot set itself.

    `first_party`: our own portal, no consent asked. `scope`: what it may ask for.
    `session_refresh`: gets refresh tokens bound to the session without offline_access.
    `resources`: audiences it may have access tokens for, besides userinfo.
    `introspection`: may ask about tokens whose audience it is. `skip_single_context`: no picker
    where exactly one context is usable. `require_pkce`, `require_acr`: demanded in each request.
    `profile`: the rules it is held to. `token_exchange`: may switch the organisation of a token of
    its own, or, as a resource server, pass on one that is for it: to the resources in `passes_on_to`,
    on behalf of its person (RFC 8693).
    """

    profile: Profile = Profile.OIDC
    token_exchange: bool = False
    passes_on_to: tuple[str, ...] = ()
    first_party: bool = False
    scope: tuple[str, ...] = DEFAULT_SCOPE
    session_refresh: bool = False
    resources: tuple[str, ...] = ()
    introspection: bool = False
    skip_single_context: bool = False
    require_pkce: bool = False
    require_acr: str | None = None
    entitlements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as the protocol sees it: its RFC 7591 metadata, parsed, and our policy."""

    client_id: str
    name: str
    tool_id: ToolId | None
    enabled: bool
    secret_digest: str | None
    token_endpoint_auth_method: str
    redirect_uris: tuple[str, ...]
    policy: ClientPolicy
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    post_logout_redirect_uris: tuple[str, ...] = ()
    id_token_signed_response_alg: str = "RS256"  # noqa: S105 - an algorithm
    userinfo_signed_response_alg: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    request_object_signing_alg: str | None = None
    authorization_signed_response_alg: str | None = None
    introspection_signed_response_alg: str | None = None
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    dpop_bound_access_tokens: bool = False
    tls_client_certificate_bound_access_tokens: bool = False
    # Of the five of RFC 8705 section 2.1.2 the one that was registered: its member and its value.
    tls_client_auth_subject: tuple[str, str] | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "public"
    sector_identifier: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    default_max_age_seconds: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    logo_uri: str | None = None
    client_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rules: Rules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put together what its profile demands of it, and what it demanded of itself."""
        rules = RULES[self.policy.profile]
        bound = self.dpop_bound_access_tokens or self.tls_client_certificate_bound_access_tokens
        stricter = replace(
            rules,
            pushed_requests=rules.pushed_requests or self.require_pushed_authorization_requests,
            pkce=rules.pkce or self.is_public or self.policy.require_pkce,
            signed_requests=rules.signed_requests or self.require_signed_request_object,
            sender_constraint=rules.sender_constraint or bound,
        )
        object.__setattr__(self, "rules", stricter)

    @property
    def is_public(self) -> bool:
        """Tell whether the client cannot keep a secret (RFC 6749 section 2.1)."""
        return self.token_endpoint_auth_method == "none"  # noqa: S105 - a method

    def get_client_id(self) -> str:
        """Return the identifier: Authlib asks for it by this name."""
        return self.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the grant type is registered: Authlib asks for it by this name."""
        return grant_type in self.grant_types

    @property
    def is_native(self) -> bool:
        """Tell whether it is an application on the person's own device (RFC 8252)."""
        return self.metadata.get("application_type") == "native"
