"""The device cookie proves an earlier success of one person, and gives nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials.devices import proven_device, with_proof

SECRET = Secret("a-secret-of-more-than-thirty-two-characters")
ANNA = PersonId("usr_anna")


def test_proof_names_one_device_of_one_person() -> None:
    cookie = with_proof(SECRET, None, ANNA)

    assert proven_device(SECRET, cookie, ANNA) == proven_device(SECRET, cookie, ANNA) is not None
    assert proven_device(SECRET, cookie, PersonId("usr_bert")) is None
    assert proven_device(Secret("another-secret-of-more-than-32-characters"), cookie, ANNA) is None
    assert proven_device(SECRET, with_proof(SECRET, None, ANNA), ANNA) != proven_device(SECRET, cookie, ANNA)


@given(st.none() | st.text())
def test_nothing_made_up_proves_anything(cookie: str | None) -> None:
    assert proven_device(SECRET, cookie, ANNA) is None
    assert proven_device(SECRET, cookie, None) is None


def test_colleagues_share_a_machine_and_the_cookie_stays_small() -> None:
    cookie, people = None, [PersonId(f"usr_{number}") for number in range(8)]
    for person in people:
        cookie = with_proof(SECRET, cookie, person)

    proven = [person for person in people if proven_device(SECRET, cookie, person)]
    assert proven == people[-5:]
    assert cookie is not None and len(cookie) < 600


def test_new_sign_in_replaces_the_proof_of_the_same_person() -> None:
    first = with_proof(SECRET, None, ANNA)
    second = with_proof(SECRET, first, ANNA)

    assert second.count("~") == 0
    assert proven_device(SECRET, second, ANNA) != proven_device(SECRET, first, ANNA)
