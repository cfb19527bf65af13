"""Sessions with a PKCS#11 token: opened when needed, kept, lent to one thread at a time.

One login serves every session of a process. When the token is gone, all of them are given up and
the module is started anew; a call that met the loss is repeated once. A refused PIN is not tried a
second time: a token locks after a few.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import TypeVar

import pkcs11
from pkcs11 import ObjectClass, SignMixin, TokenFlag
from pkcs11 import exceptions as refusals

from core.infra import log
from core.infra.errors import Unavailable
from core.infra.token_settings import TokenSettings
from idp.signing.cryptoki import Module

T = TypeVar("T")

_WAIT_SECONDS = 5.0
# Requests that come while the token is gone must not each start the module.
_PAUSE_SECONDS = 1.0
_PIN_REFUSALS = (
    refusals.PinExpired,
    refusals.PinIncorrect,
    refusals.PinInvalid,
    refusals.PinLenRange,
    refusals.PinLocked,
    refusals.UserPinNotInitialized,
)
_LAST_TRY = TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED
# What a call asked for cannot be had: the session is as good as before.
_OF_THE_CALL = (
    refusals.ArgumentsBad,
    refusals.AttributeReadOnly,
    refusals.AttributeSensitive,
    refusals.AttributeTypeInvalid,
    refusals.AttributeValueInvalid,
    refusals.DataInvalid,
    refusals.DataLenRange,
    refusals.DomainParamsInvalid,
    refusals.FunctionNotSupported,
    refusals.KeySizeRange,
    refusals.KeyTypeInconsistent,
    refusals.MechanismInvalid,
    refusals.MechanismParamInvalid,
    refusals.MultipleObjectsReturned,
    refusals.NoSuchKey,
    refusals.TemplateIncomplete,
    refusals.TemplateInconsistent,
    refusals.TokenWriteProtected,
)


class Seat:
    """A session and the private keys that were looked up in it."""

    def __init__(self, session: pkcs11.Session, generation: int) -> None:
        self.session = session
        self.generation = generation
        self._keys: dict[bytes, SignMixin] = {}

    def private_key(self, name: bytes) -> SignMixin:
        """Return the private key with that CKA_ID; raise `NoSuchKey` where none signs."""
        key = self._keys.get(name)
        if key is None:
            found = self.session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=name)
            if not isinstance(found, SignMixin):
                raise refusals.NoSuchKey
            key = self._keys[name] = found
        return key


class TokenSessions:
    """The sessions of this process with one token."""

    def __init__(self, settings: TokenSettings) -> None:
        self._settings = settings
        self._module: Module | None = None
        self._refused = False
        self._not_before = 0.0
        self._token: pkcs11.Token | None = None
        # Its login serves the other sessions, as long as it is open.
        self._anchor: pkcs11.Session | None = None
        self._forget()
        _POOLS.add(self)

    def run(self, work: Callable[[Seat], T]) -> T:
        """Do something in a session, and once more in a new one when the token was lost meanwhile.

        Raises `Unavailable` without a token or a free session, and what PKCS#11 says of the call
        itself: `NoSuchKey`, `MechanismInvalid` and their like.
        """
        try:
            return self._once(work)
        except refusals.PKCS11Error as error:
            if isinstance(error, _OF_THE_CALL):
                raise
            log.event("signing_token_lost", logging.WARNING, error=type(error).__name__)
        try:
            return self._once(work)
        except refusals.PKCS11Error as error:
            if isinstance(error, _OF_THE_CALL):
                raise
            raise Unavailable("signing-token-lost", error=type(error).__name__) from error

    def close(self) -> None:
        """End every session of this process with the module; the next call begins anew."""
        with self._turn:
            if self._module is not None:
                self._module.stop()
            self._give_up()

    def _once(self, work: Callable[[Seat], T]) -> T:
        seat = self._borrow()
        is_good = True
        try:
            return work(seat)
        except refusals.PKCS11Error as error:
            is_good = isinstance(error, _OF_THE_CALL)
            raise
        finally:
            self._give_back(seat, is_good=is_good)

    def _borrow(self) -> Seat:
        with self._turn:
            if not self._turn.wait_for(self._has_seat, timeout=_WAIT_SECONDS):
                raise Unavailable("signing-token-busy")
            if not self._alive:
                self._connect()
            seat = self._idle.pop() if self._idle else self._open()
            self._lent += 1
            return seat

    def _has_seat(self) -> bool:
        # Starting the module anew ends every session: those that are lent must come back first.
        if not self._alive:
            return self._lent == 0
        return bool(self._idle) or self._lent < self._limit()

    def _give_back(self, seat: Seat, *, is_good: bool) -> None:
        with self._turn:
            self._lent -= 1
            if is_good and self._alive and seat.generation == self._generation:
                self._idle.append(seat)
            elif seat.generation == self._generation:
                self._give_up()
            self._turn.notify_all()

    def _connect(self) -> None:
        if self._refused:
            raise Unavailable("signing-token-pin-refused")
        if time.monotonic() < self._not_before:
            raise Unavailable("signing-token-gone")
        self._not_before = time.monotonic() + _PAUSE_SECONDS
        place = self._settings.place
        try:
            self._module = self._module or Module(place.module)
            self._module.start()
            self._token = self._module.library.get_token(token_label=place.label)
            _require_tries(self._token)
            self._anchor = self._token.open(user_pin=self._settings.pin.reveal())
        except _PIN_REFUSALS as error:
            self._refused = True
            log.event("signing_token_pin_refused", logging.ERROR, error=type(error).__name__)
            raise Unavailable("signing-token-pin-refused") from error
        except refusals.PKCS11Error as error:
            log.event("signing_token_gone", logging.ERROR, error=type(error).__name__)
            raise Unavailable("signing-token-gone", error=type(error).__name__) from error
        self._generation += 1
        self._alive = True
        self._not_before = 0.0

    def _open(self) -> Seat:
        assert self._token is not None
        try:
            return Seat(self._token.open(), self._generation)
        except refusals.PKCS11Error:
            self._give_up()
            raise

    def _give_up(self) -> None:
        self._alive = False
        self._idle.clear()

    def _limit(self) -> int:
        locks = self._module is None or self._module.locks
        return self._settings.place.sessions if locks else 1

    def _forget(self) -> None:
        # In a child after a fork a lock may be held by a thread that does not exist here.
        self._turn = threading.Condition()
        self._idle: list[Seat] = []
        self._lent = 0
        self._generation = 0
        self._alive = False


def _require_tries(token: pkcs11.Token) -> None:
    """Leave the last try of a PIN to the operator: each process tries once, and there are many."""
    if token.flags & _LAST_TRY:
        log.event("signing_token_pin_last_try", logging.ERROR)
        raise Unavailable("signing-token-pin-last-try")


_POOLS: "weakref.WeakSet[TokenSessions]" = weakref.WeakSet()


def _after_fork() -> None:
    for sessions in _POOLS:
        sessions._forget()  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_after_fork)
