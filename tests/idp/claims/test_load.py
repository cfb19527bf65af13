from dataclasses import replace
from datetime import timedelta

import pytest

from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools import assignments
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.claims.context import ClaimsContext
from idp.claims.load import ContextUnusable, PersonGone, load_claims
from idp.wiring import Services
from tests.support.tools import Office, an_office


@pytest.fixture
def office(services: Services) -> Office:
    return an_office(services)


def load(services: Services, person_id: PersonId, context: ChosenContext | None) -> ClaimsContext:
    now = services.clock.now()
    with services.database.reading() as session:
        return load_claims(
            session,
            person_id=person_id,
            authentication=Authentication(now - timedelta(minutes=5), ("pwd",), Acr.PASSWORD),
            sid="ses_1",
            context=context,
            subject_identifier="sub-1",
            reachable=Acr.PASSWORD,
            now=now,
        )


def noord_at_atlas(office: Office) -> ChosenContext:
    return ChosenContext(office.noord, office.noord_atlas, "estate-agent", "user")


def test_facts_of_person_sign_in_and_chosen_context_are_gathered(services: Services, office: Office) -> None:
    facts = load(services, office.anna, noord_at_atlas(office))

    assert facts.person.id == office.anna
    assert facts.person.username == "anna.peeters"
    assert facts.subject_identifier == "sub-1"
    assert facts.sid == "ses_1"
    assert facts.authentication.amr == ("pwd",)
    assert facts.context is not None
    assert facts.context.organisation.id == office.noord
    assert facts.context.role == "user"


def test_plain_client_gets_a_person_and_no_context(services: Services, office: Office) -> None:
    assert load(services, office.anna, None).context is None


def test_two_organisations_of_one_person_never_mix(services: Services, office: Office) -> None:
    for organisation, registration, usage in (
        (office.noord, office.noord_rent, "estate-agent"),
        (office.zuid, office.zuid_rent, "syndic"),
    ):
        facts = load(services, office.anna, ChosenContext(organisation, registration, usage, "user"))

        assert facts.context is not None
        assert (facts.context.organisation.id, facts.context.usage) == (organisation, usage)


@pytest.mark.parametrize("change", ["organisation", "usage"])
def test_context_that_is_no_longer_what_was_chosen_gives_no_token(
    change: str, services: Services, office: Office
) -> None:
    chosen = noord_at_atlas(office)
    chosen = replace(chosen, usage="surveyor") if change == "usage" else replace(chosen, organisation_id=office.zuid)

    with pytest.raises(ContextUnusable):
        load(services, office.anna, chosen)


def test_somebody_else_s_context_gives_no_token(services: Services, office: Office) -> None:
    with pytest.raises(ContextUnusable):
        load(services, office.bert, noord_at_atlas(office))


def test_unknown_registration_gives_no_token(services: Services, office: Office) -> None:
    chosen = replace(noord_at_atlas(office), registration_id=RegistrationId("reg_unknown"))

    with pytest.raises(ContextUnusable):
        load(services, office.anna, chosen)


def test_withdrawn_access_closes_the_context_at_once(services: Services, office: Office) -> None:
    before = load(services, office.anna, noord_at_atlas(office)).context
    assert before is not None
    with services.database.transaction() as session:
        assignments.block_access(
            session, office.noord_atlas, before.membership.id, by=office.anna, now=services.clock.now()
        )

    with pytest.raises(ContextUnusable) as refusal:
        load(services, office.anna, noord_at_atlas(office))

    assert refusal.value.details["reason"] == "access-blocked"


def test_unknown_person_gives_no_token(services: Services) -> None:
    with pytest.raises(PersonGone):
        load(services, PersonId("usr_nobody"), None)
