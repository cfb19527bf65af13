"""The pages in a real browser: readable by everybody, whole on a small screen, and what scripts add."""

from playwright.sync_api import Browser, expect

from tests.idp.pages.browsing import opened
from tests.support.accessibility import violations


def test_axe_would_find_a_field_without_a_label_and_pale_text(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/login") as page:
        page.evaluate("document.querySelector('label').remove()")
        page.evaluate("document.querySelector('h1').style.color = '#ddd'")

        found = " ".join(violations(page))

    assert "color-contrast" in found
    assert "label" in found


def test_buttons_to_start_are_large_enough_for_a_thumb(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/choice", width=360) as page:
        box = page.locator("button.start-context").bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_the_password_can_be_shown_and_hidden(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/login?language=en") as page:
        reveal = page.get_by_role("button", name="Show password")
        reveal.click()
        expect(page.locator("#password")).to_have_attribute("type", "text")
        expect(reveal).to_have_attribute("aria-pressed", "true")
        reveal.click()
        expect(page.locator("#password")).to_have_attribute("type", "password")


def test_without_scripts_there_is_no_button_that_does_nothing(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/login", scripts=False) as page:
        expect(page.locator("[data-reveal]")).to_be_hidden()
    with opened(chromium, f"{gallery_url}/choice-of-many", scripts=False) as page:
        expect(page.locator("[data-search-field]")).to_be_hidden()


def test_what_was_typed_survives_a_change_of_language(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/login?language=en") as page:
        page.fill("#username", "anna")
        page.fill("#password", "secret")
        page.click("#language-fr")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.locator("#username")).to_have_value("anna")
        expect(page.locator("#password")).to_have_value("")


def test_many_contexts_can_be_searched(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/choice-of-many") as page:
        page.fill("#search-contexts", "KANTOOR 7")
        expect(page.locator("button.start-context:visible")).to_have_count(1)
        page.fill("#search-contexts", "")
        expect(page.locator("button.start-context:visible")).to_have_count(9)


def test_a_wrong_field_has_the_focus(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/login-refused") as page:
        expect(page.locator("#username")).to_be_focused()


def test_the_keyboard_reaches_a_context_and_then_the_way_out(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/choice?language=en") as page:
        reached = []
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached[0] == "skip-link"
        assert [name for name in reached if name in {"button start start-context", "remember", "cancel", "help"}] == [
            "button start start-context",
            "remember",
            "cancel",
            "help",
        ]


def test_a_form_post_goes_on_by_itself(chromium: Browser, gallery_url: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sent: list[str | None] = []

    def answer(route: object, request: object) -> None:
        sent.append(request.post_data)  # type: ignore[attr-defined]
        route.fulfill(status=200, body="received")  # type: ignore[attr-defined]

    page.route("https://tool.example/**", answer)
    page.goto(f"{gallery_url}/form-post")
    page.wait_for_url("https://tool.example/callback")

    assert sent == ["code=c&state=%3Cs%3E"]
    context.close()


def test_without_scripts_a_form_post_waits_for_the_button(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/form-post", scripts=False) as page:
        page.route("https://tool.example/**", lambda route: route.fulfill(status=200, body="received"))
        page.click("#continue")
        page.wait_for_url("https://tool.example/callback")
