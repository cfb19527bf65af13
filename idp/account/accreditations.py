"""My accreditations: what the registers say, what rests on it, and which kinds there are (A14)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from core.accreditations.queries import accreditations_of, kinds_in_words, last_inquiry
from core.tools.accreditation_uses import purposes, resting_on
from idp.account.access import open_account
from idp.account.accreditations_page import AccreditationsPage, inquiry_in_words, other_kind, own_accreditation
from idp.account.page import Section, answer, frame

bp = Blueprint("accreditations", __name__)


@bp.get("/account/accreditations")
def show() -> Response:
    """Show the person's accreditations and the other kinds."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        held = accreditations_of(session, visitor.person.id)
        kinds = {kind.code: kind for kind in kinds_in_words(session)}
        resting = resting_on(session, visitor.person.id)
        needed = purposes(session, now=visitor.now)
        inquiry = last_inquiry(session, visitor.person.id)
    own = tuple(own_accreditation(found, kinds[found.kind], resting, now=visitor.now) for found in held)
    mine = {found.kind for found in held}
    others = tuple(other_kind(kind, needed.get(code, ())) for code, kind in kinds.items() if code not in mine)
    page = AccreditationsPage(
        frame=frame(visitor, Section.ACCREDITATIONS),
        own=own,
        others=others,
        has_eid=visitor.person.eid is not None,
        inquiry=inquiry_in_words(inquiry) if visitor.person.eid else None,
    )
    return answer(page)
