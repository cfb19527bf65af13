"""Where the private halves of signing keys lie: in files, or in a PKCS#11 token where there is one.

Which of the two is decided when a key is made; a key is then found where it lies, so that keys can
move into a token by an ordinary rotation.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.infra.settings import Settings
from idp.signing import software
from idp.signing.signer import Signer

if TYPE_CHECKING:
    from idp.signing.pkcs11 import TokenKeys


class Place(StrEnum):
    """Where a private key lies."""

    FILE = "file"
    TOKEN = "token"  # noqa: S105 - a place, not a secret


class PrivateKeys:
    """Makes private keys and finds them again."""

    def __init__(
        self, directory: Path, token: "TokenKeys | None" = None, *, in_files: frozenset[str] = frozenset()
    ) -> None:
        self._directory = directory
        self._token = token
        self._in_files = in_files

    @classmethod
    def from_settings(cls, settings: Settings) -> "PrivateKeys":
        """Return what the settings name; the token is not asked yet."""
        if settings.token is None:
            return cls(settings.keys_directory)
        # Only where there is a token: no other process loads python-pkcs11.
        from idp.signing.pkcs11 import TokenKeys  # noqa: PLC0415 - see above

        return cls(settings.keys_directory, TokenKeys(settings.token), in_files=settings.token.place.in_files)

    def make(self, algorithm: str) -> Signer:
        """Make a key where keys for the algorithm belong.

        Raises `TokenCannot` where the token is not able to, and `Unavailable` while it is gone: a
        key that should lie in a token is never put into a file instead.
        """
        if self._token is not None and algorithm not in self._in_files:
            return self._token.make(algorithm)
        signer = software.generate(algorithm)
        software.write(signer, self._directory)
        return signer

    def read(self, kid: str, algorithm: str) -> Signer:
        """Return a key; raise `PrivateKeyUnusable`, or `Unavailable` while the token is gone."""
        if self._token is None or software.key_file(self._directory, kid).exists():
            return software.read(self._directory, kid, algorithm)
        return self._token.read(kid, algorithm)

    def place_of(self, kid: str) -> Place | None:
        """Tell where a key lies, None where it is in neither; raise `Unavailable`."""
        if software.key_file(self._directory, kid).exists():
            return Place.FILE
        return Place.TOKEN if self._token is not None and self._token.holds(kid) else None

    def destroy(self, kid: str) -> None:
        """Remove a private key for good; there may be none. Raises `Unavailable`."""
        software.key_file(self._directory, kid).unlink(missing_ok=True)
        if self._token is not None:
            self._token.destroy(kid)

    def close(self) -> None:
        """End the sessions with the token."""
        if self._token is not None:
            self._token.close()
