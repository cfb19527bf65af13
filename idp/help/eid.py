"""The pages beside the dialogue with a card, which need no script and nobody signed in (E4).

What the address says is only shown, or leads back into an interaction, which asks by itself whose it is.
"""

from datetime import date

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from idp.eid.problems import EidProblem
from idp.help.eid_pages import EidHelpPage, EidProblemPage, NoReaderPage
from idp.web.eid_words import WORDS
from idp.web.name_menu import menu_here
from idp.web.page import answer

bp = Blueprint("eid-help", __name__)

_UID_LENGTH_MAX = 100
# Where the account links a card; that part stands beside this one and is not imported.
_ACCOUNT = "/account/eid"


@bp.get("/eid/problem/<name>")
def problem(name: str) -> Response:
    """Show what went wrong and the one thing to do; 404 for what is no problem of a card."""
    if name not in set(EidProblem):
        abort(404)
    found, uid = EidProblem(name), _uid()
    page = EidProblemPage(
        problem=found,
        words=WORDS[found],
        again_url=_card_page(uid) if uid else _ACCOUNT,
        other_url=_way_on(uid),
        day=_day(request.args.get("day", "")),
        uid=uid,
    )
    return answer(page)


@bp.get("/eid/no-reader")
def no_reader() -> Response:
    """Show the ways of those who have no card reader."""
    return answer(NoReaderPage(_way_on(_uid())))


@bp.get("/eid/help")
def help_with_card() -> Response:
    """Show what a card takes at the user's, and what to do where it does not work."""
    return answer(EidHelpPage(url_for("help.contact"), _way_back(_uid()), menu_here()))


def _card_page(uid: str) -> str:
    """Return where the card is read to sign in; where that is not due, it leads on to what is."""
    return f"/interaction/{uid}/eid"


def _way_back(uid: str | None) -> str | None:
    """Return the page of the card that help was asked from; None: from elsewhere."""
    if uid is not None:
        return _card_page(uid)
    return _ACCOUNT if "account" in request.args else None


def _way_on(uid: str | None) -> str:
    return f"/interaction/{uid}" if uid else "/"


def _uid() -> str | None:
    """Return the interaction that the address names, where it looks like one: it becomes part of a path of ours."""
    said = request.args.get("uid", "")[:_UID_LENGTH_MAX]
    return said if said.replace("_", "").replace("-", "").isalnum() and said.isascii() else None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
