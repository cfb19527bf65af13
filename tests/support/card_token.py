"""A software token with the key and certificate of a test card, as SoftHSM keeps it (eid.md 6.2)."""

import os
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from development.programs import PKCS11_TOOL, SOFTHSM, SOFTHSM_MODULE, require
from idp.eid.card.software.card import SoftwareCard

LABEL = "BELPIC"
PIN = "1234"


class CardToken:
    """A token of its own folder; `environment` and `arguments` lead an agent to it."""

    def __init__(self, folder: Path, card: SoftwareCard) -> None:
        tokens = folder / "tokens"
        tokens.mkdir(parents=True)
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.module = require(SOFTHSM_MODULE)
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        self.arguments = ("--module", self.module, "--token", LABEL)
        issued = card.keys.authentication
        (folder / "key.pem").write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "certificate.der").write_bytes(issued.certificate.public_bytes(Encoding.DER))
        softhsm, named = require(SOFTHSM), ["--label", "Authentication", "--id", "02", "--pin", PIN]
        self._run(softhsm, "--init-token", "--free", "--label", LABEL, "--so-pin", "12345678", "--pin", PIN)
        self._run(softhsm, "--import", str(folder / "key.pem"), "--token", LABEL, *named)
        written = ["--write-object", str(folder / "certificate.der"), "--type", "cert"]
        tool = [require(PKCS11_TOOL), "--module", self.module, "--token-label", LABEL, "--login"]
        self._run(*tool, *named, *written)

    def _run(self, *command: str) -> None:
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
