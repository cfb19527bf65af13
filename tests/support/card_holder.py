"""Somebody with a test card at a page of the provider: does what the page's script does, over the same addresses.

The cards are those of the product's own software, believed because the services under test name their root.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.people import eid
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber
from idp.eid.card.software.card import SoftwareCard, make_card
from idp.eid.card.software.holders import HOLDERS
from idp.eid.card.software.responder import RESPONSE_TYPE, Responder
from idp.wiring import Services, build_cards
from tests.support.cards import a_proven_card
from tests.support.sign_in import Browser
from tests.support.software_cards import ISSUED_AT, an_authority


@dataclass
class CardDesk:
    """Three test cards, and the authority that answers for them on a port of loopback."""

    cards: tuple[SoftwareCard, ...]
    port: int
    now: datetime = ISSUED_AT

    def card(self, number: int) -> SoftwareCard:
        """Return a card by the number of its holder."""
        return self.cards[number - 1]

    def renewed(self, number: int) -> SoftwareCard:
        """Return another card of the same holder; nobody answers for it but a status known before."""
        return make_card(an_authority(), HOLDERS[number - 1], ocsp_url=self.url, now=self.now)

    @property
    def url(self) -> str:
        """Return where the status of a certificate is asked."""
        return f"http://127.0.0.1:{self.port}/ocsp"


@pytest.fixture(scope="session")
def issued_cards() -> Iterator[CardDesk]:
    """Yield the cards, issued once for all tests of this process, with their responder running."""
    known: list[Responder] = []

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            said = known[0].answer(asked)
            self.send_response(200)
            self.send_header("Content-Type", RESPONSE_TYPE)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    desk = CardDesk((), server.server_port)
    desk.cards = tuple(make_card(an_authority(), one, ocsp_url=desk.url, now=ISSUED_AT) for one in HOLDERS)
    known.append(Responder(an_authority(), desk.cards, now=lambda: desk.now))
    thread.start()
    yield desk
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(issued_cards: CardDesk, clock: FixedClock) -> CardDesk:
    """Return the cards, their authority at the time of the test."""
    issued_cards.now = clock.now()
    return issued_cards


def believing(services: Services, desk: CardDesk, folder: Path) -> Services:
    """Return services that believe the test cards, and can ask their authority."""
    folder.mkdir()
    authority = an_authority()
    for name, issued in (("test-root", authority.root), ("citizen-ca", authority.citizen_ca)):
        (folder / f"{name}.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    settings = replace(
        services.settings, eid=replace(services.settings.eid, test_roots=folder, intermediates=folder / "found")
    )
    http = OutboundHttp(settings.outbound, settings.mode, {desk.port})
    cards = build_cards(settings, services.clock, services.store, http)
    return replace(services, settings=settings, http=http, cards=cards)


def link_to(services: Services, person_id: PersonId, card: SoftwareCard) -> None:
    """Link a card to an account, as if it had been read before today."""
    number = NationalNumber.parse(card.holder.national_number)
    with services.database.transaction() as session:
        eid.link(session, person_id, a_proven_card(number, keys=services.number_keys), now=services.clock.now())


@dataclass
class AtPage:
    """The script of the page that a browser shows: it fetches a challenge and posts what the card says."""

    browser: Browser

    def __post_init__(self) -> None:
        """Read what the page tells its script."""
        self.told = dict(self.browser.page.one("[data-eid]").attributes)

    def challenge(self) -> Mapping[str, str]:
        """Fetch what the card is to sign, and for whom."""
        response = self.browser.client.get(self.told["data-challenge"], headers={"Sec-Fetch-Site": "same-origin"})
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def present(self, card: SoftwareCard, **changes: object) -> TestResponse:
        """Put a card in, enter the PIN, and post what comes of it."""
        return self.post(card, self.challenge(), **changes)

    def post(self, card: SoftwareCard, asked: Mapping[str, str], **changes: object) -> TestResponse:
        """Post a card's answer to a challenge; a change replaces a member, None leaves it out."""
        body = {**self.body(card, asked), **changes}
        sent = {name: value for name, value in body.items() if value is not None}
        return self.browser.client.post(self.told["data-answer"], json=sent, headers={"Sec-Fetch-Site": "same-origin"})

    def body(self, card: SoftwareCard, asked: Mapping[str, str]) -> dict[str, object]:
        """Return what the script posts."""
        wanted = self.told.get("data-files", "").split()
        files = self.files(card, asked) if wanted else None
        return {
            "uid": self.told.get("data-uid"),
            "csrf": self.told["data-csrf"],
            "token": card.authenticate(asked["origin"], asked["nonce"]),
            "files": files,
            "source": "agent",
        }

    def files(self, card: SoftwareCard, asked: Mapping[str, str]) -> dict[str, str]:
        """Return the files of a card as the agent sends them."""
        found = {name: content for name, content in card.files().items() if name != "photo"}
        signed = card.chip_signature(asked["origin"], asked["nonce"])
        if signed is not None:
            found["chipSignature"] = signed
        return {name: b64encode(content).decode() for name, content in found.items()}

    def go_on(self, response: TestResponse) -> Browser:
        """Let the browser follow what the script was told."""
        assert response.status_code == 200, response.text
        return self.browser.get(response.get_json()["next"])
