"""Where somebody sits with a real card agent: the running product, a reader of our own, cards that it trusts.

The product's own agent, which has only cards of software, makes room for the time being.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from idp.eid.card.software.card import make_card
from idp.eid.card.software.folder import IssuedCards, open_folder
from idp.eid.card.software.holders import TestHolder
from idp.eid.card.software.responder import RESPONSE_TYPE
from tests.support import card_holders
from tests.support.card_program import CardProgram
from tests.support.pcsc import SmartCardService
from tests.support.running_product import OTHERS_PORT, RunningProduct
from tests.support.virtual_card.chip import Chip

_AGENT = "card-agent"


@dataclass(frozen=True)
class CardPlace:
    """A product whose users sit before real agents."""

    product: RunningProduct
    reader: SmartCardService
    issued: IssuedCards
    folder: Path
    callback: str

    def chip(self, holder: TestHolder) -> Chip:
        """Return a card with its chip, which has lain nowhere yet."""
        return Chip(self.issued, self.issued.card(holder.number))

    def agent(self, *arguments: str, **environment: str) -> CardProgram:
        """Start an agent where the product's pages look for it; use it in a `with`."""
        addresses = self.product.addresses
        return CardProgram(
            addresses.issuer,
            addresses.base_port + 6,
            *arguments,
            folder=self.folder,
            environment={**self.reader.environment, **environment},
        )


class _Answers(ThreadingHTTPServer):
    """Tells the provider whether the cards' certificates are good; is the page that a sign-in leads back to."""

    def __init__(self, port: int, issued: IssuedCards) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.responder = issued.responder()


class _Handler(BaseHTTPRequestHandler):
    server: _Answers

    def do_GET(self) -> None:
        """Show an empty page."""
        self._send(b"<!doctype html><title>Back</title>", "text/html")

    def do_POST(self) -> None:
        """Answer one request."""
        self._send(self.server.responder.answer(self.rfile.read(int(self.headers["Content-Length"]))), RESPONSE_TYPE)

    def _send(self, answer: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def card_place(
    product: RunningProduct, _smart_card_service: SmartCardService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CardPlace]:
    """Yield the place; the product has its own agent back afterwards."""
    port = product.addresses.base_port + OTHERS_PORT
    url = f"http://127.0.0.1:{port}/ocsp"
    trusted = open_folder(product.logs.parent / "keys" / "eid", ocsp_url=f"{product.addresses.card_agent}/ocsp")
    holders = (*card_holders.ALL, *(card.holder for card in trusted.cards))
    cards = tuple(make_card(trusted.authority, one, ocsp_url=url, now=datetime.now(UTC)) for one in holders)
    issued = IssuedCards(trusted.authority, cards)
    product.supervisor.kill(_AGENT)
    answers = _Answers(port, issued)
    thread = threading.Thread(target=answers.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield CardPlace(
        product, _smart_card_service, issued, tmp_path_factory.mktemp("agent"), f"http://127.0.0.1:{port}/callback"
    )
    answers.shutdown()
    thread.join()
    answers.server_close()
    product.supervisor.start_one(_AGENT)
    product.supervisor.wait_until_ready(_AGENT)
