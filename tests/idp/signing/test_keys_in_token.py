"""Keyring, rotation and command line with keys in a token: the same steps as with files (S3, architecture 2.15)."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.settings import Settings
from core.proof.jws import InvalidJwt
from core.proof.keys import ALGORITHMS
from idp.cli.main import main
from idp.signing import jws, rotation
from idp.signing.keyring import Keyring
from idp.signing.pkcs11 import TokenCannot, TokenSigner
from idp.signing.private_keys import Place, PrivateKeys
from idp.signing.software import SoftwareSigner
from idp.signing.states import KeyState, WrongKeyState
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.signing_token import LABEL, MODULE, PIN, SigningToken
from tests.support.tools import CALLBACK, an_office

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def in_token(settings: Settings, signing_token: SigningToken) -> Iterator[PrivateKeys]:
    """Return private keys of an installation that has a token now; those of before lie in files."""
    keys = PrivateKeys.from_settings(replace(settings, token=signing_token.settings()))
    yield keys
    keys.close()


@pytest.fixture
def keyring(database: Database, in_token: PrivateKeys, clock: FixedClock) -> Keyring:
    return Keyring(database, in_token, clock)


def rotated(database: Database, keys: PrivateKeys, clock: FixedClock, algorithm: str = "ES256") -> str:
    """Make a key and let it sign at once."""
    with database.transaction() as session:
        kid = rotation.new_key(session, keys, algorithm=algorithm, now=clock.now())
    with database.transaction() as session:
        rotation.activate(session, kid=kid, now=clock.now(), at_once=True)
    return kid


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_moves_from_file_to_token_by_an_ordinary_rotation(
    keyring: Keyring, in_token: PrivateKeys, database: Database, clock: FixedClock, algorithm: str
) -> None:
    before = keyring.signer(algorithm)
    token = jws.encode(before, {"sub": "usr_1"})

    kid = rotated(database, in_token, clock, algorithm)
    keyring.refresh()

    signer = keyring.signer(algorithm)
    assert isinstance(before, SoftwareSigner)
    assert isinstance(signer, TokenSigner)
    assert signer.kid == kid
    assert jws.decode(keyring, token, typ=None) == {"sub": "usr_1"}
    assert jws.decode(keyring, jws.encode(signer, {"sub": "usr_2"}), typ=None) == {"sub": "usr_2"}


def test_rotation_inside_the_token_to_the_end(
    keyring: Keyring, in_token: PrivateKeys, database: Database, clock: FixedClock
) -> None:
    old = rotated(database, in_token, clock)
    keyring.refresh()
    token = jws.encode(keyring.signer("ES256"), {})

    new = rotated(database, in_token, clock)
    with database.transaction() as session:
        rotation.retire(session, kid=old, now=clock.now(), at_once=True)
        rotation.destroy(session, in_token, kid=old, now=clock.now())
    keyring.refresh()
    clock.advance(HALF_A_MINUTE)

    assert keyring.signer("ES256").kid == new
    assert (in_token.place_of(old), in_token.place_of(new)) == (None, Place.TOKEN)
    with pytest.raises(InvalidJwt):
        jws.decode(keyring, token, typ=None)


@pytest.mark.parametrize("state", [KeyState.PUBLISHED, KeyState.ACTIVE, KeyState.RETIRING])
def test_only_a_retired_key_is_destroyed(
    in_token: PrivateKeys, database: Database, clock: FixedClock, state: KeyState
) -> None:
    kid = rotated(database, in_token, clock)
    if state is KeyState.RETIRING:
        rotated(database, in_token, clock)
    if state is KeyState.PUBLISHED:
        with database.transaction() as session:
            kid = rotation.new_key(session, in_token, algorithm="ES256", now=clock.now())

    with pytest.raises(WrongKeyState), database.transaction() as session:
        rotation.destroy(session, in_token, kid=kid, now=clock.now())

    assert in_token.place_of(kid) is Place.TOKEN


def test_key_for_a_token_never_appears_in_a_file(
    in_token: PrivateKeys, database: Database, settings: Settings, clock: FixedClock, signing_token: SigningToken
) -> None:
    """Neither where it can be made, nor where the token is gone: an operator who wants a token gets no file."""
    before = set(settings.keys_directory.iterdir())
    rotated(database, in_token, clock)
    signing_token.take_away()

    with pytest.raises(Unavailable):
        in_token.make("RS256")

    assert set(settings.keys_directory.iterdir()) == before


def test_algorithm_that_the_token_cannot_do_is_refused_until_the_operator_says_file(
    settings: Settings, signing_token: SigningToken, tmp_path: Path
) -> None:
    signing_token.configure("slots.mechanisms = CKM_EC_KEY_PAIR_GEN,CKM_ECDSA")
    own = replace(settings, keys_directory=tmp_path / "keys")
    refusing = PrivateKeys.from_settings(replace(own, token=signing_token.settings()))
    said = PrivateKeys.from_settings(replace(own, token=signing_token.settings(in_files=frozenset({"EdDSA"}))))

    with pytest.raises(TokenCannot):
        refusing.make("EdDSA")

    assert not own.keys_directory.exists()
    assert isinstance(said.make("EdDSA"), SoftwareSigner)
    assert isinstance(said.make("ES256"), TokenSigner)


def test_predecessor_goes_on_signing_while_the_token_is_gone(
    keyring: Keyring, in_token: PrivateKeys, database: Database, clock: FixedClock, signing_token: SigningToken
) -> None:
    """The new key was activated elsewhere while this node has lost its token: what it signs is still shown."""
    old = keyring.signer("ES256").kid
    new = rotated(database, in_token, clock)
    signing_token.take_away()

    keyring.refresh()
    assert keyring.signer("ES256").kid == old

    signing_token.bring_back()
    in_token.close()
    keyring.refresh()
    assert keyring.signer("ES256").kid == new


def test_start_without_the_token_is_refused(
    in_token: PrivateKeys, database: Database, clock: FixedClock, signing_token: SigningToken
) -> None:
    rotated(database, in_token, clock)
    signing_token.take_away()
    in_token.close()

    with pytest.raises(Unavailable):
        Keyring(database, in_token, clock).signer("ES256")


@pytest.fixture
def idp_keys(
    settings: Settings, tmp_path: Path, signing_token: SigningToken, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Return what runs `idp keys …` in an installation with a token."""
    place = tmp_path / "pkcs11.toml"
    place.write_text(f'module = "{MODULE}"\ntoken = "{LABEL}"\n', "utf-8")
    environment = {
        "IMMO_MODE": "test",
        "IMMO_DATABASE_URL": settings.database_url,
        "IMMO_STORE_PATH": str(settings.store_path),
        "IMMO_KEYS_DIRECTORY": str(settings.keys_directory),
        "IMMO_SIGNING_TOKEN": str(place),
        "IMMO_SIGNING_TOKEN_PIN": PIN,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["keys", *arguments])

    return run


