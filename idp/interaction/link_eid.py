"""Step: link the identity card, or put that off where nothing on the way requires it (A6, E1).

The card is read by the page's script (`card_answers.py`); what it says waits until the person has
seen what will be stored and locked, and says so.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.web import csrf
from idp.eid.problems import EidRefused
from idp.eid.read_card import OtherCardWaits, ReadCards
from idp.interaction import card_door
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.eid_pages import ConfirmEidPage, LinkEidPage
from idp.interaction.entering import enter
from idp.interaction.policy import EidLink
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.interaction.wishes import form_binding, session_of
from idp.oidc.request import Progress, Wish
from idp.web import browser, card, card_storing
from idp.web.card import CardDecision, CardUse, problem_url
from idp.web.page import answer

bp = Blueprint(Step.LINK_EID.value, __name__)


@bp.get("/interaction/<uid>/link-eid")
def show(uid: str) -> Response:
    """Show the four live steps of reading the card, and what is read."""
    opened = open_interaction(uid)
    return _page(opened) if opened.outcome is Step.LINK_EID else opened.back()


@bp.post("/interaction/<uid>/link-eid")
def submit(uid: str) -> Response:
    """Put the card off, go back to where it was wished for, or back to the tool."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.LINK_EID:
        return opened.back()
    csrf.check(opened.services.settings.secret, form_binding(opened), request.form.get(csrf.FIELD))
    match request.form.get("decision"):
        case CardDecision.SKIP if _may_skip(opened):
            progress = opened.gathered.progress
            opened.keep(replace(progress, skipped=progress.skipped | {Step.LINK_EID.value}))
        case CardDecision.BACK if _is_wished(opened):
            opened.keep(_without_wish(opened.gathered.progress))
        case CardDecision.CANCEL:
            opened.keep(Progress(denied=True))
    return opened.back()


@bp.get("/interaction/<uid>/link-eid/confirm")
def confirm_form(uid: str) -> Response:
    """Show what will be stored and locked, before it is."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.LINK_EID:
        return opened.back()
    to_store = card_storing.shown(opened.services, _read_cards(opened))
    if to_store is None:
        return opened.back()
    page = ConfirmEidPage(
        action=request.path,
        csrf_token=csrf.token(opened.services.settings.secret, form_binding(opened)),
        tool=asking_tool(opened),
        card=to_store,
    )
    return answer(page)


@bp.post("/interaction/<uid>/link-eid/confirm")
def confirm(uid: str) -> Response:
    """Store what was shown, and go on as somebody who signed in with this card; or read another one."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.LINK_EID:
        return opened.back()
    csrf.check(opened.services.settings.secret, form_binding(opened), request.form.get(csrf.FIELD))
    if request.form.get("decision") != CardDecision.STORE:
        _read_cards(opened).take()
        return opened.back()
    try:
        read = card_storing.store(opened.services, _read_cards(opened), now=opened.now)
    except OtherCardWaits:
        return browser.see_other(request.path)
    except EidRefused as error:
        return browser.see_other(problem_url(error.problem, uid, error.day))
    if read is None:
        return opened.back()
    # The card and its PIN were there: the session is as sure as one that began with them.
    linked = replace(opened.gathered, progress=_without_wish(opened.gathered.progress))
    return enter(
        replace(opened, gathered=linked),
        person_id=session_of(opened).person_id,
        authentication=card_door.authentication(read.read_at),
    )


def _read_cards(opened: Interaction) -> ReadCards:
    found = opened.services
    return ReadCards(found.store, found.settings.secret, form_binding(opened), session_of(opened).person_id)


def _may_skip(opened: Interaction) -> bool:
    return opened.gathered.facts.eid_link is EidLink.PROPOSED and not _is_wished(opened)


def _is_wished(opened: Interaction) -> bool:
    return opened.gathered.progress.wish is Wish.LINK_EID


def _without_wish(progress: Progress) -> Progress:
    """Return to what the wish came from: the page that registers a tool, where it named one."""
    if progress.wish is not Wish.LINK_EID:
        return progress
    came_from_tool = progress.wished_organisation_id is not None
    skipped = progress.skipped | {Step.LINK_EID.value}
    return replace(progress, wish=Wish.REGISTER_TOOL if came_from_tool else None, skipped=skipped)


def _page(opened: Interaction) -> Response:
    found, uid, person = opened.services, opened.pending.uid, opened.gathered.person
    binding = form_binding(opened)
    page = LinkEidPage(
        action=url_for(".submit", uid=uid),
        csrf_token=csrf.token(found.settings.secret, binding),
        dialogue=card.dialogue(found.settings, CardUse.LINK, binding=binding, uid=uid),
        tool=asking_tool(opened),
        person_name="" if person is None else person.given_name or person.username,
        may_skip=_may_skip(opened),
        leads_back=_is_wished(opened) and opened.gathered.facts.eid_link is EidLink.PROPOSED,
    )
    return answer(page)
