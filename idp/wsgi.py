"""The application object that a WSGI server loads."""

from core.infra import garbage, log
from core.infra.settings import Settings
from idp.app import create_app
from idp.demo import world
from idp.wiring import build_services

_settings = Settings.from_environment()
log.configure(_settings.log_level)
_services = build_services(_settings)
world.refuse_in_production(_services)
app = create_app(_settings, services=_services)
garbage.settle()