def test_command_line_rotates_inside_the_token(
    idp_keys: Callable[..., Result], database: Database, signing_token: SigningToken
) -> None:
    old = idp_keys("new", "ES256").output.strip()
    new = idp_keys("new", "ES256").output.strip()
    steps = [
        idp_keys("activate", old, "--at-once"),
        idp_keys("activate", new, "--at-once"),
        idp_keys("retire", old, "--at-once"),
        idp_keys("destroy", old),
    ]

    assert [step.output.strip() for step in steps] == ["active", "active", "retired", "destroyed"]
    listed = {line.split()[0]: line.split()[2:4] for line in idp_keys("list").output.splitlines()}
    assert listed[new] == ["active", "token"]
    assert listed[old] == ["retired", "nowhere"]


def test_first_start_makes_every_key_in_the_token(
    idp_keys: Callable[..., Result], database: Database, signing_token: SigningToken
) -> None:
    """Here the database holds no key at all: `keyring` is not asked for."""
    result = idp_keys("ensure")

    assert result.output.strip() == f"{len(ALGORITHMS)} signing keys made."
    listed = [line.split()[1:4] for line in idp_keys("list").output.splitlines()]
    assert sorted(listed) == sorted([algorithm, "active", "token"] for algorithm in ALGORITHMS)


def test_command_line_says_in_a_line_that_the_token_is_gone(
    idp_keys: Callable[..., Result], database: Database, signing_token: SigningToken
) -> None:
    signing_token.take_away()

    result = idp_keys("new", "ES256")

    assert result.exit_code == 1
    assert "signing-token-gone" in result.output
    assert "Traceback" not in result.output
    assert PIN not in result.output


def test_jwks_shows_keys_of_both_places_and_nothing_private(
    keyring: Keyring, in_token: PrivateKeys, database: Database, clock: FixedClock
) -> None:
    kid = rotated(database, in_token, clock, "RS256")
    keyring.refresh()

    shown = {key["kid"]: key for key in json.loads(keyring.jwks().body)["keys"]}

    assert set(shown[kid]) == {"kty", "n", "e", "kid", "alg", "use"}
    assert len(shown) == len(ALGORITHMS) + 1


def test_person_signs_in_with_tokens_that_the_token_signed(
    services: Services, idp: Callable[[], FlaskClient], in_token: PrivateKeys, clock: FixedClock
) -> None:
    """From the tool's request to its ID token; the provider of this test signs inside the token."""
    an_office(services)
    kid = rotated(services.database, in_token, clock, "RS256")
    services.keyring.refresh()

    browser = Browser(idp()).authorize("plain").sign_in().press("#allow")

    token = redeemed(browser.client, browser).get_json()["id_token"]
    header = json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))
    assert (header["alg"], header["kid"]) == ("RS256", kid)
    assert jws.decode(services.keyring, token, typ=None)["aud"] == "plain"


def test_token_that_is_gone_is_said_by_readiness_and_token_endpoint_until_it_is_back(
    services: Services,
    idp: Callable[[], FlaskClient],
    in_token: PrivateKeys,
    clock: FixedClock,
    signing_token: SigningToken,
) -> None:
    an_office(services)
    rotated(services.database, in_token, clock, "RS256")
    services.keyring.refresh()
    signed_in = Browser(idp()).authorize("plain").sign_in().press("#allow")
    client = signed_in.client
    signing_token.take_away()

    refused = redeemed(client, signed_in)
    ready = client.get("/health/ready")

    assert (refused.status_code, refused.get_json()["error"]) == (503, "temporarily_unavailable")
    assert (ready.status_code, ready.get_json()["missing"]) == (503, ["keys"])
    signing_token.bring_back()
    in_token.close()
    time.sleep(1.1)
    assert client.get("/health/ready").status_code == 200
    assert redeemed(client, signed_in.authorize("plain")).status_code == 200


def redeemed(client: FlaskClient, browser: Browser) -> TestResponse:
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    return client.post("/token", data=form, auth=("plain", "plain-secret"))
