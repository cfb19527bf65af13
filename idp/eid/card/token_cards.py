"""A card that a PKCS#11 module alone knows: a token in software or in another device, named by its label."""

from collections.abc import Mapping
from pathlib import Path

from idp.eid.card import card_files, file_names, web_eid
from idp.eid.card.cards import CardPresence, ReaderState, Request, State
from idp.eid.card.consents import Consents
from idp.eid.card.pkcs11_token import Module, Token
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Prompts, Question
from idp.eid.card.signers import ask_and_sign

_MOST_TRIES = 3
# As the official module names the files of a card (eid.md 3).
_LABELS = {
    file_names.IDENTITY: "DATA_FILE",
    file_names.IDENTITY_SIGNATURE: "SIGN_DATA_FILE",
    file_names.ADDRESS: "ADDRESS_FILE",
    file_names.ADDRESS_SIGNATURE: "SIGN_ADDRESS_FILE",
    file_names.PHOTO: "PHOTO_FILE",
    file_names.REGISTER_CERTIFICATE: "CERT_RN_FILE",
    file_names.CHIP_KEY: "BASIC_KEY_FILE",
}


class TokenCards:
    """The token of one label."""

    mode = "cards"

    def __init__(self, prompts: Prompts, module: Path, label: str) -> None:
        self._prompts = prompts
        self._path = module
        self._label = label
        self._consents = Consents()

    def state(self) -> State:
        """Return whether the token is there; the module is asked, so nothing else may use it meanwhile."""
        try:
            token = self._token()
            return State(ReaderState.PRESENT, CardPresence.PRESENT, has_pad=token.has_pad)
        except CardProblem as error:
            if error.problem is Problem.NO_CARD:
                return State(ReaderState.PRESENT)
            return State(ReaderState.NO_SERVICE, problem=error.problem)

    def authenticate(self, request: Request) -> dict[str, str]:
        """Ask for the PIN, three times at most, and sign."""
        token = self._token()
        is_wrong = False
        for _ in range(_MOST_TRIES):
            question = Question(
                request.origin, request.language, signs_in=True, wants=request.wants, was_wrong=is_wrong
            )
            try:
                signed = ask_and_sign(token, self._prompts, question, request.nonce)
            except CardProblem as error:
                if error.problem is not Problem.PIN_WRONG:
                    raise
                is_wrong = True
                continue
            self._consents.remember(request)
            return web_eid.token(web_eid.read_certificate(signed.certificate), signed.certificate, signed.signature)
        raise CardProblem(Problem.PIN_WRONG)

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Return the data objects that are wanted, where the token has them, once the user allows it."""
        token = self._token()
        if not self._consents.covers(request):
            self._prompts.consent(Question(request.origin, request.language, signs_in=False, wants=request.wants))
        objects = token.data_objects()
        found = {name: objects.get(_LABELS.get(name, "")) for name in card_files.wanted_names(request.wants)}
        return {name: card_files.trimmed(name, content) for name, content in found.items() if content}

    def _token(self) -> Token:
        return Module(self._path).token(label=self._label)
