"""The help pages: frequent questions, and a form that mails the helpdesk (G3)."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.infra.errors import RateLimited
from core.infra.ids import new_secret
from core.infra.rate_limit import Limit
from core.infra.settings import Mode
from core.people.facts import PersonFacts
from core.people.picture_encoding import BYTES_MAX, PictureProblem, PictureRefused, encode_whole
from core.people.profiles import person_facts
from core.people.rules import InvalidEmail, require_email
from core.web import csrf, locale
from core.web.uploaded import Sent, read_form
from idp import session as sso
from idp.credentials import user_agents
from idp.help import requests
from idp.help.pages import ContactPage, QuestionsPage, SentPage
from idp.help.requests import MESSAGE_LENGTH_MAX, REFERENCE_LENGTH_MAX, SYSTEM_LENGTH_MAX, HelpRequest
from idp.web import browser
from idp.web.language import person_language
from idp.web.name_menu import menu_here
from idp.web.page import FieldError, answer
from idp.wiring import Services, services

bp = Blueprint("help", __name__)

PER_ADDRESS = (Limit("help-short", 5, timedelta(hours=1)), Limit("help-long", 20, timedelta(hours=24)))
# Anybody may send a picture, and decoding one is the dearest thing that we do: counted before it is looked at.
PICTURES = (Limit("help-picture-short", 10, timedelta(hours=1)), Limit("help-picture-long", 40, timedelta(hours=24)))


@bp.get("/help")
def questions() -> Response:
    """Show the frequent questions."""
    _visitor(services())
    return answer(QuestionsPage(url_for("help.contact"), menu_here()))


@bp.get("/help/contact")
def contact() -> Response:
    """Show the form, with address, browser and system filled in, and the reference of an error page."""
    found = services()
    person = _visitor(found)
    agent = user_agents.read(request.headers.get("User-Agent"))
    typed = _Typed(
        address=(person.email or "") if person is not None else "",
        system=", ".join(name for name in (agent.browser, agent.system) if name),
        error_reference=request.args.get("reference", "")[:REFERENCE_LENGTH_MAX],
    )
    return _form(found, typed)


@bp.post("/help/contact")
def send() -> Response:
    """Hand what was typed to the helpdesk; say at the field what is wrong with it."""
    found = services()
    person, sent = _visitor(found), read_form("screenshot", bytes_max=BYTES_MAX)
    if sent.is_unread:
        return _form(found, _Typed(), (FieldError("screenshot", _too_large()),), status=413)
    csrf.check(found.settings.secret, browser.help_cookie(), sent.texts.get(csrf.FIELD))
    typed = _Typed.of(sent.texts)
    try:
        if sent.file is not None:
            _count(found, PICTURES)
        screenshot, errors = _judged(typed, sent)
        if errors:
            return _form(found, typed, errors, status=422)
        _count(found, PER_ADDRESS)
    except RateLimited as error:
        response = _form(found, typed, (FieldError("message", _too_many()),), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    wanted = HelpRequest(
        address=require_email(typed.address),
        message=typed.message,
        language=locale.current_language(),
        system=typed.system,
        error_reference=typed.error_reference,
        person_id=None if person is None else person.id,
        screenshot=screenshot,
    )
    with found.database.transaction() as session:
        reference = requests.send(session, wanted, now=found.clock.now())
    return browser.see_other(f"{url_for('help.sent')}?{urlencode({'reference': reference})}")


@bp.get("/help/sent")
def sent() -> Response:
    """Say that the message was taken, and under which reference."""
    _visitor(services())
    return answer(SentPage(request.args.get("reference", "")[:REFERENCE_LENGTH_MAX], url_for("help.questions")))


@dataclass(frozen=True, slots=True)
class _Typed:
    address: str = ""
    message: str = ""
    system: str = ""
    error_reference: str = ""

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> "_Typed":
        return cls(
            form.get("address", "").strip(),
            form.get("message", "").replace("\0", "").strip(),  # which no column takes
            _on_one_line(form.get("system", ""))[:SYSTEM_LENGTH_MAX],
            _on_one_line(form.get("error-reference", ""))[:REFERENCE_LENGTH_MAX],
        )


def _visitor(found: Services) -> PersonFacts | None:
    """Return who is signed in, if anybody, and answer in their language."""
    session = sso.find(found.store, browser.session_cookie(), found.clock.now())
    locale.prefer(person=person_language(found, session))
    if session is None:
        return None
    with found.database.connection() as connection:
        return person_facts(connection, session.person_id)


def _judged(typed: _Typed, sent: Sent) -> tuple[bytes | None, tuple[FieldError, ...]]:
    errors, screenshot = [], None
    try:
        require_email(typed.address)
    except InvalidEmail:
        errors.append(FieldError("address", _("Enter the e-mail address at which we can answer you.")))
    if not typed.message:
        errors.append(FieldError("message", _("Tell us what went wrong.")))
    elif len(typed.message) > MESSAGE_LENGTH_MAX:
        text = _("This is too long: write at most %(number)s characters.", number=MESSAGE_LENGTH_MAX)
        errors.append(FieldError("message", text))
    if sent.is_file_too_large:
        errors.append(FieldError("screenshot", _too_large()))
    elif sent.file is not None:
        try:
            screenshot = encode_whole(sent.file).content
        except PictureRefused as refused:
            errors.append(FieldError("screenshot", _refused(refused.problem)))
    return screenshot, tuple(errors)


def _on_one_line(text: str) -> str:
    # The helpdesk reads facts of ours line by line: nobody adds a line of their own to them.
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _count(found: Services, limits: tuple[Limit, ...]) -> None:
    # A load generator is one machine: lifted for it and for nothing else (contract.md).
    if found.settings.mode is Mode.TEST:
        return
    for limit in limits:
        rate_limit.hit(found.store, limit, network_of(request.remote_addr or ""))


def _form(found: Services, typed: _Typed, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    cookie = browser.help_cookie() or new_secret()
    page = ContactPage(
        action=url_for("help.send"),
        csrf_token=csrf.token(found.settings.secret, cookie),
        questions_url=url_for("help.questions"),
        address=typed.address,
        message=typed.message,
        system=typed.system,
        error_reference=typed.error_reference,
        message_length_max=MESSAGE_LENGTH_MAX,
        errors=errors,
    )
    response = answer(page, status=status)
    browser.set_help(response, cookie)
    return response


def _too_large() -> str:
    return _("This file is too large: choose a picture of at most 8 MB.")


def _refused(problem: PictureProblem) -> str:
    if problem in (PictureProblem.TOO_LARGE, PictureProblem.TOO_MANY_PIXELS):
        return _too_large()
    return _("This is not a picture that we can read: choose a PNG, JPEG or WebP file.")


def _too_many() -> str:
    return _("You have written several times in a short while. Try again later, or mail the helpdesk.")
