"""The card door of an interaction: whom a verified card signs in. No step of its own (E2, E6)."""

from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from core.infra.errors import NotFound
from core.people import eid
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.receivers import ValuesIn
from idp.credentials.security_mail import Place
from idp.eid import linking
from idp.eid.holder import VerifiedCard
from idp.eid.linking import CardSource
from idp.eid.problems import EidProblem, EidRefused
from idp.interaction.access import Interaction
from idp.interaction.entering import enter
from idp.oidc.request import LocalRequest

# RFC 8176: the chip and its PIN, which are two factors.
_MEANS = ("sc", "pin", "mfa")


def sign_in(opened: Interaction, card: VerifiedCard, source: CardSource) -> Response:
    """Begin the session of the card's holder and go on to what is due.

    Raises `EidRefused`: NOT_LINKED where the card opens no account, OTHER_HOLDER where whoever is signed in
    was to prove that it is them, and the card is somebody else's.
    """
    found = opened.services
    _require_same_person(opened, card)
    try:
        person_id = linking.use_card(
            found.database, found.number_keys, card, source=source, place=place(), now=opened.now
        )
    except NotFound:
        raise EidRefused(EidProblem.NOT_LINKED) from None  # the account went a moment ago
    return enter(opened, person_id=person_id, authentication=authentication(opened.now))


def authentication(read_at: datetime) -> Authentication:
    """Return what a card proves that was read then."""
    return Authentication(auth_time=read_at, amr=_MEANS, acr=Acr.HIGH)


def place() -> ValuesIn:
    """Return from where the card is used, as mails about it say."""
    return Place.of(request.user_agent.string, request.remote_addr).values


def must_be_same_person(opened: Interaction) -> PersonId | None:
    """Return who has to prove that it is them: for an act at their account, or for what they chose already."""
    if opened.session is None:
        return None
    wanted = opened.pending.request
    proves = isinstance(wanted, LocalRequest) and wanted.wants_proof
    is_stepping_up = opened.gathered.progress.context is not None
    return opened.session.person_id if proves or is_stepping_up else None


def _require_same_person(opened: Interaction, card: VerifiedCard) -> None:
    expected = must_be_same_person(opened)
    if expected is None:
        return
    with opened.services.database.reading() as session:
        holder = eid.holder_of(session, opened.services.number_keys.digests(card.holder.number))
    if holder not in {None, expected}:
        raise EidRefused(EidProblem.OTHER_HOLDER)
