"""Runs all measurements and prints the table with the budgets of `performance.md` beside them."""

import sys
from collections.abc import Iterator

from development.bench.measures import Measurements, floor
from development.bench.server import serve
from development.bench.table import HEADER, Row, line
from development.bench.world import Measured, prepared

_MEMORY_REQUESTS = 100_000
_FLOORS = (
    "/authorize", "/code-rs256", "/code-es256", "/refresh", "/userinfo", "/introspect", "/client-credentials", "/jwks",
)  # fmt: skip


def main() -> None:
    """Measure and print; a figure over its budget is marked, and nothing is hidden."""
    _say("starting PostgreSQL and Redis, loading 1,000 people in 200 organisations")
    with prepared() as measured:
        _say("measuring the floor")
        floors = _floors(measured)
        _say("measuring the product")
        _print(HEADER, "-" * len(HEADER))
        for row in _rows(measured, floors):
            _print(line(row))
    _print("", "us: processor time of the server for one request. floor: only signatures and round trips.")


def _floors(measured: Measured) -> dict[str, float]:
    found = {}
    with serve("development.bench.floor:bare", environment=measured.environment) as server:
        found["bare"] = floor(server, "/")
    with serve("development.bench.floor:lean_app", environment=measured.environment) as server:
        for path in _FLOORS:
            found[path] = floor(server, path)
    return found


def _rows(measured: Measured, floors: dict[str, float]) -> Iterator[Row]:
    with serve("idp.wsgi:app", environment=measured.environment, port=measured.port) as server:
        idle = server.memory_bytes() / 2**20
        at = Measurements(server, measured)
        yield Row("bare WSGI request (floor)", floors["bare"], None)
        yield Row("/authorize, running session, chosen context", at.silent_sign_in(), 180, floors["/authorize"])
        yield Row("code to tokens, RS256", at.code_to_tokens(measured.rs256), 440, floors["/code-rs256"])
        yield Row("code to tokens, ES256", at.code_to_tokens(measured.es256), 220, floors["/code-es256"])
        yield Row("refresh with rotation, RS256", at.refresh_with_rotation(), 420, floors["/refresh"])
        yield Row("/userinfo", at.userinfo(), 85, floors["/userinfo"])
        yield Row("/introspect", at.introspect(), 100, floors["/introspect"])
        yield Row("client credentials, ES256", at.client_credentials(), 95, floors["/client-credentials"])
        yield Row("/jwks", at.document("/jwks"), 45, floors["/jwks"])
        yield Row("discovery", at.document("/.well-known/openid-configuration"), 45, floors["/jwks"])
        yield Row("password sign-in (argon2id)", at.password_sign_in(), 19_000)
        yield Row("context page, 20 organisations", at.context_page(), 10_000)
        _say(f"measuring memory over {_MEMORY_REQUESTS:,} requests")
        _, growth = at.memory_growth(_MEMORY_REQUESTS)
        yield Row("memory of a worker, idle", idle, 110, unit="MiB")
        yield Row(f"growth after {_MEMORY_REQUESTS:,} requests", growth, 5, unit="MiB")


def _print(*texts: str) -> None:
    print(*texts, sep="\n", flush=True)  # noqa: T201 - the table is what the command is for


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
