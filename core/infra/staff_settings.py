"""How surely those must sign in who work for Immo-Connect itself."""

from enum import StrEnum

from core.infra import setting_parsers as parsers
from core.infra.setting_reader import Reader


class StaffAcr(StrEnum):
    """The least that a sign-in of staff must reach: a password, a second factor or passkey, an identity card."""

    PASSWORD = "pwd"  # noqa: S105 - a level's name, not a secret
    MFA = "mfa"
    EID = "eid"


def read_staff_acr(reader: Reader, *, is_production: bool) -> StaffAcr:
    """Return the level; production wants a second factor and refuses less (`Settings` says so)."""
    default = StaffAcr.MFA if is_production else StaffAcr.PASSWORD
    meaning = "least level at which staff must sign in: pwd, mfa or eid"
    return reader.read("IMMO_STAFF_ACR", meaning, parsers.one_of(StaffAcr), default=default.value)
