"""Where the authorities between a card and a root are found: a folder, what the client sent, a bounded download.

The token holds the card's own certificate only. Nothing found here is believed: whoever asks verifies it
up to a pinned root, and only what was verified is kept.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509


class Intermediates:
    """The certificates of the folders, by the name of their subject."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._by_name: dict[bytes, list[x509.Certificate]] = {}

    def candidates(self, leaf: x509.Certificate, *, hint: x509.Certificate | None) -> Iterator[x509.Certificate]:
        """Yield who may have issued a certificate, the nearest at hand first."""
        name = leaf.issuer.public_bytes()
        yield from tuple(self._by_name.get(name, ()))
        for folder in self._folders:
            for file in sorted(folder.glob("*.pem")):
                found = x509.load_pem_x509_certificate(file.read_bytes())
                if found.subject == leaf.issuer:
                    yield found
        if hint is not None and hint.subject == leaf.issuer:
            yield hint

    def keep(self, issuer: x509.Certificate) -> None:
        """Keep an issuer that was verified up to a root."""
        known = self._by_name.setdefault(issuer.subject.public_bytes(), [])
        if issuer not in known:
            known.append(issuer)
