"""What the tools show to whom, and that their three languages are whole."""

import re

import pytest

from examples.cadastrefinder import parcels
from examples.cadastrefinder import words as cadastrefinder_words
from examples.myrent import rentals
from examples.myrent import words as myrent_words
from tests.examples.conftest import Tool


@pytest.mark.parametrize("words", [cadastrefinder_words.WORDS, myrent_words.WORDS], ids=["cadastrefinder", "myrent"])
def test_every_text_is_there_in_three_languages_with_the_same_places(words: dict[str, tuple[str, str, str]]) -> None:
    for key, texts in words.items():
        places = {tuple(sorted(re.findall(r"%\((\w+)\)s", text))) for text in texts}
        assert all(texts), key
        assert len(places) == 1, key


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("kerkstraat gent", {"44021A0118/00C000", "44021A0118/00D000"}),
        ("LIÈGE", {"62063B0099/00H000"}),
        ("liege tanneurs", {"62063B0099/00H000"}),
        ("92094c0210", {"92094C0210/00B000"}),
        ("nowhere", set()),
        ("  ", set()),
    ],
)
def test_search_finds_parcels_in_which_every_word_occurs(query: str, numbers: set[str]) -> None:
    assert {parcel.number for parcel in parcels.search(query)} == numbers


def test_each_organisation_sees_its_own_rents() -> None:
    noord, zuid = rentals.portfolio("0100001060"), rentals.portfolio("0100002050")

    assert noord is not zuid
    assert (noord.let, len(noord.units), noord.buildings) == (5, 6, 3)
    assert noord.rent_eur == sum(unit.rent_eur for unit in noord.units) - 890
    assert rentals.portfolio(None).units


def test_claims_page_shows_every_claim_that_came(tool: Tool) -> None:
    page = tool.signed_in().get("/claims").text

    for name in ("org_id", "urn:immo-connect:claims:accreditations", "auth_time", "email"):
        assert name in page


def test_what_a_name_contains_is_text_and_never_markup(tool: Tool) -> None:
    page = tool.signed_in(org_name="<script>alert(1)</script>").get("/").text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_links_of_the_name_menu(tool: Tool) -> None:
    page = tool.signed_in().get("/").text

    for target in ("/sign-in?prompt=select_account", "http://localhost:8081/organisations", "/claims"):
        assert f'href="{target}"' in page
    assert '<form method="post" action="/sign-out">' in page


def test_name_menu_is_told_who_works_for_whom_and_its_script_is_the_only_one_let_in(tool: Tool) -> None:
    answer = tool.signed_in().get("/?language=en")

    for said in (
        'name="Anna Peeters"',
        'organisation="Immo Demo Noord BV" organisation-id="org_noord"',
        'usage="estate agent"',
        'change-context="/sign-in?prompt=select_account" sign-out="/sign-out"',
    ):
        assert said in answer.text
    assert '<script type="module" src="http://localhost:8081/menu.js"></script>' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src http://localhost:8081/menu.js;" in policy
    assert f"form-action 'self' {tool.provider.issuer};" in policy


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_terms_can_be_read_before_signing_in(tool: Tool, language: str) -> None:
    page = tool.browser().get("/terms", query_string={"language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "v1" in page.text
