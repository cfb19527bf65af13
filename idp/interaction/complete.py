"""Step: what an account lacks is filled in: names, an e-mail address, the terms of use in force (A8).

An address goes on to the code that proves it (`activate.py`): it is not the account's before that.
"""

from dataclasses import dataclass, replace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import RateLimited
from core.people.completion import Addition, complete
from core.people.facts import PersonFacts
from core.people.profiles import person_facts
from core.people.rules import TERMS_VERSION, is_role_address
from core.web import csrf
from core.web.locale import current_language
from idp.credentials.activation import Activation
from idp.interaction import registration_form as form
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.pages import Decision
from idp.interaction.policy import Address
from idp.interaction.registration_pages import CompletePage
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.oidc.request import Progress
from idp.web.mailed_code import minutes_and_seconds
from idp.web.page import FieldError, answer

bp = Blueprint(Step.COMPLETE.value, __name__)


@dataclass(frozen=True, slots=True)
class _Missing:
    """Whose account it is, and what it lacks."""

    person: PersonFacts
    given_name: bool
    family_name: bool
    email: bool
    terms: bool


@bp.get("/interaction/<uid>/complete")
def show(uid: str) -> Response:
    """Ask for what is missing."""
    opened = open_interaction(uid)
    missing = _missing(opened)
    if missing is None:
        return opened.back()
    return _page(opened, missing)


@bp.post("/interaction/<uid>/complete")
def submit(uid: str) -> Response:
    """Write what was missing, mail a code to a new address, and go on."""
    opened = open_interaction(uid)
    missing = _missing(opened)
    if missing is None:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    if request.form.get("decision") == Decision.CANCEL:
        opened.keep(Progress(denied=True))
        return opened.back()
    addition, email, errors = _read(missing)
    if errors:
        return _page(opened, missing, errors, status=422)
    with opened.services.database.transaction() as session:
        complete(session, missing.person.id, addition, now=opened.now)
    log.event("account_completed", person_id=missing.person.id, client_id=opened.client_id)
    return opened.back() if email is None else _send_code(opened, missing, email)


def _missing(opened: Interaction) -> _Missing | None:
    """Return what the account lacks; None where this step is not due."""
    if opened.outcome is not Step.COMPLETE or opened.session is None:
        return None
    with opened.services.database.connection() as connection:
        person = person_facts(connection, opened.session.person_id)
    if person is None:
        return None
    return _Missing(
        person,
        given_name=not person.given_name,
        family_name=not person.family_name,
        email=opened.gathered.facts.address is Address.NONE,
        terms=person.terms_version != TERMS_VERSION,
    )


def _read(missing: _Missing) -> tuple[Addition, str | None, tuple[FieldError, ...]]:
    """Return what was filled in of what was missing, and what is wrong with it."""
    sent = {
        # A name that stands already is not asked for, and not looked at.
        **request.form,
        **({} if missing.given_name else {form.GIVEN_NAME: missing.person.given_name or ""}),
        **({} if missing.family_name else {form.FAMILY_NAME: missing.person.family_name or ""}),
    }
    names, errors = form.read_names(sent)
    email, wrong_email = form.read_email(sent) if missing.email else (None, ())
    wrong_terms = form.read_terms(sent) if missing.terms else ()
    addition = Addition(
        given_name=names.given_name if names and missing.given_name else None,
        family_name=names.family_name if names and missing.family_name else None,
        terms_version=TERMS_VERSION if missing.terms else None,
    )
    return addition, email, (*errors, *wrong_email, *wrong_terms)


def _send_code(opened: Interaction, missing: _Missing, email: str) -> Response:
    found = opened.services
    activation = Activation(found.database, found.store, found.settings.secret)
    try:
        activation.send_elsewhere(missing.person.id, email, language=current_language(), now=opened.now)
    except RateLimited as error:
        text = _("You can ask for another code in %(time)s.", time=minutes_and_seconds(error.retry_after_seconds))
        still = replace(missing, given_name=False, family_name=False, terms=False)
        response = _page(opened, still, (FieldError(form.EMAIL, text),), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    return opened.back()


def _page(
    opened: Interaction, missing: _Missing, errors: tuple[FieldError, ...] = (), *, status: int = 200
) -> Response:
    typed, person = form.typed(request.form), missing.person
    page = CompletePage(
        action=url_for(".submit", uid=opened.pending.uid),
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        sign_out_url=url_for("sign_out.by_get"),
        person_name=person.given_name or person.username,
        wants_given_name=missing.given_name,
        wants_family_name=missing.family_name,
        wants_email=missing.email,
        wants_terms=missing.terms,
        terms_url=url_for("terms.show"),
        terms_version=TERMS_VERSION,
        had_terms=person.terms_version is not None,
        given_name=typed.given_name,
        family_name=typed.family_name,
        email=typed.email,
        seen_warning=typed.email if is_role_address(typed.email) else "",
        accepts_terms=typed.accepts_terms,
        errors=errors,
    )
    return answer(page, status=status)
