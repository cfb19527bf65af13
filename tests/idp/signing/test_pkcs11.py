"""Keys in a real token (SoftHSM): made there, never out of it, and back when it is back (requirement S3)."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pkcs11
import pytest
from joserfc.jwk import import_key
from pkcs11 import Attribute, ObjectClass

from core.infra.errors import Unavailable
from core.infra.secret import Secret
from core.infra.token_settings import TokenPlace, TokenSettings
from core.proof.jws import verify
from core.proof.keys import ALGORITHMS, FixedKeys
from idp.signing import jws
from idp.signing.cryptoki import Module
from idp.signing.pkcs11 import TokenCannot, TokenKeys, TokenKeyUnusable, TokenSigner
from idp.signing.signer import Signer
from tests.support.signing_token import LABEL, MODULE, PIN, SigningToken


@pytest.fixture
def keys(signing_token: SigningToken) -> Iterator[TokenKeys]:
    keys = TokenKeys(signing_token.settings())
    yield keys
    keys.close()


def signs(signer: Signer, claims: dict[str, object] | None = None) -> bool:
    """Tell whether a token of that key verifies as any client would verify it."""
    claims = {"sub": "usr_1"} if claims is None else claims
    shown = FixedKeys.from_jwks({"keys": [dict(signer.public_jwk())]})
    return verify(jws.encode(signer, claims), keys=shown, typ=None, algorithms=ALGORITHMS) == claims


def came(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def waited(signer: Signer, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            return signs(signer)
        except Unavailable:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_of_the_token_signs_what_every_client_verifies(algorithm: str, keys: TokenKeys) -> None:
    signer = keys.make(algorithm)

    assert signer.algorithm == algorithm
    assert signer.kid == import_key(dict(signer.public_jwk())).thumbprint()
    assert signs(signer)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_is_found_again_by_its_kid(algorithm: str, keys: TokenKeys, signing_token: SigningToken) -> None:
    made = keys.make(algorithm)
    keys.close()

    found = TokenKeys(signing_token.settings()).read(made.kid, algorithm)

    assert found.public_jwk() == made.public_jwk()
    assert signs(found)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_keys_have_2048_bits_or_more(algorithm: str, keys: TokenKeys) -> None:
    key = import_key(dict(keys.make(algorithm).public_jwk()), "RSA")

    assert key.public_key.key_size >= 2048


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_private_half_cannot_leave_the_token(algorithm: str, keys: TokenKeys, signing_token: SigningToken) -> None:
    kid = keys.make(algorithm).kid
    keys.close()
    secret = Attribute.PRIVATE_EXPONENT if algorithm in {"RS256", "PS256"} else Attribute.VALUE
    module = Module(MODULE)
    module.start()

    with module.library.get_token(token_label=LABEL).open(user_pin=PIN) as session:
        private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=kid.encode())

        assert private[Attribute.SENSITIVE] is True
        assert private[Attribute.EXTRACTABLE] is False
        with pytest.raises(pkcs11.AttributeSensitive):
            private[secret]


def test_private_half_is_hidden_from_whoever_has_no_pin(keys: TokenKeys) -> None:
    kid = keys.make("ES256").kid
    keys.close()
    module = Module(MODULE)
    module.start()

    with module.library.get_token(token_label=LABEL).open() as session:
        classes = {found[Attribute.CLASS] for found in session.get_objects({Attribute.ID: kid.encode()})}

    assert classes == {ObjectClass.PUBLIC_KEY}


def test_key_that_the_token_does_not_hold_is_named(keys: TokenKeys) -> None:
    with pytest.raises(TokenKeyUnusable) as refusal:
        keys.read("kid-of-nobody", "ES256")

    assert refusal.value.details["kid"] == "kid-of-nobody"
    assert not keys.holds("kid-of-nobody")


def test_key_of_another_algorithm_is_refused(keys: TokenKeys) -> None:
    kid = keys.make("ES256").kid

    with pytest.raises(TokenKeyUnusable):
        keys.read(kid, "RS256")


def test_another_key_under_the_name_is_refused(keys: TokenKeys) -> None:
    kid = keys.make("ES256").kid
    keys.close()
    _rename(kid, "claimed")

    with pytest.raises(TokenKeyUnusable):
        keys.read("claimed", "ES256")


def test_destroyed_key_is_gone_for_good(keys: TokenKeys) -> None:
    signer, other = keys.make("ES256"), keys.make("ES256")

    keys.destroy(signer.kid)

    assert not keys.holds(signer.kid)
    assert signs(other)
    with pytest.raises(TokenKeyUnusable):
        keys.read(signer.kid, "ES256")


def test_token_without_the_mechanism_says_so_and_keeps_working(signing_token: SigningToken) -> None:
    """Many tokens know no EdDSA: the operator is told, and no key appears anywhere else."""
    signing_token.configure("slots.mechanisms = CKM_EC_KEY_PAIR_GEN,CKM_ECDSA")
    keys = TokenKeys(signing_token.settings())

    with pytest.raises(TokenCannot) as refusal:
        keys.make("EdDSA")

    assert refusal.value.details["algorithm"] == "EdDSA"
    assert signs(keys.make("ES256"))


def test_threads_sign_side_by_side(keys: TokenKeys) -> None:
    """Eight threads on three sessions: who asks while all are lent waits, and nobody gets another's signature."""
    signers = [keys.make(algorithm) for algorithm in ALGORITHMS]
    barrier = threading.Barrier(8)
    good: list[bool] = []

    def sign(number: int) -> None:
        barrier.wait()
        good.extend(signs(signers[(number + turn) % 4], {"sub": f"usr_{number}_{turn}"}) for turn in range(25))

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert good == [True] * 200


