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

from core.infra import base64url
from core.infra.secret import Secret
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.oidc.registered_client import RegisteredClient

_PAIRWISE_LABEL = b"immo-connect pairwise subject 1"


@dataclass(frozen=True, slots=True)
class Subject:
    """Person, authentication, session and context: all that a token states."""

    person_id: PersonId
    authentication: Authentication
    sid: str
    context: ChosenContext | None

    def get_user_id(self) -> str:
        """Return the person's identifier: Authlib asks for it by this name."""
        return self.person_id

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
        members = _members(value)
        context = members["context"]
        return cls(
            person_id=PersonId(_text(members["person_id"])),
            authentication=authentication_from_json(members["authentication"]),
            sid=_text(members["sid"]),
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
    members = _members(value)
    amr = members["amr"]
    if not isinstance(amr, list):
        raise TypeError("amr must be a list")
    return Authentication(
        auth_time=datetime.fromisoformat(_text(members["auth_time"])),
        amr=tuple(_text(method) for method in amr),
        acr=Acr(_text(members["acr"])),
    )


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
    members = _members(value)
    return ChosenContext(
        organisation_id=OrganisationId(_text(members["organisation_id"])),
        registration_id=RegistrationId(_text(members["registration_id"])),
        usage=_text(members["usage"]),
        role=_text(members["role"]),
    )


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


def _members(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("must be a JSON object")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("must be a string")
    return value
