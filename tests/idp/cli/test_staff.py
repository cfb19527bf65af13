"""`idp people staff`: roles from the terminal."""

from collections.abc import Callable

from click.testing import Result

from idp.wiring import Services
from tests.support.tools import an_office

Command = Callable[..., Result]


def test_roles_are_given_listed_and_taken(command: Command, services: Services) -> None:
    an_office(services)

    said = [
        command("people", "staff", *arguments)
        for arguments in (
            ("list",),
            ("add", "anna.peeters", "operator"),
            ("add", "anna.peeters", "operator"),
            ("add", "bert.janssens", "helpdesk"),
            ("list",),
            ("remove", "bert.janssens", "helpdesk"),
            ("remove", "bert.janssens", "helpdesk"),
        )
    ]

    assert [result.exit_code for result in said] == [0] * 7
    assert said[0].output == "Nobody holds a role.\n"
    assert "already" in said[2].output
    assert [line.split()[:2] for line in said[4].output.splitlines()] == [
        ["helpdesk", "bert.janssens"],
        ["operator", "anna.peeters"],
    ]
    assert "does not have" in said[6].output


def test_the_last_operator_stays_and_nobody_gets_nothing(command: Command, services: Services) -> None:
    an_office(services)
    command("people", "staff", "add", "anna.peeters", "operator")

    for arguments, code in (
        (("remove", "anna.peeters", "operator"), "last-operator"),
        (("add", "nobody.here", "operator"), "not-found"),
    ):
        result = command("people", "staff", *arguments)
        assert result.exit_code == 1
        assert code in result.output
