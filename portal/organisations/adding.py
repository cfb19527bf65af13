"""Adding an organisation by its company number: join it where it is here already, else add it (O1 to O3)."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.founding import found as found_organisation
from core.infra.errors import NotFound, RateLimited
from core.infra.forms import Wrong
from core.organisations import enrolment, forms, limits
from core.organisations.company_check import REFUSED, candidate
from core.organisations.errors import (
    AlreadyMember,
    BlockedHere,
    CompanyHasStopped,
    CompanyUnknown,
    InvalidCompanyNumber,
    OrganisationExists,
)
from core.organisations.joining import find_organisation
from core.organisations.numbers import normalise
from core.organisations.queries import my_organisations
from core.web.limited import too_often
from core.web.locale import current_language
from portal import pages
from portal.actor import Actor, require_actor
from portal.frame import organisation_url
from portal.notices import done
from portal.organisations.overview import active_of
from portal.organisations.pages import AddPage, AddView
from portal.organisations.words import shown
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("adding", __name__)

URL = "/organisations/add"
_NUMBER, _JOIN = "number", "join"


@bp.get(URL)
def show() -> AnyResponse | str | tuple[str, int]:
    """Show the search, or what a number found."""
    actor, number = require_actor(), _number()
    if number is None:
        return _answer(actor, AddPage(AddView.SEARCH, pages.form_token()))
    try:
        limits.count_lookup(services().store, actor.person_id, number)
    except RateLimited as error:
        return _too_often(actor, error)
    return _answer(actor, _face(actor, number))


@bp.post(URL)
def submit() -> AnyResponse | str | tuple[str, int]:
    """Look a number up, add the organisation, or ask to join it."""
    check_form()
    actor, number = require_actor(), _number()
    try:
        match request.form.get("decision"):
            case "create" if number is not None:
                return _create(actor, number)
            case "request" if number is not None:
                return _request(actor, number)
            case _:
                return _find(actor)
    except RateLimited as error:
        return _too_often(actor, error)


def _find(actor: Actor) -> AnyResponse | tuple[str, int]:
    """Send the browser to what a number finds: an address of its own, good for going back."""
    form = forms.company_number(request.form)
    if form.value is None:
        page = AddPage(AddView.SEARCH, pages.form_token(), typed=form.typed, errors=shown(form.wrong))
        return _answer(actor, page), 422
    return AnyResponse(status=303, headers={"Location": _address(form.value)})


def _create(actor: Actor, number: str) -> AnyResponse | tuple[str, int]:
    company, employee = forms.company(request.form, number), forms.employee(request.form)
    typed = {**company.typed, **employee.typed}
    if company.value is None or employee.value is None:
        wrong = shown(company.wrong + employee.wrong)
        return _answer(actor, _face(actor, number, typed, errors=wrong)), 422
    limits.count_founding(services().store, actor.person_id)
    by, now = actor.person_id, services().clock.now()
    try:
        with services().database.transaction() as session:
            founder = found_organisation(session, company.value, by=by, details=employee.value, now=now)
    except OrganisationExists:
        notice = _(
            "Somebody added this organisation just before you. Ask to join it: what you entered about yourself "
            "is still there."
        )
        return _answer(actor, replace(_face(actor, number, typed, joins=True), notice=notice)), 409
    except (CompanyHasStopped, CompanyUnknown):
        return _answer(actor, _face(actor, number, typed)), 409
    return done(organisation_url(founder.organisation_id), "organisation-added")


def _request(actor: Actor, number: str) -> AnyResponse | tuple[str, int]:
    employee = forms.employee(request.form)
    if employee.value is None:
        wrong = shown(employee.wrong)
        return _answer(actor, _face(actor, number, employee.typed, errors=wrong, joins=True)), 422
    with services().database.reading() as reading:
        found = find_organisation(reading, number, actor.person_id)
    if found is None or not found.takes_requests or found.membership is not None:
        # It is how it is now that counts: the page says so.
        return AnyResponse(status=303, headers={"Location": _address(number)})
    limits.count_request(services().store, actor.person_id, found.id)
    by, now = actor.person_id, services().clock.now()
    try:
        with services().database.transaction() as session:
            enrolment.request_membership(session, found.id, by=by, details=employee.value, now=now)
    except (AlreadyMember, BlockedHere, NotFound):
        # Sent twice, or the organisation changed between two presses.
        return AnyResponse(status=303, headers={"Location": _address(number)})
    return done(organisation_url(found.id), "requested")


def _face(
    actor: Actor,
    number: str,
    typed: Mapping[str, str] | None = None,
    *,
    errors: tuple[Wrong, ...] = (),
    joins: bool = False,
) -> AddPage:
    """Return what a number found, or the form to add it, which the company register begins to fill in."""
    with services().database.reading() as reading:
        found = find_organisation(reading, number, actor.person_id)
        known = None if found is not None else candidate(reading, number, current_language())
    page = AddPage(AddView.FOUND, pages.form_token(), number=number, found=found, typed=typed or {}, errors=errors)
    if known is None:
        may_join = found is not None and found.takes_requests and found.membership is None
        wants = joins or _JOIN in request.args
        return replace(page, view=AddView.JOIN) if may_join and wants else page
    if known.refusal is not None:
        return replace(page, view=AddView.REFUSED, refusal=known.refusal, reason=_(REFUSED[known.refusal]))
    # What was typed stands; the register only begins.
    return replace(
        page,
        view=AddView.NEW,
        typed=known.typed() if typed is None else typed,
        is_prefilled=known.company is not None,
    )


def _number() -> str | None:
    """Return the ten digits in the address of the page; None where there are none."""
    try:
        return normalise(request.args.get(_NUMBER, ""))
    except InvalidCompanyNumber:
        return None


def _address(number: str) -> str:
    return f"{URL}?{urlencode({_NUMBER: number})}"


def _too_often(actor: Actor, error: RateLimited) -> AnyResponse:
    errors = (Wrong("content", too_often(error)),)
    page = AddPage(AddView.SEARCH, pages.form_token(), typed=request.values, errors=errors)
    response = AnyResponse(_answer(actor, page), status=429, content_type="text/html; charset=utf-8")
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _answer(actor: Actor, page: AddPage) -> str:
    with services().database.reading() as reading:
        active = active_of(actor, my_organisations(reading, actor.person_id))
    return pages.render(page, menu=pages.name_menu(actor, active, here=URL))
