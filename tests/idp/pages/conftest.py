"""The pages of the provider by themselves: the real frame and templates, and no provider behind."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core.infra.settings import Settings
from core.web import frame
from idp.web.page import Page, render
from tests.idp.pages.samples import SAMPLES

TEMPLATES = Path(__file__).parents[3] / "consent_templates"
Show = Callable[..., str]


@pytest.fixture(scope="session")
def gallery(base_settings: Settings) -> Flask:
    """Return an application that shows each sample at `/<name>`."""
    app = Flask(__name__)
    app.testing = True
    frame.install(app, base_settings, template_folders=[TEMPLATES])

    @app.get("/<name>")
    def show(name: str) -> str:
        return render(SAMPLES[name]())

    return app


@pytest.fixture
def show(gallery: Flask) -> Show:
    """Return a function that gives a page's HTML in a language."""

    def render_in(page: Page, language: str = "en") -> str:
        with gallery.test_request_context(f"/?language={language}"):
            return render(page)

    return render_in


@pytest.fixture(scope="session")
def gallery_url(gallery: Flask) -> Iterator[str]:
    """Yield the address of a server with the gallery."""
    server = make_server("127.0.0.1", 0, gallery, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
