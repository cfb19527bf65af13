"""Devices that wait for somebody to answer elsewhere (RFC 8628): asked, answered, and redeemed once.

Under the digest of the device code lie, each written once, what was asked, what was answered, and
the mark of who redeemed it: the first answer stands, and of parallel polls one gets the tokens. All
of it stays some minutes longer than the code lives, so that what is over is told from what never was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from core.infra import sealing
from core.infra.ids import digest, new_secret
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from idp.oidc import user_codes
from idp.oidc.client_protection import DEVICE_CODE
from idp.oidc.codes import CodeGrant
from idp.oidc.device_errors import (
    AuthorizationPending,
    DeviceCodeReplayed,
    ExpiredToken,
    SlowDown,
    TokenDenied,
)
from idp.oidc.errors import InvalidGrant, UnauthorizedClient
from idp.oidc.pending_format import wanted_from_json, wanted_to_json
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest

DEVICE_LIFE = timedelta(minutes=10)
INTERVAL_SECONDS = 5
# An answer in the last second is still fetched.
_LAST_POLLS = timedelta(minutes=1)
_KEPT_FOR = timedelta(minutes=30)
# A poll that arrives a little early was sent in time.
_JITTER_SECONDS = 1
# Two polls at once, or one whose answer was lost: nothing was copied.
REPEAT_GRACE = timedelta(seconds=10)
_FORMAT = 1
_USER_CODE = "device user code"


class Answered(StrEnum):
    """How a device was answered; the value is the path of the page that says so."""

    APPROVED = "approved"
    DENIED = "denied"
    OVER = "expired"


@dataclass(frozen=True, slots=True)
class StartedDevice:
    """What a device is given to begin with: its own code, and the one that its user copies."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that waits: what it asked for, since when, and the digest of its code."""

    key: str
    request: AuthorizationRequest
    created_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether nobody can answer any more."""
        return now >= self.created_at + DEVICE_LIFE


def require_allowed(client: RegisteredClient) -> None:
    """Raise `UnauthorizedClient` unless a client may sign people in on other devices.

    What a device asks for cannot be signed (RFC 8628 section 3.1), so that it is not for clients whose requests are.
    """
    if client.rules.code_only or client.rules.signed_requests or not client.check_grant_type(DEVICE_CODE):
        raise UnauthorizedClient


def start(store: EphemeralStore, secret: Secret, request: AuthorizationRequest, now: datetime) -> StartedDevice:
    """Keep what a device asks for, under two new codes."""
    device_code = new_secret()
    key = digest(device_code)
    kept = {"version": _FORMAT, "request": wanted_to_json(request), "created_at": now.isoformat()}
    store.put(Kind.DEVICE_CODE, key, orjson.dumps(kept), _KEPT_FOR)
    while True:
        user_code = user_codes.new()
        if store.add(Kind.USER_CODE, _name(secret, user_code), key.encode(), DEVICE_LIFE):
            return StartedDevice(device_code, user_code)


def find_by_user_code(store: EphemeralStore, secret: Secret, user_code: str, now: datetime) -> WaitingDevice | None:
    """Return the device that shows this code, while it waits for an answer; None otherwise."""
    key = store.get(Kind.USER_CODE, _name(secret, user_code))
    if key is None:
        return None
    asked, answer = store.get_many(_names(key.decode(), "", ":answer"))
    device = _device(key.decode(), asked)
    return None if device is None or answer is not None or device.is_over(now) else device


def answer(store: EphemeralStore, key: str, grant: CodeGrant | None, now: datetime) -> Answered:
    """Answer a device with what its user grants, None for a refusal; return the answer that stands.

    The first one stands: somebody else's code, or one that is over, cannot be answered.
    """
    device = _device(key, store.get(Kind.DEVICE_CODE, key))
    if device is None or device.is_over(now):
        return Answered.OVER
    kept = orjson.dumps({"grant": None if grant is None else grant.to_json()})
    if store.add(Kind.DEVICE_CODE, f"{key}:answer", kept, _KEPT_FOR):
        return Answered.DENIED if grant is None else Answered.APPROVED
    standing = _grant(store.get(Kind.DEVICE_CODE, f"{key}:answer"))
    if grant is None or standing is None:
        return Answered.DENIED if grant is standing else Answered.OVER
    # A second press of the same button; for anybody else the code is used up.
    is_same = standing.subject.person_id == grant.subject.person_id and standing.subject.sid == grant.subject.sid
    return Answered.APPROVED if is_same else Answered.OVER


def require_answered(store: EphemeralStore, device_code: str, client_id: str, now: datetime) -> CodeGrant:
    """Return what was granted to the device; raise what it must hear instead (RFC 8628 section 3.5).

    Only who waits is told to slow down. A code that was redeemed raises `DeviceCodeReplayed`.
    """
    key = digest(device_code)
    asked, answered, spent, pace = store.get_many(_names(key, "", ":answer", ":spent", ":pace"))
    device = _device(key, asked)
    if device is None:
        raise InvalidGrant("The device_code is unknown or has expired.")
    if device.request.client_id != client_id:
        raise InvalidGrant("The device_code was issued to another client.", client_id=client_id)
    if spent is not None:
        raise _replay(spent, now)
    if answered is not None and not device.is_over(now - _LAST_POLLS):
        grant = _grant(answered)
        if grant is None:
            raise TokenDenied("The user said no.")
        return grant
    if device.is_over(now):
        raise ExpiredToken
    raise _wait(store, key, pace, now)


def redeem(store: EphemeralStore, device_code: str, grant: CodeGrant, now: datetime) -> None:
    """Use the code up; of parallel callers all but one get `DeviceCodeReplayed`."""
    name = f"{digest(device_code)}:spent"
    mark = orjson.dumps({"family_id": grant.family_id, "at": now.isoformat()})
    if not store.add(Kind.DEVICE_CODE, name, mark, _KEPT_FOR):
        raise _replay(store.get(Kind.DEVICE_CODE, name) or mark, now)


def _wait(store: EphemeralStore, key: str, pace: bytes | None, now: datetime) -> AuthorizationPending:
    """Return what to tell a device that must wait, and remember when it asked."""
    interval, is_early = INTERVAL_SECONDS, False
    if pace is not None:
        members = orjson.loads(pace)
        interval = members["interval"]
        is_early = now < datetime.fromisoformat(members["at"]) + timedelta(seconds=interval - _JITTER_SECONDS)
    if is_early:
        interval += INTERVAL_SECONDS
    kept = orjson.dumps({"at": now.isoformat(), "interval": interval})
    store.put(Kind.DEVICE_CODE, f"{key}:pace", kept, _KEPT_FOR)
    return SlowDown() if is_early else AuthorizationPending()


def _replay(mark: bytes, now: datetime) -> DeviceCodeReplayed:
    members: dict[str, str] = orjson.loads(mark)
    was_just_now = now - datetime.fromisoformat(members["at"]) <= REPEAT_GRACE
    return DeviceCodeReplayed(members["family_id"], was_just_now=was_just_now)


def _device(key: str, asked: bytes | None) -> WaitingDevice | None:
    if asked is None:
        return None
    members: dict[str, Any] = orjson.loads(asked)
    # A format of an earlier or later release: the device begins again.
    if members["version"] != _FORMAT:
        return None
    request = wanted_from_json(members["request"])
    assert isinstance(request, AuthorizationRequest)  # no page of ours waits for a device
    return WaitingDevice(key, request, datetime.fromisoformat(members["created_at"]))


def _grant(answered: bytes | None) -> CodeGrant | None:
    members = None if answered is None else orjson.loads(answered)["grant"]
    return None if members is None else CodeGrant.from_json(members)


def _name(secret: Secret, user_code: str) -> str:
    return sealing.mac(secret, user_code, purpose=_USER_CODE)


def _names(key: str, *parts: str) -> tuple[tuple[Kind, str], ...]:
    return tuple((Kind.DEVICE_CODE, key + part) for part in parts)
