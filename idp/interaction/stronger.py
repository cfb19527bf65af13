"""Step: say what a stronger sign-in takes, to whoever signed in and did not reach what is needed.

Nobody is sent back to a tool that can only say that it did not work: the page names the next step,
which is to sign in with the other means, or to set one up.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra.statements import Queryable
from core.people.assurance import Acr
from core.web import csrf
from idp.credentials import factors
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.facts import Asking, contexts_to_show
from idp.interaction.lacking import needs_card
from idp.interaction.pages import Decision
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.interaction.stronger_page import StrongerPage
from idp.oidc.request import Progress
from idp.session import SsoSession
from idp.web.page import answer

bp = Blueprint(Step.STRONGER.value, __name__)


@bp.get("/interaction/<uid>/stronger-sign-in")
def show(uid: str) -> Response:
    """Show what is missing, where it is."""
    opened = open_interaction(uid)
    return _page(opened) if opened.outcome is Step.STRONGER else opened.back()


@bp.post("/interaction/<uid>/stronger-sign-in")
def submit(uid: str) -> Response:
    """Let the person sign in again, choose something else, or go back to the tool."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.STRONGER:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    match request.form.get("decision"):
        case Decision.CHOOSE:
            opened.keep(replace(opened.gathered.progress, context=None, stepped_up=False))
        case Decision.CANCEL:
            opened.keep(Progress(denied=True))
    return opened.back()


def _page(opened: Interaction) -> Response:
    session, tool = opened.session, asking_tool(opened)
    assert session is not None and tool is not None  # nobody else is asked for more
    with opened.services.database.connection() as connection:
        means = factors.summary(connection, session.person_id)
        only_card = _needs_card(opened, session, connection)
    page = StrongerPage(
        action=request.path,
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=tool,
        sign_in_url=url_for("login.show", uid=opened.pending.uid),
        set_up_url="/account/security",
        has_means=means.reachable_acr.at_least(Acr.MFA),
        needs_card=only_card,
        card_url=url_for("eid.show", uid=opened.pending.uid) if means.has_card else None,
        may_choose=opened.gathered.progress.context is not None,
    )
    return answer(page)


def _needs_card(opened: Interaction, session: SsoSession, connection: Queryable) -> bool:
    """Tell whether nothing but the card is sure enough, for the tool or for the context that was chosen."""
    chosen = opened.gathered.progress.context
    if chosen is None:
        return needs_card(opened.tool_request)
    contexts = contexts_to_show(connection, Asking(opened.tool_request, opened.tool_client, session, opened.now))
    levels = [context.needed_acr for context in contexts if context.registration_id == chosen.registration_id]
    return any(level is not None and not Acr.MFA.at_least(level) for level in levels)
