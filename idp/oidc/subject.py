"""What Authlib calls the user: a person, the context they act in, and how they signed in.

Never a database row: codes and refresh families carry it as JSON, and it is loaded again and
judged again each time a token is made of it. The pairwise `sub` is derived here too.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from core.infra import base64url
from core.infra.secret import Secret
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from idp.oidc.registered_client import RegisteredClient

# Members of what is written here, taken out at once: a subject is read for each token.
_subject = itemgetter("person_id", "sid", "authentication", "context")
_authentication = itemgetter("auth_time", "acr", "amr")
_context = itemgetter("organisation_id", "registration_id", "usage", "role")
_LEVELS = {level.value: level for level in Acr}
_PAIRWISE_LABEL = b"immo-connect pairwise subject 1"


@dataclass(frozen=True, slots=True)
class Subject:
    """Person, authentication, session and context: all that a token states."""

    person_id: PersonId
    authentication: Authentication
    sid: str
    context: ChosenContext | None

    def to_json(self) -> dict[str, object]:
        """Return the subject as JSON values, for codes and refresh families."""
        return {
            "person_id": self.person_id,
            "authentication": authentication_to_json(self.authentication),
            "sid": self.sid,
            "context": None if self.context is None else context_to_json(self.context),
        }

    @classmethod
    def from_json(cls, value: object) -> "Subject":
        """Read what `to_json` wrote; raise ValueError, TypeError or KeyError for others."""
        person_id, sid, authentication, context = _subject(_members(value))
        _require_texts(person_id, sid)
        return cls(
            person_id=person_id,
            authentication=authentication_from_json(authentication),
            sid=sid,
            context=None if context is None else context_from_json(context),
        )


def authentication_to_json(authentication: Authentication) -> dict[str, object]:
    """Return the facts of a sign-in as JSON values."""
    return {
        "auth_time": authentication.auth_time.isoformat(),
        "amr": list(authentication.amr),
        "acr": authentication.acr.value,
    }


def authentication_from_json(value: object) -> Authentication:
    """Read what `authentication_to_json` wrote; raise ValueError, TypeError or KeyError for others."""
    auth_time, acr, amr = _authentication(_members(value))
    if not isinstance(amr, list):
        raise TypeError("amr must be a list")
    _require_texts(auth_time, *amr)
    return Authentication(datetime.fromisoformat(auth_time), tuple(amr), _LEVELS[acr])


def context_to_json(context: ChosenContext) -> dict[str, object]:
    """Return the key of a context as JSON values."""
    return {
        "organisation_id": context.organisation_id,
        "registration_id": context.registration_id,
        "usage": context.usage,
        "role": context.role,
    }


def context_from_json(value: object) -> ChosenContext:
    """Read what `context_to_json` wrote; raise ValueError, TypeError or KeyError for others."""
    organisation_id, registration_id, usage, role = _context(_members(value))
    _require_texts(organisation_id, registration_id, usage, role)
    return ChosenContext(organisation_id, registration_id, usage, role)


def subject_identifier(person_id: PersonId, client: RegisteredClient, secret: Secret) -> str:
    """Return the `sub` that this client sees (OpenID Connect Core section 8).

    Public: the person's own identifier. Pairwise: a keyed digest of sector and person, so that
    clients of different sectors cannot compare notes; the same for all clients of one sector.
    """
    if client.subject_type != "pairwise":
        return person_id
    if client.sector_identifier is None:
        raise ValueError("a pairwise client needs a sector identifier")
    message = f"{client.sector_identifier}\n{person_id}".encode()
    mac = hmac.new(_pairwise_key(secret.reveal()), message, hashlib.sha256).digest()
    return base64url.encode(mac)


@lru_cache(maxsize=4)
def _pairwise_key(secret: str) -> bytes:
    return hmac.new(secret.encode(), _PAIRWISE_LABEL, hashlib.sha256).digest()


def _members(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("must be a JSON object")
    return value


def _require_texts(*values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError("must be a string")
