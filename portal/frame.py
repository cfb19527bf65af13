"""What stands around the pages of one organisation: its name, the tabs, and what is the case with it."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from core.infra.messages import N_
from core.organisations.rights import Right, Standing
from core.organisations.states import OrganisationStatus
from core.web.name_menu import NameMenu
from portal import notices, pages
from portal.visit import Visit


class Section(StrEnum):
    """A tab of an organisation, in the order in which they stand; the value is the end of its path."""

    DATA = ""
    EMPLOYEES = "employees"
    TOOLS = "tools"
    WALLET = "wallet"
    HISTORY = "history"


# The label, and what it takes to be shown.
_TABS = {
    Section.DATA: (N_("Data"), Right.SEE_NAME),
    Section.EMPLOYEES: (N_("Employees"), Right.SEE_EMPLOYEES),
    Section.TOOLS: (N_("Tools"), Right.SEE_TOOLS),
    Section.WALLET: (N_("Wallet"), Right.SEE_WALLET),
    Section.HISTORY: (N_("History"), Right.SEE_OWN_HISTORY),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One link of the tabs; `waiting` counts who waits behind it, for those who can answer."""

    label: str
    url: str
    is_current: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class OrganisationFrame:
    """The part of a page that is the same on all pages of an organisation."""

    organisation_id: str
    name: str
    company_number: str
    status: OrganisationStatus
    standing: Standing
    is_verified: bool
    tabs: tuple[Tab, ...]
    menu: NameMenu
    csrf_token: str
    notice: str | None
    logo_url: str | None = None
    cover_url: str | None = None


def organisation_url(organisation_id: str, section: Section = Section.DATA) -> str:
    """Return the path of a tab."""
    return "/".join(part for part in ("/organisations", organisation_id, section.value) if part)


def frame(visit: Visit, current: Section) -> OrganisationFrame:
    """Return what stands around a page of this tab."""
    organisation = visit.organisation
    return OrganisationFrame(
        organisation_id=organisation.id,
        name=organisation.name,
        company_number=organisation.company_number,
        status=organisation.status,
        standing=visit.standing,
        is_verified=organisation.is_verified,
        tabs=tuple(_tab(visit, section, current) for section, (_label, right) in _TABS.items() if visit.may(right)),
        menu=pages.name_menu(
            visit.actor, organisation, here=organisation_url(organisation.id, current), waiting=_waiting(visit)
        ),
        csrf_token=pages.form_token(),
        notice=notices.current(),
        logo_url=picture_url(organisation.logo_id),
        cover_url=picture_url(organisation.cover_id),
    )


def picture_url(picture_id: str | None) -> str | None:
    """Return the path of an organisation's picture; None where it has none."""
    return None if picture_id is None else f"/pictures/{picture_id}"


def _tab(visit: Visit, section: Section, current: Section) -> Tab:
    label, _right = _TABS[section]
    waiting = _waiting(visit) if section is Section.EMPLOYEES else 0
    return Tab(_(label), organisation_url(visit.organisation.id, section), section is current, waiting)


def _waiting(visit: Visit) -> int:
    return visit.organisation.waiting if visit.may(Right.MANAGE_EMPLOYEES) else 0
