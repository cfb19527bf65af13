import json

import pytest
from joserfc import jws as reference
from joserfc.jwk import KeySet

from core.proof.jws import InvalidJwt
from core.proof.keys import ALGORITHMS
from idp.signing import jws
from idp.signing.keyring import Keyring


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_another_library_verifies_what_we_sign(algorithm: str, keyring: Keyring) -> None:
    token = jws.encode(keyring.signer(algorithm), {"sub": "é"})

    keys = KeySet.import_key_set(json.loads(keyring.jwks().body))
    verified = reference.deserialize_compact(token, keys, algorithms=[algorithm])

    assert verified.payload == '{"sub":"é"}'.encode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_header_names_key_algorithm_and_type(algorithm: str, keyring: Keyring) -> None:
    signer = keyring.signer(algorithm)

    token = jws.encode(signer, {}, typ="at+jwt")

    header = reference.extract_compact(token.encode()).headers()
    assert header == {"alg": algorithm, "typ": "at+jwt", "kid": signer.kid}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_we_sign_we_read(algorithm: str, keyring: Keyring) -> None:
    claims = {"sub": "usr_1", "amr": ["pwd"], "nested": {"at": 1}}

    token = jws.encode(keyring.signer(algorithm), claims)

    assert jws.decode(keyring, token, typ=None) == claims


def test_algorithm_outside_the_list_is_refused(keyring: Keyring) -> None:
    token = jws.encode(keyring.signer("RS256"), {"sub": "usr_1"})

    with pytest.raises(InvalidJwt):
        jws.decode(keyring, token, typ=None, algorithms=("ES256",))


def test_access_token_does_not_pass_for_an_id_token(keyring: Keyring) -> None:
    """RFC 9068 section 5: types keep the kinds of token apart."""
    token = jws.encode(keyring.signer("ES256"), {"sub": "usr_1"}, typ="at+jwt")

    with pytest.raises(InvalidJwt):
        jws.decode(keyring, token, typ=None)
