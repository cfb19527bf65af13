"""The pages about organisations in a real browser: for everybody to read, on any screen; and cutting pictures."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.datastructures import FileStorage

from core.organisations import company_editing, pictures
from core.organisations.company_data import CompanyData
from core.organisations.states import PictureKind
from core.people.picture_encoding import COVER, LOGO, Crop, encode
from core.people.web_addresses import Network
from tests.portal.browsing import at_the_portal
from tests.portal.organisations.conftest import Visitor, World
from tests.support.accessibility import violations
from tests.support.pictures import BLUE, GREEN, RED, as_file, near, stripes

FILLED = CompanyData(
    "Vastgoedkantoor Verhaegen-Vandenbroucke en Zonen BV",
    email="onthaal@vastgoedkantoor-verhaegen-vandenbroucke.example",
    phone_number="+3235550110",
    website="https://www.vastgoedkantoor-verhaegen-vandenbroucke.example",
    street_address="Meir 1",
    postal_code="2000",
    locality="Antwerpen",
    post_street_address="Postbus 12",
    post_postal_code="2018",
    post_locality="Antwerpen",
    social={Network.LINKEDIN: "https://www.linkedin.com/company/verhaegen-vandenbroucke"},
)


def fill(world: World) -> None:
    now, by = world.portal.clock.now(), world.people["anna"]
    logo = encode(as_file(stripes(600, 200, RED, GREEN, BLUE)), Crop(), LOGO)
    cover = encode(as_file(stripes(1600, 1200, BLUE, GREEN, RED)), Crop(), COVER)
    with world.portal.services.database.transaction() as session:
        company_editing.save(session, world.id, FILLED, version=1, by=by, now=now)
        pictures.replace_picture(session, world.id, PictureKind.LOGO, logo, by=by, now=now)
        pictures.replace_picture(session, world.id, PictureKind.COVER, cover, by=by, now=now)


def faults(page: Page) -> list[str]:
    """Return what axe finds on a wide screen in light colours and a small one in dark, and what is cut off."""
    # Colours that fade into others are judged where they end.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = violations(page)
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {fault}" for fault in violations(page, of_appearance_alone=True)]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the window")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


@pytest.mark.parametrize(
    ("who", "language", "paths"),
    [
        ("anna", "nl", ("/", "{url}", "{url}/edit", "{url}/pictures/cover", "{url}/notices", "{url}/leave")),
        ("bram", "fr", ("{url}", "{url}/leave")),
        ("chris", "nl", ("/", "{url}", "{url}/leave")),
        ("dirk", "fr", ("/", "{url}/leave")),
        ("emma", "en", ("/", "{url}")),
        ("fred", "fr", ("/", "/organisations/add", "{found}", "{found}&join=yes", "{new}")),
    ],
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    world: World, chromium: Browser, who: str, language: str, paths: tuple[str, ...]
) -> None:
    fill(world)
    with world.portal.services.database.reading() as session:
        number = company_editing.described(session, world.id).company_number
    found = f"/organisations/add?number={number}"
    addresses = [path.format(url=world.url, found=found, new="/organisations/add?number=0100001060") for path in paths]
    portal, client = world.portal.services.settings.portal_url, world.portal.signed_in(world.people[who])

    with at_the_portal(chromium, client, language=language) as page:
        wrong = []
        for address in addresses:
            page.goto(portal + address)
            wrong += [f"{address}: {fault}" for fault in faults(page)]

    assert wrong == []


def test_what_the_page_shows_of_a_picture_is_what_is_kept(world: World, chromium: Browser) -> None:
    """A browser and the server cut alike, also for a logo that lies on white."""
    client = world.portal.signed_in(world.people["anna"])
    content = as_file(stripes(900, 300, RED, GREEN, BLUE))
    portal = world.portal.services.settings.portal_url

    with at_the_portal(chromium, client) as page:
        page.goto(f"{portal}{world.url}/pictures/logo")
        page.set_input_files("#picture", {"name": "logo.png", "mimeType": "image/png", "buffer": content})
        canvas = page.locator("[data-picture-preview]")
        canvas.wait_for(state="visible")
        whole = _pixels(page)
        page.locator("#crop-zoom").fill("200")
        page.locator("#crop-x").fill("0")
        part = _pixels(page)
        chosen = {f"crop-{name}": page.input_value(f"#crop-{name}") for name in ("zoom", "x", "y")}
    # What a browser sends of a file cannot be read on its way here, so it is sent by hand.
    anna = Visitor(client)
    anna.post(f"{world.url}/pictures/logo", picture=FileStorage(BytesIO(content), "logo.png"), **chosen)
    source = anna.get(world.url).all("img.organisation-logo")[0].attributes["src"]

    assert [near(whole[place], colour) for place, colour in enumerate(((255, 255, 255), RED, GREEN, BLUE))] == [
        True
    ] * 4
    kept = Image.open(BytesIO(client.get(source or "").data))
    seen = [kept.getpixel(place) for place in ((256, 20), (20, 256), (256, 256), (490, 256))]
    assert [near(one, other) for one, other in zip(seen, part, strict=True)] == [True] * 4
    assert not near(part[3], BLUE)


def _pixels(page: Page) -> list[Any]:
    """Return the colours of a preview of 192 pixels: above, and along its middle."""
    return [
        tuple(rgb)
        for rgb in page.evaluate(
            """() => {
                const context = document.querySelector("[data-picture-preview]").getContext("2d");
                return [[96, 8], [8, 96], [96, 96], [184, 96]].map(
                    ([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3));
            }"""
        )
    ]
