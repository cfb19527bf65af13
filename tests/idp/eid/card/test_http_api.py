import base64
import hashlib
import json
from collections.abc import Iterator
from http.client import HTTPException

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idp.eid.card.cards import CardPresence, ReaderState, State
from idp.eid.card.software.folder import IssuedCards
from idp.eid.card.software_cards import SoftwareCards
from tests.support.card_agent import NONCE, ORIGIN, Page, agent_with
from tests.support.software_cards import a_card, an_authority


@pytest.fixture
def page() -> Iterator[Page]:
    issued = IssuedCards(an_authority(), (a_card(1), a_card(3)))
    with agent_with(SoftwareCards(issued.cards), responder=issued.responder().answer) as (page, _):
        yield page


def test_a_page_gets_a_token_over_its_own_origin(page: Page) -> None:
    token = page.post("/authenticate", nonce=NONCE, lang="en", card="3").json

    certificate = x509.load_der_x509_certificate(base64.b64decode(str(token["unverifiedCertificate"])))
    signed = hashlib.sha384(ORIGIN.encode()).digest() + hashlib.sha384(NONCE.encode()).digest()
    pair = base64.b64decode(str(token["signature"]))
    signature = encode_dss_signature(int.from_bytes(pair[:48], "big"), int.from_bytes(pair[48:], "big"))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, signed, ec.ECDSA(hashes.SHA384()))
    assert token["format"] == "web-eid:1.0"
    assert token["algorithm"] == "ES384"


def test_what_the_page_says_of_its_origin_is_not_signed(page: Page) -> None:
    said = page.post("/authenticate", nonce=NONCE, card="1", origin="https://bank.example").json
    plain = page.post("/authenticate", nonce=NONCE, card="1").json

    # With RSA the same is signed the same way.
    assert said["signature"] == plain["signature"]


ALWAYS = {"identity", "identitySignature", "rrnCertificate", "caCertificate"}


@pytest.mark.parametrize(
    ("want", "names"),
    [
        (["identity"], ALWAYS | {"basicPublicKey", "chipSignature"}),
        (["address"], ALWAYS | {"address", "addressSignature"}),
        (["photo"], ALWAYS | {"photo"}),
    ],
)
def test_only_what_was_asked_for_is_sent(page: Page, want: list[str], names: set[str]) -> None:
    answer = page.post("/identity", nonce=NONCE, want=want, card="3")

    files = answer.json["files"]
    assert isinstance(files, dict)
    assert set(files) == names
    assert base64.b64decode(files["identity"]) == a_card(3).files()["identity"]


def test_the_stream_begins_with_the_state_and_tells_changes() -> None:
    with agent_with(SoftwareCards((a_card(1),))) as (page, agent), page.states() as states:
        first = next(states)
        agent.board.post(State(ReaderState.NONE))
        second = next(states)
        agent.board.post(State(ReaderState.PRESENT, CardPresence.PRESENT, applet=18, tries=2))
        third = next(states)

    assert first == {
        "agent": "1",
        "mode": "software",
        "paired": True,
        "reader": "present",
        "card": "present",
        "applet": None,
        "insertion": 0,
        "pin": {"pad": False, "tries": None},
        "problem": None,
        "cards": [{"id": "1", "name": "An Peeters"}],
    }
    assert (second["reader"], second["card"]) == ("none", "none")
    assert (third["card"], third["applet"], third["pin"]) == ("present", 18, {"pad": False, "tries": 2})


