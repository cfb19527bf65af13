"""The identity card in the account: linked since when, what it locks; linking it, or its successor (A12, E1, E6)."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.closing import accreditations
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.people import eid_standing
from core.people.eid_standing import EidStanding
from core.people.profile_editing import OwnProfile, own_profile
from core.web import csrf
from core.web.locale import current_language
from idp.account import notices, page
from idp.account.access import Visitor, open_account
from idp.account.eid_page import EID_URL, ConfirmCardPage, EidPage, LinkCardPage, LinkedCard
from idp.account.page import Section
from idp.eid.problems import EidRefused
from idp.eid.read_card import OtherCardWaits, ReadCards
from idp.web import browser, card, card_facts, card_storing
from idp.web.card import CardDecision, CardUse, problem_url

bp = Blueprint("account-eid", __name__)


@bp.get(EID_URL)
def show() -> Response:
    """Show whether a card is linked, and what that means."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        standing = eid_standing.standing(session, visitor.person.id)
        own = own_profile(session, visitor.person.id)
    shown = EidPage(
        frame=page.frame(visitor, Section.SECURITY),
        back_url=Section.SECURITY.url,
        link_url=url_for(".link_form"),
        linked=None if standing is None else _linked(visitor, standing, own),
    )
    return page.answer(shown)


@bp.get("/account/eid/link")
def link_form() -> Response:
    """Show the four live steps of reading the card, once its owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    found = visitor.services
    shown = LinkCardPage(
        frame=page.frame(visitor, Section.SECURITY),
        back_url=EID_URL,
        dialogue=card.dialogue(found.settings, CardUse.LINK, binding=visitor.binding),
        is_renewal=visitor.person.eid is not None,
    )
    return page.answer(shown)


@bp.get("/account/eid/confirm")
def confirm_form() -> Response:
    """Show what will be stored and locked, before it is."""
    visitor = open_account()
    to_store = card_storing.shown(visitor.services, _read_cards(visitor))
    if to_store is None:
        return browser.see_other(EID_URL)
    shown = ConfirmCardPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        back_url=EID_URL,
        card=to_store,
    )
    return page.answer(shown)


@bp.post("/account/eid/confirm")
def confirm() -> Response:
    """Store what was shown, or read another card."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    if request.form.get("decision") != CardDecision.STORE:
        _read_cards(visitor).take()
        return browser.see_other(url_for(".link_form"))
    try:
        read = card_storing.store(visitor.services, _read_cards(visitor), now=visitor.now)
    except OtherCardWaits:
        return browser.see_other(request.path)
    except EidRefused as error:
        return browser.see_other(problem_url(error.problem, day=error.day))
    if read is None:
        return browser.see_other(EID_URL)
    # What the registers hold for the card's number appears at once (E5); a sign-in does the same.
    accreditations.refresh(visitor.services.database, visitor.services.registers, visitor.person.id, now=visitor.now)
    return notices.done(EID_URL, "eid-linked" if visitor.person.eid is None else "eid-read-again")


def _read_cards(visitor: Visitor) -> ReadCards:
    found = visitor.services
    return ReadCards(found.store, found.settings.secret, visitor.binding, visitor.person.id)


def _linked(visitor: Visitor, standing: EidStanding, own: OwnProfile) -> LinkedCard:
    language, ends = current_language(), standing.document_valid_until
    return LinkedCard(
        linked_on=date_in_words(belgian_date(standing.linked_at), language),
        last_used=moment_in_words(standing.last_used_at, language),
        document_ends=None if ends is None else date_in_words(ends, language),
        is_document_over=ends is not None and ends < belgian_date(visitor.now),
        locked=card_facts.locked_facts(own),
    )
