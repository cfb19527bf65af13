"""The preview of the mails: every one of them, in the demo and nowhere else."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from core.infra.mail_templates.letters import LETTERS
from core.infra.settings import Mode
from idp.app import create_app
from idp.docs.mails_page import sample_values
from idp.wiring import Services
from tests.support.html_page import parse


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
@pytest.mark.parametrize("template", LETTERS)
def test_each_mail_is_shown_whole_in_each_language(services: Services, template: str, language: str) -> None:
    answer = _client(services, Mode.DEMO).get(f"/docs/mails/{template}/{language}")

    page = parse("", answer.status_code, dict(answer.headers), answer.text)
    assert answer.status_code == 200
    assert page.language == language
    assert "%(" not in answer.text
    assert page.one("a.action").attributes["href"].startswith((services.settings.issuer, services.settings.portal_url))


@pytest.mark.parametrize("template", LETTERS)
def test_no_name_of_a_value_stands_where_its_value_belongs(services: Services, template: str) -> None:
    values = sample_values(LETTERS[template], language="fr", now=services.clock.now())

    # The addresses come from the settings, whatever is given here.
    assert [name for name, value in values.items() if name == value and not name.endswith("_url")] == []


def test_the_list_leads_to_every_mail(services: Services) -> None:
    client = _client(services, Mode.DEMO)

    page = parse("", 200, {"content-type": "text/html"}, client.get("/docs/mails").text)

    links = {link.attributes["href"] for link in page.all("a[href]")}
    assert {f"/docs/mails/{template}/fr" for template in LETTERS} <= links


def test_an_unknown_mail_is_not_found(services: Services) -> None:
    assert _client(services, Mode.DEMO).get("/docs/mails/none-such/nl").status_code == 404


@pytest.mark.parametrize("mode", [Mode.PRODUCTION, Mode.TEST])
def test_nobody_sees_them_elsewhere(services: Services, mode: Mode) -> None:
    assert _client(services, mode).get("/docs/mails").status_code == 404


def _client(services: Services, mode: Mode) -> FlaskClient:
    settings = replace(services.settings, mode=mode)
    return create_app(settings, services=replace(services, settings=settings)).test_client()
