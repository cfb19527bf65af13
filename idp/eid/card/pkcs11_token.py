"""Signs with a token's authentication key through a PKCS#11 module (eid.md 3, 6.3): the seam to python-pkcs11.

Only two mechanisms work everywhere they should: CKM_SHA256_RSA_PKCS, and raw CKM_ECDSA over a digest of ours.
A module is loaded once in a process and is not safe across threads: the agent's lock is around every call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp.eid.card import web_eid
from idp.eid.card.problems import CardProblem, Problem

_CERTIFICATE_LABEL = "Authentication"
_PROBLEMS = {
    "PinIncorrect": Problem.PIN_WRONG,
    "PinLocked": Problem.PIN_BLOCKED,
    "PinLenRange": Problem.PIN_FORMAT,
    "PinInvalid": Problem.PIN_FORMAT,
    "FunctionCancelled": Problem.CANCELLED,
    "DeviceRemoved": Problem.CARD_REMOVED,
    "DeviceError": Problem.CARD_REMOVED,
    "TokenNotPresent": Problem.CARD_REMOVED,
    "TokenNotRecognised": Problem.CARD_REMOVED,
    "SessionHandleInvalid": Problem.CARD_REMOVED,
    "UserNotLoggedIn": Problem.CARD_REMOVED,
    "UserAlreadyLoggedIn": Problem.CARD_BUSY,
}


class Module:
    """A loaded module."""

    def __init__(self, path: Path) -> None:
        """Load it; raise `CardProblem` with MIDDLEWARE_MISSING where that fails."""
        try:
            # Not on every machine, and never needed for software cards.
            import pkcs11  # noqa: PLC0415

            self._library = pkcs11.lib(str(path))
        except (ImportError, RuntimeError):
            # The library's own errors are RuntimeErrors, one of which is that the file cannot be loaded.
            raise CardProblem(Problem.MIDDLEWARE_MISSING) from None

    def token(self, *, reader: str | None = None, label: str | None = None) -> "Token":
        """Return the token in a reader, or the one of this label; raise `CardProblem` where there is none."""
        with _translated():
            found = self._search(reader, label)
            if found is None:
                # It may have come, or the smart-card service started anew, after the module was loaded.
                self._library.reinitialize()
                found = self._search(reader, label)
        if found is None:
            raise CardProblem(Problem.NO_CARD)
        return found

    def _search(self, reader: str | None, label: str | None) -> "Token | None":
        try:
            for slot in self._library.get_slots(token_present=True):
                token = slot.get_token()
                if reader in {None, slot.slot_description} and label in {None, token.label}:
                    return Token(token)
        except RuntimeError:
            # What it knew of readers is out of date.
            return None
        return None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the certificate, in DER, whose key made it."""

    certificate: bytes
    signature: bytes


class Token:
    """A token whose key for signing in has a certificate labelled as the card's is."""

    def __init__(self, token: Any) -> None:
        self._token = token

    @property
    def has_pad(self) -> bool:
        """Tell whether the PIN is typed on the reader."""
        import pkcs11  # noqa: PLC0415 - as above

        return bool(self._token.flags & pkcs11.TokenFlag.PROTECTED_AUTHENTICATION_PATH)

    def certificate(self) -> bytes:
        """Return the certificate to sign in with, in DER; raise `CardProblem` where there is none."""
        with _translated(), self._token.open() as session:
            return _certificate(session)[0]

    def can_sign(self, certificate: bytes) -> bool:
        """Tell whether the module signs with such a key at all: older ones of OpenSC do not with newer cards."""
        import pkcs11  # noqa: PLC0415 - as above

        mechanism = _mechanism(web_eid.algorithm_of(web_eid.read_certificate(certificate)), pkcs11.Mechanism)
        with _translated():
            return mechanism in self._token.slot.get_mechanisms()

    def sign(self, origin: str, nonce: str, pin: str | None) -> Signed:
        """Sign a challenge; without a PIN the reader asks for it. Raises `CardProblem`."""
        import pkcs11  # noqa: PLC0415 - as above

        with _translated(), self._token.open(user_pin=pkcs11.PROTECTED_AUTH if pin is None else pin) as session:
            certificate, key_id = _certificate(session)
            algorithm = web_eid.algorithm_of(web_eid.read_certificate(certificate))
            template = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.ID: key_id}
            # A search that is not read to its end stays open and blocks the next.
            keys = list(session.get_objects(template))
            if not keys:
                raise CardProblem(Problem.CERTIFICATE_MISSING)
            signed = (web_eid.signed_digest if algorithm.is_elliptic else web_eid.signed_data)(algorithm, origin, nonce)
            signature = keys[0].sign(signed, mechanism=_mechanism(algorithm, pkcs11.Mechanism))
            return Signed(certificate, bytes(signature))

    def data_objects(self) -> dict[str, bytes]:
        """Return the data objects that anybody may read, by their labels; the official module has the files there."""
        import pkcs11  # noqa: PLC0415 - as above

        with _translated(), self._token.open() as session:
            found = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.DATA}))
            return {entry[pkcs11.Attribute.LABEL]: bytes(entry[pkcs11.Attribute.VALUE]) for entry in found}


def _certificate(session: Any) -> tuple[bytes, bytes]:
    import pkcs11  # noqa: PLC0415 - as above

    template = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        pkcs11.Attribute.LABEL: _CERTIFICATE_LABEL,
    }
    found = list(session.get_objects(template))
    if not found:
        raise CardProblem(Problem.CERTIFICATE_MISSING)
    # The length of CKA_ID differs from module to module: it is taken from here, never put together.
    return bytes(found[0][pkcs11.Attribute.VALUE]), bytes(found[0][pkcs11.Attribute.ID])


def _mechanism(algorithm: web_eid.Algorithm, mechanisms: Any) -> Any:
    return mechanisms.ECDSA if algorithm.is_elliptic else mechanisms.SHA256_RSA_PKCS


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors, which are many, into `CardProblem`."""
    try:
        yield
    except RuntimeError as error:
        problem = _PROBLEMS.get(type(error).__name__, Problem.FAILED)
        raise CardProblem(problem, tries=0 if problem is Problem.PIN_BLOCKED else None) from None
