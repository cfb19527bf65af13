"""The application object that a WSGI server loads."""

from core.infra import log
from core.infra.settings import Settings
from portal.app import create_app

_settings = Settings.from_environment()
log.configure(_settings.log_level)
app = create_app(_settings)
