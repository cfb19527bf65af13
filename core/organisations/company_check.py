"""What the company register says about a company that somebody wants to add (O1, O9; O11, evidence level 0)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core.companies.facts import CompanyFacts
from core.companies.queries import find_company, is_imported
from core.infra.messages import N_
from core.organisations.errors import CompanyHasStopped, CompanyUnknown

# Source strings by the code of the refusal: what happened, and what to do next.
REFUSED: Mapping[str, str] = {
    CompanyHasStopped.code: N_(
        "According to the company register this company has stopped, so it cannot be added. "
        "Check the number. If the company goes on under another number, use that one."
    ),
    CompanyUnknown.code: N_(
        "The company register does not name an active company with this number. Check the number. "
        "A company that was founded in the last weeks can be added as soon as the register names it."
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the register says before a company is added: why it cannot be, as a code of `REFUSED`, or its facts.

    Both are None where no register was read in: then whoever adds it types everything.
    """

    refusal: str | None
    company: CompanyFacts | None

    def typed(self) -> Mapping[str, str]:
        """Return what the form for adding it begins with, by the ids of its fields."""
        company = self.company
        if company is None:
            return {}
        known = {
            "organisation-name": company.name,
            "organisation-kind": None if company.kind is None else company.kind.value,
            "organisation-street": company.street_address,
            "organisation-postal-code": company.postal_code,
            "organisation-locality": company.locality,
            "organisation-email": company.email,
        }
        return {name: value for name, value in known.items() if value is not None}


def candidate(session: Session | Connection, number: str, language: str) -> Candidate:
    """Return what the register says of the company with these ten digits, in the reader's language."""
    company = find_company(session, number, language)
    if company is None:
        return Candidate(CompanyUnknown.code if is_imported(session) else None, None)
    return Candidate(None, company) if company.is_active else Candidate(CompanyHasStopped.code, None)


def require_active_company(session: Session | Connection, number: str) -> None:
    """Refuse ten digits that the register does not name as an active company, where it was read in.

    Raises `CompanyHasStopped`, `CompanyUnknown`; the words for pages are in `REFUSED`, by code.
    """
    match candidate(session, number, "nl").refusal:
        case CompanyHasStopped.code:
            raise CompanyHasStopped(company_number=number)
        case CompanyUnknown.code:
            raise CompanyUnknown(company_number=number)
        case _:
            return
