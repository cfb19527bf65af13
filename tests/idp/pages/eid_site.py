"""The card page by itself, with a server behind it that answers what a test says (its own tests are elsewhere)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from core.infra.settings import Settings
from core.web import frame, headers
from idp.interaction.eid_pages import CardSignInPage
from idp.web.page import Page, render
from tests.idp.pages.eid_samples import LINK, LOGIN, link
from tests.idp.pages.factor_samples import TOOL

TEMPLATES = Path(__file__).parents[3] / "consent_templates"
NONCE = "A" * 43 + "="


@dataclass
class Site:
    """Shows `/login` and `/link`; `refuses` is what it answers to the next card, in order, then it goes on."""

    agent_url: str = ""
    url: str = ""
    refuses: list[dict[str, str]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    challenges: int = 0

    def page(self, name: str) -> Page:
        """Return a page with this site's agent."""
        if name == "link":
            return link(dialogue=replace(LINK, agent_url=self.agent_url))
        return CardSignInPage(replace(LOGIN, agent_url=self.agent_url), TOOL, "/other-way")

    def app(self, settings: Settings) -> Flask:
        """Return the application."""
        app = Flask(__name__)
        frame.install(app, settings, template_folders=[TEMPLATES])

        @app.get("/<name>")
        def show(name: str) -> str:
            if self.agent_url:
                headers.open_connection(self.agent_url)
            return render(self.page(name)) if name in {"login", "link"} else f"<title>{name}</title><p>{name}</p>"

        @app.get("/eid/challenge")
        def challenge() -> Response:
            self.challenges += 1
            return jsonify(nonce=NONCE, origin=self.url)

        @app.post("/eid/<use>")
        def take(use: str) -> tuple[Response, int]:
            self.received.append({"use": use, **request.get_json()})
            return (jsonify(self.refuses.pop(0)), 422) if self.refuses else (jsonify(next="/signed-in"), 200)

        return app


@contextmanager
def serving(site: Site, settings: Settings) -> Iterator[Site]:
    """Serve a site on a port of its own."""
    server = make_server("127.0.0.1", 0, site.app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def answering(site: Site, settings: Settings) -> Callable[..., Any]:
    """Return a function that answers a browser's routed requests: for a site at an https address."""
    client = site.app(settings).test_client()

    def answer(route: Any, asked: Any) -> None:
        path = asked.url.split("/", 3)[3]
        body = asked.post_data_buffer
        sent = {"data": body, "content_type": "application/json"} if body else {}
        found = client.open(f"/{path}", method=asked.method, base_url="https://login.immo.test", **sent)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

    return answer
