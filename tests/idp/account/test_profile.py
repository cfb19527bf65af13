"""My data over HTTP: read, edited with one save, never over the card, never over another window (A10, A11)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.people.eid import HolderFacts
from core.people.own_profile import Profile
from core.people.profile_editing import own_profile
from core.people.web_addresses import Network
from idp.wiring import Services
from tests.idp.account.my_data import EDIT, VIEW, MyData
from tests.support.cards import link_card
from tests.support.html_page import Element
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK, Office

CARD = HolderFacts(
    given_name="Anna",
    family_name="Peeters",
    gender="female",
    birthdate=date(1979, 4, 16),
    place_of_birth="Antwerpen",
    nationality="Belg",
)
LOCKED = ("given-name", "family-name", "birthdate", "place-of-birth", "gender", "nationality")


@pytest.fixture
def anna(browser: Browser) -> MyData:
    return MyData(browser)


@pytest.fixture
def stored(services: Services, office: Office) -> Callable[[], Profile]:
    """Return what reads Anna's profile from the database."""

    def read() -> Profile:
        with services.database.reading() as session:
            return own_profile(session, office.anna).profile

    return read


@pytest.fixture
def card(services: Services, office: Office) -> None:
    """Link Anna's identity card."""
    with services.database.transaction() as session:
        link_card(session, office.anna, facts=CARD, now=services.clock.now())


def inputs(element: Element) -> dict[str, Element]:
    return {found.attributes["id"]: found for found in element.walk() if "id" in found.attributes}


def test_nobody_sees_it_without_signing_in(browser: Browser) -> None:
    for url in (VIEW, EDIT):
        assert browser.get(url).page.has("#login")
    browser.response = browser.client.post(EDIT, data={"given-name": "Eve"})
    assert browser.status == 303 and "Eve" not in browser.page.body


def test_form_saves_everything_at_once_and_says_so(anna: MyData, stored: Callable[[], Profile]) -> None:
    anna.send(
        given_name="Anna Maria", nickname="Ann", birthdate="1979-04-16", gender="female", nationality="Belg",
        phone_number="0470 55 01 22", website="www.anna.example", linkedin="linkedin.com/in/anna",
        street_address="Lange Leemstraat 112", postal_code="2018", locality="Antwerpen", country="BE",
        zoneinfo="Europe/Brussels", locale="nl-BE",
    )  # fmt: skip

    assert anna.page.one("#done").attributes["role"] == "status"
    profile = stored()
    details = profile.details
    assert (details.given_name, details.family_name, details.nickname) == ("Anna Maria", "Peeters", "Ann")
    assert (details.birthdate, details.gender, details.nationality) == (date(1979, 4, 16), "female", "Belg")
    assert (details.phone_number, details.website) == ("+32470550122", "https://www.anna.example")
    assert (details.street_address, details.postal_code, details.locality, details.country) == (
        "Lange Leemstraat 112", "2018", "Antwerpen", "BE",
    )  # fmt: skip
    assert (details.zoneinfo, details.locale) == ("Europe/Brussels", "nl-BE")
    assert profile.social == {Network.LINKEDIN: "https://linkedin.com/in/anna"}
    assert anna.fact("phone-number") == "+32 470 55 01 22"
    assert anna.fact("birthdate") == "16 April 1979"
    assert "2018 Antwerpen Belgium" in anna.fact("address-0")