def test_the_browser_is_told_which_page_may_call(page: Page) -> None:
    answer = page.call("OPTIONS", "/authenticate", Immo_Card="")

    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Vary"] == "Origin"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type, Immo-Card, Immo-Card-Pairing"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "https://login.immo.test.evil.example"},
        {"Origin": "null"},
        {"Host": "login.immo.test"},
        {"Host": "login.immo.test:20786"},
        {"Host": "127.0.0.1"},
    ],
)
def test_other_origins_and_hosts_are_refused(page: Page, method: str, headers: dict[str, str]) -> None:
    path = "/status" if method == "GET" else "/authenticate"
    answer = page.call(method, path, b"{}", Content_Type="application/json", **headers)

    assert answer.status == 403
    assert answer.problem == "permission-denied"
    assert headers.get("Origin", ORIGIN) == ORIGIN or "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Immo_Card": ""},
        {"Immo_Card": "0"},
    ],
)
def test_a_request_that_a_form_could_send_is_refused(page: Page, headers: dict[str, str]) -> None:
    body = json.dumps({"nonce": NONCE, "card": "1"}).encode()
    refused = page.call("POST", "/authenticate", body, Content_Type="application/json", **headers)

    assert refused.status == 403
    assert page.call("GET", "/status", **headers).status == 403


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused(page: Page, media_type: str) -> None:
    body = json.dumps({"nonce": NONCE, "card": "1"}).encode()

    assert page.call("POST", "/authenticate", body, Content_Type=media_type).status == 400


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"nonce": "short"},
        {"nonce": NONCE + "!"},
        {"nonce": NONCE * 3},
        {"nonce": 44},
        {"nonce": NONCE, "want": "identity"},
        {"nonce": NONCE, "want": ["pin"]},
        {"nonce": NONCE, "want": [["identity"]]},
        {"nonce": NONCE, "card": 3},
        {"nonce": NONCE, "card": "\ud800"},
    ],
)
def test_what_is_no_request_is_refused(page: Page, members: dict[str, object]) -> None:
    answer = page.post("/authenticate", **members)

    assert (answer.status, answer.problem) == (400, "failed")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"{" * 5000, b"[" * 8000])
def test_what_is_no_json_is_refused(page: Page, body: bytes) -> None:
    assert page.call("POST", "/authenticate", body, Content_Type="application/json").status == 400


@pytest.mark.parametrize("length", ["999999999", "9" * 5000])
def test_a_body_that_is_too_long_is_not_read(page: Page, length: str) -> None:
    answer = page.call("POST", "/authenticate", b"{}", Content_Type="application/json", Content_Length=length)

    assert answer.status == 400


def test_reading_needs_a_wish(page: Page) -> None:
    assert page.post("/identity", nonce=NONCE, want=[], card="1").status == 400


def test_a_card_that_does_not_exist_is_no_card(page: Page) -> None:
    answer = page.post("/authenticate", nonce=NONCE, card="9")

    assert (answer.status, answer.problem) == (409, "no-card")


def test_other_paths_are_not_there(page: Page) -> None:
    assert page.post("/sign", nonce=NONCE).status == 404
    assert page.call("GET", "/authenticate").status == 404


def test_the_agent_says_that_it_runs_and_nothing_more(page: Page) -> None:
    answer = page.call("GET", "/", Origin="", Immo_Card="")

    assert (answer.status, answer.body) == (200, b"immo-card\n")


def test_the_status_of_software_cards_is_answered() -> None:
    card, authority = a_card(3), an_authority()
    issued = IssuedCards(authority, (card,))
    certificate, issuer = card.keys.authentication.certificate, authority.citizen_ca.certificate
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    with agent_with(SoftwareCards(issued.cards), responder=issued.responder().answer) as (page, _):
        body = asked.public_bytes(Encoding.DER)

        answer = page.call("POST", "/ocsp", body, Origin="", Immo_Card="", Content_Type="application/ocsp-request")
        refused = page.call("POST", "/ocsp", body, Origin="", Immo_Card="", Content_Type="text/plain")

    assert answer.headers["Content-Type"] == "application/ocsp-response"
    assert ocsp.load_der_ocsp_response(answer.body).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert refused.status == 400


class _Odd(SoftwareCards):
    """Cards of a reader that answers in a way which nobody foresaw, once a card was used."""

    is_odd = False

    def state(self) -> State:
        if self.is_odd:
            raise LookupError
        return super().state()


def test_a_reader_that_answers_strangely_blocks_nobody_for_good() -> None:
    cards = _Odd((a_card(1),))
    with agent_with(cards) as (page, agent):
        cards.is_odd = True
        with pytest.raises(HTTPException):
            page.post("/authenticate", nonce=NONCE, card="1")
        cards.is_odd = False

        assert not agent.lock.locked()
        assert page.post("/authenticate", nonce=NONCE, card="1").status == 200
