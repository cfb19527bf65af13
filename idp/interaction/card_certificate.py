"""The card door over mutual TLS: to the second host name, and back with a ticket (E2, eid.md 5.5 c)."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.infra.eid_settings import MutualTls
from core.infra.errors import NotFound
from core.infra.settings import Mode
from core.people.identifiers import PersonId
from idp.eid import mtls
from idp.eid.challenge import Purpose
from idp.eid.holder import VerifiedCard
from idp.eid.linking import CardSource
from idp.eid.mtls import Handoffs
from idp.eid.problems import EidRefused
from idp.interaction import card_door
from idp.interaction.access import Interaction, open_interaction
from idp.web import browser
from idp.web.card import problem_url
from idp.web.card_reading import PER_ADDRESS, note_refusal
from idp.wiring import Services, services

bp = Blueprint("card-certificate", __name__)

_CARD_HOST_PATH = "/eid/mtls"


@bp.get("/interaction/<uid>/eid/certificate")
def leave(uid: str) -> Response:
    """Send the browser to where it is asked for the card's certificate."""
    opened = open_interaction(uid)
    place = _mutual_tls(opened.services)
    if not opened.may_sign_in:
        return opened.back()
    _count(opened.services)
    code = _handoffs(opened.services).begin(uid=uid, binding=opened.binding)
    return browser.see_other(f"{place.url}{_CARD_HOST_PATH}?{urlencode({'code': code})}")


@bp.get(_CARD_HOST_PATH)
def present() -> Response:
    """At the second host name: verify the certificate of this TLS connection, and send the browser back."""
    found = services()
    place = _mutual_tls(found)
    # The main host never asks for a certificate, so one that arrives there was made up.
    if request.host != urlsplit(place.url).netloc or not _came_through_proxy(place):
        raise NotFound
    _count(found)
    uid = None
    try:
        handoff = _handoffs(found).take(request.args.get("code", ""))
        uid = handoff.uid
        holder = found.cards.verify_certificate(
            mtls.presented_certificate(request.headers.get(mtls.CERTIFICATE_HEADER))
        )
    except EidRefused as error:
        note_refusal(found, error, purpose=Purpose.LOGIN, person_id=None)
        return browser.see_other(found.cards.origin + problem_url(error.problem, uid, error.day))
    ticket = _handoffs(found).give_ticket(handoff, holder)
    back = url_for(".arrive", uid=uid, code=ticket)
    return browser.see_other(found.cards.origin + back)


@bp.get("/interaction/<uid>/eid/certificate/done")
def arrive(uid: str) -> Response:
    """Back at the main host: sign in whom the ticket names."""
    opened = open_interaction(uid)
    found = opened.services
    _mutual_tls(found)
    if not opened.may_sign_in:
        return opened.back()
    _count(found)
    try:
        holder = _handoffs(found).redeem(request.args.get("code", ""), uid=uid, binding=opened.binding)
        return card_door.sign_in(opened, VerifiedCard(holder), CardSource.MTLS)
    except EidRefused as error:
        note_refusal(found, error, purpose=Purpose.LOGIN, person_id=_signed_in(opened))
        return browser.see_other(problem_url(error.problem, uid, error.day))


def _mutual_tls(found: Services) -> MutualTls:
    place = found.settings.eid.mutual_tls
    if place is None:
        raise NotFound
    return place


def _came_through_proxy(place: MutualTls) -> bool:
    return mtls.is_proxy(request.headers.get(mtls.PROXY_HEADER), place.secret)


def _handoffs(found: Services) -> Handoffs:
    return Handoffs(found.store, found.settings.secret)


def _count(found: Services) -> None:
    if found.settings.mode is not Mode.TEST:
        rate_limit.hit(found.store, PER_ADDRESS, network_of(request.remote_addr or ""))


def _signed_in(opened: Interaction) -> PersonId | None:
    return None if opened.session is None else opened.session.person_id
