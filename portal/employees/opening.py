"""Somebody opens a page about one employee: they, that employee, and whether the one may see the other."""

from dataclasses import dataclass

from core.infra.errors import NotFound
from core.organisations.employee_lists import OneEmployee, one_employee
from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from portal.frame import Section, organisation_url
from portal.visit import Visit, open_organisation


@dataclass(frozen=True, slots=True)
class EmployeeVisit:
    """A page about one employee, opened by somebody who may see it."""

    visit: Visit
    employee: OneEmployee

    @property
    def is_own(self) -> bool:
        """Tell whether it is about whoever looks at it."""
        return self.employee.id == self.visit.membership_id

    @property
    def manages(self) -> bool:
        """Tell whether whoever looks at it manages the organisation."""
        return self.visit.may(Right.MANAGE_EMPLOYEES)

    @property
    def url(self) -> str:
        """Return the path of the employee's page."""
        return employee_url(self.visit.organisation.id, self.employee.id)


def employees_url(organisation_id: str) -> str:
    """Return the path of the list."""
    return organisation_url(organisation_id, Section.EMPLOYEES)


def employee_url(organisation_id: str, membership_id: str) -> str:
    """Return the path of one employee's page."""
    return f"{employees_url(organisation_id)}/{membership_id}"


def open_employee(organisation_id: str, membership_id: str, right: Right | None = None) -> EmployeeVisit:
    """Return the visit of whoever is signed in to a page about one employee.

    None as right: the page itself, which everybody may see of themselves and members of those who
    work here. Raises as `open_organisation`, and `NotFound` alike for a membership that is not of
    this organisation and for one that is not theirs to see.
    """
    visit = open_organisation(organisation_id, right or Right.EDIT_OWN_DETAILS)
    if right is None and membership_id != visit.membership_id:
        visit = open_organisation(organisation_id, Right.SEE_EMPLOYEES)
    with visit.services.database.reading() as session:
        employee = one_employee(session, visit.organisation.id, MembershipId(membership_id))
    if employee is None:
        raise NotFound(membership=membership_id)
    found = EmployeeVisit(visit, employee)
    if not (found.manages or found.is_own or employee.status is MembershipStatus.ACTIVE):
        raise NotFound(membership=membership_id)
    return found
