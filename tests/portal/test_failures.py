"""What a browser is told when something that the portal needs is not there."""

from dataclasses import replace

import pytest

from core.infra.store.redis_store import RedisStore
from portal.app import create_app
from tests.portal.conftest import Portal
from tests.support.product import HttpsClient

_NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_store_that_is_away_is_a_passing_trouble_with_a_way_back(portal: Portal, method: str) -> None:
    settings = portal.services.settings
    app = create_app(settings, services=replace(portal.services, store=RedisStore(_NOBODY_LISTENS)))
    app.config["TEST_BASE_URL"] = settings.portal_url
    app.test_client_class = HttpsClient
    browser = app.test_client()
    browser.set_cookie("__Host-immo-portal", "of-an-earlier-visit", domain="portal.immo.test", secure=True)

    answer = browser.open("/", method=method)

    assert answer.status_code == 503
    assert 'data-code="unavailable"' in answer.text
    assert 'href="/"' in answer.text
