"""Everything around a page, installed in one call: language, headers, templates, files of the look."""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from core.infra.settings import Settings
from core.web import brand_files, headers, locale, templates


def install(app: Flask, settings: Settings, *, template_folders: Sequence[Path]) -> None:
    """Give an application the frame that all our pages share."""
    locale.install(app, secure=settings.is_https)
    headers.install(app, settings)
    templates.install(app, settings, template_folders)
    app.register_blueprint(brand_files.bp)
