"""My data in a real browser: choosing a part of a picture by keyboard, and everything without scripts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, FilePayload, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from core.people.picture_encoding import BYTES_MAX
from core.people.tables import PictureRow
from development.ports import free_port
from idp.app import create_app
from idp.wiring import Services
from tests.support.accessibility import violations
from tests.support.pictures import BLUE, GREEN, RED, as_file, middle, near, photograph, stripes
from tests.support.tools import PASSWORD, an_office

# What a browser draws, and what its scripts do before anything is sent, meets no store.
drawn_alike = pytest.mark.only_on("sqlite")

STRIPES = as_file(stripes(900, 300, RED, BLUE, GREEN))
_PIXEL = "canvas => [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]"


@dataclass(frozen=True)
class Site:
    """The provider on a port of its own, and what it keeps."""

    url: str
    services: Services

    def picture(self) -> bytes | None:
        with self.services.database.reading() as session:
            return session.scalar(select(PictureRow.content))


@pytest.fixture
def site(services: Services) -> Iterator[Site]:
    an_office(services)
    port = free_port()
    settings = replace(services.settings, issuer=f"http://localhost:{port}")
    app = create_app(settings, services=replace(services, settings=settings))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield Site(settings.issuer, services)
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def editing(chromium: Browser, site: Site, *, scripts: bool = True, **options: Any) -> Iterator[Page]:
    """Open Anna's form; at the end the browser must have refused nothing."""
    context = chromium.new_context(java_script_enabled=scripts, locale="en", **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.url}/account/profile/edit")
    page.fill("#username", "anna.peeters")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.wait_for_url("**/account/profile/edit")
    yield page
    context.close()
    assert [text for text in refused if "422" not in text] == [], "the browser complained"


def file(content: bytes, name: str = "holiday.png") -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def choose_picture(page: Page, chosen: FilePayload) -> None:
    """Choose a file, and wait until the page has read it and shows which part of it will be kept."""
    page.set_input_files("#picture", chosen)
    expect(page.locator("canvas")).to_be_visible()


def shows_the_picture(page: Page) -> None:
    """Wait until the browser has fetched the picture that was kept: it has its place in the page before that."""
    expect(page.locator("img.portrait")).to_be_visible()
    expect(page.locator("img.portrait")).to_have_js_property("naturalWidth", 512)


def middle_of_the_preview(page: Page) -> Any:
    return page.locator("canvas").evaluate(_PIXEL)[:3]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_photograph_of_megabytes_is_saved_with_what_was_typed(
    chromium: Browser, site: Site, kind: str, *, scripts: bool
) -> None:
    content = photograph(kind)
    assert 1_000_000 < len(content) < 5_000_000
    with editing(chromium, site, scripts=scripts) as page:
        page.fill("#nickname", "Ann")
        page.fill("#place-of-birth", "Gent")
        page.set_input_files("#picture", file(content, f"holiday.{kind.lower()}"))
        page.click("#save-profile")

        expect(page.locator("#done")).to_be_visible()
        expect(page.locator("#nickname")).to_contain_text("Ann")
        expect(page.locator("#place-of-birth")).to_contain_text("Gent")
        shows_the_picture(page)
    assert site.picture() is not None


def test_part_of_a_picture_is_chosen_by_keyboard_and_kept_as_it_was_shown(chromium: Browser, site: Site) -> None:
    with editing(chromium, site) as page:
        choose_picture(page, file(STRIPES))
        assert near(middle_of_the_preview(page), BLUE)

        page.locator("#crop-x").press("End")
        assert near(middle_of_the_preview(page), GREEN)
        page.locator("#crop-zoom").focus()
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Further to the left").focus()
        for _ in range(20):
            page.keyboard.press("Enter")
        assert near(middle_of_the_preview(page), RED)

        page.locator("#save-profile").press("Enter")
        expect(page.locator("#done")).to_be_visible()
        shows_the_picture(page)
        content = site.picture()
        assert content is not None and near(middle(content), RED)


@drawn_alike
def test_dragging_and_one_click_do_what_the_keyboard_does(chromium: Browser, site: Site) -> None:
    with editing(chromium, site) as page:
        choose_picture(page, file(STRIPES))
        box = page.locator("canvas").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 11):
            page.mouse.move(x - step * box["width"] / 10, y)
        page.mouse.up()
        assert near(middle_of_the_preview(page), GREEN)

        for _ in range(20):
            page.get_by_role("button", name="Further to the left").click()
        assert near(middle_of_the_preview(page), RED)


