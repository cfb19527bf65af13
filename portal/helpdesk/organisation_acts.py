"""What the helpdesk does with an organisation: confirm its evidence, make a manager where it has none."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import evidence, helpdesk_organisation, managing
from core.closing.helpdesk_organisation import Office
from core.infra.errors import Conflict, NotFound, RuleError
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import OrganisationStatus
from portal import notices
from portal.helpdesk import forms, words
from portal.helpdesk.asking import Field, Question, ask, reasons
from portal.helpdesk.opening import LISTS, open_helpdesk, options, organisation_url
from portal.staff_area import Desk, typed
from portal.visit import check_form

bp = Blueprint("helpdesk_organisation_acts", __name__)

_EVIDENCE = f"{LISTS}/<organisation_id>/evidence"
_MANAGER = f"{LISTS}/<organisation_id>/managers/<membership_id>"
Answer = AnyResponse | str | tuple[str, int]


@bp.get(_EVIDENCE)
def show_evidence(organisation_id: str) -> str:
    """Ask by what the organisation is proven."""
    desk = open_helpdesk()
    return ask(desk, _evidence(open_office(desk, organisation_id)), typed())


@bp.post(_EVIDENCE)
def confirm_evidence(organisation_id: str) -> Answer:
    """Confirm level 1, or ask a second person to confirm level 2."""
    check_form()
    desk = open_helpdesk()
    office = open_office(desk, organisation_id)
    desk.require_fresh()
    form = forms.evidence(request.form, words.FOR_OFFICES, has_side=False)
    if form.value is None:
        return ask(desk, _evidence(office), form.typed, wrong=form.wrong), 422
    try:
        with desk.services.database.transaction() as session:
            why, by = form.value.why.reason, desk.actor.person_id
            asked = evidence.confirm(session, office.id, form.value.source, why=why, by=by, now=desk.now)
    except (RuleError, Conflict, NotFound) as error:
        return ask(desk, _evidence(office), form.typed, refused=error), 409
    return notices.done(organisation_url(office.id), "helpdesk-evidence" if asked is None else "helpdesk-asked")


@bp.get(_MANAGER)
def show_manager(organisation_id: str, membership_id: str) -> str:
    """Ask before a member becomes the manager."""
    desk = open_helpdesk()
    return ask(desk, _manager(desk, open_office(desk, organisation_id), membership_id), typed())


@bp.post(_MANAGER)
def make_manager(organisation_id: str, membership_id: str) -> Answer:
    """Ask a second person to make a member the manager."""
    check_form()
    desk = open_helpdesk()
    office = open_office(desk, organisation_id)
    question = _manager(desk, office, membership_id)
    form = forms.why(request.form, words.FOR_OFFICES)
    if form.value is None:
        return ask(desk, question, form.typed, wrong=form.wrong), 422
    try:
        with desk.services.database.transaction() as session:
            member, why = MembershipId(membership_id), form.value.reason
            managing.ask_to_make_manager(session, member, why=why, by=desk.actor.person_id, now=desk.now)
    except (RuleError, Conflict, NotFound) as error:
        return ask(desk, question, form.typed, refused=error), 409
    return notices.done(organisation_url(office.id), "helpdesk-asked")


def open_office(desk: Desk, organisation_id: str) -> Office:
    """Return an organisation with which something can be done; raise `NotFound` for a closed one too."""
    with desk.services.database.reading() as session:
        office = helpdesk_organisation.office(session, OrganisationId(organisation_id))
    if office.status is OrganisationStatus.CLOSED:
        raise NotFound(organisation=organisation_id)
    return office


def _evidence(office: Office) -> Question:
    return Question(
        code="confirm-evidence",
        about=office.name,
        back_url=organisation_url(office.id),
        url=organisation_url(office.id, "evidence"),
        question=_("Confirm who this organisation belongs to?"),
        consequences=(
            _(
                "Evidence decides disputes, take-over and pay-out. Now the level is: %(level)s.",
                level=_(words.LEVELS[office.evidence_level]),
            ),
            _("Level 2 is confirmed only when a second person of the helpdesk agrees, within three days."),
            _("The managers are told by mail."),
        ),
        yes=_("Yes, confirm"),
        reasons=reasons(words.FOR_OFFICES),
        fields=(Field("source", _("Proven by"), options(words.SOURCES, empty=_("Choose"))),),
    )


def _manager(desk: Desk, office: Office, membership_id: str) -> Question:
    with desk.services.database.reading() as session:
        name = helpdesk_organisation.member_name(session, office.id, MembershipId(membership_id))
    return Question(
        code="make-manager",
        about=office.name,
        back_url=organisation_url(office.id),
        url=organisation_url(office.id, "managers", membership_id),
        question=_("Make %(person)s the manager?", person=name),
        consequences=(
            _(
                "%(person)s may then confirm and block colleagues, give access to tools and change the data.",
                person=name,
            ),
            _("The tools of the organisation work again, as far as what they rest on still holds."),
            _("It is done only when a second person of the helpdesk agrees, within three days."),
        ),
        yes=_("Yes, ask a second person"),
        reasons=reasons(words.FOR_OFFICES),
        note="" if office.status is OrganisationStatus.OWNERLESS else _("The organisation has a manager."),
    )
