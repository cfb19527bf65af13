"""Cards of plastic in readers: found by PC/SC, signed with through PKCS#11 or by commands of our own."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from idp.eid.card import card_files, file_names, pcsc, pin_pad, web_eid
from idp.eid.card.applet import Applet, CardData
from idp.eid.card.cards import CardPresence, ReaderState, Request, State, Want
from idp.eid.card.consents import Consents
from idp.eid.card.modules import CHOSEN, ModulePlace
from idp.eid.card.pcsc import Service, Slot
from idp.eid.card.pkcs11_token import Module
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Prompts, Question
from idp.eid.card.signers import CommandSigner, ModuleSigner, Signer, ask_and_sign

T = TypeVar("T")

CHIP_LABEL = b"immo-connect eid chip"
# Where a module does not say how many tries are left, three are all that a card has.
_MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A card that was found in a reader."""

    slot: Slot
    data: CardData
    has_pad: bool

    @property
    def reader(self) -> str:
        """Return the name of the reader."""
        return self.slot.reader


class PlasticCards:
    """The first supported card in any reader."""

    mode = "cards"

    def __init__(self, prompts: Prompts, modules: Sequence[ModulePlace]) -> None:
        self._prompts = prompts
        self._modules = modules
        self._consents = Consents()
        self._slot: Slot | None = None
        self._insertions = 0

    def state(self) -> State:
        """Return what is there now; asks the card, so nothing else may use it meanwhile."""
        try:
            found = self._find()
        except CardProblem as error:
            return state_of(error.problem)
        if found.slot != self._slot:
            self._slot = found.slot
            self._insertions += 1
        problem = Problem.PIN_BLOCKED if found.data.tries == 0 else None
        return State(
            ReaderState.PRESENT,
            CardPresence.PRESENT,
            applet=found.data.applet,
            has_pad=found.has_pad,
            tries=found.data.tries,
            problem=problem,
            insertion=self._insertions,
        )

    def glance(self) -> tuple[Slot, ...] | Problem:
        """Return what differs when a reader or a card comes or goes; asks no card."""
        try:
            with pcsc.service() as service:
                return service.slots()
        except CardProblem as error:
            return error.problem

    def has_card(self) -> bool:
        """Tell whether any reader holds a card; asks no card."""
        slots = self.glance()
        return not isinstance(slots, Problem) and any(slot.has_card for slot in slots)

    def lose(self) -> None:
        """Take away what is asked about a card that is gone."""
        self._prompts.hide()

    def authenticate(self, request: Request) -> dict[str, str]:
        """Ask for the PIN until it is right or must not be asked for again, and sign."""
        found = self._find()
        if found.data.tries == 0:
            raise CardProblem(Problem.PIN_BLOCKED, tries=0)
        signer = self._signer(found)
        question = Question(
            request.origin, request.language, signs_in=True, wants=request.wants, tries=found.data.tries
        )
        for left in reversed(range(_MOST_TRIES)):
            try:
                signed = self._asked(partial(ask_and_sign, signer, self._prompts, question, request.nonce))
            except CardProblem as error:
                question = self._next_question(error, question, is_last=not left)
                continue
            self._consents.remember(request)
            return web_eid.token(web_eid.read_certificate(signed.certificate), signed.certificate, signed.signature)
        raise AssertionError("the last question has no next one")

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Read what is wanted once the user allows it, or just has."""
        self._find()
        if not self._consents.covers(request):
            question = Question(request.origin, request.language, signs_in=False, wants=request.wants)
            self._asked(lambda: self._prompts.consent(question))
        found = self._find()
        with pcsc.service() as service, service.card(found.reader) as card:
            applet = Applet(card.transmit)
            files = card_files.read_files(applet, request.wants)
            if found.data.applet == 18 and Want.IDENTITY in request.wants:
                challenge = hashlib.sha384(CHIP_LABEL + request.origin.encode() + request.nonce.encode()).digest()
                files[file_names.CHIP_SIGNATURE] = applet.sign_with_chip(challenge)
            return files

    def _find(self) -> Found:
        with pcsc.service() as service:
            slots = service.slots()
            if not slots:
                raise CardProblem(Problem.NO_READER)
            problem = CardProblem(Problem.NO_CARD)
            for slot in slots:
                try:
                    if slot.has_card:
                        return _probe(service, slot)
                except CardProblem as error:
                    # Another reader may hold the right card.
                    problem = error
            raise problem

    def _signer(self, found: Found) -> Signer:
        with pcsc.service() as service, service.card(found.reader) as card:
            certificate = card_files.read_authentication_certificate(Applet(card.transmit))
        # Nobody is asked for a PIN for a card that cannot be used anyway.
        web_eid.algorithm_of(web_eid.read_certificate(certificate))
        for place in self._modules:
            try:
                token = Module(place.path).token(reader=found.reader)
                # A module that shows another card, or cannot use this one's key, is of no use here.
                if token.certificate() == certificate and token.can_sign(certificate):
                    return ModuleSigner(found.reader, token, token.has_pad)
            except CardProblem as error:
                # A module that was asked for by name must be there; of those that were found, the next is tried.
                if place.maker == CHOSEN and error.problem is Problem.MIDDLEWARE_MISSING:
                    raise
        return CommandSigner(found.reader, certificate, found.has_pad)

    def _next_question(self, error: CardProblem, question: Question, *, is_last: bool) -> Question:
        """Return what to ask after a wrong PIN; raise `CardProblem` where asking again would be no kindness."""
        if error.problem is not Problem.PIN_WRONG:
            raise error
        tries = error.tries if error.tries is not None else self.state().tries
        if tries == 0:
            raise CardProblem(Problem.PIN_BLOCKED, tries=0)
        if tries == 1:
            # Stop here: the last try is only made by somebody who comes back for it.
            raise CardProblem(Problem.PIN_LAST_TRY, tries=1)
        if is_last:
            raise CardProblem(Problem.PIN_WRONG, tries=tries)
        return replace(question, was_wrong=True, tries=tries)

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except CardProblem as error:
            # The window is taken away when its card goes.
            if error.problem is Problem.CANCELLED and not self.has_card():
                raise CardProblem(Problem.CARD_REMOVED) from None
            raise


def state_of(problem: Problem) -> State:
    """Return the state of a machine on which no card was found, by the reason."""
    match problem:
        case Problem.NO_SERVICE:
            return State(ReaderState.NO_SERVICE)
        case Problem.MIDDLEWARE_MISSING:
            return State(ReaderState.NO_SERVICE, problem=problem)
        case Problem.NO_READER:
            return State(ReaderState.NONE)
        case Problem.NO_CARD | Problem.CARD_REMOVED:
            return State(ReaderState.PRESENT)
        case Problem.UNSUPPORTED_CARD:
            return State(ReaderState.PRESENT, CardPresence.UNSUPPORTED)
        case _:
            return State(ReaderState.PRESENT, CardPresence.PRESENT, problem=problem)


def _probe(service: Service, slot: Slot) -> Found:
    with service.card(slot.reader) as card:
        has_pad = pin_pad.verify_code(card) is not None
        return Found(slot, Applet(card.transmit).data(), has_pad)
