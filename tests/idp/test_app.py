"""The provider's application behind a reverse proxy."""

from dataclasses import replace

from core.infra.settings import Mode
from idp.app import create_app
from idp.wiring import Services

OPERATIONS = "127.0.0.1:9100"


def test_no_header_makes_a_request_one_of_the_operator(services: Services) -> None:
    settings = replace(services.settings, mode=Mode.PRODUCTION, trusted_proxies=1, operations_bind=OPERATIONS)
    stranger = create_app(settings, services=replace(services, settings=settings)).test_client()
    forged = {
        "Host": OPERATIONS,
        "X-Forwarded-Host": OPERATIONS,
        "X-Forwarded-Port": "9100",
        "X-Forwarded-For": "192.0.2.1",
    }

    assert stranger.get("/health/ready", base_url="https://login.immo.test", headers=forged).status_code == 404
