from datetime import timedelta

import pytest

from core.accreditations.errors import UnknownKind
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.tools.catalogue import tool_by_code, tool_facts, usage_requirements
from core.tools.errors import InvalidRequirement, UnknownRole
from core.tools.identifiers import ToolId
from core.tools.publishing import NewRole, NewTerms, NewTool, NewUsage, move_home, publish, set_requirement
from core.tools.requirements import AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Requirement
from tests.support.offices import a_tool, kinds, same
from tests.support.statements import counted

TERMS = NewTerms("v1", "https://tool.example/terms")


def test_catalogue_says_what_was_published(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now(), requirement=Requirement(terms="v1"), terms=(TERMS,))

    with counted(database) as statements, database.connection() as connection:
        facts = tool_facts(connection, tool_id, now=clock.now())
    assert facts is not None
    assert (facts.id, facts.code, facts.publisher) == (tool_id, "finder", "Publisher")
    assert facts.accreditation_kinds == ("be.biv",)
    usage = facts.usage("estate-agent")
    assert usage is not None
    assert (usage.default_role, usage.terms_version, usage.terms_url) == ("user", "v1", "https://tool.example/terms")
    assert (facts.terms_version, facts.terms_url) == ("v1", "https://tool.example/terms")
    assert facts.usage("unknown") is None
    assert len(statements) == 1


def test_unknown_tool_is_none(database: Database, clock: FixedClock) -> None:
    with database.connection() as connection:
        assert tool_facts(connection, ToolId("tol_unknown"), now=clock.now()) is None
        assert tool_by_code(connection, "unknown") is None
        assert usage_requirements(connection, ToolId("tol_unknown"), "x", now=clock.now()) is None


def test_aliases_are_replaced_wherever_they_are_written(database: Database, clock: FixedClock) -> None:
    requirement = Requirement(
        register=AllOf((AccreditationNeeded("be.ipav", lists=("tableau",)),)),
        use=AnyOf((AccreditationNeeded("be.ipav"), MandateNeeded())),
    )
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now(), requirement=requirement)

        found = usage_requirements(session, tool_id, "estate-agent", now=clock.now())

    assert found is not None
    assert found.kinds() == {"be.biv"}
    assert found.register == AllOf((AccreditationNeeded("be.biv", lists=("tableau",)),))


def test_requirement_counts_from_its_moment_on(database: Database, clock: FixedClock) -> None:
    later = clock.now() + timedelta(days=1)
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now())

        version = set_requirement(
            session, tool_id, "estate-agent", Requirement(eid=True), applies_from=later, by=None, now=clock.now()
        )

        today = usage_requirements(session, tool_id, "estate-agent", now=later - timedelta(microseconds=1))
        then = usage_requirements(session, tool_id, "estate-agent", now=later)
    assert version == 2
    assert today is not None
    assert today.eid is False
    assert then is not None
    assert then.eid is True


@pytest.mark.parametrize(
    ("requirement", "error"),
    [
        (Requirement(terms="v9"), InvalidRequirement),
        (Requirement(use=AccreditationNeeded("be.surveyor")), InvalidRequirement),
        (Requirement(use=AccreditationNeeded("be.plumber")), UnknownKind),
    ],
)
def test_requirement_names_only_what_the_tool_has(
    database: Database, clock: FixedClock, requirement: Requirement, error: type[Exception]
) -> None:
    with database.transaction() as session:
        kinds(session)

    with pytest.raises(error), database.transaction() as session:
        a_tool(session, now=clock.now(), requirement=requirement)

    with database.reading() as session:
        assert tool_by_code(session, "finder") is None


def test_default_role_is_one_the_tool_has(database: Database, clock: FixedClock) -> None:
    tool = NewTool(
        code="finder",
        name=same("x"),
        description=same("x"),
        purpose=same("x"),
        publisher="x",
        support_address="x@example.be",
        home_url=None,
        roles=(NewRole("user", same("user")),),
        usages=(NewUsage("all", same("all"), Requirement(), default_role="king"),),
    )
    with pytest.raises(UnknownRole), database.transaction() as session:
        publish(session, tool, by=None, now=clock.now())


def test_home_and_terms_move_together(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now(), requirement=Requirement(terms="v1"), terms=(TERMS,))

        move_home(session, tool_id, "https://new.example", terms=(NewTerms("v1", "https://new.example/terms"),))
        session.flush()

        facts = tool_facts(session, tool_id, now=clock.now())
        assert facts is not None
        assert (facts.home_url, facts.terms_url) == ("https://new.example", "https://new.example/terms")
        with pytest.raises(NotFound):
            move_home(session, tool_id, None, terms=(NewTerms("v9", "x"),))
        with pytest.raises(NotFound):
            move_home(session, ToolId("tol_unknown"), None)


def test_nothing_is_required_of_a_usage_that_does_not_exist(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now())
        with pytest.raises(NotFound):
            set_requirement(
                session, tool_id, "unknown", Requirement(), applies_from=clock.now(), by=None, now=clock.now()
            )
