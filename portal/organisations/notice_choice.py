"""How a manager hears of requests, registrations, mandates and company data: at once, daily, or not (O14)."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.infra.forms import NOT_OFFERED, Reading
from core.organisations import notices
from core.organisations.errors import NotManager
from core.organisations.rights import Right
from core.organisations.states import Notices
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.notices import done
from portal.organisations.pages import NoticesPage
from portal.organisations.words import shown
from portal.visit import check_form, open_organisation

bp = Blueprint("notice-choice", __name__)


@bp.get("/organisations/<organisation_id>/notices")
def show(organisation_id: str) -> Response | str:
    """Show what the manager chose for this organisation."""
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    try:
        with visit.services.database.reading() as session:
            chosen = notices.choice_of(session, visit.organisation.id, visit.actor.person_id)
    except NotManager:
        return done(organisation_url(visit.organisation.id), "changed")
    page = NoticesPage(frame(visit, Section.DATA), chosen)
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/notices")
def submit(organisation_id: str) -> Response | tuple[str, int]:
    """Keep the choice."""
    check_form()
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    reading = Reading(request.form)
    wanted = reading.choice("notices", Notices, required=NOT_OFFERED)
    if wanted is None:
        wrong = reading.form(lambda: None).wrong
        page = NoticesPage(frame(visit, Section.DATA), Notices.AT_ONCE, shown(wrong))
        return pages.render(page, menu=page.frame.menu), 422
    try:
        with visit.services.database.transaction() as session:
            notices.choose(session, visit.organisation.id, wanted, by=visit.actor.person_id, now=visit.now)
    except NotManager:
        return done(organisation_url(visit.organisation.id), "changed")
    return done(organisation_url(visit.organisation.id), "saved")
