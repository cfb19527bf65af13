"""What believing a card costs: one token, from its signature to the name, with path and status known already."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from core.infra.http import OutboundHttp
from development.ports import LOOPBACK
from idp.eid import challenge
from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.software.folder import IssuedCards, open_folder
from idp.eid.card.software.responder import RESPONSE_TYPE
from idp.eid.challenge import Challenge, Purpose
from idp.eid.verification import CardVerifier
from idp.wiring import Services, build_cards

# A card with a key on P-384, as all that are issued today: the dearer of the two kinds.
_CARD = 2
_ROUNDS, _TIMES = 8, 40


@dataclass(frozen=True, slots=True)
class Verification:
    """Microseconds of the processor for one token, and for its signature alone."""

    whole: float
    signature: float


def measure(services: Services, folder: Path) -> Verification:
    """Verify one card again and again, in turns with the signature alone, and return the medians."""
    with _asked(folder) as (issued, port):
        settings = services.settings
        settings = replace(settings, eid=replace(settings.eid, test_roots=folder, intermediates=folder / "kept"))
        http = OutboundHttp(settings.outbound, settings.mode, {port})
        cards = build_cards(settings, services.clock, services.store, http)
        card, asked = issued.card(_CARD), _challenge(services)
        token = card.authenticate(cards.origin, asked.nonce)
        cards.verify(token, challenge=asked)  # asks the responder; what follows does not
        rounds = [(_whole(cards, token, asked), _signature(card)) for _ in range(_ROUNDS)]
    return Verification(*(median(figures) for figures in zip(*rounds, strict=True)))


def _whole(cards: CardVerifier, token: dict[str, str], asked: Challenge) -> float:
    before = time.process_time()
    for _ in range(_TIMES):
        cards.verify(token, challenge=asked)
    return (time.process_time() - before) / _TIMES * 1e6


def _signature(card: SoftwareCard) -> float:
    key = card.keys.authentication.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm, message = ec.ECDSA(hashes.SHA384()), b"x" * 96
    signature, public_key = key.sign(message, algorithm), key.public_key()
    before = time.process_time()
    for _ in range(_TIMES):
        public_key.verify(signature, message, algorithm)
    return (time.process_time() - before) / _TIMES * 1e6


def _challenge(services: Services) -> Challenge:
    challenge.issue(services.store, purpose=Purpose.LOGIN, binding="bench")
    return challenge.take(services.store, purpose=Purpose.LOGIN, binding="bench")


@contextmanager
def _asked(folder: Path) -> Iterator[tuple[IssuedCards, int]]:
    """Yield test cards and the port at which somebody answers for them."""
    made: list[IssuedCards] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = made[0].responder().answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", RESPONSE_TYPE)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        made.append(open_folder(folder, ocsp_url=f"http://{LOOPBACK}:{server.server_port}/ocsp"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made[0], server.server_port
        finally:
            server.shutdown()
