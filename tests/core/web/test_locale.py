import pytest
from flask.testing import FlaskClient

from core.web.locale import supported

SAID = {"nl": "Aanmelden", "fr": "Se connecter", "en": "Sign in"}


def language_of(html: str) -> str:
    [language] = [tag for tag, text in SAID.items() if f'<p id="said">{text}</p>' in html]
    assert f'<html lang="{language}">' in html
    return language


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "expected"),
    [
        ("language=fr&chosen=nl&ui_locales=en&person=nl", "en", "nl", "fr"),
        ("chosen=nl&ui_locales=en&person=en", "en", "fr", "nl"),
        ("ui_locales=de+fr-BE+en&person=en", "en", "nl", "fr"),
        ("person=fr", "en", "nl", "fr"),
        ("", "en", "fr", "en"),
        ("", None, "de, fr-BE;q=0.8, en;q=0.5", "fr"),
        ("", None, "de", "nl"),
        ("", None, None, "nl"),
    ],
)
def test_the_first_language_that_is_known_wins(
    framed: FlaskClient, query: str, cookie: str | None, accepted: str | None, expected: str
) -> None:
    if cookie:
        framed.set_cookie("immo-language", cookie)

    answer = framed.get(f"/page?{query}", headers={"Accept-Language": accepted} if accepted else {})

    assert language_of(answer.text) == expected


@pytest.mark.parametrize("unknown", ["de", "", "../../etc", "x" * 5000, "fr\x00"])
def test_a_language_we_do_not_have_is_passed_over(framed: FlaskClient, unknown: str) -> None:
    answer = framed.get("/page", query_string={"language": unknown, "person": "en"})

    assert language_of(answer.text) == "en"
    assert "Set-Cookie" not in answer.headers


def test_a_chosen_language_is_remembered_for_the_next_visit(framed: FlaskClient) -> None:
    chosen = framed.get("/page?language=fr").headers["Set-Cookie"]

    assert language_of(framed.get("/page").text) == "fr"
    assert chosen.startswith("immo-language=fr;")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in chosen


def test_a_page_that_is_no_choice_sets_no_cookie(framed: FlaskClient) -> None:
    assert "Set-Cookie" not in framed.get("/page").headers
    assert "Set-Cookie" not in framed.get("/document.json?language=fr").headers


def test_the_switch_links_to_this_same_page_with_its_parameters(framed: FlaskClient) -> None:
    html = framed.get("/page?person=en&state=a%26b&language=en").text

    assert 'href="?person=en&amp;state=a%26b&amp;language=nl" lang="nl" hreflang="nl"' in html
    assert html.count("language=en") == 1


def test_the_switch_marks_the_language_of_the_page(framed: FlaskClient) -> None:
    html = framed.get("/page?language=fr").text

    assert html.count('aria-current="true"') == 1
    assert 'id="language-fr"' in html.split('aria-current="true"')[0].rsplit("<a", 1)[1]


@pytest.mark.parametrize(
    ("tag", "language"), [("fr", "fr"), ("fr-BE", "fr"), ("nl_BE", "nl"), ("EN-gb", "en"), ("frr", None), (None, None)]
)
def test_a_tag_is_read_by_its_language(tag: str | None, language: str | None) -> None:
    assert supported(tag) == language
