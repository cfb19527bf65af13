"""Logo and cover photo: encoded anew, served under an address nobody guesses, changed by managers only (O5)."""

from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from core.organisations.pictures import picture_ids
from core.people.picture_encoding import BYTES_MAX
from tests.portal.organisations.conftest import Visitor, World
from tests.support.html_page import Page
from tests.support.pictures import BLUE, GREEN, RED, as_file, near, stripes

WIDE = as_file(stripes(900, 300, RED, GREEN, BLUE))


def send(visitor: Visitor, world: World, kind: str, content: bytes, **fields: object) -> Page:
    path = f"{world.url}/pictures/{kind}"
    picture = FileStorage(BytesIO(content), "picture.png", content_type="image/png")
    return visitor.post(path, picture=picture, **fields)


def shown(visitor: Visitor, world: World, kind: str) -> Image.Image:
    source = visitor.get(world.url).all(f"img.organisation-{kind}")[0].attributes["src"]
    answer = world.portal.browser().get(source)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    return Image.open(BytesIO(answer.data))


def test_a_logo_is_shown_whole_on_white_everywhere(world: World) -> None:
    anna = world.of("anna")

    after = send(anna, world, "logo", WIDE)

    assert after.headers["Location"] == f"{world.url}?done=picture-saved"
    logo = shown(anna, world, "logo")
    assert logo.size == (512, 512)
    assert near(logo.getpixel((256, 20)), (255, 255, 255))
    assert [near(logo.getpixel((x, 256)), colour) for x, colour in ((20, RED), (256, GREEN), (490, BLUE))] == [True] * 3
    assert anna.get("/").has("img.organisation-logo")


def test_a_cover_is_the_middle_of_what_was_sent(world: World) -> None:
    anna = world.of("anna")

    send(anna, world, "cover", as_file(stripes(800, 800, RED, GREEN, BLUE, upright=True)))

    cover = shown(anna, world, "cover")
    assert cover.size == (1200, 300)
    assert near(cover.getpixel((600, 150)), GREEN)
    assert near(cover.getpixel((5, 5)), GREEN)


def test_the_chosen_part_is_kept(world: World) -> None:
    anna = world.of("anna")

    send(anna, world, "cover", as_file(stripes(800, 800, RED, GREEN, BLUE, upright=True)), crop_y="0", crop_zoom="100")
    send(anna, world, "logo", WIDE, crop_zoom="400", crop_x="0", crop_y="50")

    assert near(shown(anna, world, "cover").getpixel((600, 150)), RED)
    assert near(shown(anna, world, "logo").getpixel((256, 256)), RED)


def test_another_picture_has_another_address_and_the_old_one_is_gone(world: World) -> None:
    anna = world.of("anna")
    send(anna, world, "logo", WIDE)
    before = anna.get(world.url).all("img.organisation-logo")[0].attributes["src"]

    send(anna, world, "logo", as_file(stripes(300, 300, BLUE)))

    after = anna.get(world.url).all("img.organisation-logo")[0].attributes["src"]
    assert before != after
    assert world.portal.browser().get(before).status_code == 404


def test_a_picture_is_removed(world: World) -> None:
    anna = world.of("anna")
    send(anna, world, "logo", WIDE)

    after = anna.post(f"{world.url}/pictures/logo", act="remove")

    assert after.headers["Location"] == f"{world.url}?done=picture-removed"
    with world.portal.services.database.reading() as session:
        assert picture_ids(session, [world.id]) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload='alert(1)'/>", WIDE[:200], b"x" * (BYTES_MAX + 1)],
    ids=["none", "svg", "cut", "huge"],
)
def test_what_is_no_picture_is_refused_at_the_field(world: World, content: bytes) -> None:
    page = send(world.of("anna"), world, "logo", content)

    assert page.status == 422
    assert page.has("#picture-error")
    with world.portal.services.database.reading() as session:
        assert picture_ids(session, [world.id]) == {}


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "fred"])
def test_nobody_but_a_manager_changes_a_picture(world: World, who: str) -> None:
    page = send(world.of(who), world, "logo", WIDE)

    assert page.status == (404 if who == "fred" else 403)
    with world.portal.services.database.reading() as session:
        assert picture_ids(session, [world.id]) == {}


def test_a_form_that_is_not_ours_changes_nothing(world: World) -> None:
    browser = world.portal.signed_in(world.people["anna"])
    sent = {"csrf_token": "made.up", "picture": FileStorage(BytesIO(WIDE), "a.png")}

    assert browser.post(f"{world.url}/pictures/logo", data=sent).status_code == 400


def test_an_unknown_kind_is_not_found(world: World) -> None:
    assert world.of("anna").get(f"{world.url}/pictures/portrait").status == 404
    assert world.portal.browser().get("/pictures/guessed").status_code == 404
