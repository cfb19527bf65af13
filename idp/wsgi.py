"""The application object that a WSGI server loads."""

from core.infra.settings import Settings
from idp.app import create_app

app = create_app(Settings.from_environment())
