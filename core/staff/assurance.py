"""Which levels of a sign-in are enough for staff. Pure."""

from core.infra.staff_settings import StaffAcr
from core.people.assurance import Acr

_LEAST = {StaffAcr.PASSWORD: Acr.PASSWORD, StaffAcr.MFA: Acr.MFA, StaffAcr.EID: Acr.HIGH}


def levels(least: StaffAcr) -> tuple[str, ...]:
    """Return the levels that are as sure as the setting demands, the weakest first."""
    return tuple(level.value for level in Acr if level.at_least(_LEAST[least]))
