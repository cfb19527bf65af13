"""The world that is measured: its own PostgreSQL and Redis, people, organisations, clients."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from core.infra.settings import Settings
from core.tools.identifiers import ToolId
from development import services as servers
from development.bench import portfolio
from development.bench.journeys import Tool
from development.ports import free_port
from idp.demo import world
from idp.demo.crowd import username
from idp.oidc.clients import find_client
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registration import store_client
from idp.signing.rotation import ensure_keys
from idp.wiring import Services, build_services
from migrations.upgrade import upgrade_to_head

PASSWORD = "demo-Immo-2026"  # noqa: S105 - the demo world's
PEOPLE, ORGANISATIONS, LARGEST = 6_000, 201, 5_000
# The first of the crowd manages the large office; the first of the other offices comes after its people.
MANAGER, FIRST_OF_OTHERS = username(1), LARGEST + 1
SIGNED_IN = username(FIRST_OF_OTHERS)
# In the crowd the first of every so many people manages their office.
_SIZE = (PEOPLE - LARGEST) // (ORGANISATIONS - 1)
MANY_OFFICES = username(FIRST_OF_OTHERS + 1)
API = "https://api.bench.example"
_SECRET = "a-secret-of-the-measurement-alone"  # noqa: S105 - of clients that live for a minute
_REDIRECT = "https://bench.example/callback"
_SCOPE = "openid organization roles accreditations wallet"


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that the measurements talk to."""

    environment: dict[str, str]
    port: int
    portal_port: int
    services: Services
    rs256: Tool
    es256: Tool
    public: Tool
    api: Tool


@contextmanager
def prepared() -> Iterator[Measured]:
    """Start the stores, load the world and register the clients."""
    with servers.postgres() as database, servers.redis() as redis, tempfile.TemporaryDirectory() as keys:
        port, portal_port = free_port(), free_port()
        environment = {
            "IMMO_MODE": "test",
            "IMMO_ISSUER": f"http://localhost:{port}",
            "IMMO_PORTAL_URL": f"http://localhost:{portal_port}",
            "IMMO_OUTBOUND_ALLOW": f"localhost:{port},localhost:{portal_port}",
            "IMMO_DATABASE_URL": database,
            "IMMO_REDIS_URL": redis,
            "IMMO_KEYS_DIRECTORY": keys,
            "IMMO_LOG_LEVEL": "INFO",
        }
        upgrade_to_head(database)
        services = build_services(Settings.from_environment(environment))
        ensure_keys(services.database, services.keyring.private_keys, now=services.clock.now())
        world.load(services, people=PEOPLE, organisations=ORGANISATIONS, largest=LARGEST)
        tool_id, (rs256, es256, public, api) = _clients(services)
        with services.database.transaction() as session:
            portfolio.give(
                session,
                MANY_OFFICES,
                tool_id=tool_id,
                managers=(username(FIRST_OF_OTHERS + office * _SIZE) for office in range(1, 20)),
                now=services.clock.now(),
            )
        yield Measured(
            environment=environment | {"FLOOR_REDIS_URL": redis, "FLOOR_DATABASE_URL": database},
            port=port,
            portal_port=portal_port,
            services=services,
            rs256=rs256,
            es256=es256,
            public=public,
            api=api,
        )


def _clients(services: Services) -> tuple[ToolId, tuple[Tool, Tool, Tool, Tool]]:
    with services.database.reading() as session:
        found = find_client(session, "cadastrefinder")
    assert found is not None and found.tool_id is not None
    resources = (API, f"{services.settings.portal_url}/api/wallet/v1")
    policy = replace(found.policy, session_refresh=True, resources=resources, introspection=True, require_pkce=False)
    tool = replace(
        found,
        redirect_uris=(_REDIRECT,),
        policy=policy,
        grant_types=("authorization_code", "refresh_token"),
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
    )
    rs256 = replace(tool, client_id="bench-rs256", id_token_signed_response_alg="RS256")  # noqa: S106 - an algorithm
    es256 = replace(tool, client_id="bench-es256", id_token_signed_response_alg="ES256")  # noqa: S106 - an algorithm
    public = replace(tool, client_id="bench-public", token_endpoint_auth_method="none")  # noqa: S106
    api = replace(tool, client_id="bench-api", grant_types=("client_credentials",), tool_id=None)
    return found.tool_id, (
        _store(services, rs256, _SECRET),
        _store(services, es256, _SECRET),
        _store(services, public, None),
        _store(services, api, _SECRET),
    )


def _store(services: Services, client: RegisteredClient, secret: str | None) -> Tool:
    with services.database.transaction() as session:
        store_client(session, client, secret=secret, now=services.clock.now())
    return Tool(client.client_id, secret, _REDIRECT, _SCOPE)