def test_form_that_is_sent_as_it_stands_changes_nothing(anna: MyData, stored: Callable[[], Profile]) -> None:
    anna.send(phone_number="0470 55 01 22", country="BE", locality="Gent", zoneinfo="Europe/Brussels", locale="fr-BE")
    before = stored()

    anna.send()

    assert stored() == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("given-name", ""), ("family-name", " "), ("middle-name", "x" * 201), ("nickname", "An\u202ena"),
        ("birthdate", "2030-01-01"), ("birthdate", "soon"), ("place-of-birth", "x" * 201), ("gender", "robot"),
        ("nationality", "x" * 101), ("phone-number", "12"), ("website", "javascript:alert(1)"),
        ("profile-url", "ftp://example.be"), ("linkedin", "https://linkedin.com.evil.example/in/a"),
        ("facebook", "https://x.com/a"), ("instagram", "instagram"), ("x", "https://"), ("youtube", "youtube.com"),
        ("street-address", "Kerkstraat 1"), ("postal-code", "9000"), ("language", "de"), ("locale", "tlh"),
        ("zoneinfo", "Mars/Base"), ("country", "Atlantis"),
    ],
)  # fmt: skip
def test_each_wrong_field_is_said_at_the_field_and_nothing_is_saved(
    anna: MyData, stored: Callable[[], Profile], field: str, typed: str
) -> None:
    before = stored()

    other = "website" if field == "nickname" else "nickname"
    page = anna.send({**anna.open(), field: typed, other: "example.be"})

    told = {"street-address": "country", "postal-code": "country"}.get(field, field)
    assert page.status == 422
    assert page.one("title").text.startswith("Error:")
    assert told in anna.errors
    wrong = page.one(f"#{told}")
    assert wrong.attributes["aria-invalid"] == "true"
    assert page.one(f"#{told}-error").text == anna.errors[told]
    assert f"{told}-error" in wrong.attributes["aria-describedby"].split()
    assert stored() == before


def test_nothing_that_was_typed_is_lost_with_a_mistake(anna: MyData) -> None:
    typed = {
        "given-name": "Anna <b>", "nickname": "Ann", "phone-number": "12", "website": "anna.example", "x": "x.com/a",
        "locality": "Gent", "country": "NL", "gender": "other", "language": "fr", "zoneinfo": "Asia/Tokyo",
    }  # fmt: skip

    anna.send({**anna.open(), **typed})

    shown = anna.fields()
    assert {name: shown[name] for name in typed} == typed
    assert anna.page.one("form#profile").attributes["data-unsaved"] == "yes"


def test_first_wrong_field_of_the_page_has_the_focus(anna: MyData) -> None:
    page = anna.send(website="ftp://a.be", nickname="x" * 300, locality="Gent")

    assert list(anna.errors) == ["nickname", "website", "country"]
    focused = [element.attributes["id"] for element in page.root.walk() if "autofocus" in element.attributes]
    assert focused == ["nickname"]


def test_form_of_another_site_is_refused(anna: MyData, stranger: Browser, stored: Callable[[], Profile]) -> None:
    before, fields = stored(), anna.open()
    bert = MyData(stranger, "bert.janssens")

    for token in ("", "forged", bert.open()["csrf_token"]):
        page = anna.send({**fields, "csrf_token": token, "nickname": "Eve"})
        assert (page.status, page.one("#error").attributes["data-code"]) == (403, "form-token-invalid")
    assert stored() == before


def test_form_changes_nobody_elses_data(
    anna: MyData, stranger: Browser, services: Services, office: Office, stored: Callable[[], Profile]
) -> None:
    bert = MyData(stranger, "bert.janssens")
    before = stored()

    bert.send(nickname="Bertje", id=office.anna, person_id=office.anna, username="anna.peeters")

    assert stored() == before
    assert bert.fact("nickname") == "Bertje"
    assert bert.fact("username").startswith("bert.janssens")


def test_user_name_and_address_are_no_fields(anna: MyData, services: Services, office: Office) -> None:
    anna.send(username="somebody.else", email="eve@example.com")

    assert anna.fact("username").startswith("anna.peeters")
    assert "anna.peeters@people.example" in anna.fact("email")


@pytest.mark.usefixtures("card")
def test_what_the_card_says_is_shown_as_facts(anna: MyData) -> None:
    anna.open()
    form = inputs(anna.page.one("form#profile"))

    for name in LOCKED:
        assert form[name].tag == "div", f"{name} can be typed in"
        assert "From your identity card" in form[name].text
        assert "From your identity card" in anna.fact(name)
        anna.open()
    assert form["middle-name"].tag == "input"


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("field", LOCKED)
def test_forged_change_of_what_the_card_says_changes_nothing_and_says_so(
    anna: MyData, stored: Callable[[], Profile], field: str
) -> None:
    before = stored()

    typed = "2001-01-01" if field == "birthdate" else "male"
    page = anna.send({**anna.open(), field: typed, "nickname": "Ann"})

    assert page.status == 422
    assert list(anna.errors) == [field]
    assert "identity card" in anna.errors[field]
    assert page.has(f"#{field}"), "the summary leads nowhere"
    assert stored() == before
    assert anna.fields()["nickname"] == "Ann"


