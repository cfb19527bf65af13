"""Where the authorities between a card and a root are found: folders, what the client sent, a bounded download.

The token holds the card's own certificate only. Nothing found here is believed: whoever asks verifies it up to a
pinned root, and only what was verified is kept.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import AuthorityInformationAccessOID

from core.infra import log
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused
from idp.eid.certificates import fingerprint, read_certificate, value_of

_MAX_CERTIFICATE_BYTES = 8 * 1024
_MOST_DOWNLOADS = 2
# What an address gave, or that it gave nothing, is believed for a while: it is not for strangers to make us ask.
_REMEMBERED = timedelta(minutes=5)
_MOST_REMEMBERED = 256


class Intermediates:
    """Authorities by the name of their subject; the first folder also takes what is new."""

    def __init__(
        self, folder: Path, *, http: OutboundHttp, hosts: Collection[str], further: Path | None = None
    ) -> None:
        self._folder = folder
        self._folders = [_Folder(folder, "*")] + ([_Folder(further, "*-ca.pem")] if further else [])
        self._http = http
        self._hosts = hosts
        self._kept: dict[bytes, list[x509.Certificate]] = {}
        self._downloads: dict[str, tuple[x509.Certificate | None, datetime]] = {}

    def candidates(
        self, leaf: x509.Certificate, *, hint: x509.Certificate | None, now: datetime
    ) -> Iterator[x509.Certificate]:
        """Yield who may have issued a certificate, the nearest at hand first; the last ones are downloaded."""
        yield from tuple(self._kept.get(leaf.issuer.public_bytes(), ()))
        for found in self._in_folders():
            if found.subject == leaf.issuer:
                yield found
        if hint is not None and hint.subject == leaf.issuer:
            yield hint
        for url in _addresses_of_issuer(leaf)[:_MOST_DOWNLOADS]:
            downloaded = self._download(url, now)
            if downloaded is not None and downloaded.subject == leaf.issuer:
                yield downloaded

    def keep(self, issuer: x509.Certificate) -> None:
        """Keep an issuer that was verified up to a root, also in the folder, for the other workers."""
        known = self._kept.setdefault(issuer.subject.public_bytes(), [])
        if issuer in known:
            return
        known.append(issuer)
        if issuer not in self._in_folders():
            self._write(issuer)

    def _in_folders(self) -> Iterator[x509.Certificate]:
        return chain.from_iterable(folder.certificates() for folder in self._folders)

    def _download(self, url: str, now: datetime) -> x509.Certificate | None:
        remembered, until = self._downloads.get(url, (None, now))
        if until > now:
            return remembered
        if len(self._downloads) >= _MOST_REMEMBERED:
            self._downloads.clear()
        found = self._fetch(url)
        self._downloads[url] = found, now + _REMEMBERED
        return found

    def _fetch(self, url: str) -> x509.Certificate | None:
        try:
            return _read(self._http.get_bytes(url, hosts=self._hosts, max_bytes=_MAX_CERTIFICATE_BYTES))
        except (Unavailable, OutboundRefused, ValueError) as error:
            log.event("eid_issuer_not_downloaded", log.WARNING, url=url, reason=type(error).__name__)
            return None

    def _write(self, issuer: x509.Certificate) -> None:
        name = fingerprint(issuer)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Other workers read the folder meanwhile: a file appears whole or not at all.
            with NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                file.write(issuer.public_bytes(serialization.Encoding.PEM))
            written = Path(file.name)
            written.chmod(0o644)
            written.replace(self._folder / f"{name}.pem")
        except OSError as error:
            log.event("eid_issuer_not_kept", log.WARNING, fingerprint=name, reason=type(error).__name__)
        else:
            log.event("eid_issuer_kept", fingerprint=name, issuer=issuer.subject.rfc4514_string())


class _Folder:
    """A folder of certificates, parsed anew only when a file in it changed: strangers make us look."""

    def __init__(self, path: Path, pattern: str) -> None:
        self._path = path
        self._pattern = pattern
        self._parsed: tuple[object, tuple[x509.Certificate, ...]] = ((), ())

    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Return what lies there now."""
        state = self._state()
        before, found = self._parsed
        if state != before:
            found = tuple(read_folder(self._path, self._pattern))
            self._parsed = state, found
        return found

    def _state(self) -> tuple[tuple[str, int, int], ...]:
        state = []
        for file in sorted(self._path.glob(self._pattern)):
            with suppress(FileNotFoundError):  # it went while we looked
                status = file.stat()
                state.append((file.name, status.st_mtime_ns, status.st_size))
        return tuple(state)


def read_folder(folder: Path, pattern: str) -> Iterator[x509.Certificate]:
    """Yield the certificates in a folder, PEM or DER; what is none is passed over with a line in the log."""
    for file in sorted(folder.glob(pattern)):
        if file.name.startswith(".") or not file.is_file():
            continue
        try:
            found = _read(file.read_bytes())
        except (OSError, ValueError) as error:
            log.event("eid_certificate_unreadable", log.WARNING, file=str(file), reason=type(error).__name__)
        else:
            yield found


def _read(content: bytes) -> x509.Certificate:
    if content.lstrip().startswith(b"-----BEGIN"):
        content = x509.load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER)
    found = read_certificate(content)
    if found is None:
        raise ValueError("no certificate")
    return found


def _addresses_of_issuer(certificate: x509.Certificate) -> list[str]:
    access = value_of(certificate.extensions, x509.AuthorityInformationAccess)
    return [
        description.access_location.value
        for description in access or ()
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(description.access_location, x509.UniformResourceIdentifier)
    ]
