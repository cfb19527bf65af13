"""Storing a card that its holder has seen (E1, E5).

What the registers say of its number is the next step of the caller, who may begin a session first.
"""

from dataclasses import replace
from datetime import datetime

from flask import request

from core.infra import log
from core.people.eid import ProvenCard
from core.people.profile_editing import own_profile
from idp.credentials.security_mail import Place
from idp.eid import linking
from idp.eid.read_card import ReadCard, ReadCards
from idp.web import card_facts
from idp.web.card import CARD_MARK, CardToStore
from idp.wiring import Services


def shown(found: Services, read_cards: ReadCards) -> CardToStore | None:
    """Return what storing the card that waits would write; None where none waits any more."""
    # First: of a card that is read meanwhile the mark would be wrong, and nothing is stored.
    mark, read = read_cards.mark(), read_cards.find()
    if mark is None or read is None:
        return None
    with found.database.reading() as session:
        own = own_profile(session, read_cards.person_id)
    return replace(card_facts.to_store(own, _proven(found, read)), mark=mark)


def store(found: Services, read_cards: ReadCards, *, now: datetime) -> ReadCard | None:
    """Link the card that was shown to the person's account, once; None where it waits no more.

    Raises `EidRefused` where its holder has another account, or this account another holder, and
    `OtherCardWaits` where the form that came back showed another card.
    """
    read, person_id = read_cards.take_shown(request.form.get(CARD_MARK, "")), read_cards.person_id
    if read is None:
        return None
    place = Place.of(request.user_agent.string, request.remote_addr).values
    linked = linking.link_card(
        found.database, found.number_keys, person_id, read.card, source=read.source, place=place, now=now
    )
    log.event("card_linked", person_id=person_id, how=linked.value, source=read.source.value)
    return read


def _proven(found: Services, read: ReadCard) -> ProvenCard:
    return linking.proven_card(found.number_keys, read.card, read.source, read.read_at)
