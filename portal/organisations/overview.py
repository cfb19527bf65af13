"""The home page: my organisations, and for which of them I now work."""

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import NotFound
from core.organisations.identifiers import OrganisationId
from core.organisations.joining import waiting_memberships
from core.organisations.queries import MyOrganisation, my_organisations
from core.organisations.states import MembershipStatus
from core.web import csrf
from portal import notices, pages, session
from portal.actor import Actor, current_actor, require_actor
from portal.organisations.cards import cards, matching
from portal.organisations.pages import ContextPage, HomePage
from portal.pages import WelcomePage
from portal.wiring import services

bp = Blueprint("organisations", __name__)

# So many are looked through at a glance.
_SEARCHED_FROM = 8


@bp.get("/")
def home() -> str:
    """Show the person's organisations, or the front door to somebody who is not signed in."""
    actor = current_actor()
    if actor is None:
        return pages.render(WelcomePage())
    with services().database.reading() as reading:
        mine = my_organisations(reading, actor.person_id)
        waiting = waiting_memberships(reading, actor.person_id)
    active, sought = active_of(actor, mine), request.args.get("find", "").strip()
    page = HomePage(
        cards=cards(matching(mine, sought), active, waiting, now=services().clock.now()),
        csrf_token=pages.form_token(),
        has_any=bool(mine),
        is_long=len(mine) >= _SEARCHED_FROM,
        sought=sought,
        notice=notices.current(),
    )
    asked = sum(organisation.waiting_requests for organisation in mine)
    return pages.render(page, menu=pages.name_menu(actor, active, here="/", waiting=asked))


@bp.get("/context")
def context() -> str:
    """Show the organisations the person may work for, to choose one."""
    actor = require_actor()
    mine = _organisations_of(actor)
    active = active_of(actor, mine)
    page = ContextPage(pages.form_token(), tuple(filter(_is_workable, mine)), active)
    return pages.render(page, menu=pages.name_menu(actor, active, here="/context"))


@bp.post("/context")
def choose() -> AnyResponse:
    """Work for the chosen organisation from now on; one that is not the person's is not found."""
    csrf.check(services().settings.secret, session.browser_session().secret, request.form.get(csrf.FIELD))
    actor = require_actor()
    wanted = OrganisationId(request.form.get("organisation", ""))
    if not any(mine.id == wanted and _is_workable(mine) for mine in _organisations_of(actor)):
        raise NotFound(organisation=wanted)
    session.choose_organisation(wanted)
    return notices.done("/", "context-chosen")


def _organisations_of(actor: Actor) -> tuple[MyOrganisation, ...]:
    with services().database.reading() as reading:
        return my_organisations(reading, actor.person_id)


def _is_workable(organisation: MyOrganisation) -> bool:
    return organisation.membership_status is MembershipStatus.ACTIVE


def active_of(actor: Actor, mine: tuple[MyOrganisation, ...]) -> MyOrganisation | None:
    """Return the organisation for which somebody works now."""
    # What was chosen counts only while the membership does; somebody with one organisation
    # works for that one without having to say so.
    workable = tuple(filter(_is_workable, mine))
    chosen = next((found for found in workable if found.id == actor.organisation_id), None)
    return workable[0] if chosen is None and len(workable) == 1 else chosen
