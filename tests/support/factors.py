"""Builders of second factors, by the use cases of the product."""

from datetime import datetime

import pyotp

from core.infra.db import Database
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from idp.credentials import authenticator, passkeys
from idp.credentials.passkey_challenges import Owner, RelyingParty, creation_options
from idp.credentials.security_mail import Place
from tests.support.soft_passkey import SoftPasskey

PLACE = Place("Firefox", "Linux", "192.0.2.1")


def code_at(shared_secret: str, moment: datetime, *, steps: int = 0) -> str:
    """Return what the app shows at a moment, or so many half minutes later."""
    return pyotp.TOTP(shared_secret).at(moment, counter_offset=steps)


def with_authenticator(
    database: Database, secret: Secret, person_id: PersonId, *, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Give a person an authenticator, set up a minute ago; return its secret and the recovery codes."""
    shared_secret = authenticator.new_shared_secret()
    # The code that confirms it is spent, and that of the step after it is the first good one.
    code = code_at(shared_secret, now, steps=-1)
    with database.transaction() as session:
        codes = authenticator.confirm(session, person_id, shared_secret, code, secret=secret, place=PLACE, now=now)
    return shared_secret, codes or ()


def with_passkey(
    database: Database,
    store: EphemeralStore,
    issuer: str,
    person_id: PersonId,
    *,
    now: datetime,
    name: str = "My laptop",
    device: SoftPasskey | None = None,
) -> SoftPasskey:
    """Give a person a passkey and return the device that has it."""
    party = RelyingParty.of(issuer)
    made = device or SoftPasskey(party.origin)
    owner = Owner(person_id, "anna.peeters", "Anna Peeters")
    answer = made.create(creation_options(store, party, owner, binding="builder", excluded=()))
    challenge = passkeys.spend_challenge(store, answer, binding="builder")
    with database.transaction() as session:
        passkeys.add(session, person_id, answer, challenge=challenge, name=name, party=party, place=PLACE, now=now)
    return made
