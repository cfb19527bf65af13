"""The addresses that a page's script asks: a challenge for the card, and where its answer goes.

A challenge is one browser's, for one purpose. A sign-in belongs to an interaction; a link to the
person who is signed in, in an interaction in which they signed in, or at their account after a fresh
proof that it is them (E1).
"""

from dataclasses import dataclass, field

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra.errors import ImmoError, RateLimited
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.web import csrf
from idp import session as sso
from idp.eid import linking
from idp.eid.challenge import Purpose
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.read_card import ReadCard, ReadCards
from idp.interaction import card_door
from idp.interaction.access import Interaction, InteractionGone, open_interaction
from idp.interaction.steps import Step
from idp.interaction.wishes import form_binding, session_of
from idp.web import browser, card_request
from idp.web.card_reading import Reading, note_refusal
from idp.wiring import services

bp = Blueprint("card_answers", __name__)

# Pages of the account, by path: that part stands beside this one and is not imported.
_ACCOUNT_LINK, _ACCOUNT_CONFIRM = "/account/eid/link", "/account/eid/confirm"
# The use case that refuses these notes them itself, at each account they concern.
_NOTED_ALREADY = frozenset({EidProblem.LINKED_TO_OTHER_ACCOUNT, EidProblem.OTHER_HOLDER})


class PageTooOld(ImmoError):
    """Reading a card is not due here any more; `path` is the page that says what is."""

    code = "page-too-old"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__()


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a card is linked: for whom, in which browser, and the page that asks whether to store it."""

    reading: Reading
    read_cards: ReadCards = field(repr=False)
    confirm_path: str


@bp.get("/eid/challenge")
def challenge() -> Response:
    """Give a page's script what the card is to sign, good once and for minutes."""
    found, uid = services(), request.args.get("uid")
    card_request.require_page_of_ours(found.cards.origin)
    if request.args.get("purpose") == Purpose.LINK:
        given = _link(uid).reading.issue()
    else:
        given = _sign_in_reading(_sign_in(uid)).issue()
    return card_request.challenged(given.nonce, found.cards.origin)


@bp.post("/eid/login")
def login() -> Response:
    """Sign in the holder of the card that answered."""
    card_request.require_page_of_ours(services().cards.origin)
    sent = card_request.read()
    opened = _sign_in(sent.uid)
    csrf.check(opened.services.settings.secret, opened.binding, sent.csrf_token)
    try:
        response = card_door.sign_in(opened, _sign_in_reading(opened).verify(sent), sent.source)
    except EidRefused as error:
        signed_in = None if opened.session is None else opened.session.person_id
        note_refusal(opened.services, error, purpose=Purpose.LOGIN, person_id=signed_in)
        return card_request.refused(error, uid=sent.uid)
    return _as_answer(response)


@bp.post("/eid/link")
def link() -> Response:
    """Keep what a card says until the person has seen what will be stored; a card of others is refused at once."""
    card_request.require_page_of_ours(services().cards.origin)
    sent = card_request.read()
    place = _link(sent.uid)
    reading = place.reading
    csrf.check(reading.services.settings.secret, reading.binding, sent.csrf_token)
    try:
        card = reading.verify(sent)
        # Before it is shown; asked again when it is stored.
        linking.require_linkable(
            reading.services.database,
            reading.services.number_keys,
            place.read_cards.person_id,
            card,
            place=card_door.place(),
            now=reading.services.clock.now(),
        )
    except EidRefused as error:
        if error.problem not in _NOTED_ALREADY:
            note_refusal(reading.services, error, purpose=Purpose.LINK, person_id=reading.person_id)
        return card_request.refused(error, uid=sent.uid)
    place.read_cards.keep(ReadCard(card, sent.source, reading.services.clock.now()))
    return card_request.went_on(place.confirm_path)


@bp.errorhandler(ImmoError)
def tell_script(error: ImmoError) -> Response:
    """Tell the script in its own terms what no card is to blame for."""
    uid = request.args.get("uid")
    match error:
        case EidRefused():
            return card_request.refused(error, uid=uid)
        case RateLimited():
            return card_request.too_often(error, uid=uid)
        case PageTooOld():
            return card_request.refused(EidRefused(EidProblem.CHALLENGE_GONE), uid=uid, path=error.path)
        case InteractionGone() | csrf.FormTokenInvalid():
            return card_request.refused(EidRefused(EidProblem.CHALLENGE_GONE), uid=uid)
        case _:
            raise error


def _sign_in(uid: str | None) -> Interaction:
    """Return the interaction in which somebody may sign in; also where another tab was first, as a password may."""
    opened = open_interaction(uid or "")
    is_done = opened.gathered.progress.signed_in_at is not None and not opened.may_sign_in
    if is_done or opened.pending.finished_at is not None:
        raise PageTooOld(_resume(opened))
    return opened


def _sign_in_reading(opened: Interaction) -> Reading:
    return Reading(opened.services, Purpose.LOGIN, opened.binding)


def _link(uid: str | None) -> _Link:
    return _link_of_account() if uid is None else _link_of_interaction(uid)


def _link_of_interaction(uid: str) -> _Link:
    opened = open_interaction(uid)
    if opened.outcome is not Step.LINK_EID:
        raise PageTooOld(_resume(opened))
    person_id, binding = session_of(opened).person_id, form_binding(opened)
    reading = Reading(opened.services, Purpose.LINK, binding, person_id)
    read_cards = ReadCards(opened.services.store, opened.services.settings.secret, binding, person_id)
    return _Link(reading, read_cards, url_for("link-eid.confirm_form", uid=uid))


def _link_of_account() -> _Link:
    """Return where the account links a card: its challenge is given only after a fresh proof of the person."""
    found, cookie = services(), browser.session_cookie()
    session = sso.find(found.store, cookie, found.clock.now())
    is_asking = request.method == "GET"
    if session is None or cookie is None:
        raise PageTooOld(_ACCOUNT_LINK)
    if is_asking and found.store.get(Kind.PROOF, digest(session.sid)) is None:
        raise PageTooOld(_ACCOUNT_LINK)
    reading = Reading(found, Purpose.LINK, cookie, session.person_id)
    read_cards = ReadCards(found.store, found.settings.secret, cookie, session.person_id)
    return _Link(reading, read_cards, _ACCOUNT_CONFIRM)


def _as_answer(response: Response) -> Response:
    """Return a redirect as the script follows it, with the cookies it sets."""
    answer = card_request.went_on(response.headers["Location"])
    for cookie in response.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    return answer


def _resume(opened: Interaction) -> str:
    return url_for("interaction.resume", uid=opened.pending.uid)
