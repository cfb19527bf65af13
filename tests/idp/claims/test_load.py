from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.organisations.tables import MembershipRow
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools import assignments
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from core.wallet.control.choices import replace_limits
from core.wallet.control.limits import Limit
from core.wallet.queries import wallet_of
from idp.claims.context import ClaimsContext
from idp.claims.load import ContextUnusable, PersonGone, load_claims
from idp.wiring import Services
from tests.support.tools import Office, an_office


@pytest.fixture
def office(services: Services) -> Office:
    return an_office(services)


def load(
    services: Services,
    person_id: PersonId,
    context: ChosenContext | None,
    scope: tuple[str, ...] = ("openid", "wallet"),
) -> ClaimsContext:
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
            scope=scope,
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


def test_wallet_is_told_with_the_lowest_limit_of_this_person_at_this_tool(services: Services, office: Office) -> None:
    context = noord_at_atlas(office)
    assert load(services, office.anna, context).max_charge_cents is None
    with services.database.transaction() as session:
        wallet, now = wallet_of(session, office.noord), services.clock.now()
        assert wallet is not None
        everybody = {Limit(None, None, per_charge_cents=90_00, per_month_cents=None)}
        anna = {Limit(office.anna, tool, cents, None) for tool, cents in (("atlas", 50_00), ("rent", 10_00))}
        replace_limits(session, wallet.id, None, everybody, now=now)
        replace_limits(session, wallet.id, office.anna, anna, now=now)

    assert load(services, office.anna, context).max_charge_cents == 50_00
    assert load(services, office.anna, context, scope=("openid", "roles")).max_charge_cents is None


@pytest.mark.parametrize(
    ("is_manager", "pays", "sees", "may"),
    [
        (True, False, False, (True, True)),
        (False, True, False, (True, False)),
        (False, False, True, (False, True)),
        (False, False, False, (False, False)),
    ],
)
def test_a_manager_may_all_with_the_wallet_and_an_employee_what_was_left_to_them(
    services: Services, office: Office, *, is_manager: bool, pays: bool, sees: bool, may: tuple[bool, bool]
) -> None:
    """O12."""
    with services.database.transaction() as session:
        member = session.scalars(
            select(MembershipRow).where(
                MembershipRow.organisation_id == office.noord, MembershipRow.person_id == office.anna
            )
        ).one()
        member.is_manager, member.pays_from_wallet, member.sees_wallet = is_manager, pays, sees

    offered = load(services, office.anna, noord_at_atlas(office)).context

    assert offered is not None
    assert (offered.membership.may_charge_wallet, offered.membership.may_read_wallet) == may
    assert offered.tool_code == "atlas"


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