def test_signing_says_that_the_token_is_gone_and_works_when_it_is_back(
    keys: TokenKeys, signing_token: SigningToken
) -> None:
    signer = keys.make("ES256")
    signing_token.take_away()

    for _ in range(3):
        with pytest.raises(Unavailable) as refusal:
            signer.sign(b"anything")
        assert refusal.value.code in {"signing-token-gone", "signing-token-lost"}

    signing_token.bring_back()
    assert waited(signer)


def test_token_that_was_away_for_a_moment_costs_nobody_an_error(keys: TokenKeys, signing_token: SigningToken) -> None:
    """Handles of before are worthless after it; the call is repeated in a new session."""
    signer = keys.make("ES256")
    signing_token.take_away()
    signing_token.bring_back()

    assert signs(signer)


def test_module_stopped_by_somebody_else_is_started_again(keys: TokenKeys) -> None:
    signer = keys.make("RS256")
    Module(MODULE).stop()

    assert signs(signer)


def test_threads_go_on_after_the_token_was_away(keys: TokenKeys, signing_token: SigningToken) -> None:
    """Whoever signs meanwhile gets a good signature or `Unavailable`, nothing third, and all end with good ones."""
    signer = keys.make("ES256")
    stop = threading.Event()
    outcomes: list[str] = []

    def sign() -> None:
        while not stop.is_set():
            try:
                outcomes.append("good" if signs(signer) else "bad")
            except Unavailable:
                outcomes.append("away")
                time.sleep(0.02)

    threads = [threading.Thread(target=sign) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        assert came(lambda: "good" in outcomes)
        signing_token.take_away()
        assert came(lambda: "away" in outcomes)
        signing_token.bring_back()
        assert came(lambda: outcomes[-12:] == ["good"] * 12)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert set(outcomes) == {"good", "away"}


def test_refused_pin_is_not_tried_again(
    keys: TokenKeys, signing_token: SigningToken, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real token locks after a few: a process that was refused once asks no more until it starts anew."""
    kid = keys.make("ES256").kid
    keys.close()
    refused = TokenKeys(signing_token.settings(pin="00000000"))

    with pytest.raises(Unavailable) as first:
        refused.read(kid, "ES256")
    refused.close()
    signing_token.change_pin("00000000")
    with pytest.raises(Unavailable) as second:
        refused.read(kid, "ES256")

    assert (first.value.code, second.value.code) == ("signing-token-pin-refused", "signing-token-pin-refused")
    assert signs(TokenKeys(signing_token.settings(pin="00000000")).read(kid, "ES256"))


def test_key_that_went_under_its_signer_is_a_token_that_is_gone(keys: TokenKeys, signing_token: SigningToken) -> None:
    """As while a token comes back, whose keys are not there at once: whoever waits for a token tries again."""
    kid = keys.make("ES256").kid
    signer = TokenKeys(signing_token.settings()).read(kid, "ES256")
    keys.destroy(kid)
    keys.close()

    with pytest.raises(Unavailable):
        signer.sign(b"a token")


def test_last_try_of_a_pin_is_left_to_the_operator(keys: TokenKeys, signing_token: SigningToken) -> None:
    """Each of many processes tries once: together they would lock the token, and the right PIN would not help."""
    kid = keys.make("ES256").kid
    keys.close()
    signing_token.warn_of_the_last_try()
    other = TokenKeys(signing_token.settings())

    with pytest.raises(Unavailable) as refused:
        other.read(kid, "ES256")

    assert refused.value.code == "signing-token-pin-last-try"


@pytest.mark.parametrize(
    ("module", "label"), [("/no/such/module.so", LABEL), (MODULE, "another"), ("relative.so", LABEL)]
)
def test_module_or_token_that_is_not_there_is_unavailable(signing_token: SigningToken, module: str, label: str) -> None:
    place = TokenPlace(module, label, 1, frozenset())

    with pytest.raises(Unavailable) as refusal:
        TokenKeys(TokenSettings(place, Secret(PIN))).make("ES256")

    assert refusal.value.code == "signing-token-gone"


_CHILD = """
import os, sys
from core.infra.secret import Secret
from core.infra.token_settings import TokenPlace, TokenSettings
from idp.signing.pkcs11 import TokenKeys

module, label, pin, kid = sys.argv[1:]
signer = TokenKeys(TokenSettings(TokenPlace(module, label, 2, frozenset()), Secret(pin))).read(kid, "ES256")
print("ready", flush=True)
sys.stdin.readline()
before = signer.sign(b"before").hex()
child = os.fork()
if child == 0:
    ok = all(len(signer.sign(b"in the child")) == 64 for _ in range(20))
    os._exit(0 if ok else 1)
signatures = [signer.sign(b"in the parent").hex() for _ in range(20)]
_, status = os.waitpid(child, 0)
print(before, *signatures, os.waitstatus_to_exitcode(status), flush=True)
"""


def test_processes_sign_side_by_side_and_after_a_fork(keys: TokenKeys, signing_token: SigningToken) -> None:
    """Servers fork workers: a child starts the module anew and leaves its parent's sessions alone."""
    signer = keys.make("ES256")
    command = [sys.executable, "-c", _CHILD, MODULE, LABEL, PIN, signer.kid]
    start = partial(subprocess.Popen[str], command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    processes = []
    for _ in range(3):
        # One after the other: the software token refuses now and then who logs in while somebody else does.
        process = start(env=signing_token.environment)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    answers = [process.communicate("go\n", timeout=60)[0].split() for process in processes]

    assert [answer[-1] for answer in answers] == ["0"] * 3
    signatures = [bytes.fromhex(signature) for answer in answers for signature in answer[1:-1]]
    assert len(set(signatures)) == 60
    assert all(_verifies(signer, b"in the parent", signature) for signature in signatures)


def test_process_without_a_token_loads_no_pkcs11() -> None:
    code = (
        "import json, sys; from idp.wiring import build_services; from core.infra.settings import Settings;"
        "import idp.app; build_services(Settings.from_environment({'IMMO_MODE': 'test'}));"
        "print(json.dumps([name for name in sys.modules if 'pkcs11' in name]))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert json.loads(done.stdout) == []


def _verifies(signer: TokenSigner, message: bytes, signature: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key = import_key(dict(signer.public_jwk()), "EC").public_key
    key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    return True


def _rename(kid: str, name: str) -> None:
    module = Module(MODULE)
    module.start()
    with module.library.get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        for half in list(session.get_objects({Attribute.ID: kid.encode()})):
            half[Attribute.ID] = name.encode()
