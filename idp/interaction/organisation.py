"""Step: the organisation for which the person works: find it, add it, or ask to join it (A7, O1 to O3)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.founding import found as found_organisation
from core.infra.errors import NotFound, RateLimited
from core.infra.messages import N_
from core.organisations import enrolment, forms, limits
from core.organisations.company_check import REFUSED, Candidate, candidate
from core.organisations.errors import (
    AlreadyMember,
    BlockedHere,
    CompanyHasStopped,
    CompanyUnknown,
    InvalidCompanyNumber,
    OrganisationExists,
)
from core.organisations.joining import FoundOrganisation, find_organisation, waiting_memberships
from core.organisations.numbers import normalise, shown
from core.organisations.states import MembershipStatus
from core.web import csrf
from core.web.limited import too_often, with_wait
from core.web.locale import current_language
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.organisation_page import Act, OrganisationPage, View, waiting_cards
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.interaction.wishes import form_binding, give_up, leads_back, session_of, wish_for
from idp.oidc.request import Wish
from idp.web import browser
from idp.web.page import FieldError, answer, field_errors

bp = Blueprint(Step.ORGANISATION.value, __name__)

_NUMBER = "number"
_ANOTHER = "another"
_NOTHING_KNOWN = Candidate(None, None)
_DONE: Mapping[str, str] = {
    "requested": N_("Your request is sent. The managers have received a mail."),
    "remind": N_("The managers have received a reminder."),
    "withdraw": N_("Your request is withdrawn."),
    "decline": N_("You have declined the invitation."),
    "changed": N_("This has changed meanwhile. Here is how it stands now."),
}
_JUST_ADDED = N_(
    "Somebody added this organisation just before you. Ask to join it: what you entered about yourself is still there."
)


@bp.get("/interaction/<uid>/organisation")
def show(uid: str) -> AnyResponse:
    """Show the way to an organisation: the search, what a number found, or what is waited for."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.ORGANISATION:
        return opened.back()
    number = _number()
    try:
        if number is not None:
            limits.count_lookup(opened.services.store, session_of(opened).person_id, number)
    except RateLimited as error:
        return _too_often(opened, error, view=View.SEARCH)
    return _page(opened, notice=_DONE.get(request.args.get("done", "")))


