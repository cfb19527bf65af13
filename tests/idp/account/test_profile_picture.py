"""The picture over HTTP: chosen, cut, kept beside a form with mistakes, saved with the rest, served (A10)."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from core.infra.store.interface import EphemeralStore
from core.organisations.pictures import picture_ids, replace_picture
from core.organisations.queries import organisations_where_active
from core.organisations.states import PictureKind
from core.people.picture_encoding import BYTES_MAX, SIDE
from core.people.pictures import EncodedPicture
from core.people.tables import PersonRow, PictureRow
from idp.account import picture_draft
from idp.wiring import Services
from tests.idp.account.my_data import EDIT, VIEW, MyData
from tests.support.pictures import BLUE, GREEN, RED, as_file, middle, near, stripes
from tests.support.sign_in import Browser
from tests.support.tools import Office

STRIPES = as_file(stripes(900, 300, RED, BLUE, GREEN))
PLAIN = as_file(Image.new("RGB", (300, 300), GREEN), "JPEG")


@pytest.fixture
def anna(browser: Browser) -> MyData:
    return MyData(browser)


@pytest.fixture
def picture_url(services: Services, office: Office) -> Callable[[], str | None]:
    """Return what reads the address of Anna's picture from the database."""

    def read() -> str | None:
        with services.database.reading() as session:
            return session.get_one(PersonRow, office.anna).picture_url

    return read


def kept(services: Services) -> list[PictureRow]:
    with services.database.reading() as session:
        return list(session.scalars(select(PictureRow)))


def shown(anna: MyData) -> str:
    """Return the address of the picture that the page shows."""
    return anna.page.one("img.portrait").attributes["src"]


def test_picture_is_saved_with_the_rest_and_served_to_everybody(
    anna: MyData, picture_url: Callable[[], str | None], idp: Callable[[], FlaskClient], services: Services
) -> None:
    anna.send(file=STRIPES, nickname="Ann")

    url = picture_url()
    assert url is not None and url.startswith(f"{services.settings.issuer}/pictures/")
    assert shown(anna) == url.removeprefix(services.settings.issuer)
    answer = idp().get(shown(anna))
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    with Image.open(BytesIO(answer.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))
    assert near(middle(answer.data), BLUE), "not the middle"
    assert anna.fact("nickname") == "Ann"


def test_picture_is_served_so_that_it_can_be_nothing_else(anna: MyData, idp: Callable[[], FlaskClient]) -> None:
    anna.send(file=PLAIN)

    headers = idp().get(shown(anna)).headers

    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Disposition"] == 'inline; filename="picture.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in headers


def test_address_of_a_picture_cannot_be_guessed(anna: MyData, idp: Callable[[], FlaskClient]) -> None:
    anna.send(file=PLAIN)
    name = shown(anna).removeprefix("/pictures/")

    assert len(name) == 43
    for other in (name[:-1], name.swapcase(), "x", "%00", "..%2f"):
        assert idp().get(f"/pictures/{other}").status_code == 404


def test_next_picture_has_another_address_and_the_old_one_is_gone(anna: MyData, services: Services) -> None:
    anna.send(file=STRIPES)
    first = shown(anna)
    anna.send(file=PLAIN)

    assert shown(anna) != first
    assert anna.browser.client.get(first).status_code == 404
    assert near(middle(anna.browser.client.get(shown(anna)).data), GREEN)
    assert len(kept(services)) == 1


def test_picture_can_be_removed(anna: MyData, services: Services, picture_url: Callable[[], str | None]) -> None:
    anna.send(file=PLAIN)
    url = shown(anna)

    anna.send(remove_picture="yes")

    assert anna.browser.client.get(url).status_code == 404
    assert picture_url() is None
    assert kept(services) == []
    assert not anna.page.has("img.portrait")


def test_part_that_the_sliders_say_is_kept(anna: MyData) -> None:
    anna.send(file=STRIPES, crop_zoom="200", crop_x="100", crop_y="0")

    assert near(middle(anna.browser.client.get(shown(anna)).data), GREEN)


@pytest.mark.parametrize("slider", ["", "NaN", "-1", "1e9", "99999999999", "²", "\x00"])
def test_sliders_that_say_nonsense_take_the_middle(anna: MyData, slider: str) -> None:
    anna.send(file=STRIPES, crop_zoom=slider, crop_x=slider, crop_y=slider)

    assert near(middle(anna.browser.client.get(shown(anna)).data), BLUE)


