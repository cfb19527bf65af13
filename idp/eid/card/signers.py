"""The two ways to a signature of a card in a reader: through a PKCS#11 module, or by commands of our own."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from idp.eid.card import card_files, pcsc, pin_pad, web_eid
from idp.eid.card.applet import Applet
from idp.eid.card.pkcs11_token import Signed, Token
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Prompts, Question


class Signer(Protocol):
    """Signs a challenge with the key for signing in, and with no other."""

    @property
    def has_pad(self) -> bool:
        """Tell whether the PIN is typed on the reader."""

    def sign(self, origin: str, nonce: str, pin: str | None) -> Signed:
        """Sign; None for a PIN that is typed on the reader. Raises `CardProblem`; no right stays open in the card."""


def ask_and_sign(signer: Signer, prompts: Prompts, question: Question, nonce: str) -> Signed:
    """Ask the user once, on the screen or on the reader, and sign; raise `CardProblem`."""
    if not signer.has_pad:
        return signer.sign(question.origin, nonce, prompts.pin(question))
    prompts.consent(question)
    prompts.show_pad(question)
    try:
        return signer.sign(question.origin, nonce, None)
    finally:
        prompts.hide()


@dataclass(frozen=True, slots=True)
class CommandSigner:
    """Signs by commands to the applet; works with both versions and needs no module (eid.md 1.6)."""

    reader: str
    certificate: bytes
    has_pad: bool

    def sign(self, origin: str, nonce: str, pin: str | None) -> Signed:
        """Choose the key, show the PIN, sign, and log off, while nobody else may use the card."""
        algorithm = web_eid.algorithm_of(web_eid.read_certificate(self.certificate))
        with pcsc.service() as service, service.card(self.reader) as card:
            applet = Applet(card.transmit)
            # Somebody may have changed the card while the PIN was typed.
            if card_files.read_authentication_certificate(applet) != self.certificate:
                raise CardProblem(Problem.CARD_REMOVED)
            applet.choose_key(algorithm.name)
            try:
                if pin is None:
                    _verify_on_pad(card)
                else:
                    applet.verify(pin)
                return Signed(self.certificate, applet.sign(web_eid.signed_digest(algorithm, origin, nonce)))
            finally:
                # Of a card that is gone, no right is left.
                with suppress(CardProblem):
                    applet.log_off()


@dataclass(frozen=True, slots=True)
class ModuleSigner:
    """Signs through a PKCS#11 module."""

    reader: str
    token: Token
    has_pad: bool

    def sign(self, origin: str, nonce: str, pin: str | None) -> Signed:
        """Sign in a session of its own; the module of OpenSC leaves the PIN's rights open, so they are taken back."""
        try:
            return self.token.sign(origin, nonce, pin)
        except CardProblem as error:
            # Modules have many words for a card that is gone; the card's own silence is clearer.
            if error.problem is Problem.FAILED and not self._log_off():
                raise CardProblem(Problem.CARD_REMOVED) from None
            raise
        finally:
            self._log_off()

    def _log_off(self) -> bool:
        """Take back the rights that the PIN gave; return whether there was a card to do so."""
        try:
            with pcsc.service() as service, service.card(self.reader) as card:
                Applet(card.transmit).log_off()
        except CardProblem:
            return False
        return True


def _verify_on_pad(card: pcsc.Card) -> None:
    code = pin_pad.verify_code(card)
    if code is None:
        raise CardProblem(Problem.FAILED)
    pin_pad.verify_on_pad(card, code)
