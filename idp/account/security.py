"""The tab about signing in: what proves the person, and the ways to change it."""

from flask import Blueprint, current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.web.locale import current_language
from idp.account import page
from idp.account.access import Visitor, open_account
from idp.account.eid_page import EID_URL
from idp.account.page import Section
from idp.account.security_page import Part, SecurityPage
from idp.credentials import factors, passwords
from idp.credentials.address_change import AddressChange
from idp.credentials.factors import Factors

bp = Blueprint("security", __name__)


@bp.get("/account/security")
def show() -> Response:
    """Show what proves the person, and where each is changed."""
    visitor = open_account()
    person_id, found = visitor.session.person_id, visitor.services
    with found.database.reading() as session:
        held, stored = factors.summary(session, person_id), passwords.stored(session, person_id)
    password = _("You have no password.")
    if stored is not None:
        password = _("Changed on %(moment)s", moment=moment_in_words(stored.made_at, current_language()))
    parts = (
        Part("password", _("Password"), password, f"{Section.SECURITY.url}/password", _password_label(held)),
        Part("email", _("E-mail address"), _address(visitor), f"{Section.SECURITY.url}/email", _("Change")),
        *_factors(held),
        Part("eid", _("Identity card"), _card(visitor), EID_URL, _("Manage") if held.has_card else _("Link")),
        Part(
            *("other-account", _("Another account"), _("Do you have a second one, from an older tool for example?")),
            *(f"{Section.SECURITY.url}/other-account", _("Make one of both")),
        ),
    )
    shown = tuple(part for part in parts if _exists(part.url))
    return page.answer(SecurityPage(page.frame(visitor, Section.SECURITY), shown))


def _password_label(held: Factors) -> str:
    return _("Change") if held.has_password else _("Choose a password")


def _card(visitor: Visitor) -> str:
    linked = visitor.person.eid
    if linked is None:
        return _("Not linked")
    return _("Linked since %(day)s", day=date_in_words(belgian_date(linked.linked_at), current_language()))


def _address(visitor: Visitor) -> str:
    found, current = visitor.services, visitor.person.email or ""
    waiting = AddressChange(found.database, found.store, found.settings.secret).proposal(visitor.session.person_id)
    if waiting is None:
        return current
    return _("%(current)s. Waits for its code: %(waiting)s", current=current, waiting=waiting.address)


def _factors(held: Factors) -> tuple[Part, ...]:
    count, left = held.passkeys, held.recovery_codes_left
    passkeys = ngettext("%(num)s passkey", "%(num)s passkeys", count) if count else _("None yet")
    codes = ngettext("%(num)s code left", "%(num)s codes left", left) if left else _("None")
    app = _("In use") if held.has_authenticator else _("Not in use")
    where = Section.SECURITY.url
    return (
        Part("passkeys", _("Passkeys"), passkeys, f"{where}/passkeys", _("Manage")),
        Part("authenticator", _("Authenticator app"), app, f"{where}/authenticator", _("Manage")),
        Part("recovery-codes", _("Recovery codes"), codes, f"{where}/recovery-codes", _("Manage")),
    )


def _exists(path: str) -> bool:
    """Tell whether there is such a page: no link leads nowhere."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
