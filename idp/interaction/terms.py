"""The terms of use of the product, as registering links to them (A4)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from core.people.rules import TERMS_VERSION
from idp.interaction.registration_pages import TermsPage
from idp.web.page import answer

bp = Blueprint("terms", __name__)


@bp.get("/terms")
def show() -> Response:
    """Show the terms in force."""
    return answer(TermsPage(TERMS_VERSION))
