"""Making one account of two over the pages (A20): both are proven, and only then anything happens."""

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.organisations.tables import MembershipRow
from core.people.profiles import find_for_sign_in
from idp.credentials.second_factor import PER_PERSON_AND_NETWORK
from idp.wiring import Services
from tests.support.factors import code_at, with_authenticator
from tests.support.letters import letters
from tests.support.sign_in import Browser
from tests.support.tools import PASSWORD, Office, an_organisation

PAGE = "/account/security/other-account"


@pytest.fixture
def asked(browser: Browser, services: Services, office: Office) -> Browser:
    """Return Anna's browser at the page; `bert.janssens`, who manages Oost, is hers as well."""
    with services.database.transaction() as session:
        an_organisation(session, "Oost", "0866381630", by=office.bert, now=services.clock.now())
    browser.get(PAGE)
    while browser.page.has("#login"):
        browser.sign_in()
    return browser


def prove(browser: Browser, username: str = "bert.janssens", password: str = PASSWORD) -> Browser:
    return browser.press("#prove-other", username=username, password=password)


def exists(services: Services, username: str) -> bool:
    with services.database.reading() as session:
        return find_for_sign_in(session, username) is not None


def test_both_become_one_once_both_are_proven(asked: Browser, services: Services, office: Office) -> None:
    prove(asked)
    assert "Oost" in asked.page.text

    asked.press("#merge")

    assert asked.page.has("#done")
    assert not exists(services, "bert.janssens")
    with services.database.reading() as session:
        members = session.scalars(select(MembershipRow.person_id).where(MembershipRow.status == "active")).all()
        assert set(members) == {office.anna}
        actions = session.scalars(select(AuditRow.action)).all()
    assert {"accounts-merged", "person-deleted"} <= set(actions)
    assert letters(services, "accounts-merged")[-1].address == "anna.peeters@people.example"


def test_mailbox_of_the_account_that_goes_is_told(asked: Browser, services: Services) -> None:
    """Whoever knows a stolen password and nothing else must not take an account unseen."""
    prove(asked).press("#merge")

    (told,) = letters(services, "account-merged-away")
    assert told.address == "bert.janssens@people.example"
    assert "bert.janssens" in told.text


@pytest.mark.parametrize(
    ("username", "password"),
    [("bert.janssens", "wrong password"), ("nobody.here", PASSWORD), ("anna.peeters", PASSWORD), ("", "")],
)
def test_without_proof_nothing_is_offered(asked: Browser, services: Services, username: str, password: str) -> None:
    prove(asked, username, password)

    assert asked.status == 422
    assert asked.page.has("#username-error")
    assert not asked.page.has("#merge")
    assert exists(services, "bert.janssens")


@pytest.fixture
def guarded(services: Services, office: Office) -> tuple[str, tuple[str, ...]]:
    """Give the other account an authenticator; return its secret and its recovery codes."""
    return with_authenticator(services.database, services.settings.secret, office.bert, now=services.clock.now())


def prove_with(browser: Browser, code: str) -> Browser:
    return browser.press("#prove-other", username="bert.janssens", password=PASSWORD, code=code)


def test_the_other_accounts_second_factor_is_asked_for(
    asked: Browser, services: Services, guarded: tuple[str, tuple[str, ...]]
) -> None:
    prove(asked)
    assert asked.status == 422 and asked.page.has("#code-error")

    prove_with(asked, code_at(guarded[0], services.clock.now()))

    assert asked.page.has("#merge")


def test_a_recovery_code_proves_it_once_in_the_same_field(asked: Browser, guarded: tuple[str, tuple[str, ...]]) -> None:
    code = guarded[1][0]
    prove_with(prove(asked), code.lower())
    assert asked.page.has("#merge")
    asked.press("#keep-both").get(PAGE)

    prove_with(prove(asked), code)

    assert asked.status == 422 and asked.page.has("#code-error")


@pytest.mark.parametrize("wrong", ["22222-22222", "000000"])
def test_a_wrong_code_of_either_kind_counts(asked: Browser, guarded: tuple[str, tuple[str, ...]], wrong: str) -> None:
    prove(asked)
    for _ in range(PER_PERSON_AND_NETWORK[0].attempts):
        assert prove_with(asked, wrong).page.has("#code-error")

    prove_with(prove(asked), guarded[1][0])

    assert not asked.page.has("#merge")


def test_keeping_both_forgets_the_proof(asked: Browser, services: Services) -> None:
    prove(asked).press("#keep-both")

    assert asked.get(PAGE).page.has("#prove-other")
    assert exists(services, "bert.janssens")


def test_the_proof_is_good_once(asked: Browser, services: Services) -> None:
    prove(asked)
    action, sent = asked.form("#merge")[0], asked.fields("#merge")
    asked.press("#merge")

    asked.post(action, data=sent)

    assert asked.page.has("#prove-other")
    with services.database.reading() as session:
        assert session.scalars(select(AuditRow.action)).all().count("accounts-merged") == 1


def test_nobody_merges_without_having_proven_the_other_account(asked: Browser, services: Services) -> None:
    sent = asked.fields("#prove-other")

    asked.post(f"{PAGE}/merge", data=sent)

    assert asked.page.has("#prove-other")
    assert exists(services, "bert.janssens")


def test_sessions_of_the_other_account_end(asked: Browser, stranger: Browser) -> None:
    stranger.authorize("plain").sign_in("bert.janssens").press("#allow")

    prove(asked).press("#merge")

    assert stranger.get("/account/profile").page.has("#login")