@bp.post("/interaction/<uid>/organisation")
def submit(uid: str) -> AnyResponse:
    """Look a number up, add the organisation, ask to join it, use it, or give up."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.ORGANISATION:
        return opened.back()
    csrf.check(opened.services.settings.secret, form_binding(opened), request.form.get(csrf.FIELD))
    try:
        match request.form.get("decision"):
            case Act.CREATE:
                return _create(opened)
            case Act.REQUEST:
                return _request(opened)
            case Act.USE:
                return _use(opened)
            case Act.CANCEL:
                give_up(opened, Step.ORGANISATION)
                return opened.back()
            case _:
                return _find(opened)
    except RateLimited as error:
        return _too_often(opened, error)


def _find(opened: Interaction) -> AnyResponse:
    """Send the browser to what a number finds: an address of its own, good for going back."""
    form = forms.company_number(request.form)
    if form.value is None:
        return _page(opened, typed=form.typed, errors=field_errors(form.wrong), status=422, view=View.SEARCH)
    return browser.see_other(_own_address(opened, form.value))


def _create(opened: Interaction) -> AnyResponse:
    number, session = _number(), session_of(opened)
    if number is None:
        return opened.back()
    company, employee = forms.company(request.form, number), forms.employee(request.form)
    typed = {**company.typed, **employee.typed}
    if company.value is None or employee.value is None:
        return _page(opened, typed=typed, errors=field_errors(company.wrong + employee.wrong), status=422)
    limits.count_founding(opened.services.store, session.person_id)
    try:
        with opened.services.database.transaction() as transaction:
            founder = found_organisation(
                transaction, company.value, by=session.person_id, details=employee.value, now=opened.now
            )
    except OrganisationExists:
        return _page(opened, typed=typed, notice=_JUST_ADDED, status=409)
    except (CompanyHasStopped, CompanyUnknown):
        # The register was read in between two presses: the page says what it says now.
        return _page(opened, typed=typed, status=409)
    wish_for(opened, Wish.REGISTER_TOOL, founder.organisation_id)
    return opened.back()


def _request(opened: Interaction) -> AnyResponse:
    session, employee = session_of(opened), forms.employee(request.form)
    number = _number()
    if number is None:
        return opened.back()
    if employee.value is None:
        return _page(opened, typed=employee.typed, errors=field_errors(employee.wrong), status=422)
    with opened.services.database.connection() as connection:
        found = find_organisation(connection, number, session.person_id)
    if found is None or not found.takes_requests or found.membership is not None:
        return browser.see_other(_own_address(opened, number, done="changed"))
    limits.count_request(opened.services.store, session.person_id, found.id)
    try:
        with opened.services.database.transaction() as transaction:
            enrolment.request_membership(
                transaction, found.id, by=session.person_id, details=employee.value, now=opened.now
            )
    except (AlreadyMember, BlockedHere, NotFound):
        # Sent twice, or the organisation changed between two presses: the page says how it stands.
        return browser.see_other(_own_address(opened, number, done="changed"))
    return browser.see_other(_own_address(opened, done="requested"))


def _use(opened: Interaction) -> AnyResponse:
    """Go on with an organisation to which the person belongs already."""
    number = _number()
    with opened.services.database.connection() as connection:
        found = None if number is None else find_organisation(connection, number, session_of(opened).person_id)
    if found is not None and found.membership is MembershipStatus.ACTIVE:
        wish_for(opened, Wish.REGISTER_TOOL, found.id)
    return opened.back()


def _number() -> str | None:
    """Return the ten digits in the address of the page; None where there are none."""
    try:
        return normalise(request.args.get(_NUMBER, ""))
    except InvalidCompanyNumber:
        return None


def _own_address(opened: Interaction, number: str | None = None, **arguments: str) -> str:
    named = arguments if number is None else {_NUMBER: number, **arguments}
    address = url_for("organisation.show", uid=opened.pending.uid)
    return f"{address}?{urlencode(named)}" if named else address


def _too_often(opened: Interaction, error: RateLimited, *, view: View | None = None) -> Response:
    page = _page(opened, view=view, typed=request.values, errors=(FieldError("content", too_often(error)),))
    return with_wait(page, error)


def _page(
    opened: Interaction,
    *,
    view: View | None = None,
    typed: Mapping[str, str] | None = None,
    errors: tuple[FieldError, ...] = (),
    notice: str | None = None,
    status: int = 200,
) -> Response:
    services, person_id, number = opened.services, session_of(opened).person_id, _number()
    tool = asking_tool(opened)
    assert tool is not None  # no page of ours asks for an organisation
    known = _NOTHING_KNOWN
    with services.database.connection() as connection:
        waiting = waiting_memberships(connection, person_id)
        found = None if number is None or view is View.SEARCH else find_organisation(connection, number, person_id)
        if number is not None and found is None and view is None:
            known = candidate(connection, number, current_language())
    if known.refusal is not None:
        # Back to the search, with the number as it was and the reason at the field.
        view, typed, status = View.SEARCH, {forms.COMPANY_NUMBER: shown(number or "")}, max(status, 422)
        errors = (FieldError(forms.COMPANY_NUMBER, _(REFUSED[known.refusal])),)
    page = OrganisationPage(
        view=view or _view(opened, number, found, is_waiting=bool(waiting)),
        action=_own_address(opened, number),
        here=_own_address(opened),
        another_url=_own_address(opened, **{_ANOTHER: "yes"}),
        waiting_action=url_for("waiting.answer", uid=opened.pending.uid),
        csrf_token=csrf.token(services.settings.secret, form_binding(opened)),
        tool=tool,
        leads_back=leads_back(opened, Step.ORGANISATION),
        waiting=waiting_cards(waiting, opened.now),
        number=number,
        found=found,
        typed=known.typed() if typed is None else typed,
        from_register=known.company is not None,
        errors=errors,
        notice=None if notice is None else _(notice),
    )
    return answer(page, status=status)


def _view(opened: Interaction, number: str | None, found: FoundOrganisation | None, *, is_waiting: bool) -> View:
    if number is not None:
        return View.NEW if found is None else View.FOUND
    wants_another = opened.gathered.progress.wish is Wish.ADD_ORGANISATION and "done" not in request.args
    if not is_waiting or wants_another or _ANOTHER in request.args:
        return View.SEARCH
    return View.WAITING
