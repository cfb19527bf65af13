"""Builders around the token endpoint: people, offices, clients, codes, and what a test asserts of them."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import redis
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeyParameters, RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.closing.founding import found
from core.infra.db import Base
from core.infra.ids import new_id, new_secret
from core.infra.localised import Localised
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from core.organisations.enrolment import Company
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.tools.context import ChosenContext
from core.tools.publishing import NewRole, NewTool, NewUsage, publish
from core.tools.registration import register
from core.tools.requirements import Requirement
from idp.app import create_app
from idp.oidc import codes
from idp.oidc.clients import announce_change
from idp.oidc.codes import CodeGrant
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.oidc.subject import Subject
from idp.signing import jws
from idp.wiring import Services

SECRET = "a-secret of+the/test:client%"
REDIRECT_URI = "https://tool.immo.test/callback"
VERIFIER = "the-verifier-of-the-tests-is-long-enough-to-count"
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WALLET = "https://portal.immo.test/api/wallet/v1"
_NAME = Localised("Naam", "Nom", "Name")


def an_application(services: Services) -> Flask:
    """Return the provider's whole application on these services."""
    return create_app(services.settings, services=services)


def a_client(services: Services, *, secret: str | None = SECRET, **members: Any) -> RegisteredClient:
    """Store a client that authenticates with client_secret_basic, changed as asked."""
    values: dict[str, Any] = {
        "client_id": new_id("cli"),
        "name": "Tool",
        "tool_id": None,
        "enabled": True,
        "secret_digest": None,
        "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": (REDIRECT_URI,),
        "policy": ClientPolicy(scope=(*DEFAULT_SCOPE, "organization", "roles")),
        "grant_types": ("authorization_code", "refresh_token", "client_credentials"),
    }
    client = RegisteredClient(**(values | members))
    with services.database.transaction() as session:
        store_client(session, client, now=services.clock.now(), secret=secret)
    announce_change(services.database, services.store)
    return client


def a_public_client(services: Services, **members: Any) -> RegisteredClient:
    """Store a client that cannot keep a secret."""
    return a_client(services, secret=None, token_endpoint_auth_method="none", **members)


def a_person(services: Services, username: str = "anna.peeters") -> PersonId:
    """Create a person whose account is complete."""
    person = NewPerson(username, f"{username}@immo.test", "Anna", "Peeters", "nl")
    with services.database.transaction() as session:
        return create(session, person, email_verified=True, now=services.clock.now())


@dataclass(frozen=True)
class Office:
    """A person who may use a tool for an organisation that they manage."""

    person_id: PersonId
    context: ChosenContext


def an_office(services: Services, person_id: PersonId, number: str = "0100001060", tool: str = "a-tool") -> Office:
    """Found an organisation and register a tool for it that needs nothing."""
    now = services.clock.now()
    new_tool = NewTool(
        code=tool,
        name=_NAME,
        description=_NAME,
        purpose=_NAME,
        publisher="Publisher",
        support_address="support@tool.immo.test",
        home_url=None,
        roles=(NewRole("user", _NAME),),
        usages=(NewUsage("syndic", _NAME, Requirement(), "user"),),
    )
    with services.database.transaction() as session:
        tool_id = publish(session, new_tool, by=None, now=now)
        founder = found(session, Company(number, f"Immo {number}"), by=person_id, details=MemberDetails(), now=now)
        organisation_id = founder.organisation_id
        registration_id = register(session, organisation_id, tool_id, "syndic", by=person_id, acr=Acr.PASSWORD, now=now)
    return Office(person_id, ChosenContext(organisation_id, registration_id, "syndic", "user"))


def a_grant(services: Services, client: RegisteredClient, person_id: PersonId, **members: Any) -> CodeGrant:
    """Return what an authorization request was answered with."""
    context = members.pop("context", None)
    sid = members.pop("sid", new_id("ses"))
    signed_in = Authentication(services.clock.now(), ("pwd",), Acr.PASSWORD)
    values: dict[str, Any] = {
        "client_id": client.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": ("openid", "profile", "offline_access"),
        "subject": Subject(person_id, signed_in, sid, context),
        "family_id": new_id("grt"),
        "nonce": "n-0S6",
        "code_challenge": CHALLENGE,
    }
    return CodeGrant(**(values | members))


