"""What a token is bound to: a DPoP key (RFC 9449 section 6), a certificate (RFC 8705 section 3). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The key that the holder of a token must prove to have; at most one of the two is set.

    `jkt` is the RFC 7638 thumbprint of the key of the proof, `x5t_s256` the base64url SHA-256 of
    the certificate's DER form.
    """

    jkt: str | None = None
    x5t_s256: str | None = None

    @property
    def is_bound(self) -> bool:
        """Tell whether there is anything to prove."""
        return self.jkt is not None or self.x5t_s256 is not None

    @property
    def token_type(self) -> str:
        """Return the type that a token response names (RFC 9449 section 5; certificates stay Bearer)."""
        return "Bearer" if self.jkt is None else "DPoP"

    def claim(self) -> dict[str, str]:
        """Return the members of the claim `cnf` (RFC 7800 section 3.1)."""
        members = {"jkt": self.jkt, "x5t#S256": self.x5t_s256}
        return {name: value for name, value in members.items() if value is not None}

    @classmethod
    def of_claim(cls, members: Mapping[str, object]) -> "Confirmation":
        """Read the claim `cnf` of a token of ours; members that we do not set count nothing."""
        jkt, certificate = members.get("jkt"), members.get("x5t#S256")
        return cls(jkt if isinstance(jkt, str) else None, certificate if isinstance(certificate, str) else None)


UNBOUND = Confirmation()