def test_no_place_and_no_camera_is_passed_on(anna: MyData) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 13.0, 8.0), 3: "E", 4: (4.0, 24.0, 0.0)})
    source = as_file(Image.new("RGB", (300, 300), RED), "JPEG", exif=exif, comment=b"SecretNote")

    anna.send(file=source)

    content = anna.browser.client.get(shown(anna)).data
    assert b"Secret" in source and b"Secret" not in content
    with Image.open(BytesIO(content)) as picture:
        assert dict(picture.getexif()) == {} and picture.getexif().get_ifd(0x8825) == {}


BAD = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "gif": as_file(Image.new("RGB", (9, 9)), "GIF"),
    "text": b"holiday",
    "half": PLAIN[: len(PLAIN) // 2],
    "bomb": as_file(Image.new("1", (7_000, 7_000))),
    "large": PLAIN + bytes(BYTES_MAX),
}


@pytest.mark.parametrize("name", BAD)
def test_picture_that_is_refused_is_said_at_its_field_and_nothing_is_lost(
    anna: MyData, services: Services, name: str
) -> None:
    anna.send(file=PLAIN)
    before = [row.id for row in kept(services)]

    page = anna.send(file=BAD[name], nickname="Ann", website="anna.example")

    assert page.status == 422
    assert list(anna.errors) == ["picture"]
    assert page.one("#picture-error").text == anna.errors["picture"]
    assert page.one("#picture").attributes["aria-invalid"] == "true"
    assert (anna.fields()["nickname"], anna.fields()["website"]) == ("Ann", "anna.example")
    assert [row.id for row in kept(services)] == before
    assert anna.fact("nickname") == "Not filled in"


def test_form_beyond_every_bound_is_answered_with_the_form(anna: MyData) -> None:
    page = anna.send(file=bytes(4 * BYTES_MAX + 1), nickname="Ann")

    assert page.status == 413
    assert list(anna.errors) == ["picture"]
    assert "neither the picture nor what you typed was kept" in anna.errors["picture"]
    assert anna.fields()["nickname"] == ""
    assert page.has("#save-profile")


def test_texts_beside_a_picture_have_their_bound(anna: MyData) -> None:
    page = anna.send(file=PLAIN, nickname="x" * 200_000)

    assert page.status == 413
    assert anna.fact("nickname") == "Not filled in"


def test_no_other_form_takes_a_large_body(anna: MyData) -> None:
    for url in ("/account/sign-out", "/interaction/x/login"):
        answer = anna.browser.client.post(url, data={"picture": (BytesIO(bytes(200_000)), "x.png"), "csrf_token": "x"})
        assert answer.status_code in {404, 413}, url
    plain = anna.browser.client.post(EDIT, data={"nickname": "x" * 100_000})
    assert plain.status_code == 413


def test_nobody_unknown_makes_us_read_or_decode_anything(browser: Browser, services: Services) -> None:
    answer = browser.client.post(EDIT, data={"picture": (BytesIO(STRIPES), "x.png")})

    assert answer.status_code == 303
    assert kept(services) == []


def test_picture_without_the_forms_token_is_not_taken(anna: MyData, services: Services) -> None:
    page = anna.send({**anna.open(), "csrf_token": "forged"}, file=PLAIN)

    assert page.one("#error").attributes["data-code"] == "form-token-invalid"
    assert kept(services) == []


def test_chosen_picture_survives_a_mistake_elsewhere(anna: MyData, services: Services) -> None:
    page = anna.send(file=STRIPES, phone_number="12")

    assert list(anna.errors) == ["phone-number"]
    assert page.has("#picture-waits")
    assert shown(anna).startswith("data:image/jpeg;base64,")
    assert kept(services) == [], "saved before it was asked to"

    anna.send({**anna.fields(), "phone-number": "0470 55 01 22"})

    assert near(middle(anna.browser.client.get(shown(anna)).data), BLUE)


def test_picture_is_looked_at_before_it_is_saved(anna: MyData, services: Services) -> None:
    page = anna.send(file=STRIPES, act="show-picture", nickname="Ann")

    assert page.status == 200
    assert shown(anna).startswith("data:image/jpeg")
    assert anna.fields()["nickname"] == "Ann"
    assert kept(services) == []


def test_picture_that_was_looked_at_need_not_be_used(anna: MyData, services: Services, office: Office) -> None:
    anna.send(file=STRIPES, act="show-picture")
    fields = anna.fields()

    anna.send({**fields, "act": "drop-picture"})
    assert not anna.page.has("img.portrait") and not anna.page.has("#picture-waits")
    anna.send(anna.fields())

    assert kept(services) == []


def test_waiting_picture_survives_other_buttons_and_another_picture_takes_its_place(anna: MyData) -> None:
    anna.send(file=STRIPES, act="show-picture")
    anna.send({**anna.fields(), "act": "add-address"})
    assert anna.page.has("#picture-waits")

    anna.send(anna.fields(), file=PLAIN)

    assert near(middle(anna.browser.client.get(shown(anna)).data), GREEN)