def basic(client: RegisteredClient, secret: str = SECRET) -> dict[str, str]:
    """Return the header of client_secret_basic, encoded as RFC 6749 section 2.3.1 wants it."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def exchange(
    endpoints: FlaskClient, client: RegisteredClient, code: str, *, headers: dict[str, str] | None = None, **form: Any
) -> TestResponse:
    """Present a code at the token endpoint; a parameter that is None is left out."""
    values = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    return post_token(endpoints, client, headers=headers, **(values | form))


def refresh(endpoints: FlaskClient, client: RegisteredClient, refresh_token: str, **form: Any) -> TestResponse:
    """Present a refresh token at the token endpoint."""
    return post_token(endpoints, client, **({"grant_type": "refresh_token", "refresh_token": refresh_token} | form))


def post_token(
    endpoints: FlaskClient, client: RegisteredClient, *, headers: dict[str, str] | None = None, **form: Any
) -> TestResponse:
    """Post to the token endpoint, proving the client as it is registered unless headers are given."""
    if client.is_public:
        form.setdefault("client_id", client.client_id)
    elif headers is None and client.token_endpoint_auth_method == "client_secret_basic":
        headers = basic(client)
    sent = {name: value for name, value in form.items() if value is not None}
    return endpoints.post("/token", data=sent, headers=headers or {})


def granted(services: Services, endpoints: FlaskClient, client: RegisteredClient, grant: CodeGrant) -> dict[str, Any]:
    """Issue a code for the grant, redeem it, and return the token response."""
    response = exchange(endpoints, client, codes.issue(services.store, grant))
    assert response.status_code == 200, response.text
    members: dict[str, Any] = response.get_json()
    return members


def ask_userinfo(endpoints: FlaskClient, access_token: str) -> TestResponse:
    """Ask for the claims of an access token's person."""
    return endpoints.get("/userinfo", headers={"Authorization": f"Bearer {access_token}"})


def claims_of(services: Services, signed: str, *, typ: str | None = None) -> dict[str, Any]:
    """Return the claims of a token that we signed."""
    return dict(jws.decode(services.keyring, signed, typ=typ))


def assert_refused(response: TestResponse, error: str, status: int = 400) -> None:
    """Assert a refusal as RFC 6749 section 5.2 words it, kept by nobody."""
    members = response.get_json()
    assert (response.status_code, members["error"]) == (status, error), response.text
    assert set(members) == {"error", "error_description"}
    assert all(" " <= c <= "~" and c not in '"\\' for c in members["error_description"])
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"


@contextmanager
def nothing_stored(services: Services) -> Iterator[None]:
    """Assert that neither database nor store is changed by the block."""
    before = _everything(services)
    yield
    assert _everything(services) == before


def rows(services: Services, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    with services.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(select(Base.metadata.tables[table]))]


def _everything(services: Services) -> tuple[object, ...]:
    tables = ("client", "refresh_family", "refresh_token", "audit", "outbox", "consent", "session_participant")
    return (
        {
            table: sorted(json.dumps(row, default=str, sort_keys=True) for row in rows(services, table))
            for table in tables
        },
        _entries(services.store),
    )


def _entries(store: object) -> dict[object, object]:
    if isinstance(store, SqliteStore):
        found = store._connection().execute("SELECT kind, key, value FROM entry").fetchall()
        return {(kind, key): value for kind, key, value in found}
    assert isinstance(store, RedisStore)
    with redis.Redis(connection_pool=store._wire._pool) as connection:
        return {key: connection.get(key) for key in connection.scan_iter()}


def a_key(kind: str = "EC", kid: str | None = "key-1") -> Key:
    """Return a new private key of a client."""
    options: KeyParameters = {"kid": kid} if kid else {}
    return RSAKey.generate_key(2048, options) if kind == "RSA" else ECKey.generate_key("P-256", options)


def public_jwks(*keys: Key) -> dict[str, Any]:
    """Return the public halves as a JWK set."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in keys]}


def an_assertion(
    services: Services,
    client: RegisteredClient,
    key: Key,
    *,
    algorithm: str = "ES256",
    typ: str | None = None,
    **claims: Any,
) -> str:
    """Return a client assertion, of a type of its own where one is given; a claim that is None is left out."""
    now = int(services.clock.now().timestamp())
    values: dict[str, Any] = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": services.settings.issuer,
        "jti": new_secret(),
        "iat": now,
        "exp": now + 60,
    }
    header = {"alg": algorithm, **({"kid": key.kid} if key.kid else {}), **({"typ": typ} if typ else {})}
    kept = {name: value for name, value in (values | claims).items() if value is not None}
    return jwt.encode(header, kept, key, algorithms=[algorithm])
