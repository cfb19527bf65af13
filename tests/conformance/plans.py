"""The plans we want to pass: rows 1 to 10 of the order of priority, and the module about rotated keys.

Names and variants are the suite's. What a plan needs of us beforehand is here too: clients that an
operator registers (`profile`), mutual TLS in front of the provider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from idp.oidc.profiles import Profile

_DISCOVERY = {"server_metadata": "discovery", "client_registration": "dynamic_client"}
_LOGOUT = {"client_registration": "dynamic_client", "response_type": "code"}
_SECURITY = "fapi2-security-profile-final-test-plan"
_SIGNING = "fapi2-message-signing-final-test-plan"
ROTATION = "oidcc-server-rotate-keys"
# What tells the plans of one row apart, as short as a name in a certificate must be.
_SHORT = {
    "private_key_jwt": "key", "mtls": "mtls", "dpop": "dpop", "plain_oauth": "oauth", "jarm": "jarm",
    "fapi_client_credentials_grant": "own",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """One plan with the variants we choose; `only` names the single module that is wanted of it."""

    row: int
    name: str
    variant: Mapping[str, str] = field(default_factory=dict)
    profile: Profile = Profile.OIDC
    only: str | None = None

    @property
    def words(self) -> str:
        """Return the plan as it is written on the command line of the suite's own tools."""
        variant = "".join(f"[{name}={value}]" for name, value in self.variant.items())
        return f"{self.name}{variant}" + (f":{self.only}" if self.only else "")

    @property
    def alias(self) -> str:
        """Return the part of the suite's addresses that is this plan's own."""
        values = (_SHORT.get(value, "") for value in self.variant.values()) if self.is_static else ()
        return "-".join(("immo", str(self.row), *filter(None, values)))

    @property
    def is_static(self) -> bool:
        """Tell whether its clients are registered by an operator, as FAPI demands."""
        return self.profile is not Profile.OIDC

    @property
    def needs_mutual_tls(self) -> bool:
        """Tell whether the suite comes with certificates."""
        return "mtls" in (self.variant.get("client_auth_type"), self.variant.get("sender_constrain"))

    @property
    def is_client_credentials(self) -> bool:
        """Tell whether no person takes part."""
        return self.variant.get("fapi_profile") == "fapi_client_credentials_grant"


def plans() -> tuple[PlanChoice, ...]:
    """Return every plan, in the order of the rows."""
    return (
        PlanChoice(1, "oidcc-config-certification-test-plan"),
        PlanChoice(2, "oidcc-basic-certification-test-plan", _DISCOVERY),
        PlanChoice(3, "oidcc-rp-initiated-logout-certification-test-plan", _LOGOUT),
        PlanChoice(4, "oidcc-backchannel-rp-initiated-logout-certification-test-plan", _LOGOUT),
        PlanChoice(5, "oidcc-formpost-basic-certification-test-plan", _DISCOVERY),
        PlanChoice(6, "oidcc-3rdparty-init-login-certification-test-plan", {"response_type": "code"}),
        _security(7),
        _security(8, openid="plain_oauth"),
        _security(8, openid="plain_oauth", profile="fapi_client_credentials_grant"),
        _signing(9),
        *_with_certificates(),
        # Of the dynamic plan, which comes later, we want this one module now.
        PlanChoice(11, "oidcc-dynamic-certification-test-plan", {"response_type": "code"}, only=ROTATION),
    )


def _with_certificates() -> Iterator[PlanChoice]:
    for authentication, constraint in product(("mtls", "private_key_jwt"), ("mtls", "dpop")):
        if "mtls" in (authentication, constraint):
            yield _security(10, authentication, constraint)
            yield _signing(10, authentication, constraint)


def _security(
    row: int,
    authentication: str = "private_key_jwt",
    constraint: str = "dpop",
    *,
    openid: str = "openid_connect",
    profile: str = "plain_fapi",
) -> PlanChoice:
    variant = {
        "client_auth_type": authentication, "sender_constrain": constraint, "openid": openid, "fapi_profile": profile,
    }  # fmt: skip
    return PlanChoice(row, _SECURITY, variant, Profile.FAPI2_SECURITY)


def _signing(row: int, authentication: str = "private_key_jwt", constraint: str = "dpop") -> PlanChoice:
    variant = {
        "client_auth_type": authentication, "sender_constrain": constraint, "openid": "openid_connect",
        "fapi_profile": "plain_fapi", "fapi_request_method": "signed_non_repudiation", "fapi_response_mode": "jarm",
    }  # fmt: skip
    return PlanChoice(row, _SIGNING, variant, Profile.FAPI2_MESSAGE_SIGNING)
