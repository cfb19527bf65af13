"""The demo world is what contract.md says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text

from core.accreditations.queries import accreditations_of
from core.accreditations.rules import AccreditationStatus
from core.infra.audit import AuditRow
from core.infra.db import Base
from core.infra.outbox import OutboxRow
from core.infra.settings import Mode
from core.infra.topics import MailRequested
from core.organisations.queries import find_by_company_number, my_organisations
from core.organisations.records import live_of
from core.organisations.states import MembershipStatus
from core.people.assurance import Acr
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in, person_facts
from core.tools.access import offered_contexts
from core.tools.assignments import block_access
from core.tools.catalogue import tool_by_code, tool_facts
from core.tools.context import OfferedContext, Reason, ReasonCode
from core.wallet.control.reconciliation import reconcile
from core.wallet.queries import wallet_of
from idp.credentials import passwords
from idp.demo import world
from idp.demo.addresses import tool_address
from idp.oidc.clients import find_client
from idp.oidc.profiles import Profile
from idp.oidc.registration import is_secret_of, store_client
from idp.wiring import Services

PASSWORD = "demo-Immo-2026"
PEOPLE = ("manager", "employee", "pending", "newcomer", "lapsed", "helpdesk", "operator", "developer")
NOORD, ZUID = "0100001060", "0100002050"
TOOLS = {"anti-blanchiment", "bizmart", "btv", "cibweb", "covast", "cadastrefinder", "myrent-pro", "romi"}


def person(demo: Services, name: str) -> PersonId:
    with demo.database.reading() as session:
        record = find_for_sign_in(session, f"demo.{name}")
        assert record is not None
        assert record.email_verified
        assert record.terms_accepted
        return record.person_id


def facts(demo: Services, name: str) -> PersonFacts:
    with demo.database.reading() as session:
        found = person_facts(session, person(demo, name))
        assert found is not None
        return found


def contexts(demo: Services, name: str, tool: str) -> list[OfferedContext]:
    person_id = person(demo, name)
    with demo.database.reading() as session:
        tool_id = tool_by_code(session, tool)
        assert tool_id is not None
        return list(
            offered_contexts(
                session, person_id=person_id, tool_id=tool_id, reachable=Acr.PASSWORD, now=demo.clock.now()
            )
        )


def short(offered: list[OfferedContext]) -> list[tuple[str, str, str | None, bool]]:
    return [(found.organisation.company_number, found.usage, found.role, found.is_usable) for found in offered]


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_signs_in_with_the_one_password(demo: Services, name: str) -> None:
    person_id = person(demo, name)

    with demo.database.reading() as session:
        assert passwords.verify(passwords.stored_hash(session, person_id), PASSWORD).is_right


def test_manager_has_every_standard_claim(demo: Services) -> None:
    manager = facts(demo, "manager")

    empty = [name for name, value in manager._asdict().items() if value in (None, "", False)]
    assert empty == []
    assert manager.address is not None
    assert None not in (manager.address.street_address, manager.address.locality, manager.address.postal_code)
    assert manager.phone_number_verified


def test_eid_is_linked_for_manager_and_employee_alone(demo: Services) -> None:
    linked = {name for name in PEOPLE if facts(demo, name).eid is not None}

    assert linked == {"manager", "employee"}


def test_accreditations_are_those_of_the_contract(demo: Services) -> None:
    with demo.database.reading() as session:
        (mine,) = accreditations_of(session, person(demo, "manager"))
        (lapsed,) = accreditations_of(session, person(demo, "lapsed"))
        assert accreditations_of(session, person(demo, "employee")) == ()

    assert (mine.kind, mine.number, mine.list, mine.column) == ("be.biv", "500123", "tableau", "intermediary")
    assert mine.status is AccreditationStatus.ACTIVE
    assert lapsed.status is AccreditationStatus.LAPSED
    assert lapsed.valid_until is not None
    assert lapsed.valid_until < demo.clock.now().date()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("manager", [("Immo Demo Noord BV", NOORD, "active", True), ("Immo Demo Zuid SRL", ZUID, "active", False)]),
        ("employee", [("Immo Demo Noord BV", NOORD, "active", False)]),
        ("pending", [("Immo Demo Noord BV", NOORD, "requested", False)]),
        ("lapsed", [("Immo Demo Zuid SRL", ZUID, "active", True)]),
        ("newcomer", []),
        ("helpdesk", []),
    ],
)
def test_people_belong_where_the_contract_says(
    demo: Services, name: str, expected: list[tuple[str, str, str, bool]]
) -> None:
    with demo.database.reading() as session:
        mine = my_organisations(session, person(demo, name))

    found = [(it.name, it.company_number, it.membership_status.value, it.is_manager) for it in mine]
    assert found == expected


def test_manager_of_noord_sees_that_one_waits_the_employee_does_not(demo: Services) -> None:
    with demo.database.reading() as session:
        manager = my_organisations(session, person(demo, "manager"))
        (employee,) = my_organisations(session, person(demo, "employee"))

    assert [it.waiting_requests for it in manager] == [1, 0]
    assert employee.waiting_requests == 0
    assert employee.membership_status is MembershipStatus.ACTIVE


def test_manager_has_one_usable_context_at_cadastrefinder(demo: Services) -> None:
    offered = contexts(demo, "manager", "cadastrefinder")

    assert short(offered) == [(NOORD, "estate-agent", "user", True), (ZUID, "estate-agent", "user", False)]
    assert offered[1].reason == Reason(ReasonCode.REGISTRATION_SUSPENDED)


def test_manager_has_two_usable_contexts_at_myrent(demo: Services) -> None:
    offered = contexts(demo, "manager", "myrent-pro")

    assert short(offered) == [(NOORD, "estate-agent", "user", True), (ZUID, "syndic", "user", True)]


def test_employee_uses_cadastrefinder_under_the_mandate_of_the_manager(demo: Services) -> None:
    (context,) = contexts(demo, "employee", "cadastrefinder")

    assert context.is_usable
    (shown,) = context.accreditations
    assert (shown.number, shown.is_mandated, shown.holder_name) == ("500123", True, "An Peeters")
    assert short(contexts(demo, "employee", "myrent-pro")) == [(NOORD, "estate-agent", None, False)]


def test_lapsed_has_no_usable_context_at_cadastrefinder(demo: Services) -> None:
    assert [context.is_usable for context in contexts(demo, "lapsed", "cadastrefinder")] == [False]


def test_pending_waits_and_newcomer_has_nothing(demo: Services) -> None:
    (waiting,) = contexts(demo, "pending", "cadastrefinder")

    assert waiting.reason == Reason(ReasonCode.MEMBERSHIP_REQUESTED)
    assert contexts(demo, "newcomer", "cadastrefinder") == []


def test_nobody_is_written_to_about_a_past_that_never_was(demo: Services) -> None:
    with demo.database.reading() as session:
        written = session.scalars(select(OutboxRow.id).where(OutboxRow.topic == MailRequested.topic)).all()

    assert written == []


def test_all_eight_tools_are_in_the_catalogue_in_three_languages(demo: Services) -> None:
    with demo.database.reading() as session:
        for code in TOOLS:
            tool_id = tool_by_code(session, code)
            assert tool_id is not None
            tool = tool_facts(session, tool_id, now=demo.clock.now())
            assert tool is not None
            assert tool.usages
            for told in (tool.description, tool.purpose):
                assert len({told.nl, told.fr, told.en}) == 3
        assert session.scalar(select(func.count()).select_from(text("tool"))) == len(TOOLS)


def test_usages_of_the_two_running_tools_are_those_of_the_contract(demo: Services) -> None:
    with demo.database.reading() as session:
        found = {
            code: tool_facts(session, tool_id, now=demo.clock.now())
            for code in ("cadastrefinder", "myrent-pro")
            if (tool_id := tool_by_code(session, code))
        }

    cadastrefinder, myrent = found["cadastrefinder"], found["myrent-pro"]
    assert cadastrefinder is not None
    assert cadastrefinder.name.nl == "KadasterFinder"
    assert {usage.code: usage.terms_version for usage in cadastrefinder.usages} == {
        "estate-agent": None,
        "surveyor": "v1",
    }
    for usage in cadastrefinder.usages:
        assert usage.requirement.min_acr("supervisor") is Acr.MFA
        assert usage.requirement.min_acr("user") is None
    assert myrent is not None
    assert {usage.code: usage.terms_version for usage in myrent.usages} == {"estate-agent": "v1", "syndic": "v1"}
    syndic = myrent.usage("syndic")
    assert syndic is not None
    assert syndic.requirement.kinds() == set()


@pytest.mark.parametrize(
    ("client_id", "address", "method"),
    [
        ("portal", "https://portal.immo.test", "private_key_jwt"),
        ("cadastrefinder", "https://cadastrefinder.immo.test", "client_secret_basic"),
        ("myrent-pro", "https://myrent-pro.immo.test", "private_key_jwt"),
    ],
)
def test_clients_have_the_addresses_of_the_settings(demo: Services, client_id: str, address: str, method: str) -> None:
    with demo.database.connection() as connection:
        client = find_client(connection, client_id)

    assert client is not None
    desks = (f"{address}/staff/callback",) if client_id == "portal" else ()
    assert client.redirect_uris == (f"{address}/callback", *desks)
    assert client.post_logout_redirect_uris == (f"{address}/signed-out",)
    assert client.backchannel_logout_uri == f"{address}/back-channel-logout"
    assert client.token_endpoint_auth_method == method
    by_key = method == "private_key_jwt"
    assert client.jwks_uri == (f"{address}/jwks" if by_key else None)
    assert (client.secret_digest is None) is by_key
    assert (client.rules.pushed_requests, client.rules.sender_constraint) == (by_key, by_key)


def test_cadastrefinder_alone_can_have_tokens_for_the_wallet(demo: Services) -> None:
    with demo.database.connection() as connection:
        tools = [find_client(connection, client_id) for client_id in ("cadastrefinder", "myrent-pro")]

    resources = [None if client is None else client.policy.resources for client in tools]
    assert resources == [("https://portal.immo.test/api/wallet/v1",), ()]


def test_tools_stand_on_the_ports_after_the_provider(demo: Services) -> None:
    for issuer in ("http://localhost:9080", "https://localhost:9080"):
        settings = replace(demo.settings, issuer=issuer)
        assert tool_address(settings, "cadastrefinder") == "http://localhost:9082"
        assert tool_address(settings, "myrent-pro") == "http://localhost:9083"
        assert tool_address(settings, "romi") is None


def everything(demo: Services) -> dict[str, int]:
    with demo.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_loading_again_adds_nothing(demo: Services) -> None:
    before = everything(demo)

    world.load(demo)

    assert everything(demo) == before
    assert before["audit"] > 0


def test_loading_again_undoes_nothing_that_people_did(demo: Services) -> None:
    manager, employee = person(demo, "manager"), person(demo, "employee")
    (context,) = contexts(demo, "employee", "cadastrefinder")
    with demo.database.transaction() as session:
        organisation_id = find_by_company_number(session, NOORD)
        assert organisation_id is not None
        member = live_of(session, employee, organisation_id)
        assert member is not None
        block_access(session, context.registration_id, member.id, by=manager, now=demo.clock.now())

    world.load(demo)

    (after,) = contexts(demo, "employee", "cadastrefinder")
    assert after.reason == Reason(ReasonCode.ACCESS_BLOCKED)


def test_what_is_missing_is_added_to_data_that_is_there(demo: Services) -> None:
    with demo.database.transaction() as session:
        session.execute(text("DELETE FROM client WHERE client_id = 'myrent-pro'"))

    world.load(demo)

    with demo.database.connection() as connection:
        assert find_client(connection, "myrent-pro") is not None


def test_a_tool_that_had_a_secret_proves_itself_by_its_key_from_now_on(demo: Services) -> None:
    with demo.database.transaction() as session:
        client = find_client(session, "myrent-pro")
        assert client is not None
        policy = replace(client.policy, profile=Profile.OIDC)
        before = replace(
            client,
            policy=policy,
            token_endpoint_auth_method="client_secret_basic",
            jwks_uri=None,
            dpop_bound_access_tokens=False,
            require_pushed_authorization_requests=False,
        )
        store_client(session, before, secret="myrent-pro-demo-secret", now=demo.clock.now())

    world.load(demo)

    with demo.database.connection() as connection:
        after = find_client(connection, "myrent-pro")
    assert after == client
    assert after is not None
    assert not is_secret_of(after, "myrent-pro-demo-secret")


def test_addresses_follow_the_settings(demo: Services) -> None:
    moved = replace(
        demo, settings=replace(demo.settings, issuer="http://localhost:9080", portal_url="http://localhost:9081")
    )

    world.load(moved)

    with demo.database.connection() as connection:
        client = find_client(connection, "cadastrefinder")
        assert client is not None
        assert client.redirect_uris == ("http://localhost:9082/callback",)
        tool = tool_facts(connection, client.tool_id, now=demo.clock.now()) if client.tool_id else None
        assert tool is not None
        assert tool.home_url == "http://localhost:9082"
        assert tool.terms_url == "http://localhost:9082/terms"


def test_production_refuses_the_demo_world(services: Services) -> None:
    production = replace(services, settings=replace(services.settings, mode=Mode.PRODUCTION))

    with pytest.raises(world.DemoRefused):
        world.load(production)

    assert everything(services)["person"] == 0


def test_history_reads_like_one(demo: Services) -> None:
    with demo.database.reading() as session:
        deeds = session.scalars(select(AuditRow)).all()
        organisation_id = find_by_company_number(session, NOORD)

    of_noord = sorted((deed for deed in deeds if deed.organisation_id == organisation_id), key=lambda deed: deed.at)
    assert of_noord[0].action == "organisation-added"
    assert of_noord[0].at.date() < date(2026, 1, 1)
    assert {"membership-requested", "membership-confirmed", "tool-registered"} <= {deed.action for deed in of_noord}


def test_noord_has_what_the_contract_says_and_zuid_nothing(demo: Services) -> None:
    with demo.database.reading() as session:
        noord, zuid = (
            wallet_of(session, find_by_company_number(session, number) or "") for number in ("0100001060", "0100002050")
        )
        assert reconcile(session, now=demo.clock.now()).differences == ()

    assert noord is not None
    assert zuid is not None
    assert (noord.balance_cents, noord.held_cents) == (120_00, 0)
    assert (zuid.balance_cents, zuid.transactions) == (0, 0)
