"""What a signature costs in a token instead of in this process: SoftHSM, so without any network or chip."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from core.infra.settings import Settings
from development.programs import SOFTHSM, SOFTHSM_MODULE, require
from idp.signing.private_keys import PrivateKeys
from idp.signing.signer import Signer

_LABEL, _PIN = "bench", "81726354"
_ROUNDS, _SIGNATURES = 8, 50
# As long as the signing input of an ID token with a context.
_MESSAGE = b"x" * 900


@dataclass(frozen=True, slots=True)
class Signing:
    """Microseconds of the processor for one signature: in the token, and in this process."""

    in_token: float
    in_process: float


def measure(folder: Path, algorithm: str) -> Signing:
    """Let token and process sign in turns and return the medians."""
    files = PrivateKeys.from_settings(_settings(folder))
    with _token(folder) as token:
        in_token, in_process = token.make(algorithm), files.make(algorithm)
        rounds = [(_cost(in_token), _cost(in_process)) for _ in range(_ROUNDS)]
    return Signing(*(median(figures) for figures in zip(*rounds, strict=True)))


def _cost(signer: Signer) -> float:
    before = time.process_time()
    for _ in range(_SIGNATURES):
        signer.sign(_MESSAGE)
    return (time.process_time() - before) / _SIGNATURES * 1e6


@contextmanager
def _token(folder: Path) -> Iterator[PrivateKeys]:
    tokens, configuration, place = folder / "tokens", folder / "softhsm2.conf", folder / "pkcs11.toml"
    # SoftHSM reads it when the module starts.
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    if not tokens.exists():
        tokens.mkdir(parents=True)
        configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n", "utf-8")
        place.write_text(f'module = "{require(SOFTHSM_MODULE)}"\ntoken = "{_LABEL}"\n', "utf-8")
        new = ["--init-token", "--free", "--label", _LABEL, "--so-pin", _PIN, "--pin", _PIN]
        subprocess.run([require(SOFTHSM), *new], check=True, capture_output=True)  # noqa: S603 - a fixed command
    keys = PrivateKeys.from_settings(_settings(folder, IMMO_SIGNING_TOKEN=str(place), IMMO_SIGNING_TOKEN_PIN=_PIN))
    try:
        yield keys
    finally:
        keys.close()


def _settings(folder: Path, **more: str) -> Settings:
    return Settings.from_environment({"IMMO_MODE": "test", "IMMO_KEYS_DIRECTORY": str(folder / "keys"), **more})
