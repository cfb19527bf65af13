"""The page that reads a card to sign in with: a door of the sign-in, no step of its own (A0, E2)."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp.interaction.access import Interaction, open_interaction
from idp.interaction.card_door import must_be_same_person
from idp.interaction.eid_pages import CardSignInPage
from idp.interaction.requesting_tool import asking_tool
from idp.web import card
from idp.web.card import CardUse
from idp.web.page import answer

bp = Blueprint("eid", __name__)


@bp.get("/interaction/<uid>/eid")
def show(uid: str) -> Response:
    """Show the four live steps, where signing in is due."""
    opened = open_interaction(uid)
    if not opened.may_sign_in:
        return opened.back()
    page = CardSignInPage(
        dialogue=card.dialogue(opened.services.settings, CardUse.LOGIN, binding=opened.binding, uid=uid),
        tool=asking_tool(opened),
        login_url=url_for("login.show", uid=uid),
        notice=_notice(opened),
        certificate_url=_certificate_url(opened),
    )
    return answer(page)


def _certificate_url(opened: Interaction) -> str | None:
    if opened.services.settings.eid.mutual_tls is None:
        return None
    return url_for("card-certificate.leave", uid=opened.pending.uid)


def _notice(opened: Interaction) -> str | None:
    if must_be_same_person(opened) is None:
        return None
    return _("Use your own card, the one that is linked to your account.")
