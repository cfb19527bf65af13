"""A card is taken from an account (E1): the fields, the sign-ins made with it, and what rests on it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from core.infra.errors import NotFound
from core.infra.ids import digest
from core.infra.outbox import OutboxRow
from core.people.assurance import Acr, Authentication
from core.people.eid import HolderFacts, UnlinkReason
from core.people.identifiers import PersonId
from core.people.profile_editing import own_profile
from idp import session as sso
from idp.account.unlinking import unlink
from idp.credentials import sign_ins
from idp.wiring import Services
from tests.support.cards import link_card
from tests.support.letters import letters
from tests.support.offices import a_person, an_office

CARD, PASSWORD = ("sc", "pin", "mfa"), ("pwd",)


@dataclass(frozen=True)
class Linked:
    """Damien, who linked his card and manages an office."""

    person_id: PersonId
    organisation_id: str


@pytest.fixture
def damien(services: Services) -> Linked:
    with services.database.transaction() as session:
        person_id = a_person(session, "damien.lambert", now=services.clock.now())
        office = an_office(session, person_id, now=services.clock.now())
        link_card(session, person_id, facts=HolderFacts("Damien", "Lambert"), now=services.clock.now())
    return Linked(person_id, office.organisation_id)


def signed_in(services: Services, person_id: PersonId, means: tuple[str, ...]) -> str:
    """Sign a person in by these means and return the cookie."""
    acr = Acr.HIGH if "sc" in means else Acr.PASSWORD
    with services.store.pipeline() as writes:
        session, cookie = sso.start(
            writes,
            person_id=person_id,
            authentication=Authentication(services.clock.now(), means, acr),
            earlier=None,
            earlier_cookie=None,
        )
    with services.database.transaction() as database:
        sign_ins.record(
            database,
            sid=session.sid,
            person_id=person_id,
            cookie_digest=digest(cookie),
            agent=None,
            address="192.0.2.7",
            means=means,
            now=services.clock.now(),
        )
    return cookie


def gone(services: Services, person_id: PersonId, reason: UnlinkReason = UnlinkReason.REQUEST) -> int:
    return unlink(services, person_id, by=None, reason=reason, now=services.clock.now())


def is_open(services: Services, cookie: str) -> bool:
    return sso.find(services.store, cookie, services.clock.now()) is not None


def test_sign_ins_with_the_card_end_and_others_go_on(services: Services, damien: Linked) -> None:
    by_card = [signed_in(services, damien.person_id, CARD) for _ in range(2)]
    by_password = signed_in(services, damien.person_id, PASSWORD)

    assert gone(services, damien.person_id) == 2

    assert not any(is_open(services, cookie) for cookie in by_card)
    assert is_open(services, by_password)
    with services.database.reading() as session:
        assert [found.means for found in sign_ins.list_for(session, damien.person_id)] == [PASSWORD]


def test_sign_ins_of_others_go_on(services: Services, damien: Linked) -> None:
    with services.database.transaction() as session:
        other = a_person(session, "other.account", now=services.clock.now())
    cookie = signed_in(services, other, CARD)

    assert gone(services, damien.person_id) == 0
    assert is_open(services, cookie)


def test_fields_are_unlocked_and_the_owner_is_told(services: Services, damien: Linked) -> None:
    gone(services, damien.person_id)

    with services.database.reading() as session:
        own = own_profile(session, damien.person_id)
    assert (own.locked, own.profile.details.given_name) == (frozenset(), "Damien")
    (mail,) = letters(services, "eid-unlinked")
    assert mail.address == "damien.lambert@people.example"


def test_everything_that_may_need_a_card_is_looked_at_again(services: Services, damien: Linked) -> None:
    gone(services, damien.person_id)

    with services.database.reading() as session:
        bodies = [dict(body) for body in session.scalars(select(OutboxRow.body))]
    changed = [body for body in bodies if body.get("reason") == "eid-unlinked"]
    assert [(body["person_id"], body["organisation_id"], body["registration_id"]) for body in changed] == [
        (damien.person_id, damien.organisation_id, None)
    ]


def test_where_no_card_is_linked_nothing_ends(services: Services, damien: Linked) -> None:
    gone(services, damien.person_id)
    cookie = signed_in(services, damien.person_id, CARD)

    with pytest.raises(NotFound):
        gone(services, damien.person_id)

    assert is_open(services, cookie)
    assert len(letters(services, "eid-unlinked")) == 1
