import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infra.secret import Secret
from core.web import csrf
from core.web.csrf import FormTokenInvalid

SECRET = Secret("a-secret-of-at-least-thirty-two-letters")


def test_a_token_fits_the_cookie_it_was_made_for() -> None:
    csrf.check(SECRET, "cookie", csrf.token(SECRET, "cookie"))


def test_each_page_gets_a_token_of_its_own() -> None:
    assert csrf.token(SECRET, "cookie") != csrf.token(SECRET, "cookie")


@pytest.mark.parametrize("binding", ["another cookie", "", None])
def test_a_token_of_another_browser_is_refused(binding: str | None) -> None:
    token = csrf.token(SECRET, "cookie")

    with pytest.raises(FormTokenInvalid):
        csrf.check(SECRET, binding, token)


def test_a_token_made_for_no_cookie_is_refused() -> None:
    with pytest.raises(FormTokenInvalid):
        csrf.check(SECRET, "", csrf.token(SECRET, ""))


def test_a_token_of_another_installation_is_refused() -> None:
    token = csrf.token(Secret("another-secret-of-thirty-two-letters"), "cookie")

    with pytest.raises(FormTokenInvalid):
        csrf.check(SECRET, "cookie", token)


@given(st.one_of(st.none(), st.text()))
def test_anything_else_is_refused(given_token: str | None) -> None:
    with pytest.raises(FormTokenInvalid):
        csrf.check(SECRET, "cookie", given_token)


@given(st.data())
def test_an_altered_token_is_refused(data: st.DataObject) -> None:
    token = csrf.token(SECRET, "cookie")
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[position]))

    with pytest.raises(FormTokenInvalid):
        csrf.check(SECRET, "cookie", token[:position] + other + token[position + 1 :])
