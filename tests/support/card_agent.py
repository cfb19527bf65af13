"""The card agent as its users meet it: somebody who answers what it asks, and a page that calls it over HTTP."""

import base64
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idp.eid.card.agent import Agent
from idp.eid.card.board import Board
from idp.eid.card.cards import Cards
from idp.eid.card.http_api import LOOPBACK, CardServer, Responder
from idp.eid.card.pairing import Pairings
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Prompts, Question
from idp.eid.card.software.card import SoftwareCard

ORIGIN = "https://login.immo.test"
NONCE = "Tm9ib2R5IGhhcyBldmVyIHNlZW4gdGhpcyBub25jZSE="

# What somebody does when asked: types this, or refuses and the like by raising.
Reaction = str | Callable[[], str]


class Sitter:
    """Somebody who sits before the agent: answers in the order given, and remembers what was asked."""

    def __init__(self, *reactions: Reaction) -> None:
        self.reactions = deque(reactions)
        self.questions: list[Question] = []
        self.codes: list[str] = []
        self.asked = threading.Event()
        self.hidden = threading.Event()

    def show_code(self, origin: str, code: str, language: str) -> None:  # noqa: ARG002 - as in `Prompts`
        self.codes.append(code)

    def consent(self, question: Question) -> None:
        self._react(question)

    def pin(self, question: Question) -> str:
        return self._react(question)

    def show_pad(self, question: Question) -> None:
        self.questions.append(question)

    def hide(self) -> None:
        self.hidden.set()

    def _react(self, question: Question) -> str:
        self.questions.append(question)
        self.hidden.clear()
        self.asked.set()
        reaction = self.reactions.popleft()
        return reaction if isinstance(reaction, str) else reaction()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def problem(self) -> object:
        return self.json["problem"]


@dataclass
class Page:
    """A page of a site, in a browser that is honest about its origin."""

    port: int
    origin: str = ORIGIN
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Answer:
        """Send a request; header names are written with `_` for `-`, and an empty value leaves one out."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=20)
        sent = {"Origin": self.origin, "Immo-Card": "1", **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def post(self, path: str, **members: object) -> Answer:
        return self.call("POST", path, json.dumps(members).encode(), Content_Type="application/json")

    @contextmanager
    def states(self) -> Iterator[Iterator[dict[str, object]]]:
        """Follow the stream of states; each is what the page would show."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=20)
        connection.request("GET", "/status", headers={"Origin": self.origin, "Immo-Card": "1", **self.headers})
        response = connection.getresponse()
        assert response.status == 200
        try:
            yield (json.loads(line) for line in response)
        finally:
            response.close()
            connection.close()


@contextmanager
def agent_with(
    cards: Cards,
    prompts: Prompts | None = None,
    *,
    folder: Path | None = None,
    responder: Responder | None = None,
    origins: frozenset[str] = frozenset({ORIGIN}),
) -> Iterator[tuple[Page, Agent]]:
    """Run an agent; pages need no pairing unless there is a folder to remember it in."""
    pairings = Pairings(folder / "pairings.json") if folder else None
    agent = Agent(cards, Board(cards.state()), origins, prompts, pairings, threading.Lock())
    server = CardServer(agent, 0, responder)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Page(server.server_port), agent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def problem_of(act: Callable[[], object]) -> tuple[Problem, int | None]:
    with pytest.raises(CardProblem) as caught:
        act()
    return caught.value.problem, caught.value.tries


def verify_token(token: Mapping[str, object], card: SoftwareCard) -> None:
    """Verify a token as its specification says, by other means than the agent's."""
    der = base64.b64decode(str(token["unverifiedCertificate"]))
    assert der == card.keys.authentication.certificate.public_bytes(serialization.Encoding.DER)
    algorithm = {"RS256": hashes.SHA256, "ES384": hashes.SHA384}[str(token["algorithm"])]()
    signed = b"".join(hashlib.new(algorithm.name, part.encode()).digest() for part in (ORIGIN, NONCE))
    signature = base64.b64decode(str(token["signature"]))
    key = x509.load_der_x509_certificate(der).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(der_of(signature), signed, ec.ECDSA(algorithm))


def der_of(pair: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(pair[:48], "big"), int.from_bytes(pair[48:], "big"))
