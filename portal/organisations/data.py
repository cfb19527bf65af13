"""The data of an organisation: to read for its members, its name and managers for those who wait (O5)."""

from datetime import datetime

from flask import Blueprint
from werkzeug.wrappers import Response

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import NotFound
from core.organisations import second_manager
from core.organisations.company_editing import described
from core.organisations.joining import waiting_memberships
from core.organisations.rights import Right, Standing
from core.organisations.standing import manager_names
from core.tools.rules import OWNERLESS_GRACE
from core.web.locale import current_language
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.notices import done
from portal.organisations import suggestions
from portal.organisations.data_words import groups
from portal.organisations.pages import DataPage, OutsidePage
from portal.organisations.words import waiting_words
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("organisation-data", __name__)


@bp.get("/organisations/<organisation_id>")
def show(organisation_id: str) -> str:
    """Show what an organisation says of itself, as far as it is this person's to see."""
    visit = open_organisation(organisation_id, Right.SEE_NAME)
    page = _inside(visit) if visit.may(Right.SEE_DATA) else _outside(visit)
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/second-manager")
def put_off(organisation_id: str) -> Response:
    """Let the only manager be without the advice to name a second one, for a while."""
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    assert visit.membership_id is not None  # managers are members
    with visit.services.database.transaction() as session:
        second_manager.put_off(session, visit.membership_id, by=visit.actor.person_id, now=visit.now)
    return done(organisation_url(visit.organisation.id), "put-off")


def _inside(visit: Visit) -> DataPage:
    is_manager = visit.standing is Standing.MANAGER
    with visit.services.database.reading() as session:
        found = described(session, visit.organisation.id)
        names = manager_names(session, visit.organisation.id)
        suggested = suggestions.cards(session, visit)
        own = visit.membership_id
        is_advised = is_manager and own is not None and second_manager.is_advised(session, own, now=visit.now)
    return DataPage(
        frame=frame(visit, Section.DATA),
        groups=groups(found),
        managers=names,
        may_edit=visit.may(Right.EDIT_DATA),
        evidence_level=found.evidence_level,
        suggestions=suggested,
        ownerless_until=_ownerless_until(found.ownerless_since),
        is_second_advised=is_advised,
    )


def _outside(visit: Visit) -> OutsidePage:
    with visit.services.database.reading() as session:
        waiting = waiting_memberships(session, visit.actor.person_id)
    own = next((one for one in waiting if one.id == visit.membership_id), None)
    if own is None:
        # Answered since the page was opened.
        raise NotFound(organisation=visit.organisation.id)
    return OutsidePage(frame(visit, Section.DATA), own.managers, waiting_words(own, visit.now))


def _ownerless_until(since: datetime | None) -> str | None:
    return None if since is None else date_in_words(belgian_date(since + OWNERLESS_GRACE), current_language())