def test_preview_of_a_turned_picture_stands_upright(chromium: Browser, site: Site) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = as_file(stripes(300, 900, RED, BLUE, upright=True).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    with editing(chromium, site) as page:
        choose_picture(page, file(turned, "turned.jpg"))
        page.locator("#crop-y").press("Home")
        assert near(middle_of_the_preview(page), RED)
        page.click("#save-profile")
        expect(page.locator("#done")).to_be_visible()

    content = site.picture()
    assert content is not None and near(middle(content), RED)


@drawn_alike
def test_wrong_files_are_said_before_they_are_sent(chromium: Browser, site: Site) -> None:
    with editing(chromium, site) as page:
        page.set_input_files("#picture", file(bytes(BYTES_MAX + 1)))
        expect(page.locator("[data-picture-error]")).to_be_visible()
        page.set_input_files("#picture", file(b"<svg/>"))
        expect(page.locator("[data-picture-unreadable]")).to_be_visible()
        expect(page.locator("[data-picture-error]")).to_be_hidden()
        expect(page.locator("canvas")).to_be_hidden()

        page.click("#save-profile")
        expect(page).to_have_url(f"{site.url}/account/profile?done=profile-saved")
    assert site.picture() is None


@drawn_alike
def test_leaving_with_unsaved_changes_is_asked_about_and_saving_is_not(chromium: Browser, site: Site) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    with editing(chromium, site) as page:
        page.on("dialog", answer)
        page.click("#cancel")
        page.wait_for_url("**/account/profile")
        assert asked == [], "nothing was changed"

        page.goto(f"{site.url}/account/profile/edit")
        page.locator("#nickname").press_sequentially("Ann")
        page.click("#cancel")
        page.wait_for_url("**/account/profile")
        assert asked == ["beforeunload"]

        page.goto(f"{site.url}/account/profile/edit")
        page.locator("#nickname").press_sequentially("Ann")
        page.locator("#nickname").press("Enter")
        expect(page.locator("#done")).to_be_visible()
        assert asked == ["beforeunload"]
        expect(page.locator("#nickname")).to_contain_text("Ann")


def test_enter_saves_and_presses_no_other_button(chromium: Browser, site: Site) -> None:
    with editing(chromium, site, scripts=False) as page:
        page.click("#add-address")
        page.fill("#further-0-label", "Office")
        page.fill("#further-0-locality", "Gent")
        page.select_option("#further-0-country", "BE")
        page.locator("#further-0-label").press("Enter")

        expect(page.locator("#done")).to_be_visible()
        expect(page.locator("#address-1")).to_contain_text("Gent")


def test_without_scripts_the_middle_is_looked_at_and_kept(chromium: Browser, site: Site) -> None:
    with editing(chromium, site, scripts=False) as page:
        expect(page.locator("#crop-zoom")).to_be_hidden()
        expect(page.locator("canvas")).to_be_hidden()
        page.set_input_files("#picture", file(STRIPES))
        page.fill("#nickname", "Ann")
        page.click("#show-picture")
        expect(page.locator("#picture-waits")).to_be_visible()
        shows_the_picture(page)
        expect(page.locator("#nickname")).to_have_value("Ann")
        assert site.picture() is None

        page.click("#save-profile")
        expect(page.locator("#done")).to_be_visible()

    content = site.picture()
    assert content is not None and near(middle(content), BLUE)


@drawn_alike
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sliders_are_for_everybody_and_fit_a_small_screen(chromium: Browser, site: Site, scheme: Any) -> None:
    with editing(chromium, site, viewport={"width": 320, "height": 800}, color_scheme=scheme) as page:
        choose_picture(page, file(STRIPES))

        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert [found for found in violations(page) if "crop" in found or "picture" in found or "canvas" in found] == []
        for button in page.locator("[data-step]").all():
            box = button.bounding_box()
            assert box is not None and box["height"] >= 44 and box["width"] >= 44


@drawn_alike
def test_focus_is_never_under_the_bar_that_saves(chromium: Browser, site: Site) -> None:
    """WCAG 2.4.11: the bar stays at the bottom, and what gets the focus is scrolled clear of it."""
    with editing(chromium, site, viewport={"width": 360, "height": 640}) as page:
        bar = page.locator(".save-bar")
        for _ in range(30):
            page.keyboard.press("Tab")
            covered = page.evaluate(
                """bar => {
                    const own = document.activeElement.getBoundingClientRect();
                    const top = bar.getBoundingClientRect().top;
                    return !bar.contains(document.activeElement) && own.bottom > top && own.top < innerHeight;
                }""",
                bar.element_handle(),
            )
            assert not covered, page.evaluate("document.activeElement.id")
