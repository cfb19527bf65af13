"""What the templates make of the values: ids of the contract, words, and nothing that is not given."""

import re

import pytest
from flask import Flask

from core.tools.context import Reason, ReasonCode
from idp.interaction.pages import ConsentPage, ErrorPage, FormPostPage, LoginPage
from idp.web.page import RequestingTool
from tests.idp.pages.conftest import Show
from tests.idp.pages.samples import (
    CHANGED_CONSENT,
    FIRST_CONSENT,
    GONE,
    MANY_REASONS,
    NOORD,
    SAMPLES,
    SUSPENDED,
    TOOL,
    UNMARKED,
    WRONG,
    ZUID,
    accreditation,
    choice,
    context,
    organisation,
)
from tests.support import html_page
from tests.support.html_page import Element

LANGUAGES = ("nl", "fr", "en")


def document(html: str) -> html_page.Page:
    return html_page.parse("", 200, {"content-type": "text/html"}, html)


def inside(element: Element, tag: str) -> list[Element]:
    return [found for found in element.walk() if found.tag == tag]


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("login", {"login", "username", "password", "sign-in", "cancel"}),
        (
            "register",
            {"given-name", "family-name", "username", "email", "password", "password-again", "accept-terms"}
            | {"create-account"},
        ),
        ("login-eid", {"eid-login"}),
        ("eid-link", {"link-eid", "skip-eid"}),
        ("account-eid-none", {"link-eid"}),
        ("activate", {"activation-code", "activate", "resend-code"}),
        ("choice", {"cancel"}),
        ("consent", {"allow", "cancel"}),
        ("form-post", {"response", "continue"}),
        ("sign-out", {"sign-out"}),
        ("signed-out", {"signed-out"}),
        ("error", {"error"}),
    ],
)
def test_a_page_has_the_ids_of_the_contract(show: Show, sample: str, expected: set[str]) -> None:
    assert expected | {"language-nl", "language-fr", "language-en"} <= ids(show(SAMPLES[sample]()))