def test_card_linked_while_the_form_was_open_wins(anna: MyData, request: pytest.FixtureRequest) -> None:
    opened = anna.open()
    request.getfixturevalue("card")

    page = anna.send(opened, family_name="Janssens", nickname="Ann")

    assert page.status == 409
    assert list(anna.errors) == ["family-name"]
    assert anna.fields()["nickname"] == "Ann"
    assert anna.fact("family-name").startswith("Peeters")


def test_slower_of_two_windows_is_told_and_loses_nothing(anna: MyData, stored: Callable[[], Profile]) -> None:
    slower = anna.open()
    anna.send(nickname="Ann", website="anna.example", phone_number="0470 55 01 22")
    faster = stored()

    page = anna.send(slower, nickname="Anneke", birthdate="16/04/1979", locality="Gent", country="BE")

    assert page.status == 409
    told = page.one("#changed-elsewhere").text
    assert "What people call you" in told and "Telephone number" in told and "Town" not in told
    assert page.one("#nickname-note").text == "Saved in the meantime: Ann"
    assert stored() == faster, "nothing is saved over the other window"
    shown = anna.fields()
    assert (shown["nickname"], shown["birthdate"], shown["locality"]) == ("Anneke", "16/04/1979", "Gent")
    assert (shown["website"], shown["phone-number"]) == ("https://anna.example", "+32 470 55 01 22")

    anna.send(shown)

    details = stored().details
    assert (details.nickname, details.birthdate, details.locality) == ("Anneke", date(1979, 4, 16), "Gent")
    assert (details.website, details.phone_number) == ("https://anna.example", "+32470550122")


def test_both_windows_with_the_same_words_contest_nothing(anna: MyData) -> None:
    slower = anna.open()
    anna.send(nickname="Ann")

    page = anna.send(slower, nickname="Ann")

    assert page.status == 409
    assert not page.has("#nickname-note")


def test_mistakes_are_told_together_with_what_changed(anna: MyData) -> None:
    slower = anna.open()
    anna.send(nickname="Ann")

    page = anna.send(slower, phone_number="12")

    assert page.status == 409
    assert list(anna.errors) == ["phone-number"]
    assert (anna.fields()["phone-number"], anna.fields()["nickname"]) == ("12", "Ann")


def test_language_that_was_switched_meanwhile_is_no_conflict(anna: MyData, stored: Callable[[], Profile]) -> None:
    opened = anna.open()
    anna.browser.get(f"{VIEW}?language=fr")

    anna.send({**opened, "nickname": "Ann"})

    assert stored().details.nickname == "Ann"


def test_chosen_language_is_that_of_the_next_page_and_of_the_next_sign_in(
    anna: MyData, new_browser: Callable[[], Browser], stored: Callable[[], Profile]
) -> None:
    anna.send(language="fr")

    assert anna.page.language == "fr"
    assert stored().language == "fr"
    anna.browser.client.delete_cookie("__Host-immo-idp", domain="login.immo.test")
    assert anna.browser.get(VIEW).page.language == "fr", "the browser does not know it"
    assert MyData(new_browser()).page.language == "fr", "the account does not know it"


def test_addresses_are_added_and_removed_without_scripts(anna: MyData, stored: Callable[[], Profile]) -> None:
    anna.send(act="add-address", nickname="Ann")
    assert anna.fields()["nickname"] == "Ann"
    assert stored().further_addresses == () and stored().details.nickname is None
    office = {"label": "Office", "street-address": "Kerkstraat 1", "postal-code": "9000", "locality": "Gent"}
    first = {f"further-0-{name}": text for name, text in {**office, "country": "BE"}.items()}
    anna.send({**anna.fields(), **first, "act": "add-address"})
    second = {f"further-1-{name}": text for name, text in {**office, "label": "Sea", "country": "BE"}.items()}

    anna.send({**anna.fields(), **second})

    assert [further.label for further in stored().further_addresses] == ["Office", "Sea"]
    assert "Kerkstraat 1 9000 Gent Belgium" in anna.fact("address-1")

    anna.open()
    anna.send({**anna.fields(), "act": "remove-address-0"})
    assert len(stored().further_addresses) == 2, "removed before it was saved"
    anna.send(anna.fields())

    assert [further.label for further in stored().further_addresses] == ["Sea"]