def test_wrong_file_does_not_cost_the_one_chosen_before(anna: MyData) -> None:
    anna.send(file=STRIPES, act="show-picture")

    anna.send(anna.fields(), file=b"holiday")

    assert list(anna.errors) == ["picture"]
    assert anna.page.has("#picture-waits")


def test_waiting_picture_is_nobody_elses(anna: MyData, stranger: Browser, services: Services) -> None:
    anna.send(file=STRIPES, act="show-picture")
    name = anna.fields()["picture-draft"]
    bert = MyData(stranger, "bert.janssens")

    page = bert.send(picture_draft=name)

    assert page.status == 422
    assert list(bert.errors) == ["picture"]
    assert kept(services) == []


def test_picture_that_waited_too_long_is_asked_for_again(anna: MyData, services: Services) -> None:
    anna.send(file=STRIPES, act="show-picture")
    fields = anna.fields()
    anna.send(file=PLAIN, act="show-picture")

    page = anna.send({**fields, "nickname": "Ann"})

    assert page.status == 422
    assert list(anna.errors) == ["picture"]
    assert anna.fields()["nickname"] == "Ann"
    assert kept(services) == []


@pytest.mark.parametrize("name", ["x", "\x00", "é", "." * 5_000])
def test_waiting_picture_of_no_name_is_refused(anna: MyData, services: Services, name: str) -> None:
    assert anna.send(picture_draft=name).status == 422
    assert kept(services) == []


def test_one_picture_waits_for_each_session_and_it_is_small(store: EphemeralStore) -> None:
    first, second = EncodedPicture(b"a\nb\n", "image/jpeg"), EncodedPicture(b"\n\n", "image/webp")
    name, other = picture_draft.keep(store, "ses_1", first), picture_draft.keep(store, "ses_2", first)
    latest = picture_draft.keep(store, "ses_1", second)

    assert picture_draft.find(store, "ses_1", name) is None
    assert picture_draft.find(store, "ses_1", latest) == second
    assert picture_draft.find(store, "ses_2", other) == first
    picture_draft.forget(store, "ses_1")
    assert picture_draft.find(store, "ses_1", latest) is None


def test_many_pictures_an_hour_are_enough(anna: MyData) -> None:
    tiny = as_file(Image.new("RGB", (3, 3)))
    anna.open()
    statuses = [anna.send({**anna.fields(), "act": "show-picture"}, file=tiny).status for _ in range(31)]

    assert statuses == [200] * 30 + [429]
    assert int(anna.page.headers["Retry-After"]) > 0
    assert list(anna.errors) == ["picture"]
    assert anna.page.has("#picture-waits"), "what was chosen before is lost"
    assert anna.send(nickname="Ann").has("#done"), "nothing else may be limited"


def test_picture_of_two_windows_is_told_and_not_lost(anna: MyData) -> None:
    slower = anna.open()
    anna.send(file=PLAIN)

    page = anna.send(slower, file=STRIPES, nickname="Ann")

    assert page.status == 409
    assert "Picture" in page.one("#changed-elsewhere").text
    assert page.has("#picture-waits")
    anna.send(anna.fields())
    assert near(middle(anna.browser.client.get(shown(anna)).data), BLUE)


def test_picture_at_another_address_stays_until_it_is_removed_or_replaced(
    anna: MyData, services: Services, office: Office, picture_url: Callable[[], str | None]
) -> None:
    elsewhere = "https://immo-demo-noord.example/team/an.jpg"
    with services.database.transaction() as session:
        session.get_one(PersonRow, office.anna).picture_url = elsewhere

    anna.send(nickname="Ann")
    assert picture_url() == elsewhere
    assert not anna.page.has("img.portrait"), "the page loads what is elsewhere"
    assert elsewhere in anna.page.text
    anna.send(remove_picture="yes")

    assert picture_url() is None
    assert elsewhere not in anna.browser.get(VIEW).page.text


def test_a_logo_is_served_here_too(services: Services, office: Office, idp: Callable[[], FlaskClient]) -> None:
    """The provider's own pages show it, and load nothing from elsewhere."""
    picture = EncodedPicture(PLAIN, "image/jpeg")
    with services.database.transaction() as session:
        organisation = organisations_where_active(session, office.anna)[0]
        replace_picture(session, organisation, PictureKind.LOGO, picture, by=office.anna, now=services.clock.now())
        (name,) = picture_ids(session, [organisation]).values()

    answer = idp().get(f"/pictures/{name}")

    assert (answer.status_code, answer.data) == (200, PLAIN)
