import stat
from pathlib import Path

import pytest
from joserfc.jwk import import_key

from core.proof.keys import ALGORITHMS
from idp.signing import software
from idp.signing.software import KeyFileUnusable


@pytest.fixture(scope="module")
def signers() -> dict[str, software.SoftwareSigner]:
    return {algorithm: software.generate(algorithm) for algorithm in ALGORITHMS}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_kid_is_the_thumbprint_of_rfc_7638(algorithm: str, signers: dict[str, software.SoftwareSigner]) -> None:
    signer = signers[algorithm]

    assert signer.kid == import_key(dict(signer.public_jwk())).thumbprint()
    assert signer.public_jwk()["kid"] == signer.kid


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_public_jwk_shows_no_private_member(algorithm: str, signers: dict[str, software.SoftwareSigner]) -> None:
    jwk = signers[algorithm].public_jwk()

    assert set(jwk) <= {"kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"}
    assert jwk["alg"] == algorithm
    assert jwk["use"] == "sig"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_keys_have_at_least_2048_bits(algorithm: str, signers: dict[str, software.SoftwareSigner]) -> None:
    key = import_key(dict(signers[algorithm].public_jwk()), "RSA")

    assert key.public_key.key_size >= 2048


def test_es256_signature_is_r_and_s_side_by_side(signers: dict[str, software.SoftwareSigner]) -> None:
    """RFC 7518 section 3.4: 64 octets, also when a coordinate begins with zeros."""
    lengths = {len(signers["ES256"].sign(bytes([n % 256]))) for n in range(600)}

    assert lengths == {64}


def test_no_key_is_made_for_a_symmetric_algorithm() -> None:
    with pytest.raises(ValueError, match="HS256"):
        software.generate("HS256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_read_back_is_the_key_written(
    algorithm: str, signers: dict[str, software.SoftwareSigner], tmp_path: Path
) -> None:
    signer = signers[algorithm]

    software.write(signer, tmp_path / "keys")

    again = software.read(tmp_path / "keys", signer.kid, algorithm)
    assert again.public_jwk() == signer.public_jwk()


def test_only_the_owner_can_read_the_key(signers: dict[str, software.SoftwareSigner], tmp_path: Path) -> None:
    directory = tmp_path / "keys"

    software.write(signers["ES256"], directory)

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(software.key_file(directory, signers["ES256"].kid).stat().st_mode) == 0o600


def test_failed_write_leaves_nothing_behind(signers: dict[str, software.SoftwareSigner], tmp_path: Path) -> None:
    """A folder stands where the file should go, so the last step fails as on a full disk."""
    signer = signers["ES256"]
    obstacle = software.key_file(tmp_path, signer.kid)
    obstacle.mkdir()

    with pytest.raises(OSError, match="directory"):
        software.write(signer, tmp_path)

    assert list(tmp_path.iterdir()) == [obstacle]


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnusable) as refusal:
        software.read(tmp_path, "kid-of-nobody", "ES256")

    assert refusal.value.details["path"] == str(tmp_path / "kid-of-nobody.pem")


def test_another_key_under_the_name_is_refused(signers: dict[str, software.SoftwareSigner], tmp_path: Path) -> None:
    software.key_file(tmp_path, "claimed").write_bytes(signers["ES256"].to_pem())

    with pytest.raises(KeyFileUnusable):
        software.read(tmp_path, "claimed", "ES256")


def test_key_of_another_kind_is_refused(signers: dict[str, software.SoftwareSigner], tmp_path: Path) -> None:
    software.write(signers["ES256"], tmp_path)

    with pytest.raises(KeyFileUnusable):
        software.read(tmp_path, signers["ES256"].kid, "EdDSA")


def test_garbage_in_the_file_is_refused(tmp_path: Path) -> None:
    software.key_file(tmp_path, "broken").write_bytes(b"-----BEGIN PRIVATE KEY-----\nhalf")

    with pytest.raises(KeyFileUnusable):
        software.read(tmp_path, "broken", "ES256")
