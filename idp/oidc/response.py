"""The answer of the authorization endpoint, for success and error alike. Pure.

OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode, RFC 9207. Where it
is shown as a page or sent as a redirect is the view's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from idp.oidc.errors import ProtocolError
from idp.oidc.request import AuthorizationRequest, ResponseMode

MODES: Mapping[str, ResponseMode] = {mode.value: mode for mode in ResponseMode}


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an answer goes and what it has to bring back unchanged.

    `in_fragment` is for refusals alone: whoever asked for a flow that answers there looks there.
    """

    redirect_uri: str
    response_mode: ResponseMode
    state: str | None
    in_fragment: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """The parameters of an answer and the redirect URI that they are for."""

    redirect_uri: str
    response_mode: ResponseMode
    parameters: tuple[tuple[str, str], ...]
    in_fragment: bool = False

    def location(self) -> str:
        """Return the redirect URI with the parameters behind the query it was registered with."""
        # Percent signs and not plus signs for spaces: every decoder reads those.
        added = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.parameters)
        separator = "#" if self.in_fragment else "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{added}"


def return_address(request: AuthorizationRequest) -> ReturnAddress:
    """Return where the answer to a request goes."""
    return ReturnAddress(request.redirect_uri, request.response_mode, request.state)


def is_for_fragment(response_type: str | None, response_mode: str | None) -> bool:
    """Tell whether a request asks for an answer in the fragment (Multiple Response Types section 5).

    The mode `jwt` leaves that to the response type (JARM section 2.3.4).
    """
    if response_mode not in {None, "jwt"}:
        return response_mode in {"fragment", "fragment.jwt"}
    return not {"token", "id_token"}.isdisjoint((response_type or "").split())


def mode_for(response_mode: str | None, *, must_be_signed: bool) -> ResponseMode:
    """Return how to answer whatever was asked for: a mode that cannot be used gets its refusal too."""
    mode = MODES.get(response_mode or "")
    if mode is None:
        mode = ResponseMode.JWT if (response_mode or "").endswith("jwt") else ResponseMode.QUERY
    if must_be_signed and not mode.is_signed:
        return ResponseMode.FORM_POST_JWT if mode.is_posted else ResponseMode.JWT
    return mode


def success(to: ReturnAddress, *, code: str, issuer: str) -> AuthorizationResponse:
    """Return the answer that carries a code (RFC 6749 section 4.1.2)."""
    return _response(to, (("code", code),), issuer)


def failure(to: ReturnAddress, *, error: ProtocolError, issuer: str) -> AuthorizationResponse:
    """Return the answer that says no (RFC 6749 section 4.1.2.1, Core section 3.1.2.6)."""
    members = (("error", error.error), ("error_description", error.description))
    return _response(to, members, issuer)


def _response(to: ReturnAddress, members: tuple[tuple[str, str], ...], issuer: str) -> AuthorizationResponse:
    state = () if to.state is None else (("state", to.state),)
    parameters = (*members, *state, ("iss", issuer))
    return AuthorizationResponse(to.redirect_uri, to.response_mode, parameters, to.in_fragment)
