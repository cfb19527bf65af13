"""Two offices with money, two tools, and calls of the wallet's interface with tokens as the provider makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
from flask.testing import FlaskClient
from joserfc.jwk import Key
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.db import Session
from core.infra.ids import new_id
from core.infra.store.interface import Kind
from core.organisations.employees import confirm
from core.organisations.enrolment import request_membership
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.assignments import assign_role
from core.tools.identifiers import RegistrationId
from core.wallet.proof import differences
from core.wallet.queries import WalletFacts, wallet_of
from core.wallet.states import EntryKind
from portal.api.protect import audience
from portal.wiring import Services
from tests.support import deposits
from tests.support.dpop_proofs import a_proof
from tests.support.small_provider import SmallProvider
from tests.support.tools import a_person, a_registration, a_tool, an_organisation

BASE = "/api/wallet/v1"
PURCHASE: Mapping[str, Any] = {"amount_cents": 250, "currency": "EUR", "description": "Search of a parcel"}
_NO_DETAILS = MemberDetails()
_GRANT_LIFE = timedelta(minutes=11)
_keys = count(1)


@dataclass(frozen=True)
class Context:
    """Somebody who uses a tool for an organisation."""

    person_id: PersonId
    organisation_id: OrganisationId
    registration_id: RegistrationId


@dataclass(frozen=True)
class ToolDesk:
    """Noord with `anna` (manager) and `bram` (employee), both users of `finder`; Zuid with `carl`, of `rent`."""

    services: Services
    provider: SmallProvider
    client: FlaskClient
    anna: Context
    bram: Context
    carl: Context
    bram_membership: Membership

    @property
    def clock(self) -> FixedClock:
        """Return the clock of the portal and of the provider."""
        clock = self.services.clock
        assert isinstance(clock, FixedClock)
        return clock

    def token(
        self, context: Context | None, *, scope: str = "wallet:charge", client: str = "finder", **changes: Any
    ) -> str:
        """Return an access token of five minutes, its grant kept; None: the client's own. Claims can be changed."""
        family_id, now = new_id("grt"), int(self.services.clock.now().timestamp())
        claims = {
            "iss": self.provider.issuer, "aud": audience(self.services.settings), "client_id": client,
            "sub": client if context is None else context.person_id, "iat": now, "exp": now + 300,
            "jti": f"{family_id}.{new_id('jti')}", "scope": scope, "acr": Acr.PASSWORD.value,
        }  # fmt: skip
        if context is not None:
            self.grant(family_id, context)
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        return self.provider.sign(changed, typ="at+jwt")

    def grant(self, family_id: str, context: Context | None, person_id: str = "") -> None:
        """Keep what was granted, as the provider does; without a context only the person."""
        subject = {
            "person_id": person_id if context is None else context.person_id,
            "context": None if context is None else {
                "organisation_id": context.organisation_id, "registration_id": context.registration_id,
                "usage": "estate-agent", "role": "user",
            },
        }  # fmt: skip
        self.services.store.put(Kind.GRANT, family_id, orjson.dumps({"subject": subject}), _GRANT_LIFE)

    def post(
        self, path: str, token: str | None, body: object = None, *, key: str | None = "", **headers: str
    ) -> TestResponse:
        """Call with a key of its own, unless one is named, or None for a call without."""
        named = {"Idempotency-Key": key or f"key-{next(_keys)}"} if key is not None else {}
        content = orjson.dumps({} if body is None else body)
        return self.client.post(BASE + path, data=content, headers={**_authorization(token), **named, **headers})

    def get(self, path: str, token: str | None, **headers: str) -> TestResponse:
        """Read."""
        return self.client.get(BASE + path, headers={**_authorization(token), **headers})

    def proven(self, key: Key, method: str, path: str, token: str, **claims: Any) -> dict[str, str]:
        """Return the headers of a call with a proof of possession (RFC 9449 section 7)."""
        url, now = audience(self.services.settings) + path, self.services.clock.now()
        return {"Authorization": f"DPoP {token}", "DPoP": a_proof(key, method, url, now, **claims)}

    def balance(self, context: Context) -> int:
        """Return what can be spent by an office, having proven the whole ledger."""
        with self.services.database.reading() as session:
            assert list(differences(session)) == []
            return self.wallet(session, context).balance_cents

    def wallet(self, session: Session, context: Context) -> WalletFacts:
        """Return the wallet of an office."""
        return _wallet(session, context.organisation_id)

    def recharge(self, context: Context, cents: int) -> None:
        """Put money on the wallet of an office."""
        with self.services.database.transaction() as session:
            _recharge(session, context.organisation_id, cents, self.services)


def a_tool_desk(services: Services, provider: SmallProvider, client: FlaskClient, *, cents: int = 1_000) -> ToolDesk:
    """Build both offices; so much is on each wallet."""
    now = services.clock.now()
    with services.database.transaction() as session:
        anna, bram, carl = (a_person(session, name, now=now) for name in ("anna.peeters", "bram.claes", "carl.maes"))
        noord = an_organisation(session, "Noord BV", "0100001060", by=anna, now=now)
        zuid = an_organisation(session, "Zuid SRL", "0100002050", by=carl, now=now)
        finder, rent = (a_tool(session, code, now=now) for code in ("finder", "rent"))
        noord_finder = a_registration(session, noord, finder, by=anna, now=now)
        zuid_rent = a_registration(session, zuid, rent, by=carl, now=now)
        waiting = request_membership(session, noord, by=bram, details=_NO_DETAILS, now=now)
        member = confirm(session, waiting.id, by=anna, details=_NO_DETAILS, now=now)
        assign_role(session, noord_finder, member.id, "user", by=anna, now=now)
        for office in (noord, zuid):
            _recharge(session, office, cents, services)
    return ToolDesk(
        services, provider, client,
        anna=Context(anna, noord, noord_finder),
        bram=Context(bram, noord, noord_finder),
        carl=Context(carl, zuid, zuid_rent),
        bram_membership=member,
    )  # fmt: skip


def _recharge(session: Session, organisation_id: OrganisationId, cents: int, services: Services) -> None:
    if cents:
        wallet_id, reference = _wallet(session, organisation_id).id, f"bank-{next(_keys)}"
        now, kind = services.clock.now(), EntryKind.TOP_UP_BANK
        deposits.credit(session, wallet_id, cents, kind=kind, reference=reference, now=now)


def _wallet(session: Session, organisation_id: OrganisationId) -> WalletFacts:
    found = wallet_of(session, organisation_id)
    assert found is not None
    return found


def _authorization(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
