"""Forgotten password, the last step: a new one, after which the interaction goes on (A13).

It signs the person in as if they had typed it at the sign-in page: a second factor is still due.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import NotFound
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.people.rules import EmailTaken
from core.web import csrf
from idp.credentials import recovery
from idp.credentials.factors import has_second_factor
from idp.credentials.recovery import RecoveryOver
from idp.credentials.security_mail import Place
from idp.interaction import recovering
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.entering import enter
from idp.interaction.recover_pages import NewPasswordPage
from idp.interaction.requesting_tool import asking_tool
from idp.oidc import new_password
from idp.oidc.request import FirstFactor, Progress
from idp.web import browser
from idp.web.new_password import about, judge, typed_in
from idp.web.page import FieldError, answer

bp = Blueprint("recover_password", __name__)


@bp.get("/interaction/<uid>/recover/password")
def show(uid: str) -> Response:
    """Ask for the new password."""
    opened = open_interaction(uid)
    return _password_page(opened) if opened.may_sign_in else opened.back()


@bp.post("/interaction/<uid>/recover/password")
def submit(uid: str) -> Response:
    """Take the new password and sign the person in with it, up to a second factor."""
    opened = open_interaction(uid)
    if not opened.may_sign_in:
        return opened.back()
    found = opened.services
    csrf.check(found.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    proof = recovery.find(found.store, uid)
    if proof is None:
        return recovering.start_again(uid, "over")
    typed = typed_in(request.form)
    with found.database.reading() as session:
        person = person_facts(session, proof.person_id)
    if person is None:
        return recovering.start_again(uid, "over")
    errors = judge(found, typed, replace(about(person), email=proof.address))
    if errors:
        return _password_page(opened, errors, status=422)
    place = Place.of(request.user_agent.string, request.remote_addr)
    try:
        person_id = new_password.recover(found, uid, password=typed.password, place=place, now=opened.now)
    except (RecoveryOver, NotFound):
        return recovering.start_again(uid, "over")
    except EmailTaken:
        return recovering.start_again(uid, "taken")
    log.event("password_recovered", person_id=person_id)
    state = recovering.find(found.store, uid)
    if state is not None and state.is_elsewhere:
        return browser.see_other(url_for("recover_link.recovered"))
    return _go_on(opened, person_id)


def _go_on(opened: Interaction, person_id: PersonId) -> Response:
    """Begin a session, or ask for the second factor first; whatever session was here has just ended."""
    anew = replace(opened, session=None)
    with opened.services.database.statements() as connection:
        is_halfway = has_second_factor(connection, person_id)
    if is_halfway:
        anew.keep(Progress(first_factor=FirstFactor(person_id, opened.now, opened.now)))
        return anew.back()
    authentication = Authentication(auth_time=opened.now, amr=("pwd",), acr=Acr.PASSWORD)
    return enter(anew, person_id=person_id, authentication=authentication, password_made_at=opened.now)


def _password_page(opened: Interaction, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    proof = recovery.find(opened.services.store, opened.pending.uid)
    if proof is None:
        return recovering.start_again(opened.pending.uid, "over")
    with opened.services.database.reading() as session:
        person = person_facts(session, proof.person_id)
    page = NewPasswordPage(
        action=url_for("recover_password.submit", uid=opened.pending.uid),
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        sign_in_url=url_for("login.show", uid=opened.pending.uid),
        username="" if person is None else person.username,
        errors=errors,
    )
    return answer(page, status=status)
