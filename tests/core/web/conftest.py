"""A small application inside the frame: what the web modules do to any application of ours."""

from pathlib import Path

import pytest
from flask import Flask, render_template, request
from flask.testing import FlaskClient
from flask_babel import gettext

from core.infra.settings import Settings
from core.web import frame, locale
from core.web.headers import csp_nonce, open_form_action

PAGE = """{% extends "brand/layout.html" %}
{% block title %}Page{% endblock %}
{% block content %}<p id="said">{{ _("Sign in") }}</p>{% endblock %}"""


def framed_app(settings: Settings, templates: Path) -> Flask:
    """Return an application with the frame and a few pages."""
    (templates / "page.html").write_text(PAGE)
    (templates / "careless.html").write_text("{{ nobody_gave_this }}")
    app = Flask(__name__)
    app.testing = True
    frame.install(app, settings, template_folders=[templates])

    @app.route("/page", methods=["GET", "POST"])
    def page() -> str:
        locale.prefer(
            chosen=request.args.get("chosen"),
            ui_locales=request.args.get("ui_locales", "").split(),
            person=request.args.get("person"),
        )
        return render_template("page.html")

    @app.get("/careless")
    def careless() -> str:
        return render_template("careless.html")

    @app.get("/leading-away")
    def leading_away() -> str:
        open_form_action()
        return "<!doctype html>"

    @app.get("/scripted")
    def scripted() -> str:
        return f"<!doctype html><script nonce={csp_nonce()}></script>"

    @app.get("/document.json")
    def document() -> tuple[dict[str, str], dict[str, str]]:
        return {"said": gettext("Sign in")}, {"Cache-Control": "public, max-age=60"}

    return app


@pytest.fixture
def framed(base_settings: Settings, tmp_path: Path) -> FlaskClient:
    """Return a browser at the small application."""
    return framed_app(base_settings, tmp_path).test_client()
