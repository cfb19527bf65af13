"""Whether the company register lets somebody add a company (O11, evidence level 0)."""

from collections.abc import Mapping

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core.companies.queries import find_company, is_imported
from core.infra.messages import N_
from core.organisations.errors import CompanyHasStopped, CompanyUnknown

# Source strings by the code of the refusal: what happened, and what to do next.
REFUSED: Mapping[str, str] = {
    CompanyHasStopped.code: N_(
        "According to the company register this company has stopped, so it cannot be added. "
        "Check the number; if the company goes on under another one, use that."
    ),
    CompanyUnknown.code: N_(
        "The company register does not name an active company with this number. Check the number. "
        "A company that was founded in the last weeks can be added as soon as the register names it."
    ),
}


def require_active_company(session: Session | Connection, number: str) -> None:
    """Refuse ten digits that the register does not name as an active company, where it was read in.

    Raises `CompanyHasStopped`, `CompanyUnknown`; the words for pages are in `REFUSED`, by code.
    """
    company = find_company(session, number, "nl")
    if company is None and is_imported(session):
        raise CompanyUnknown(company_number=number)
    if company is not None and not company.is_active:
        raise CompanyHasStopped(company_number=number)
