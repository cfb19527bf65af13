"""Where the desk of each role of staff is at the portal, and what it is called in menus."""

from collections.abc import Collection, Mapping

from core.infra.messages import N_
from core.staff.states import StaffRole

DESKS: Mapping[StaffRole, tuple[str, str]] = {
    StaffRole.HELPDESK: ("/helpdesk", N_("Helpdesk")),
    StaffRole.OPERATOR: ("/operations", N_("Operations")),
    StaffRole.DEVELOPER: ("/developers", N_("Developers")),
}


def desks_of(roles: Collection[StaffRole]) -> tuple[tuple[str, str], ...]:
    """Return path and name of the desks of these roles, always in the same order; names are to be translated."""
    return tuple(desk for role, desk in DESKS.items() if role in roles)
