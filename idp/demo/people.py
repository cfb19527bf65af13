"""The ten people of the demo world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.infra.ids import digest
from core.people import eid
from core.people.details import change_details, verify_phone_number
from core.people.eid import HolderFacts, ProvenCard
from core.people.facts import PersonalDetails
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber, NumberKeys
from core.people.profiles import NewPerson, create, find_for_sign_in
from core.staff import roles
from core.staff.states import StaffRole
from idp.credentials.passwords import hash_password, store_password
from idp.eid.card.software.holders import HOLDERS, TestHolder

PASSWORD = "demo-Immo-2026"  # noqa: S105 - the demo world's, in its contract
# Test cards are made for as long as this, whenever their issuer is.
_CARD_YEARS = 6


@dataclass(frozen=True, slots=True)
class _DemoPerson:
    username: str
    language: str
    details: PersonalDetails
    card: TestHolder | None = None

    @property
    def email(self) -> str:
        return f"{self.username}@immo-connect.example"


_PEOPLE = (
    _DemoPerson(
        "demo.manager",
        "nl",
        PersonalDetails(
            given_name="An",
            middle_name="Maria Lieve",
            family_name="Peeters",
            nickname="Ann",
            profile_url="https://immo-demo-noord.example/team/an-peeters",
            picture_url="https://immo-demo-noord.example/team/an-peeters.jpg",
            website="https://immo-demo-noord.example",
            gender="female",
            birthdate=date(1979, 4, 16),
            zoneinfo="Europe/Brussels",
            locale="nl-BE",
            phone_number="+32 3 555 01 10",
            street_address="Lange Leemstraat 112",
            postal_code="2018",
            locality="Antwerpen",
            country="BE",
        ),
        card=HOLDERS[0],
    ),
    _DemoPerson(
        "demo.employee",
        "nl",
        PersonalDetails(
            given_name="Bram",
            family_name="Claes",
            gender="male",
            birthdate=date(1994, 9, 2),
            locale="nl-BE",
            phone_number="+32 470 55 01 22",
        ),
        card=HOLDERS[1],
    ),
    _DemoPerson("demo.pending", "nl", PersonalDetails(given_name="Charlotte", family_name="Wouters", locale="nl-BE")),
    _DemoPerson("demo.newcomer", "fr", PersonalDetails(given_name="Damien", family_name="Lambert", locale="fr-BE")),
    _DemoPerson(
        "demo.lapsed",
        "fr",
        PersonalDetails(given_name="Élise", family_name="Dubois", locale="fr-BE", phone_number="+32 81 55 02 10"),
    ),
    _DemoPerson("demo.helpdesk", "nl", PersonalDetails(given_name="Fatima", family_name="El Amrani", locale="nl-BE")),
    _DemoPerson("demo.operator", "fr", PersonalDetails(given_name="Gilles", family_name="Renard", locale="fr-BE")),
    _DemoPerson("demo.developer", "en", PersonalDetails(given_name="Hannah", family_name="Janssens", locale="en-GB")),
    # A dangerous act of staff takes a second person.
    _DemoPerson("demo.helpdesk2", "fr", PersonalDetails(given_name="Ismaël", family_name="Dumont", locale="fr-BE")),
    _DemoPerson("demo.operator2", "nl", PersonalDetails(given_name="Joke", family_name="De Smet", locale="nl-BE")),
)

_STAFF = {
    "demo.helpdesk": StaffRole.HELPDESK,
    "demo.helpdesk2": StaffRole.HELPDESK,
    "demo.operator": StaffRole.OPERATOR,
    "demo.operator2": StaffRole.OPERATOR,
    "demo.developer": StaffRole.DEVELOPER,
}


def load(session: Session, keys: NumberKeys, *, now: datetime) -> Mapping[str, PersonId]:
    """Create the people who are not there yet, link their test cards; return all by user name."""
    people = {person.username: _ensure(session, person, now) for person in _PEOPLE}
    for person in _PEOPLE:
        if person.card is not None:
            _link(session, people[person.username], person.card, keys, now)
    for username, role in _STAFF.items():
        roles.give(session, people[username], role, by=None, why=None, now=now)
    return people


def _ensure(session: Session, person: _DemoPerson, now: datetime) -> PersonId:
    found = find_for_sign_in(session, person.username)
    if found is not None:
        return found.person_id
    details = person.details
    registering = NewPerson(
        username=person.username,
        email=person.email,
        given_name=details.given_name or "",
        family_name=details.family_name or "",
        language=person.language,
    )
    person_id = create(session, registering, email_verified=True, now=now)
    change_details(session, person_id, details, now=now)
    if details.phone_number is not None:
        verify_phone_number(session, person_id, now=now)
    store_password(session, person_id=person_id, hashed=hash_password(PASSWORD), now=now)
    return person_id


def _link(session: Session, person_id: PersonId, holder: TestHolder, keys: NumberKeys, now: datetime) -> None:
    """Link a test card as if its holder had done it; one that is linked already stays as it is."""
    number = NationalNumber.parse(holder.national_number)
    digests = keys.digests(number)
    if eid.holder_of(session, digests) is not None:
        return
    facts = HolderFacts(
        given_name=holder.given_names,
        family_name=holder.family_name,
        birthdate=holder.birthdate,
        place_of_birth=holder.place_of_birth,
        gender="female" if holder.is_female else "male",
        nationality=holder.nationality,
    )
    card = ProvenCard(
        number=keys.close(number),
        digests=digests,
        facts=facts,
        certificate_digest=digest(f"test card {holder.number}, before its first use"),
        evidence={"how": "demo world"},
        document_type=1,
        document_digests=keys.card_digests(holder.card_number),
        document_valid_until=date(now.year + _CARD_YEARS, 6, 30),
    )
    eid.link(session, person_id, card, now=now)
