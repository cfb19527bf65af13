"""A PKCS#11 token for signing keys: SoftHSM in a folder of its own, which can be taken away and brought back."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.infra.secret import Secret
from core.infra.token_settings import TokenPlace, TokenSettings
from development.programs import PKCS11_TOOL, SOFTHSM, SOFTHSM_MODULE, require

MODULE = require(SOFTHSM_MODULE)
LABEL = "immo-connect"
PIN = "81726354"
_SO_PIN = "4711471147"
# CKF_USER_PIN_FINAL_TRY (PKCS#11 3.0 section 3.2).
_FINAL_TRY = 0x20000


class SigningToken:
    """A token in a folder."""

    def __init__(self, folder: Path) -> None:
        self._tokens = folder / "tokens"
        self._away = folder / "away"
        self._tokens.mkdir(parents=True)
        self.configuration = folder / "softhsm2.conf"
        self.configure()
        new = ["--init-token", "--free", "--label", LABEL, "--so-pin", _SO_PIN, "--pin", PIN]
        self._softhsm(*new)

    def configure(self, *lines: str) -> None:
        """Write the configuration with further lines; it counts when the module starts."""
        content = (f"directories.tokendir = {self._tokens}", "objectstore.backend = file", "log.level = ERROR", *lines)
        self.configuration.write_text("\n".join(content) + "\n", "utf-8")

    def settings(self, *, pin: str = PIN, sessions: int = 3, in_files: frozenset[str] = frozenset()) -> TokenSettings:
        """Return what an operator would say about the token."""
        return TokenSettings(TokenPlace(MODULE, LABEL, sessions, in_files), Secret(pin))

    def take_away(self) -> None:
        """Pull the token out."""
        self._tokens.rename(self._away)
        self._tokens.mkdir()

    def bring_back(self) -> None:
        """Plug it in again."""
        self._tokens.rmdir()
        self._away.rename(self._tokens)

    def change_pin(self, pin: str) -> None:
        """Let the security officer set another PIN, with the vendor's program."""
        tool = [require(PKCS11_TOOL), "--module", MODULE, "--token-label", LABEL]
        subprocess.run(
            [*tool, "--login", "--login-type", "so", "--so-pin", _SO_PIN, "--init-pin", "--pin", pin],
            env=self.environment,
            capture_output=True,
            check=True,
            timeout=30,
        )

    def warn_of_the_last_try(self) -> None:
        """Let the token say what others say before they lock: SoftHSM itself counts no tries (CK_TOKEN_INFO)."""
        (file,) = self._tokens.glob("*/token.object")
        content = file.read_bytes()
        # CKA_OS_TOKENFLAGS, the kind of an unsigned long, and its value.
        head = (0x8000534B).to_bytes(8) + (2).to_bytes(8)
        place = content.index(head) + len(head)
        flags = int.from_bytes(content[place : place + 8]) | _FINAL_TRY
        file.write_bytes(content[:place] + flags.to_bytes(8) + content[place + 8 :])

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which a program finds the token."""
        return os.environ | {"SOFTHSM2_CONF": str(self.configuration)}

    def _softhsm(self, *arguments: str) -> None:
        command = [require(SOFTHSM), *arguments]
        subprocess.run(command, env=self.environment, capture_output=True, check=True, timeout=30)


@pytest.fixture
def signing_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SigningToken]:
    """Return a fresh token; the module is not yet started, and stopped afterwards."""
    token = SigningToken(tmp_path / "softhsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    yield token
    _forget_module()


def _forget_module() -> None:
    """Leave the module as a test finds it that loads it with python-pkcs11 alone."""
    import pkcs11

    from idp.signing.cryptoki import Module

    Module(MODULE).stop()
    pkcs11.unload(MODULE)
