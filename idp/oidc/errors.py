"""Every refusal that the protocol knows, as one tree. Pure.

    ProtocolError
    ├─ InvalidRequest ─ InvalidRequestUri, InvalidRequestObject, RequestUriNotSupported,
    │                   RegistrationNotSupported
    ├─ Unanswerable ─ UnknownClient, ForeignRedirectUri
    ├─ InvalidClient  UnauthorizedClient
    ├─ InvalidGrant ─ CodeReplayed, PkceMismatch, RefreshTokenReused, ContextGone
    ├─ InvalidScope  InvalidTarget  AccessDenied
    ├─ UnsupportedResponseType  UnsupportedGrantType  UnsupportedTokenType
    ├─ LoginRequired  ConsentRequired  AccountSelectionRequired  InteractionRequired
    ├─ UnmetAuthenticationRequirements
    ├─ InvalidToken  InsufficientScope
    ├─ InvalidClientMetadata  InvalidRedirectUri
    ├─ TemporarilyUnavailable  ServerError
    └─ proof_errors: InvalidDpopProof ─ UseDpopNonce  InsufficientUserAuthentication
       device_errors: AuthorizationPending ─ SlowDown  ExpiredToken  DeviceCodeReplayed  TokenDenied

`error` is the code of the specifications, `description` is for a tool's developer and keeps to the
characters of RFC 6749 section 5.2, `remedy` says on `/docs/errors` what to do, `status` is the HTTP
status where the answer is JSON.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.infra.errors import ImmoError
from core.infra.messages import N_
from core.proof.challenge import Scheme

_ALLOWED = frozenset(chr(c) for c in range(0x20, 0x7F)) - {'"', "\\"}


class ProtocolError(ImmoError):
    """A refusal in the words of OAuth."""

    error = "invalid_request"
    status = 400
    description = "The request is not valid."
    remedy = N_("Compare the request with the documentation.")
    # What the challenge of a resource offers, and says besides (RFC 9110 section 11.6.1).
    schemes: tuple[Scheme, ...] = (Scheme.BEARER,)
    parameters: Mapping[str, str] = MappingProxyType({})

    def __init__(self, description: str | None = None, **details: object) -> None:
        text = description or type(self).description
        self.description = "".join(c if c in _ALLOWED else "?" for c in text)
        super().__init__(self.error, **details)


class InvalidRequest(ProtocolError):
    """A parameter is missing, repeated, malformed or contradicts another."""

    remedy = N_("Correct the parameter that the description names.")


class InvalidRequestUri(InvalidRequest):
    """The request_uri is unknown, spent, expired or another client's (RFC 9126 section 2.2)."""

    error = "invalid_request_uri"
    description = "The request_uri is not valid."
    remedy = N_("Push the request again: what stands for it works once and for a short time.")


class InvalidRequestObject(InvalidRequest):
    """The request object is not signed as it must be, or not for us, or over (RFC 9101 section 6.3)."""

    error = "invalid_request_object"
    description = "The request object is not valid."
    remedy = N_("Sign the request anew, with a registered key and for this issuer.")


class RequestUriNotSupported(InvalidRequest):
    """Request objects by reference are not offered (OpenID Connect Core section 3.1.2.6)."""

    error = "request_uri_not_supported"
    description = "The request_uri parameter is not supported."
    remedy = N_("Send the parameters in the query.")


class RegistrationNotSupported(InvalidRequest):
    """The registration parameter is for self-issued providers (Core section 7.2.1)."""

    error = "registration_not_supported"
    description = "The registration parameter is not supported."
    remedy = N_("Register the client at the registration endpoint.")


class Unanswerable(ProtocolError):
    """Nobody it would be safe to redirect to: shown as a page (RFC 6749 section 4.1.2.1)."""

    remedy = N_("Compare client_id and redirect_uri with the client's registration.")


class UnknownClient(Unanswerable):
    """The client_id is missing, unknown or disabled."""

    error = "invalid_client"
    description = "The client_id is not that of a registered client."


class ForeignRedirectUri(Unanswerable):
    """The redirect_uri is missing or not registered (Core section 3.1.2.1)."""

    description = "The redirect_uri is not registered for the client."


class InvalidClient(ProtocolError):
    """The client did not prove who it is (RFC 6749 section 5.2)."""

    error = "invalid_client"
    status = 401
    description = "Client authentication failed."
    remedy = N_("Check the client_id, its secret or key, and the registered authentication method.")


class UnauthorizedClient(ProtocolError):
    """The client is not registered for this (RFC 6749 section 5.2)."""

    error = "unauthorized_client"
    description = "The client is not registered for this."
    remedy = N_("Register the grant type or response type for the client.")


class InvalidGrant(ProtocolError):
    """The code or refresh token is unknown, spent, expired or another client's."""

    error = "invalid_grant"
    description = "The code or token is not valid."
    remedy = N_("Start again with a new authorization request.")


