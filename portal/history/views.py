"""`/organisations/<id>/history`: all of it for managers, their own entries for everybody else concerned."""

from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _

from core.closing.organisation_history import Wanted, organisation_history
from core.organisations.rights import Right
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.history.pages import HistoryPage, entry
from portal.history.sentences import KINDS, NOT_OF_THE_ORGANISATION, Kind, actions_of
from portal.visit import open_organisation

bp = Blueprint("history", __name__)

_ON_A_PAGE = 50
_LONGEST_NAME = 100


@bp.get("/organisations/<organisation_id>/history")
def show(organisation_id: str) -> str:
    """Show a stretch of the history, the newest first."""
    visit = open_organisation(organisation_id, Right.SEE_OWN_HISTORY)
    is_whole, kind = visit.may(Right.SEE_HISTORY), _kind(request.args.get("kind"))
    person = " ".join(request.args.get("person", "").split())[:_LONGEST_NAME] if is_whole else ""
    before = request.args.get("before")
    wanted = Wanted(
        only=None if kind is None else actions_of(kind),
        but=NOT_OF_THE_ORGANISATION,
        person_id=None if is_whole else visit.actor.person_id,
        called=person,
    )
    with visit.services.database.reading() as session:
        found = organisation_history(session, visit.organisation.id, wanted, before=before, limit=_ON_A_PAGE)
    url = organisation_url(organisation_id, Section.HISTORY)
    looked_for = {name: value for name, value in (("kind", kind), ("person", person)) if value}
    older = None if found.older_from is None else {**looked_for, "before": found.older_from}
    page = HistoryPage(
        frame=frame(visit, Section.HISTORY),
        entries=tuple(entry(deed, visit) for deed in found.deeds),
        kinds=(("", _("Everything")), *((kind.value, _(label)) for kind, label in KINDS.items() if actions_of(kind))),
        kind=kind or "",
        person=person,
        is_whole=is_whole,
        is_narrowed=bool(looked_for),
        url=url,
        older_url=None if older is None else f"{url}?{urlencode(older)}",
        newest_url=None if before is None else _with(url, looked_for),
    )
    return pages.render(page, menu=page.frame.menu)


def _kind(value: str | None) -> Kind | None:
    return next((kind for kind in Kind if kind.value == value and actions_of(kind)), None)


def _with(url: str, looked_for: dict[str, str]) -> str:
    return f"{url}?{urlencode(looked_for)}" if looked_for else url
