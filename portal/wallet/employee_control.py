"""`/organisations/<id>/wallet/control/<membership>`: what one employee may do with the wallet (W11, O12)."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import wallet_control
from core.closing.wallet_control import ForOne
from core.infra.errors import NotFound
from core.infra.forms import Reading, Wrong
from core.organisations.employee_lists import OneEmployee, one_employee
from core.organisations.errors import ChangedMeanwhile, NotManager, WrongState
from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.organisations.wallet_rights import WalletRights
from core.wallet.control.forms import PER_CHARGE, read_limits
from portal import pages
from portal.notices import done
from portal.visit import check_form
from portal.wallet.control import OVERTAKEN, SEEN
from portal.wallet.control_pages import EmployeeControlPage
from portal.wallet.limit_fields import limit_fields, tools_to_limit, typed_limits
from portal.wallet.opening import Part, WalletVisit, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_employee_control", __name__)

SEES, RECHARGES, PAYS = "sees-wallet", "recharges-wallet", "pays-from-wallet"
_PATH = "/organisations/<organisation_id>/wallet/control/<membership_id>"


@dataclass(frozen=True, slots=True)
class _Opened:
    """The page about one employee, with what is decided for them now."""

    wallet: WalletVisit
    employee: OneEmployee
    decided: ForOne
    tools: Mapping[str, str]

    @property
    def url(self) -> str:
        organisation_id = self.wallet.visit.organisation.id
        return f"{wallet_url(organisation_id, Part.CONTROL)}/{self.employee.id}"


@bp.get(_PATH)
def show(organisation_id: str, membership_id: str) -> str:
    """Show what the employee may do, and up to which amounts."""
    opened = _open(organisation_id, membership_id)
    page = _page(opened, opened.decided.rights, typed_limits(opened.decided.limits), (), opened.decided.mark)
    return pages.render(page, menu=page.frame.menu)


@bp.post(_PATH)
def save(organisation_id: str, membership_id: str) -> AnyResponse | tuple[str, int]:
    """Decide for the employee, who is told; what somebody else decided meanwhile is not overwritten unasked."""
    check_form()
    opened = _open(organisation_id, membership_id)
    visit, reading, seen = opened.wallet.visit, Reading(request.form), request.form.get(SEEN, "")
    rights = WalletRights(reading.tick(SEES), reading.tick(RECHARGES), reading.tick(PAYS))
    limits = read_limits(reading, opened.employee.person_id, opened.tools)
    form = reading.form(lambda: ForOne(rights, limits))
    if form.value is None:
        page = _page(opened, rights, form.typed, form.wrong, seen)
        return pages.render(page, menu=page.frame.menu), 422
    try:
        with visit.services.database.transaction() as session:
            changed = wallet_control.decide_for_one(
                session, opened.employee.id, form.value, seen=seen, by=visit.actor.person_id, now=visit.now
            )
    except (NotManager, WrongState):
        return done(wallet_url(organisation_id), "changed-meanwhile")
    except ChangedMeanwhile:
        now_there = _open(organisation_id, membership_id)
        page = _page(now_there, rights, form.typed, (Wrong(PER_CHARGE, OVERTAKEN),), now_there.decided.mark)
        return pages.render(page, menu=page.frame.menu), 409
    return done(opened.url, "wallet-rights-saved" if changed else "nothing-changed")


def _open(organisation_id: str, membership_id: str) -> _Opened:
    opened = open_wallet(organisation_id, Right.MANAGE_WALLET)
    organisation = opened.visit.organisation.id
    with opened.visit.services.database.reading() as session:
        employee = one_employee(session, organisation, MembershipId(membership_id))
        if employee is None or employee.status not in {MembershipStatus.ACTIVE, MembershipStatus.BLOCKED}:
            raise NotFound(membership=membership_id)
        decided = wallet_control.for_one(session, opened.wallet.id, employee.id)
        tools = tools_to_limit(session, organisation, decided.limits)
    return _Opened(opened, employee, decided, tools)


def _page(
    opened: _Opened, rights: WalletRights, typed: Mapping[str, str], wrong: tuple[Wrong, ...], seen: str
) -> EmployeeControlPage:
    return EmployeeControlPage(
        frame=around(opened.wallet),
        parts=parts(opened.wallet, Part.CONTROL),
        name=opened.employee.name,
        is_manager=opened.employee.is_manager,
        sees=rights.sees,
        recharges=rights.recharges,
        pays=rights.pays,
        limits=limit_fields(opened.tools, typed),
        errors=tuple(Wrong(one.field, _(one.message)) for one in wrong),
        seen=seen,
        action=opened.url,
        back_url=wallet_url(opened.wallet.visit.organisation.id, Part.CONTROL),
    )
