"""People by the thousand: added quickly, each with one usable context."""

import pytest
from sqlalchemy import func, select, text

from core.organisations.numbers import normalise
from core.organisations.queries import my_organisations
from core.people.assurance import Acr
from core.people.profiles import find_for_sign_in
from core.tools.access import offered_contexts
from core.tools.catalogue import tool_by_code
from core.tools.context import OfferedContext
from idp.credentials import passwords
from idp.demo import crowd, world
from idp.wiring import Services
from tests.support.statements import counted


def contexts(demo: Services, number: int) -> tuple[OfferedContext, ...]:
    with demo.database.reading() as session:
        record = find_for_sign_in(session, crowd.username(number))
        tool_id = tool_by_code(session, "cadastrefinder")
        assert record is not None
        assert record.email_verified
        assert tool_id is not None
        return offered_contexts(
            session,
            person_id=record.person_id,
            tool_id=tool_id,
            reachable=Acr.PASSWORD,
            now=demo.clock.now(),
        )


def count(demo: Services, table: str, condition: str = "1 = 1") -> int:
    with demo.database.reading() as session:
        return session.scalar(select(func.count()).select_from(text(table)).where(text(condition))) or 0


def test_everybody_has_one_usable_context(demo: Services) -> None:
    world.load(demo, people=11, organisations=3)

    offered = [contexts(demo, number) for number in range(1, 12)]

    assert [[context.is_usable for context in one] for one in offered] == [[True]] * 11
    assert len({context.organisation.id for (context,) in offered}) == 3
    assert {context.role for (context,) in offered} == {"user"}
    # Managers use their own accreditation, the others the one lent to them.
    assert sum(context.accreditations[0].is_mandated for (context,) in offered) == 8
    with pytest.raises(AssertionError):
        contexts(demo, 12)


def test_one_office_can_be_large(demo: Services) -> None:
    world.load(demo, people=30, organisations=4, largest=20)

    with demo.database.reading() as session:
        sizes = session.scalars(
            select(func.count())
            .select_from(text("membership JOIN organisation ON organisation.id = membership.organisation_id"))
            .where(text("organisation.name LIKE 'Immo Load%'"))
            .group_by(text("organisation.id"))
        ).all()
    assert sorted(sizes, reverse=True) == [20, 4, 3, 3]


def test_everybody_has_the_one_password_under_one_hash(demo: Services) -> None:
    world.load(demo, people=3, organisations=1)

    hashes = set()
    with demo.database.reading() as session:
        for number in (1, 2, 3):
            record = find_for_sign_in(session, crowd.username(number))
            assert record is not None
            hashes.add(passwords.stored_hash(session, record.person_id))
    assert len(hashes) == 1
    assert passwords.verify(hashes.pop(), "demo-Immo-2026").is_right


def test_each_office_has_one_manager_and_a_wallet(demo: Services) -> None:
    wallets = count(demo, "wallet")
    world.load(demo, people=5, organisations=2)

    assert count(demo, "wallet") == wallets + 2
    with demo.database.reading() as session:
        managing = 0
        for number in range(1, 6):
            record = find_for_sign_in(session, crowd.username(number))
            assert record is not None
            (mine,) = my_organisations(session, record.person_id)
            managing += mine.is_manager
    assert managing == 2


def test_loading_again_adds_only_what_is_missing(demo: Services) -> None:
    world.load(demo, people=5, organisations=2)
    before = count(demo, "person")

    world.load(demo, people=5, organisations=2)
    assert count(demo, "person") == before

    world.load(demo, people=3, organisations=1)
    assert count(demo, "person") == before

    world.load(demo, people=9, organisations=4)
    assert count(demo, "person") == before + 4
    assert count(demo, "organisation", "name LIKE 'Immo Load %'") == 4
    assert all(contexts(demo, number)[0].is_usable for number in range(1, 10))


def test_numbers_of_companies_are_valid_and_differ(demo: Services) -> None:
    numbers = [crowd.company_number(number) for number in (1, 2, 99_999, crowd.MOST_OFFICES)]

    assert [normalise(number) for number in numbers] == numbers
    assert len(set(numbers)) == 4


def test_more_organisations_than_people_are_refused(demo: Services) -> None:
    before = count(demo, "organisation")

    with pytest.raises(world.DemoRefused):
        world.load(demo, people=1, organisations=2)

    assert count(demo, "organisation") == before


def test_statements_do_not_grow_with_the_crowd(demo: Services) -> None:
    with counted(demo.database) as for_few:
        world.load(demo, people=40, organisations=4)
    with counted(demo.database) as for_more:
        world.load(demo, people=440, organisations=44)

    # Looking for what is there takes a few questions more.
    assert len(questions(for_more)) < len(questions(for_few)) + 20


def questions(statements: list[str]) -> list[str]:
    """Return what was asked; of rows that go in by the table, SQLite reports each."""
    return [statement for statement in statements if not statement.startswith("INSERT")]
