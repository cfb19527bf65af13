"""Runs all measurements and prints the table with the budgets of `performance.md` beside them."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from development.bench import cards, charges, portal, signing
from development.bench.floor import BARE, reference_microseconds
from development.bench.measures import Measurements
from development.bench.server import Server, serve
from development.bench.table import HEADER, Row, line
from development.bench.world import Measured, prepared

# Half of what the budget speaks of, so that the whole run takes three minutes.
_MEMORY_REQUESTS = 50_000


def main() -> None:
    """Measure and print; a figure over its budget is marked, and nothing is hidden."""
    _say("starting PostgreSQL and Redis, loading 6,000 people, 5,000 of them in one office")
    with (
        prepared() as measured,
        serve("development.bench.floor:lean_app", environment=measured.environment) as floor,
        serve("idp.wsgi:app", environment=measured.environment, port=measured.port) as product,
        # While somebody signs in, the provider asks the portal for its keys: two at once.
        serve("portal.wsgi:app", environment=measured.environment, port=measured.portal_port, threads=2) as at_portal,
    ):
        _say("measuring")
        _print(HEADER, "-" * len(HEADER))
        for row in _rows(measured, product, floor):
            _print(line(row))
        charge = charges.measure(at_portal, floor, measured)
        reference = reference_microseconds(charges.FLOOR)
        _print(line(Row("wallet charge, idempotent", charge.measured, 900, charge.floor, reference)))
        for name, microseconds, bare in portal.measure(at_portal, floor, measured):
            _print(line(Row(name, microseconds, 10_000, bare, reference_microseconds(BARE))))
    _print(
        "",
        "us: processor time of the server for one request; floor: its signatures and round trips alone;",
        "ratio: measured to floor; its ratio: budget to the floor of the machine that the budget was set on.",
    )


def _rows(measured: Measured, product: Server, floor: Server) -> Iterator[Row]:
    idle = product.memory_bytes() / 2**20
    at = Measurements(product, floor, measured)
    paths = (
        ("/authorize, running session, known context", at.silent_sign_in, 180, "/authorize"),
        ("code to tokens, RS256", partial(at.code_to_tokens, measured.rs256), 440, "/code-rs256"),
        ("code to tokens, ES256", partial(at.code_to_tokens, measured.es256), 220, "/code-es256"),
        ("refresh with rotation, RS256", at.refresh_with_rotation, 420, "/refresh"),
        ("/userinfo", at.userinfo, 85, "/userinfo"),
        ("/introspect", at.introspect, 100, "/introspect"),
        ("client credentials, ES256", at.client_credentials, 95, "/client-credentials"),
        ("/jwks", partial(at.document, "/jwks"), 45, BARE),
        ("discovery", partial(at.document, "/.well-known/openid-configuration"), 45, BARE),
        ("password sign-in (argon2id)", at.password_sign_in, 19_000, BARE),
        ("context page, 20 organisations", at.context_page, 10_000, BARE),
    )
    for name, measure, budget, beside in paths:
        figure = measure(floor=beside)
        yield Row(name, figure.measured, budget, figure.floor, reference_microseconds(beside))
    yield _card(measured)
    yield from _signatures()
    yield Row("memory of a worker, idle", idle, 110, unit="MiB")
    growth = at.memory_growth(_MEMORY_REQUESTS)
    yield Row(f"growth after {_MEMORY_REQUESTS:,} requests", growth, 5, unit="MiB")


def _card(measured: Measured) -> Row:
    """Return what it costs to believe a card that was believed before; its floor is the token's signature."""
    with TemporaryDirectory() as folder:
        found = cards.measure(measured.services, Path(folder))
    return Row("eID token, chain and revocation cached", found.whole, 2_000, found.signature, 380)


def _signatures() -> Iterator[Row]:
    """Yield what a signature in a token costs; its floor is the same signature in this process."""
    with TemporaryDirectory() as folder:
        for algorithm, budget, reference in (("RS256", 900, 300), ("ES256", 200, 45)):
            found = signing.measure(Path(folder), algorithm)
            yield Row(
                f"signature in a token (SoftHSM), {algorithm}", found.in_token, budget, found.in_process, reference
            )


def _print(*texts: str) -> None:
    print(*texts, sep="\n", flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