class CodeReplayed(InvalidGrant):
    """A code came twice; what the first presentation gave is revoked (RFC 6749 section 4.1.2)."""

    description = "The code was used before."

    def __init__(self, family_id: str) -> None:
        self.family_id = family_id
        super().__init__()


class PkceMismatch(InvalidGrant):
    """The verifier is missing or does not fit the challenge (RFC 7636 section 4.6)."""

    description = "The code_verifier does not match the code_challenge."


class RefreshTokenReused(InvalidGrant):
    """A spent refresh token came again (RFC 9700 section 4.14)."""

    description = "The refresh token was used before."


class ContextGone(InvalidGrant):
    """The context the token was bound to is no longer usable."""

    description = "The chosen context is no longer usable."
    remedy = N_("Let the user choose a context in a new authorization request.")


class InvalidScope(ProtocolError):
    """A scope is unknown, malformed or not registered for the client."""

    error = "invalid_scope"
    description = "A requested scope is not allowed."
    remedy = N_("Ask only for scopes the client is registered for.")


class InvalidTarget(ProtocolError):
    """The resource is not one the client may have a token for (RFC 8707 section 2)."""

    error = "invalid_target"
    description = "The resource is not known or not allowed."
    remedy = N_("Ask for a resource that the client is registered for.")


class AccessDenied(ProtocolError):
    """The person, or the rules, said no (RFC 6749 section 4.1.2.1)."""

    error = "access_denied"
    status = 403
    description = "The request was denied."
    remedy = N_("Offer the user another way; ask again only when they want to.")


class UnsupportedResponseType(ProtocolError):
    """Only `code` is offered."""

    error = "unsupported_response_type"
    description = "The response_type is not supported."
    remedy = N_("Use response_type=code.")


class UnsupportedGrantType(ProtocolError):
    """The grant type is not offered."""

    error = "unsupported_grant_type"
    description = "The grant_type is not supported."
    remedy = N_("Use one of the grant types in the discovery document.")


class UnsupportedTokenType(ProtocolError):
    """Tokens of this type cannot be revoked (RFC 7009 section 2.2.1)."""

    error = "unsupported_token_type"
    description = "The token type is not supported."


class LoginRequired(ProtocolError):
    """A sign-in would be needed and prompt=none forbids it (Core section 3.1.2.6)."""

    error = "login_required"
    description = "The user must sign in."
    remedy = N_("Send an authorization request without prompt=none.")


class ConsentRequired(ProtocolError):
    """A consent would be needed and prompt=none forbids it (Core section 3.1.2.6)."""

    error = "consent_required"
    description = "The user must consent."
    remedy = N_("Send an authorization request without prompt=none.")


class AccountSelectionRequired(ProtocolError):
    """Several contexts are usable and none is chosen; silence never guesses."""

    error = "account_selection_required"
    description = "The user must choose a context."
    remedy = N_("Send an authorization request without prompt=none.")


class InteractionRequired(ProtocolError):
    """Some other page would be needed and prompt=none forbids it (Core section 3.1.2.6)."""

    error = "interaction_required"
    description = "The user must complete a step."
    remedy = N_("Send an authorization request without prompt=none.")


class UnmetAuthenticationRequirements(ProtocolError):
    """The person cannot reach the level that is essential (OpenID unmet authentication 1.0)."""

    error = "unmet_authentication_requirements"
    description = "The required authentication level cannot be reached."
    remedy = N_("Ask for a level this person can reach, or explain what they need.")


class InvalidToken(ProtocolError):
    """The access token is expired, revoked, malformed or not for us (RFC 6750 section 3.1)."""

    error = "invalid_token"
    status = 401
    description = "The access token is not valid."
    remedy = N_("Get a new access token.")


class InsufficientScope(ProtocolError):
    """The access token does not carry the scope that is needed (RFC 6750 section 3.1)."""

    error = "insufficient_scope"
    status = 403
    description = "The access token lacks a scope."
    remedy = N_("Ask for the scope in the authorization request.")


class InvalidClientMetadata(ProtocolError):
    """A member of a registration is not acceptable (RFC 7591 section 3.2.2)."""

    error = "invalid_client_metadata"
    description = "A member of the client metadata is not valid."
    remedy = N_("Correct the member that the description names.")


class InvalidRedirectUri(ProtocolError):
    """A redirect URI of a registration is not acceptable (RFC 7591 section 3.2.2)."""

    error = "invalid_redirect_uri"
    description = "A redirect URI is not valid."
    remedy = N_("Register absolute URIs without a fragment.")


class TemporarilyUnavailable(ProtocolError):
    """Something we depend on does not answer (RFC 6749 section 4.1.2.1)."""

    error = "temporarily_unavailable"
    status = 503
    description = "The service is not available for the moment."
    remedy = N_("Try again a little later.")


class ServerError(ProtocolError):
    """Our fault (RFC 6749 section 4.1.2.1)."""

    error = "server_error"
    status = 500
    description = "An unexpected error occurred."
    remedy = N_("Try again; tell the helpdesk the reference number if it happens again.")
