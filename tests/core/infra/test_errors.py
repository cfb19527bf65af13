"""Errors: a public code that is stable, details that stay inside."""

from core.infra.errors import Conflict, ImmoError, InvalidSettings, NotFound, RateLimited, RuleError, Unavailable


def test_each_kind_has_a_code_of_its_own() -> None:
    kinds: list[type[ImmoError]] = [ImmoError, RuleError, NotFound, Conflict, RateLimited, Unavailable, InvalidSettings]

    assert len({kind.code for kind in kinds}) == len(kinds)


def test_details_do_not_show_in_the_text() -> None:
    error = NotFound(national_number="85.07.30-033.61")

    assert str(error) == "not-found"
    assert error.details == {"national_number": "85.07.30-033.61"}


def test_a_code_can_be_said_more_precisely() -> None:
    assert Unavailable("register-unavailable").code == "register-unavailable"


def test_a_limit_says_when_to_come_back() -> None:
    error = RateLimited(30, limit="password")

    assert (error.code, error.retry_after_seconds, error.details) == ("rate-limited", 30, {"limit": "password"})


def test_refused_settings_show_every_problem_on_its_own_line() -> None:
    error = InvalidSettings(("IMMO_MODE: missing", "IMMO_ISSUER: no address"))

    assert str(error).splitlines()[1:] == ["  - IMMO_MODE: missing", "  - IMMO_ISSUER: no address"]
