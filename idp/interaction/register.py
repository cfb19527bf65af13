"""Somebody makes an account, on the way to a tool or by themselves (A1 to A4).

It is open while signing in is due. Nobody is signed in by it: the account waits for the code that is
mailed (`activate.py`). Whether an e-mail address is known shows nowhere but in that mail (A21).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log
from core.infra.errors import RateLimited, Unavailable
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.people.profiles import NewPerson
from core.people.rules import TERMS_VERSION, UsernameTaken, is_role_address
from core.people.usernames import free_username, is_taken
from core.web import csrf
from core.web.locale import current_language
from idp.credentials.password_rules import About
from idp.credentials.registration import NewAccount, Registration
from idp.interaction import registration_form as form
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.registration_form import Typed
from idp.interaction.registration_pages import RegisterPage
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.oidc.request import LocalRequest, Registering
from idp.web.new_password import TypedTwice, judge
from idp.web.page import FieldError, answer

bp = Blueprint("register", __name__)

# One form of an interaction at a time; longer than creating an account takes, a look-up included.
_ALONE_FOR = timedelta(seconds=20)
_LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Judged:
    """A form with what is wrong with it; `account` is None exactly where something is."""

    typed: Typed
    errors: tuple[FieldError, ...]
    account: NewAccount | None = None


@bp.get("/interaction/<uid>/register")
def show(uid: str) -> AnyResponse:
    """Show the form, where nobody is signed in or registering here."""
    opened = open_interaction(uid)
    if not _may_register(opened):
        return opened.back()
    return _page(opened, Typed())


@bp.post("/interaction/<uid>/register")
def submit(uid: str) -> AnyResponse:
    """Create the account and go on to its code; a form that comes twice creates one."""
    opened = open_interaction(uid)
    if not _may_register(opened):
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    try:
        _registration(opened).count_question(request.remote_addr or "")
        judged = _judge(opened)
        if judged.account is None:
            return _page(opened, judged.typed, judged.errors, status=422)
        with _alone(opened.services.store, uid):
            return _create(uid, judged.typed, judged.account)
    except RateLimited as error:
        log.event("registration_limited", log.WARNING, client_id=opened.client_id, limit=error.details.get("limit"))
        response = _page(opened, form.typed(request.form), (_too_many(error.retry_after_seconds),), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response


@bp.post("/interaction/<uid>/register/proposal")
def propose(uid: str) -> AnyResponse:
    """Answer the page's script: a free user name for a name, and whether an address is an office's."""
    opened = open_interaction(uid)
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    try:
        _registration(opened).count_question(request.remote_addr or "")
    except RateLimited as error:
        return Response(status=429, headers={"Retry-After": str(error.retry_after_seconds)})
    typed = form.typed(request.form)
    with opened.services.database.reading() as session:
        username = free_username(session, typed.given_name, typed.family_name)
    return jsonify(username=username, role_address=is_role_address(typed.email))


def _may_register(opened: Interaction) -> bool:
    wanted = opened.pending.request
    if isinstance(wanted, LocalRequest) and wanted.wants_proof:
        return False  # they are to prove who they are, and not to become somebody else
    return opened.outcome is Step.LOGIN


def _registration(opened: Interaction) -> Registration:
    found = opened.services
    return Registration(found.database, found.store, found.settings.secret, found.settings.mode)


def _judge(opened: Interaction) -> _Judged:
    sent, typed = request.form, form.typed(request.form)
    names, wrong_names = form.read_names(sent)
    username, wrong_username = form.read_username(sent)
    email, wrong_email = form.read_email(sent)
    if not wrong_username:
        typed, wrong_username = _settle_username(opened, typed, username)
    passwords = form.read_passwords(sent)
    known = About(typed.username, typed.given_name, typed.family_name, typed.email)
    wrong_password = judge(opened.services, TypedTwice(passwords.password, passwords.again), known)
    errors = (*wrong_names, *wrong_username, *wrong_email, *wrong_password, *form.read_terms(sent))
    if errors or names is None or email is None:
        # The warning was shown with this page: the same address is taken next time.
        return _Judged(replace(typed, seen_warning=typed.email if is_role_address(typed.email) else ""), errors)
    person = NewPerson(typed.username, email, names.given_name, names.family_name, current_language())
    return _Judged(typed, (), NewAccount(person, passwords.password))


def _settle_username(opened: Interaction, typed: Typed, username: str | None) -> tuple[Typed, tuple[FieldError, ...]]:
    """Fill in a proposal where no user name was given, for the person to confirm; say where one is taken."""
    if username is None and not (typed.given_name and typed.family_name):
        return typed, ()  # the names are asked for, and the proposal follows from both
    with opened.services.database.reading() as session:
        if username is None:
            proposed = free_username(session, typed.given_name, typed.family_name)
        elif is_taken(session, username):
            return typed, (_taken(opened, typed),)
        else:
            return typed, ()
    if proposed is None:
        return typed, (FieldError(form.USERNAME, _("Choose a username of at least 6 characters.")),)
    text = _("We propose this username. It can never change: replace it now if you want another one.")
    return replace(typed, username=proposed), (FieldError(form.USERNAME, text),)


def _taken(opened: Interaction, typed: Typed) -> FieldError:
    with opened.services.database.reading() as session:
        free = free_username(session, typed.given_name, typed.family_name, instead_of=typed.username)
    if free is None:
        text = _("Somebody has this username already. Perhaps you have an account: then sign in. Else choose another.")
    else:
        text = _(
            "Somebody has this username already. Perhaps you have an account: then sign in. "
            "Else choose another, such as %(username)s, which is free.",
            username=free,
        )
    return FieldError(form.USERNAME, text)


def _create(uid: str, typed: Typed, account: NewAccount) -> AnyResponse:
    # Another tab or a second press may have been first: looked at again, now that nobody else is at it.
    opened = open_interaction(uid)
    if not _may_register(opened):
        return opened.back()
    try:
        person_id = _registration(opened).create(account, address=request.remote_addr or "", now=opened.now)
    except UsernameTaken:
        return _page(opened, typed, (_taken(opened, typed),), status=422)
    registering = Registering(person_id, account.person.email)
    opened.keep(replace(opened.gathered.progress, registering=registering))
    log.event("account_created", person_id=person_id, client_id=opened.client_id)
    return opened.back()


@contextmanager
def _alone(store: EphemeralStore, uid: str) -> Iterator[None]:
    """Let the forms of one interaction wait for each other, so that the second finds what the first did."""
    key = digest(f"registering {uid}")
    deadline = time.monotonic() + _ALONE_FOR.total_seconds()
    while not store.add(Kind.FORM_TOKEN, key, b"", _ALONE_FOR):
        if time.monotonic() > deadline:
            raise Unavailable(reason="another-form-takes-long")
        time.sleep(_LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        store.delete(Kind.FORM_TOKEN, key)


def _too_many(seconds: int) -> FieldError:
    minutes = max(1, -(-seconds // 60))
    text = ngettext(
        "Too many accounts were made from here. Try again in %(num)s minute.",
        "Too many accounts were made from here. Try again in %(num)s minutes.",
        minutes,
    )
    return FieldError("create-account", text)


def _page(opened: Interaction, typed: Typed, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    uid, settings = opened.pending.uid, opened.services.settings
    page = RegisterPage(
        action=url_for("register.submit", uid=uid),
        csrf_token=csrf.token(settings.secret, opened.binding),
        tool=asking_tool(opened),
        sign_in_url=url_for("login.show", uid=uid),
        terms_url=url_for("terms.show"),
        terms_version=TERMS_VERSION,
        proposal_url=url_for("register.propose", uid=uid),
        given_name=typed.given_name,
        family_name=typed.family_name,
        username=typed.username,
        email=typed.email,
        seen_warning=typed.seen_warning,
        accepts_terms=typed.accepts_terms,
        looks_up_leaks=settings.breached_passwords_url is not None,
        errors=errors,
    )
    return answer(page, status=status)
