"""Consents grow with what is agreed to, participants follow the latest choice; also two tabs at once."""

from threading import Barrier, Thread

import pytest

from core.infra.clock import FixedClock
from core.tools.context import ChosenContext
from idp.oidc import participants
from idp.oidc.consents import Agreement, Consent, find_standing, remember
from idp.wiring import Services
from tests.support.tools import Office, an_office


@pytest.fixture
def office(services: Services) -> Office:
    """Return the office with its tools and clients."""
    return an_office(services)


def agreement(office: Office, *scope: str, terms: str | None = None, remembered: bool = False) -> Agreement:
    wanted = office.noord_atlas if remembered else None
    return Agreement(office.anna, "atlas", scope, (), terms, wanted)


def consent(services: Services, office: Office) -> Consent | None:
    with services.database.connection() as connection:
        return find_standing(connection, person_id=office.anna, client_id="atlas", sid="ses_1").consent


def test_nothing_is_agreed_at_first(services: Services, office: Office) -> None:
    assert consent(services, office) is None


def test_agreements_add_up_and_the_wish_for_a_context_replaces(services: Services, office: Office) -> None:
    for given in (
        agreement(office, "openid", "profile", terms="v1", remembered=True),
        agreement(office, "openid", "email", terms="v2"),
    ):
        with services.database.transaction() as session:
            remember(session, given, now=services.clock.now())

    assert consent(services, office) == Consent(frozenset({"openid", "profile", "email"}), frozenset(), "v2", None)


@pytest.mark.parametrize(
    ("scope", "claims", "terms", "is_covered"),
    [
        (("openid",), (), None, True),
        (("openid", "profile"), ("email",), "v1", True),
        (("openid", "address"), (), "v1", False),
        (("openid",), ("phone_number",), "v1", False),
        (("openid",), (), "v2", False),
    ],
)
def test_only_what_is_new_is_not_covered(
    scope: tuple[str, ...], claims: tuple[str, ...], terms: str | None, *, is_covered: bool
) -> None:
    agreed = Consent(frozenset({"openid", "profile"}), frozenset({"email"}), "v1", None)

    assert agreed.covers(scope=scope, claims=claims, terms_version=terms) == is_covered


def test_two_tabs_that_agree_at_once_both_count(services: Services, office: Office) -> None:
    together, failures = Barrier(6), list[BaseException]()

    def agree(scope: str) -> None:
        together.wait()
        try:
            with services.database.transaction() as session:
                remember(session, agreement(office, scope), now=services.clock.now())
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    scopes = [f"scope-{number}" for number in range(6)]
    threads = [Thread(target=agree, args=(scope,)) for scope in scopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = consent(services, office)
    assert failures == []
    assert found is not None and found.scope == set(scopes)


def test_two_tabs_that_join_at_once_leave_one_participant(
    services: Services, office: Office, clock: FixedClock
) -> None:
    contexts = [
        ChosenContext(office.noord, office.noord_rent, "estate-agent", "user"),
        ChosenContext(office.zuid, office.zuid_rent, "syndic", "user"),
    ] * 3
    together, failures = Barrier(len(contexts)), list[BaseException]()

    def join(context: ChosenContext) -> None:
        together.wait()
        try:
            with services.database.transaction() as session:
                participants.join(
                    session, sid="ses_1", client_id="rent", person_id=office.anna, context=context, now=clock.now()
                )
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [Thread(target=join, args=(context,)) for context in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with services.database.connection() as connection:
        standing = find_standing(connection, person_id=office.anna, client_id="rent", sid="ses_1")
    assert failures == []
    assert standing.is_participant
    assert standing.context in contexts


def test_standing_is_of_one_person_session_and_client(services: Services, office: Office, clock: FixedClock) -> None:
    context = ChosenContext(office.noord, office.noord_atlas, "estate-agent", "user")
    with services.database.transaction() as session:
        participants.join(
            session, sid="ses_1", client_id="atlas", person_id=office.anna, context=context, now=clock.now()
        )

    with services.database.connection() as connection:
        mine = find_standing(connection, person_id=office.anna, client_id="atlas", sid="ses_1")
        others = [
            find_standing(connection, person_id=office.bert, client_id="atlas", sid="ses_1"),
            find_standing(connection, person_id=office.anna, client_id="rent", sid="ses_1"),
            find_standing(connection, person_id=office.anna, client_id="atlas", sid="ses_2"),
        ]
    assert (mine.is_participant, mine.context) == (True, context)
    assert not any(other.is_participant or other.context for other in others)


def test_of_two_that_end_a_session_one_gets_its_participants(
    services: Services, office: Office, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        participants.join(session, sid="ses_1", client_id="plain", person_id=office.anna, context=None, now=clock.now())
    found = list[tuple[participants.Participant, ...]]()

    def leave() -> None:
        with services.database.transaction() as session:
            found.append(participants.leave_all(session, "ses_1"))

    threads = [Thread(target=leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(left) for left in found) == [0, 0, 0, 1]
