"""A question before something is done: in a dialog with scripts, on a page of its own without."""

from playwright.sync_api import Browser, Request, Route, expect

from tests.idp.pages.browsing import opened


def test_dialog_asks_takes_the_focus_and_lets_go(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/devices?language=en") as page:
        link, dialog = page.locator("#end-device-2"), page.locator("#end-device-2-dialog")
        expect(dialog).to_be_hidden()

        link.click()
        expect(dialog).to_be_visible()
        assert page.evaluate("document.querySelector('#end-device-2-dialog').contains(document.activeElement)")
        page.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()

        link.click()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert page.url.endswith("/devices?language=en")


def test_yes_in_the_dialog_sends_what_the_page_would_send(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/devices?language=en") as page:
        sent: list[tuple[str, str | None]] = []

        def answer(route: Route, request: Request) -> None:
            sent.append((request.method, request.post_data))
            route.fulfill(status=200, content_type="text/html", body="done")

        page.route("**/end/2", answer)
        page.click("#end-device-2")
        page.click("#end-device-2-yes")
        page.wait_for_url("**/end/2")

    assert sent == [("POST", "csrf_token=token")]


def test_without_scripts_the_link_leads_to_the_question(chromium: Browser, gallery_url: str) -> None:
    with opened(chromium, f"{gallery_url}/devices?language=en", scripts=False) as page:
        page.route("**/end/2", lambda route: route.fulfill(status=200, content_type="text/html", body="asked"))
        page.click("#end-device-2")
        page.wait_for_url("**/end/2")
