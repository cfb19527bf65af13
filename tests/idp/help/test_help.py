"""The help pages over HTTP, and the mail that the helpdesk gets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from core.infra.clock import FixedClock
from core.infra.errors import Unavailable
from core.infra.outbox import Delivery, OutboxRow, drain
from core.infra.settings import Mode
from development.mail_server import Mailbox
from idp import jobs
from idp.app import create_app
from idp.help.questions import TOPICS
from idp.help.tables import HelpRequestRow
from idp.help.views import PICTURES
from idp.wiring import Services
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser


@pytest.fixture
def visitor(idp: Callable[[], FlaskClient]) -> Browser:
    return Browser(idp())


def a_picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (3_000, 40), (20, 90, 90)).save(stream, "PNG")
    return stream.getvalue()


def fill_in(visitor: Browser, **changed: object) -> dict[str, object]:
    visitor.get("/help/contact")
    typed = visitor.fields("#send")
    return {**typed, "message": "De knop doet niets", "address": "an@example.be", **changed}


def kept(services: Services) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(HelpRequestRow)) or 0


def test_each_question_has_a_place_of_its_own(visitor: Browser) -> None:
    page = visitor.get("/help").page

    anchors = [question.anchor for topic in TOPICS for question in topic.questions]
    assert len(set(anchors)) == len(anchors)
    assert all(page.has(f"#{anchor}") for anchor in anchors)


def test_browser_system_and_error_reference_are_filled_in(visitor: Browser) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

    visitor.get("/help/contact?reference=req_123", headers={"User-Agent": agent})

    fields = visitor.fields("#send")
    assert (fields["system"], fields["error-reference"]) == ("Firefox, Windows", "req_123")


def test_the_helpdesk_gets_the_message_with_its_picture_and_nothing_stays(
    visitor: Browser, services: Services, mailbox: Mailbox, clock: FixedClock
) -> None:
    visitor.post("/help/contact", data=fill_in(visitor, screenshot=(BytesIO(a_picture()), "x.png")))
    assert visitor.page.has("#sent")

    drain(services.database, jobs.handlers(services), now=clock.now())

    (mail,) = mailbox.wait_for(1)
    assert (mail.to, mail.reply_to) == ((services.settings.support.address,), "an@example.be")
    assert "De knop doet niets" in mail.text
    (attached,) = mail.attachments
    with Image.open(BytesIO(attached.content)) as picture:
        assert (picture.format, picture.width) == ("JPEG", 2_400)
    assert kept(services) == 0
    with services.database.reading() as session:
        assert session.scalars(select(OutboxRow)).all() == []


def test_a_message_that_could_not_be_handed_over_is_kept(
    visitor: Browser, services: Services, mailbox: Mailbox, clock: FixedClock
) -> None:
    visitor.post("/help/contact", data=fill_in(visitor))
    asked = jobs.handlers(services)["help-requested"]

    def dies_before_it_forgets(delivery: Delivery) -> None:
        raise Unavailable

    drain(services.database, {"help-requested": dies_before_it_forgets}, now=clock.now())
    assert kept(services) == 1

    clock.advance(timedelta(hours=1))
    drain(services.database, {"help-requested": asked}, now=clock.now())
    assert len(mailbox.wait_for(1)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"message": "  "}, "message"),
        ({"message": "x" * 4_001}, "message"),
        ({"address": "nowhere"}, "address"),
        ({"screenshot": (b"<svg/>", "x.svg")}, "screenshot"),
        ({"screenshot": (b"x" * (9 << 20), "x.png")}, "screenshot"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    visitor: Browser, services: Services, changed: dict[str, object], field: str
) -> None:
    files = {
        name: FileStorage(BytesIO(value[0]), value[1]) for name, value in changed.items() if isinstance(value, tuple)
    }
    sent = fill_in(visitor, **{**changed, **files})

    # In one piece: a large form would go through a temporary file that nobody closes.
    boundary, body = encode_multipart(sent)
    visitor.post("/help/contact", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')

    assert visitor.status == 422
    assert visitor.page.has(f"#{field}-error")
    assert visitor.fields("#send")["address"] == sent["address"]
    assert visitor.page.one("#message").text == str(sent["message"]).strip()
    assert kept(services) == 0


def test_pictures_are_counted_before_they_are_looked_at(services: Services) -> None:
    """Decoding takes a second and hundreds of megabytes: a form that is refused for it counts as well."""
    settings = replace(services.settings, mode=Mode.DEMO)
    app = create_app(settings, services=replace(services, settings=settings))
    app.config["TEST_BASE_URL"] = settings.issuer
    app.test_client_class = HttpsClient
    visitor = Browser(app.test_client())
    for _ in range(PICTURES[0].attempts):
        visitor.post("/help/contact", data=fill_in(visitor, message="", screenshot=(BytesIO(a_picture()), "x.png")))
        assert visitor.status == 422

    visitor.post("/help/contact", data=fill_in(visitor, message="", screenshot=(BytesIO(a_picture()), "x.png")))

    assert visitor.status == 429
    assert int(visitor.page.headers["Retry-After"]) > 0
    visitor.post("/help/contact", data=fill_in(visitor))
    assert visitor.page.has("#sent")
    assert kept(services) == 1


def test_nobody_adds_a_line_to_the_facts_that_the_helpdesk_reads(
    visitor: Browser, services: Services, mailbox: Mailbox, clock: FixedClock
) -> None:
    forged = "Firefox\r\nAccount: usr_somebody_else\u2028From: director@example.be"
    visitor.post("/help/contact", data=fill_in(visitor, system=forged, **{"error-reference": forged}))
    assert visitor.page.has("#sent")

    drain(services.database, jobs.handlers(services), now=clock.now())

    (mail,) = mailbox.wait_for(1)
    facts = [line.partition(":")[0] for line in mail.text.splitlines()]
    assert (facts.count("Account"), facts.count("From")) == (1, 1)


def test_null_characters_are_no_reason_to_stumble(visitor: Browser, services: Services) -> None:
    visitor.post("/help/contact", data=fill_in(visitor, message="De knop\0 doet niets", system="\0"))

    assert visitor.page.has("#sent")
    assert kept(services) == 1


def test_a_form_of_somebody_else_is_refused(
    visitor: Browser, idp: Callable[[], FlaskClient], services: Services
) -> None:
    stranger = Browser(idp())
    fill_in(stranger)

    stranger.post("/help/contact", data=fill_in(visitor))

    assert stranger.status == 403
    assert kept(services) == 0


def test_an_error_page_leads_to_the_helpdesk_with_its_reference(visitor: Browser) -> None:
    shown = visitor.get("/nowhere").page
    reference = shown.one("#reference").text

    visitor.get(shown.one("#ask-helpdesk").attributes["href"])

    assert visitor.fields("#send")["error-reference"] == reference
