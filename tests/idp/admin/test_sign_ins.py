"""What the helpdesk ends: a card, and every browser of a person."""

from core.infra.ids import digest
from core.people.assurance import Acr, Authentication
from core.people.eid import HolderFacts
from core.people.identifiers import PersonId
from idp import session as sso
from idp.credentials import sign_ins
from idp.wiring import Services
from tests.support.cards import link_card
from tests.support.letters import letters
from tests.support.staff import StaffDesk


def signed_in(services: Services, person_id: PersonId, *means: str) -> str:
    """Sign a person in by these means and return the cookie."""
    now = services.clock.now()
    acr = Acr.HIGH if "sc" in means else Acr.PASSWORD
    with services.store.pipeline() as writes:
        session, cookie = sso.start(
            writes,
            person_id=person_id,
            authentication=Authentication(now, means, acr),
            earlier=None,
            earlier_cookie=None,
        )
    with services.database.transaction() as transaction:
        sign_ins.record(
            transaction,
            sid=session.sid,
            person_id=person_id,
            cookie_digest=digest(cookie),
            agent=None,
            address="192.0.2.1",
            means=means,
            now=now,
        )
    return cookie


def is_open(services: Services, cookie: str) -> bool:
    return sso.find(services.store, cookie, services.clock.now()) is not None


def test_every_browser_is_signed_out_at_once(desk: StaffDesk) -> None:
    services, path = desk.services, f"/people/{desk.anna}"
    cookies = [signed_in(services, desk.anna, "pwd") for _ in range(2)]
    other = signed_in(services, desk.fatima, "pwd")
    assert desk.as_helpdesk("GET", path).get_json()["sessions"] == 2

    ended = desk.as_helpdesk("POST", f"{path}/sign-out-everywhere")

    assert ended.get_json() == {"sign_ins_ended": 2}
    assert [is_open(services, cookie) for cookie in (*cookies, other)] == [False, False, True]
    assert desk.as_helpdesk("GET", path).get_json()["sessions"] == 0
    assert desk.as_helpdesk("POST", f"{path}/sign-out-everywhere").get_json() == {"sign_ins_ended": 0}


def test_a_card_is_taken_with_the_sign_ins_that_were_made_by_it(desk: StaffDesk) -> None:
    services, path = desk.services, f"/people/{desk.anna}"
    with services.database.transaction() as session:
        link_card(session, desk.anna, facts=HolderFacts("Anna", "Peeters"), now=services.clock.now())
    by_card, by_password = signed_in(services, desk.anna, "sc", "pin", "mfa"), signed_in(services, desk.anna, "pwd")
    assert desk.as_helpdesk("GET", path).get_json()["eid_linked_at"] is not None

    wrong = desk.as_helpdesk("POST", f"{path}/unlink-eid", {"cause": "because"})
    ended = desk.as_helpdesk("POST", f"{path}/unlink-eid", {"cause": "wrong-person"})

    assert wrong.status_code == 422
    assert ended.get_json() == {"sign_ins_ended": 1}
    assert (is_open(services, by_card), is_open(services, by_password)) == (False, True)
    assert desk.as_helpdesk("GET", path).get_json()["eid_linked_at"] is None
    assert [letter.template for letter in letters(services)] == ["eid-unlinked"]
    assert desk.as_helpdesk("POST", f"{path}/unlink-eid", {"cause": "request"}).status_code == 404
