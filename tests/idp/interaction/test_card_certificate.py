"""The card over mutual TLS, as the provider sees it: whose word counts, and for which browser (eid.md 5.5 c)."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.settings import Settings
from core.people.assurance import Acr
from idp.app import create_app
from idp.wiring import Services
from tests.support.card_host import CARD_HOST, Way, link_annas_card, with_card_host
from tests.support.eid_ground import CardGround
from tests.support.sign_in import Browser, id_token
from tests.support.tools import Office


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_card_host(settings)


@pytest.fixture
def services(services: Services, card_ground: CardGround) -> Services:
    return replace(services, cards=card_ground.cards)


@pytest.fixture
def linked(services: Services, office: Office, clock: FixedClock) -> None:
    link_annas_card(services, office, now=clock.now())


def left(browser: Browser) -> str:
    """Go to the card page and from there to the second host name; return the address there."""
    browser.authorize("plain")
    browser.get(browser.page.one("#eid-login").attributes["href"])
    way = browser.page.one("#eid-certificate").attributes["href"]
    location = browser.client.get(way).headers["Location"]
    assert location.startswith(f"https://{CARD_HOST}/eid/mtls?code=")
    return location


def presented(browser: Browser, address: str, way: Way, host: str = CARD_HOST) -> TestResponse:
    """Open the address at the second host name, as its proxy passes it on."""
    path = address.removeprefix(f"https://{CARD_HOST}")
    return browser.client.get(path, base_url=f"https://{host}", headers=way.headers)


def back(response: TestResponse) -> str:
    """Return the path on the main host to which the second one sends the browser."""
    location = response.headers["Location"]
    assert location.startswith("https://login.immo.test/")
    return location.removeprefix("https://login.immo.test")


def problem(path: str) -> str:
    return urlsplit(path).path.removeprefix("/eid/problem/")


def refusals(services: Services) -> list[object]:
    with services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "eid-refused")).all()
    return [row.details["problem"] for row in rows]


@pytest.mark.usefixtures("linked")
def test_card_in_the_browser_signs_its_holder_in(
    browser: Browser, services: Services, card_ground: CardGround, office: Office
) -> None:
    card = card_ground.card()

    browser.get(back(presented(browser, left(browser), Way(card.certificate))))

    browser.press("#allow")
    claims = id_token(services, browser)
    assert claims["acr"] == Acr.HIGH.value
    assert claims["amr"] == ["sc", "pin", "mfa"]


def test_card_without_an_account_is_told_so(browser: Browser, services: Services, card_ground: CardGround) -> None:
    browser.get(back(presented(browser, left(browser), Way(card_ground.card().certificate))))

    assert problem(browser.url) == "not-linked"
    assert browser.cookie("immo-idp") is None


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("secret", ["", "another secret of the same length, about", "between the proxy"])
def test_word_of_anybody_but_the_proxy_counts_nothing(browser: Browser, card_ground: CardGround, secret: str) -> None:
    address = left(browser)
    certificate = card_ground.card().certificate

    assert presented(browser, address, Way(certificate, secret)).status_code == 404
    # The code is not spent: the way is still open for the proxy.
    assert "certificate/done" in back(presented(browser, address, Way(certificate)))


@pytest.mark.usefixtures("linked")
def test_certificate_that_arrives_at_the_main_host_was_made_up(browser: Browser, card_ground: CardGround) -> None:
    way = Way(card_ground.card().certificate)

    assert presented(browser, left(browser), way, host="login.immo.test").status_code == 404


@pytest.mark.usefixtures("linked")
def test_code_leads_to_the_second_host_once(browser: Browser, card_ground: CardGround) -> None:
    address, way = left(browser), Way(card_ground.card().certificate)
    presented(browser, address, way)

    assert problem(back(presented(browser, address, way))) == "challenge-gone"


@pytest.mark.usefixtures("linked")
def test_ticket_of_another_browser_signs_nobody_in(
    browser: Browser, stranger: Browser, card_ground: CardGround
) -> None:
    """Somebody lures Anna to the second host with their own code: what comes of it opens nothing, anywhere."""
    stranger.authorize("plain")
    ticket_path = back(presented(browser, left(browser), Way(card_ground.card().certificate)))
    code = parse_qs(urlsplit(ticket_path).query)["code"][0]
    uid = stranger.url.split("/")[2]

    stranger.get(f"/interaction/{uid}/eid/certificate/done?code={code}")

    assert problem(stranger.url) == "challenge-gone"
    assert stranger.cookie("immo-idp") is None
    browser.get(ticket_path)
    assert browser.cookie("immo-idp") is None


@pytest.mark.usefixtures("linked")
def test_ticket_is_good_once(browser: Browser, stranger: Browser, card_ground: CardGround) -> None:
    path = back(presented(browser, left(browser), Way(card_ground.card().certificate)))
    browser.get(path)
    assert browser.cookie("immo-idp") is not None
    code = parse_qs(urlsplit(path).query)["code"][0]
    browser.client.delete_cookie("__Host-immo-idp", domain="login.immo.test")
    browser.authorize("plain")
    uid = browser.url.split("/")[2]

    browser.get(f"/interaction/{uid}/eid/certificate/done?code={code}")

    assert problem(browser.url) == "challenge-gone"


@pytest.mark.parametrize("code", ["", "made-up", "x" * 5000])
def test_made_up_ticket_is_refused_and_noted(browser: Browser, services: Services, code: str) -> None:
    left(browser)
    uid = browser.url.split("/")[2]

    browser.get(f"/interaction/{uid}/eid/certificate/done?code={code}")

    assert problem(browser.url) == "challenge-gone"
    assert refusals(services) == ["challenge-gone"]


@pytest.mark.usefixtures("linked")
def test_browser_without_a_certificate_is_told_to_insert_the_card(browser: Browser) -> None:
    found = back(presented(browser, left(browser), Way(None)))

    assert problem(found) == "no-card"


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("said", ["nonsense", "%00", "-----BEGIN CERTIFICATE-----", "x" * 20_000])
def test_header_that_holds_no_certificate_is_refused(browser: Browser, said: str) -> None:
    address = left(browser).removeprefix(f"https://{CARD_HOST}")
    headers = {**Way(None).headers, "Immo-Client-Certificate": said}

    found = browser.client.get(address, base_url=f"https://{CARD_HOST}", headers=headers)

    assert problem(back(found)) == "bad-token"


# Identifiers of key usage and extended key usage in DER (RFC 5280 section 4.2.1).
_USAGE, _EXTENDED_USAGE = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d25")


@pytest.mark.usefixtures("linked")
def test_certificate_that_the_library_reads_in_part_is_refused(browser: Browser, card_ground: CardGround) -> None:
    """TLS minds no extension that stands twice, and whoever made the certificate can sign with its key."""
    twice = card_ground.card().issued.der.replace(_EXTENDED_USAGE, _USAGE)

    found = presented(browser, left(browser), Way(x509.load_der_x509_certificate(twice)))

    assert problem(back(found)) == "bad-token"


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"usage": ("content_commitment",)}, "not-for-login"),
        ({"number": None}, "certificate-missing-number"),
    ],
)
def test_certificate_is_judged_here_and_not_at_the_proxy(
    browser: Browser, services: Services, card_ground: CardGround, changed: dict[str, object], expected: str
) -> None:
    certificate = card_ground.card(**changed).certificate

    found = back(presented(browser, left(browser), Way(certificate)))

    assert problem(found) == expected
    assert refusals(services) == [expected]


@pytest.mark.usefixtures("linked")
def test_nothing_is_there_where_no_second_host_is_named(
    browser: Browser, services: Services, card_ground: CardGround
) -> None:
    address, way = left(browser), Way(card_ground.card().certificate)
    without = replace(services.settings, eid=replace(services.settings.eid, mutual_tls=None))
    app = create_app(without, services=replace(services, settings=without))

    client = app.test_client()

    path = address.removeprefix(f"https://{CARD_HOST}")
    assert client.get(path, base_url=f"https://{CARD_HOST}", headers=way.headers).status_code == 404
