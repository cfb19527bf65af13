"""The registers as a person's national number is looked up in them: read in from a file, or asked over HTTP.

Neither learns or keeps the number itself. A register that was read in is searched by our own keyed
digest; one that is asked gets a digest under the secret shared with it, in a request signed with
the same secret (docs/registers.md).
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import orjson

from core.accreditations import snapshots
from core.accreditations.feed_lines import BadEntry, entry_from
from core.accreditations.rules import RegisterAnswer
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused
from core.infra.log import WARNING, event
from core.infra.register_settings import RegisterSettings
from core.people.national_number import NationalNumber, NumberKeys

# How long a person waits for all registers together, and how long one that failed is left alone.
WAIT_SECONDS = 3.0
REST_SECONDS = 30.0
_MOST_ENTRIES = 50
_DIGESTED_FOR = b"immo-connect register holder 1\n"
_SIGNED_FOR = b"immo-connect register request 1\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the registers said of one person.

    `unanswered` are the kinds whose register did not answer and may do so soon; `outdated` those
    whose file nobody replaced in time.
    """

    answers: tuple[RegisterAnswer, ...]
    unanswered: tuple[str, ...]
    outdated: tuple[str, ...]


class Registers:
    """All registers of this installation; one object for each process."""

    def __init__(
        self,
        database: Database,
        http: OutboundHttp,
        keys: NumberKeys,
        asked: Sequence[RegisterSettings],
        *,
        wait_seconds: float = WAIT_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self.keys = keys
        self._wait_seconds = wait_seconds
        self._rest_seconds = rest_seconds
        self._database = database
        self._http = http
        self._asked = tuple(asked)
        self._resting: dict[str, float] = {}

    def ask(self, number: NationalNumber, *, now: datetime) -> Asked:
        """Return what all registers say of the holder of a number, within `wait_seconds` altogether.

        Call it outside a transaction: it waits for others. It raises nothing of theirs.
        """
        over_http = {register.kind for register in self._asked}
        with self._database.reading() as session:
            found = snapshots.look_up(session, self.keys, number, now=now)
        answers = [answer for answer in found.answers if answer.kind not in over_http]
        unanswered = []
        end = time.monotonic() + self._wait_seconds
        for register in self._asked:
            answer = self._answer_of(register, number, end, now)
            if answer is None:
                unanswered.append(register.kind)
            else:
                answers.append(answer)
        outdated = tuple(kind for kind in found.outdated if kind not in over_http)
        return Asked(tuple(answers), tuple(unanswered), outdated)

    def _answer_of(
        self, register: RegisterSettings, number: NationalNumber, end: float, now: datetime
    ) -> RegisterAnswer | None:
        seconds = end - time.monotonic()
        if seconds <= 0 or self._resting.get(register.kind, 0.0) > time.monotonic():
            return None
        try:
            answer = _ask(self._http, register, number, seconds, now)
        except (Unavailable, OutboundRefused) as error:
            self._resting[register.kind] = time.monotonic() + self._rest_seconds
            event("register_unanswered", WARNING, kind=register.kind, reason=error.details.get("reason", error.code))
            return None
        self._resting.pop(register.kind, None)
        return answer


def holder_digest(register: RegisterSettings, number: NationalNumber) -> str:
    """Return what a register knows a holder by: a digest under the secret shared with it."""
    return _keyed(register, _DIGESTED_FOR + number.reveal().encode())


def _ask(
    http: OutboundHttp, register: RegisterSettings, number: NationalNumber, seconds: float, now: datetime
) -> RegisterAnswer:
    holder = holder_digest(register, number)
    content = orjson.dumps({"kind": register.kind, "holder": holder, "asked_at": int(now.timestamp())})
    headers = {"Immo-Signature": _keyed(register, _SIGNED_FOR + content)}
    status, document = http.exchange_json(register.url, content, headers=headers, timeout_seconds=seconds)
    if status != HTTPStatus.OK:
        raise Unavailable(reason="status", status=status)
    if not isinstance(document, dict) or (document.get("kind"), document.get("holder")) != (register.kind, holder):
        raise Unavailable(reason="answer-to-another-question")
    entries = document.get("entries")
    if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
        raise Unavailable(reason="malformed-answer")
    try:
        read = tuple(entry_from(entry) for entry in entries)
    except BadEntry as error:
        raise Unavailable(reason=f"malformed-answer: {error}") from None
    if len({(entry.number, entry.list, entry.column) for entry in read}) < len(read):
        raise Unavailable(reason="malformed-answer: the same entry twice")
    return RegisterAnswer(register.kind, read)


def _keyed(register: RegisterSettings, content: bytes) -> str:
    return hmac.digest(register.secret.reveal().encode(), content, hashlib.sha256).hex()
