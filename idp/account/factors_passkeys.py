"""Passkeys in the account: listed, added, renamed and removed (A16)."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.web import csrf
from idp.account import notices, page
from idp.account.access import Visitor, open_account
from idp.account.factors import PASSKEYS_URL
from idp.account.factors_pages import AddPasskeyPage, ListedPasskey, PasskeysPage, RemovePasskeyPage, RenamePasskeyPage
from idp.account.page import Section
from idp.credentials import factors, passkeys
from idp.credentials.passkey_challenges import Owner, creation_options
from idp.credentials.passkey_errors import (
    InvalidPasskeyName,
    LastWayToSignIn,
    PasskeyKnown,
    PasskeyRefused,
    TooManyPasskeys,
)
from idp.credentials.passkeys import Passkey
from idp.credentials.security_mail import Place
from idp.web import passkey
from idp.web.name_menu import display_name
from idp.web.page import FieldError
from idp.web.passkey import PasskeyForm

bp = Blueprint("passkeys", __name__)

_NAME = "passkey-name"
_BUTTON = "create-passkey"


@bp.get("/account/security/passkeys")
def show() -> Response:
    """Show the person's passkeys."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        found = passkeys.passkeys_of(session, visitor.person.id)
    add_url = url_for("passkeys.add_form") if len(found) < passkeys.MOST else None
    shown = PasskeysPage(
        page.frame(visitor, Section.SECURITY), tuple(map(_listed, found)), Section.SECURITY.url, add_url
    )
    return page.answer(shown)


@bp.get("/account/security/passkeys/add")
def add_form() -> Response:
    """Let the browser make a passkey, once its owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    return _add_page(visitor, _proposed_name())


@bp.post("/account/security/passkeys/add")
def add() -> Response:
    """Add the passkey that the browser made."""
    visitor = open_account()
    visitor.require_proof()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    name = request.form.get(_NAME, "")
    try:
        _add(visitor, name)
    except (PasskeyRefused, PasskeyKnown, InvalidPasskeyName, TooManyPasskeys) as error:
        log.event("passkey_not_added", person_id=visitor.person.id, reason=error.code)
        return _add_page(visitor, name, (_not_added(error),), status=422)
    return notices.done(PASSKEYS_URL, "passkey-added")


@bp.get("/account/security/passkeys/<passkey_id>/rename")
def rename_form(passkey_id: str) -> Response:
    """Ask for another name."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        found = passkeys.passkey_of(session, visitor.person.id, passkey_id)
    return _rename_page(visitor, found.name)


@bp.post("/account/security/passkeys/<passkey_id>/rename")
def rename(passkey_id: str) -> Response:
    """Give a passkey another name."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    name = request.form.get(_NAME, "")
    try:
        with visitor.services.database.transaction() as session:
            passkeys.rename(session, visitor.person.id, passkey_id, name, now=visitor.now)
    except InvalidPasskeyName as error:
        return _rename_page(visitor, name, (_not_added(error),), status=422)
    return notices.done(PASSKEYS_URL, "passkey-renamed")


@bp.get("/account/security/passkeys/<passkey_id>/remove")
def remove_form(passkey_id: str) -> Response:
    """Ask before a passkey is removed, once its owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    return _remove_page(visitor, passkey_id)


@bp.post("/account/security/passkeys/<passkey_id>/remove")
def remove(passkey_id: str) -> Response:
    """Remove a passkey."""
    visitor = open_account()
    visitor.require_proof()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    try:
        with visitor.services.database.transaction() as session:
            passkeys.remove(session, visitor.person.id, passkey_id, place=_place(), now=visitor.now)
    except LastWayToSignIn:
        return _remove_page(visitor, passkey_id, status=422)
    return notices.done(PASSKEYS_URL, "passkey-removed")


def _listed(found: Passkey) -> ListedPasskey:
    return ListedPasskey(
        found,
        rename_url=url_for("passkeys.rename_form", passkey_id=found.id),
        remove_url=url_for("passkeys.remove_form", passkey_id=found.id),
    )


def _add(visitor: Visitor, name: str) -> None:
    found, answer = visitor.services, request.form.get(passkey.ANSWER, "")
    passkeys.require_name(name)
    challenge = passkeys.spend_challenge(found.store, answer, binding=visitor.binding)
    with found.database.transaction() as session:
        passkeys.add(
            session,
            visitor.person.id,
            answer,
            challenge=challenge,
            name=name,
            party=passkey.party(found),
            place=_place(),
            now=visitor.now,
        )


def _add_page(visitor: Visitor, name: str, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    found, person = visitor.services, visitor.person
    with found.database.reading() as session:
        known = passkeys.known_passkeys(session, person.id)
    options = creation_options(
        found.store,
        passkey.party(found),
        Owner(person.id, person.username, display_name(person)),
        binding=visitor.binding,
        excluded=known,
    )
    form = PasskeyForm(request.path, page.form_token(visitor), options)
    shown = AddPasskeyPage(page.frame(visitor, Section.SECURITY), form, name, PASSKEYS_URL, errors)
    return page.answer(shown, status=status)


def _rename_page(visitor: Visitor, name: str, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    shown = RenamePasskeyPage(
        page.frame(visitor, Section.SECURITY), request.path, page.form_token(visitor), PASSKEYS_URL, name, errors
    )
    return page.answer(shown, status=status)


def _remove_page(visitor: Visitor, passkey_id: str, *, status: int = 200) -> Response:
    with visitor.services.database.reading() as session:
        found = passkeys.passkey_of(session, visitor.person.id, passkey_id)
        means = factors.summary(session, visitor.person.id)
    shown = RemovePasskeyPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        back_url=PASSKEYS_URL,
        passkey=found,
        is_last_way=means.needs_passkey and means.passkeys == 1,
    )
    return page.answer(shown, status=status)


def _not_added(error: Exception) -> FieldError:
    match error:
        case InvalidPasskeyName():
            limit = passkeys.MAXIMUM_NAME_LENGTH
            return FieldError(_NAME, _("Give the passkey a name of at most %(limit)s characters.", limit=limit))
        case TooManyPasskeys():
            text = _("You have as many passkeys as an account can have. Remove one that you no longer use first.")
            return FieldError(_BUTTON, text)
        case PasskeyKnown():
            return FieldError(_BUTTON, _("This passkey is in use at an account already."))
        case PasskeyRefused():
            return FieldError(_BUTTON, passkey.refusal(error))
        case _:
            raise error


def _proposed_name() -> str:
    place = _place()
    if not (place.browser and place.system):
        return _("My passkey")
    return _("%(browser)s on %(system)s", browser=place.browser, system=place.system)


def _place() -> Place:
    return Place.of(request.user_agent.string, request.remote_addr)