def test_five_addresses_are_room_enough(anna: MyData, stored: Callable[[], Profile]) -> None:
    fields = anna.open()
    for _ in range(7):
        anna.send({**fields, "act": "add-address"})
        fields = anna.fields()

    assert "further-4-label" in fields and "further-5-label" not in fields
    assert not anna.page.has("#add-address")
    rows = {f"further-{row}-{name}": text for row in range(7) for name, text in (
        ("label", f"No {row}"), ("locality", "Gent"), ("country", "BE"))}  # fmt: skip
    anna.send({**fields, **rows})
    assert len(stored().further_addresses) == 5


def test_wrong_row_is_said_at_its_field(anna: MyData, stored: Callable[[], Profile]) -> None:
    anna.send(act="add-address")

    page = anna.send({**anna.fields(), "further-0-postal-code": "1", "further-0-country": "BE"})

    assert list(anna.errors) == ["further-0-label", "further-0-postal-code", "further-0-locality"]
    assert page.one("#further-0-postal-code").attributes["value"] == "1"
    assert stored().further_addresses == ()


@pytest.mark.parametrize(
    "act", ["remove-address-9", "remove-address-x", "remove-address-", "rubbish", "remove-address-²"]
)
def test_button_that_does_not_exist_saves_nothing(anna: MyData, stored: Callable[[], Profile], act: str) -> None:
    before = stored()

    page = anna.send(act=act, nickname="Ann")

    assert page.status == 200
    assert anna.fields()["nickname"] == "Ann"
    assert stored() == before


@pytest.mark.parametrize("seen", ["", "rubbish", "given_name:00000000", "\x00", ":" * 500])
def test_form_that_hides_what_it_was_made_from_overwrites_nothing(
    anna: MyData, stored: Callable[[], Profile], seen: str
) -> None:
    before = stored()

    assert anna.send(seen=seen, nickname="Ann").status == 409
    assert stored() == before
    assert anna.fields()["nickname"] == "Ann"


def test_what_people_type_is_shown_and_never_run(anna: MyData) -> None:
    anna.send(nickname="<script>alert(1)</script>", place_of_birth='"><img src=x onerror=alert(1)>')

    for url in (VIEW, EDIT):
        body = anna.browser.get(url).page.body
        assert "<script>alert" not in body and "<img src=x" not in body


def test_tools_are_told_what_was_saved(
    services: Services, anna: MyData, browser: Browser, stored: Callable[[], Profile]
) -> None:
    anna.send(
        phone_number="0470 55 01 22", street_address="Kerkstraat 1", postal_code="9000", locality="Gent", country="BE",
        nickname="Ann", website="anna.example", zoneinfo="Europe/Brussels",
    )  # fmt: skip

    claims = userinfo(browser, "openid profile address phone")

    assert (claims["phone_number"], claims["phone_number_verified"]) == ("+32470550122", False)
    assert claims["address"]["formatted"] == "Kerkstraat 1\n9000 Gent\nBE"
    assert (claims["nickname"], claims["website"]) == ("Ann", "https://anna.example")
    assert claims["zoneinfo"] == "Europe/Brussels"


def userinfo(browser: Browser, scope: str) -> dict[str, Any]:
    """Let a tool sign Anna in and ask the userinfo endpoint about her."""
    browser.authorize("plain", scope=scope)
    if browser.location is None:
        browser.press("#allow")
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    answer = browser.client.post("/token", data=form, auth=("plain", "plain-secret"))
    token = answer.get_json()["access_token"]
    found = browser.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    claims: dict[str, Any] = found.get_json()
    return claims