def test_card_that_is_demanded_cannot_be_skipped(show: Show) -> None:
    assert "skip-eid" not in ids(show(SAMPLES["eid-link-demanded"]()))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_its_language_and_no_id_twice(show: Show, sample: str, language: str) -> None:
    html = show(SAMPLES[sample](), language)
    found = re.findall(r'\bid="([^"]+)"', html)

    assert f'<html lang="{language}">' in html
    assert len(found) == len(set(found))
    assert len(re.findall(r"<h1\b", html)) == 1


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_page_has_no_style_or_script_that_the_policy_would_refuse(show: Show, sample: str) -> None:
    html = show(SAMPLES[sample]())

    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html)
    assert all("nonce=" in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize(
    ("sample", "leads_away"),
    [
        ("login", True),
        ("choice", True),
        ("consent", True),
        ("sign-out", True),
        ("form-post", True),
        ("error", False),
        ("signed-out", False),
        ("home", False),
    ],
)
def test_only_pages_on_the_way_to_a_tool_leave_open_where_forms_end(
    gallery: Flask, sample: str, *, leads_away: bool
) -> None:
    policy = gallery.test_client().get(f"/{sample}").headers["Content-Security-Policy"]

    assert ("form-action" not in policy) is leads_away


def test_what_others_wrote_is_shown_and_never_run(show: Show) -> None:
    tool = RequestingTool("<script>alert(1)</script>", '"><img src=x>')

    html = show(LoginPage("/x", "token", tool, '"><b>name'))

    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert 'value="&#34;&gt;&lt;b&gt;name"' in html


def test_a_tool_is_shown_by_its_mark_or_by_the_first_letter_of_its_name(show: Show) -> None:
    marked, unmarked = (show(LoginPage("/x", "token", tool)) for tool in (TOOL, UNMARKED))

    assert re.search(r'<img class="tool-mark" src="data:image/svg\+xml[^"]+" alt=""', marked)
    assert '<span class="tool-mark" aria-hidden="true">P</span>' in unmarked


def test_a_refused_sign_in_is_said_on_top_and_at_the_field(show: Show) -> None:
    page = document(show(LoginPage("/x", "token", TOOL, "anna", errors=WRONG)))

    username = page.one("#username")
    assert page.one("title").text.startswith("Error:")
    assert page.one(".error-summary").attributes["role"] == "alert"
    assert [link.attributes["href"] for link in inside(page.one(".error-summary"), "a")] == ["#username"]
    assert username.attributes["aria-invalid"] == "true"
    assert page.one(f"#{username.attributes['aria-describedby']}").text == WRONG[0].message
    assert username.attributes["value"] == "anna"


def test_the_password_is_never_sent_back(show: Show) -> None:
    page = document(show(LoginPage("/x", "token", TOOL, "anna", errors=WRONG)))

    assert page.one("#password").attributes["value"] == ""


def starts(html: str) -> list[Element]:
    return document(html).all("button.start-context")


def test_each_usable_context_has_one_button_that_names_it(show: Show) -> None:
    html = show(choice(context("reg_1", NOORD), context("reg_2", ZUID), context("reg_3", ZUID, reason=SUSPENDED)))

    buttons = [button.attributes for button in starts(html)]

    assert [(b["value"], b["data-organization"], b["data-usage"], b["data-role"]) for b in buttons] == [
        ("reg_1", "0100001060", "estate-agent", "user"),
        ("reg_2", "0100002050", "estate-agent", "user"),
    ]
    assert {b["name"] for b in buttons} == {"context"}


def test_the_button_of_a_context_tells_those_who_listen_which_it_starts(show: Show) -> None:
    [button] = starts(show(choice(context("reg_1", NOORD))))

    assert button.text.split() == ["Start", ":", "Immo", "Demo", "Noord", "BV,", "Estate", "agent"]


def test_pressing_enter_in_a_field_starts_nothing(show: Show) -> None:
    html = show(choice(context("reg_1", NOORD)))
    form = html[html.index('<form class="choice"') :]

    first = re.search(r"<button[^>]*>", form)

    assert first is not None
    assert "disabled" in first[0]


def test_organisations_with_something_to_start_come_first(show: Show) -> None:
    first, second = organisation("Aarts", "0100000001"), organisation("Zeebroek", "0100000002")

    html = show(choice(context("reg_1", first, reason=SUSPENDED), context("reg_2", second)))

    assert html.index("Zeebroek") < html.index("Aarts")


def test_a_closed_context_says_why_and_what_to_do(show: Show) -> None:
    html = show(choice(context("reg_2", ZUID, reason=MANY_REASONS)))

    assert "registration is suspended" in html
    assert "You have no role in this tool" in html
    assert "It is enough to resolve one of these:" in html
    assert "no longer valid: Estate agent (BIV/IPI)." in html
    assert "A manager can arrange that a colleague lends theirs." in html


def test_where_nothing_can_be_started_no_role_is_promised_as_the_cure_of_something_else(show: Show) -> None:
    somewhere = show(choice(context("reg_2", ZUID, reason=SUSPENDED)))
    nowhere = show(choice())

    assert "Below it says for each organisation why" in somewhere
    assert "gives you a role in it" not in somewhere
    assert "gives you a role in it" in nowhere


def test_a_kind_of_accreditation_without_a_name_is_shown_by_its_code(show: Show) -> None:
    unknown = context("reg_2", ZUID, reason=Reason(ReasonCode.ACCREDITATION_LAPSED, "be.unknown"))

    assert "no longer valid: be.unknown." in show(choice(unknown))


def test_a_context_says_on_whose_accreditation_it_rests(show: Show) -> None:
    own = show(choice(context("reg_1", NOORD, accreditations=(accreditation(),))))
    lent = show(choice(context("reg_1", NOORD, accreditations=(accreditation(lent_by="Bo Claes"),))))

    assert "Estate agent (BIV/IPI) 500123, your own" in own
    assert "Estate agent (BIV/IPI) 500123, lent by Bo Claes" in lent


def test_a_choice_that_was_not_possible_is_said_with_a_link_to_the_choices(show: Show) -> None:
    page = document(show(choice(context("reg_1", NOORD), errors=GONE)))

    assert [link.attributes["href"] for link in inside(page.one(".error-summary"), "a")] == ["#contexts"]
    assert page.has("#contexts")


def test_a_consent_on_the_choice_needs_no_button_of_its_own(show: Show) -> None:
    html = show(choice(context("reg_1", NOORD), consent=FIRST_CONSENT))

    assert "allow" not in ids(html)
    assert "When you start, CadastreFinder receives" in html
    assert "By going on you also accept version v1." in html


def test_without_a_due_consent_the_choice_does_not_speak_of_it(show: Show) -> None:
    assert "receives" not in show(choice(context("reg_1", NOORD)))


def test_what_is_new_is_marked_only_where_there_was_a_consent_before(show: Show) -> None:
    first = show(choice(context("reg_1", NOORD), consent=FIRST_CONSENT))
    changed = show(choice(context("reg_1", NOORD), consent=CHANGED_CONSENT))

    assert "status-new" not in first
    assert changed.count("status-new") == 1
    assert "asks for more than before" in changed


def test_a_consent_says_how_long_it_lasts(show: Show) -> None:
    page = RequestingTool("Plain")

    assert "As long as you are signed in." in show(ConsentPage("/x", "t", page, "Anna", FIRST_CONSENT))
    assert "until you withdraw it" in show(ConsentPage("/x", "t", page, "Anna", CHANGED_CONSENT))


def test_an_error_carries_its_code_reference_and_the_way_to_the_helpdesk(show: Show) -> None:
    html = show(ErrorPage("interaction-expired", "Expired", "Too late.", "Start again.", "req_77"))
    page = document(html)

    assert page.one("#error").attributes["data-code"] == "interaction-expired"
    assert page.one("#reference").text == "req_77"
    assert "mailto:support@immo-connect.eu" in html
    assert "back" not in ids(html)


def test_a_form_post_carries_exactly_its_parameters(show: Show) -> None:
    parameters = (("code", 'a"b'), ("state", "<s>"), ("iss", "https://login.immo.test"))
    page = document(show(FormPostPage("https://tool.example/callback?x=1", parameters)))

    hidden = inside(page.one("#response"), "input")
    assert [(field.attributes["name"], field.attributes["value"]) for field in hidden] == list(parameters)
    assert page.one("#response").attributes["action"] == "https://tool.example/callback?x=1"
    assert page.one("#response").attributes["method"] == "post"


def test_nothing_is_said_to_be_received_where_nothing_can_be_started(show: Show) -> None:
    html = show(choice(context("reg_2", ZUID, reason=SUSPENDED), consent=FIRST_CONSENT))

    assert "uw e-mailadres" not in html
    assert "uw e-mailadres" in show(choice(context("reg_1", NOORD), consent=FIRST_CONSENT))
