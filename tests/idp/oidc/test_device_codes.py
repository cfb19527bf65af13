"""The device authorization endpoint and the codes it gives, as a client sees them (RFC 8628)."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from idp.oidc import consents, device_codes, user_codes
from idp.oidc.consents import Agreement
from idp.oidc.device_codes import Answered
from idp.wiring import Services
from tests.support.device import DEVICE_CODE, Device, a_device_client
from tests.support.dpop_proofs import a_proof, a_proof_key
from tests.support.fapi_party import FapiParty
from tests.support.grants import a_grant, a_person, ask_userinfo, assert_refused, claims_of
from tests.support.tools import a_client


@pytest.fixture
def device(services: Services, idp: Callable[[], FlaskClient]) -> Device:
    """Return a device of a plain OpenID client."""
    return Device(idp(), a_device_client(services))


def approved(services: Services, device: Device) -> Device:
    """Let a device in as a person would have."""
    client_id, now = device.client.client_id, services.clock.now()
    grant = a_grant(services, device.client, a_person(services), code_challenge=None, redirect_uri="")
    agreed = Agreement(grant.subject.person_id, client_id, grant.scope, (), None, None)
    with services.database.transaction() as session:
        consents.remember(session, agreed, now=now)
    key = digest(device.begin().answer["device_code"])
    assert device_codes.answer(services.store, key, grant, now) is Answered.APPROVED
    return device


def test_what_a_device_is_told(services: Services, device: Device, store: EphemeralStore) -> None:
    """Section 3.2; neither code is stored as it is."""
    said = device.begin().answer

    assert said.keys() == {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "verification_qr_code_uri",
        "expires_in", "interval",
    }  # fmt: skip
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", said["user_code"])
    assert said["verification_uri"] == f"{services.settings.issuer}/device"
    assert said["verification_uri_complete"] == f"{services.settings.issuer}/device?user_code={said['user_code']}"
    assert (said["expires_in"], said["interval"], len(said["device_code"])) == (600, 5, 43)
    assert store.get(Kind.DEVICE_CODE, said["device_code"]) is None
    assert store.get(Kind.USER_CODE, said["user_code"]) is None


def test_what_a_device_asks_for_is_judged_as_a_request(services: Services, device: Device) -> None:
    refused: tuple[tuple[str, dict[str, str]], ...] = (
        ("invalid_scope", {"scope": ""}),
        ("invalid_scope", {"scope": "wallet:charge"}),
        ("invalid_target", {"resource": "https://elsewhere.immo.test/api"}),
        ("invalid_request", {"organization": "0100001060"}),
        ("invalid_request", {"max_age": "soon"}),
        ("invalid_request", {"claims": "{"}),
        ("invalid_request", {"nonce": "n" * 3_000}),
    )
    for error, form in refused:
        assert_refused(device.ask(**form), error)
    wrong = device.http.post("/device_authorization", data={"scope": "openid", "client_id": device.client.client_id})
    assert_refused(wrong, "invalid_client", 401)


def test_only_a_client_that_may_is_given_codes(services: Services, device: Device) -> None:
    """Neither one that is not registered for it, nor one whose people answer at the authorization endpoint alone."""
    unregistered = Device(device.http, a_client(services, "unregistered"), device.begin().answer)
    signing = a_device_client(services, "signing", require_signed_request_object=True)
    strict = FapiParty(services, device.http, None).store(grant_types=("authorization_code", DEVICE_CODE))

    assert_refused(unregistered.ask(), "unauthorized_client")
    assert unregistered.hears() == "unauthorized_client"
    assert_refused(Device(device.http, signing).ask(), "unauthorized_client")
    assert_refused(strict.call("/device_authorization", scope="openid"), "unauthorized_client")
    assert_refused(strict.token(grant_type=DEVICE_CODE, device_code="any"), "unauthorized_client")


def test_a_code_is_the_clients_that_it_was_given_to(services: Services, device: Device) -> None:
    other = Device(device.http, a_device_client(services, "other"), approved(services, device).answer)

    assert other.hears() == "invalid_grant"
    assert device.tokens()["access_token"]
    assert Device(device.http, device.client, {"device_code": "unknown"}).hears() == "invalid_grant"


def test_a_public_client_gets_tokens_under_the_key_it_proves(services: Services, device: Device) -> None:
    """A proof that lacks its nonce costs nothing: the code is still good for the next."""
    public = a_device_client(services, "phone", token_endpoint_auth_method="none", dpop_bound_access_tokens=True)
    phone, key = approved(services, Device(device.http, public)), a_proof_key()
    url, now = f"{services.settings.issuer}/token", services.clock.now()

    bare = phone.poll()
    without_nonce = phone.poll({"DPoP": a_proof(key, "POST", url, now)})
    nonce = without_nonce.headers["DPoP-Nonce"]
    given = phone.poll({"DPoP": a_proof(key, "POST", url, now, nonce=nonce)})

    assert_refused(bare, "invalid_dpop_proof")
    assert_refused(without_nonce, "use_dpop_nonce")
    members = given.get_json()
    assert (given.status_code, members["token_type"]) == (200, "DPoP")
    assert claims_of(services, members["access_token"], typ="at+jwt")["cnf"] == {"jkt": key.thumbprint()}
    assert ask_userinfo(phone.http, members["access_token"]).status_code == 401


def test_a_code_is_read_as_people_type_it() -> None:
    shown = user_codes.new()
    plain = shown.replace("-", "")

    for typed in (shown, plain, plain.lower(), f" {shown.lower()} ", " ".join(plain), shown.replace("-", "\u2013")):
        assert user_codes.read(typed) == shown
    for typed in ("", plain[:7], plain + "B", "A" + plain[1:], plain[:7] + "1", "\u0131" * 8, " " * 90 + plain):
        assert user_codes.read(typed) is None


def test_a_picture_is_drawn_of_codes_alone(idp: Callable[[], FlaskClient]) -> None:
    drawn = idp().get("/device/qr.svg?user_code=BCDF-GHJK")

    assert drawn.data.startswith(b"<svg") and b"<script" not in drawn.data
    assert drawn.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for query in ("", "?user_code=", "?user_code=https://elsewhere.test"):
        assert_refused(idp().get(f"/device/qr.svg{query}"), "invalid_request")
