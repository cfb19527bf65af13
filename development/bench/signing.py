"""What a signature costs in a token instead of in this process: SoftHSM, so without any network or chip."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from core.infra.secret import Secret
from core.infra.token_settings import TokenPlace, TokenSettings
from development.programs import SOFTHSM, SOFTHSM_MODULE, require
from idp.signing import software
from idp.signing.pkcs11 import TokenKeys
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
    with _token(folder) as keys:
        in_token, in_process = keys.make(algorithm), software.generate(algorithm)
        rounds = [(_cost(in_token), _cost(in_process)) for _ in range(_ROUNDS)]
    return Signing(*(median(figures) for figures in zip(*rounds, strict=True)))


def _cost(signer: Signer) -> float:
    before = time.process_time()
    for _ in range(_SIGNATURES):
        signer.sign(_MESSAGE)
    return (time.process_time() - before) / _SIGNATURES * 1e6


@contextmanager
def _token(folder: Path) -> Iterator[TokenKeys]:
    tokens, configuration = folder / "tokens", folder / "softhsm2.conf"
    if not tokens.exists():
        tokens.mkdir(parents=True)
        configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n", "utf-8")
    # SoftHSM reads it when the module starts.
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    new = ["--init-token", "--free", "--label", _LABEL, "--so-pin", _PIN, "--pin", _PIN]
    if not any(tokens.iterdir()):
        subprocess.run([require(SOFTHSM), *new], check=True, capture_output=True)  # noqa: S603 - a fixed command
    keys = TokenKeys(TokenSettings(TokenPlace(require(SOFTHSM_MODULE), _LABEL, 1, frozenset()), Secret(_PIN)))
    try:
        yield keys
    finally:
        keys.close()
