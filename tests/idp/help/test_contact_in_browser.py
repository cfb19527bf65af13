"""The contact form in a real browser: a picture of the screen of several megabytes goes with the message."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from development.ports import free_port
from idp.app import create_app
from idp.help.tables import HelpRequestRow
from idp.wiring import Services
from tests.support.pictures import photograph


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    """Yield the address of the provider on a port of its own."""
    port = free_port()
    settings = replace(services.settings, issuer=f"http://localhost:{port}")
    app = create_app(settings, services=replace(services, settings=settings))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield settings.issuer
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_picture_of_megabytes_goes_with_the_message(
    chromium: Browser, site: str, services: Services, kind: str, *, scripts: bool
) -> None:
    content = photograph(kind)
    context = chromium.new_context(java_script_enabled=scripts, locale="en")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{site}/help/contact")
    page.fill("#message", "The button does nothing")
    page.fill("#address", "an@example.be")
    name, media_type = f"screen.{kind.lower()}", f"image/{kind.lower()}"
    page.set_input_files("#screenshot", {"name": name, "mimeType": media_type, "buffer": content})
    page.click("#send")

    expect(page.locator("#sent")).to_be_visible()
    context.close()
    with services.database.reading() as session:
        kept = session.scalars(select(HelpRequestRow)).one()
    assert kept.message == "The button does nothing"
    assert kept.screenshot is not None
    with Image.open(BytesIO(kept.screenshot)) as picture, Image.open(BytesIO(content)) as original:
        assert picture.size == original.size
