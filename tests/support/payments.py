"""The payment sandbox of the demo on a port of its own, and desks that ask it over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.closing.recharging import PaymentDesk
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.secret import Secret
from core.infra.settings import Settings
from core.wallet.payments.mollie import Mollie
from development.payment_book import Book
from development.payments import Sandbox, web_server

_KEY = Secret("test_only-for-tests-0123456789")


@contextmanager
def running(book: Book | None = None) -> Iterator[Sandbox]:
    """Run a sandbox, with a book or an empty one, until the block ends.

    A webhook is called by whoever tests, and by nobody else.
    """
    sandbox = Sandbox("", book or Book())
    with web_server(sandbox, 0) as server:
        sandbox.here = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield sandbox
        finally:
            server.shutdown()
            thread.join()


def pointed_at(sandbox: Sandbox, settings: Settings) -> Settings:
    """Return the settings of a product whose payment provider is a sandbox."""
    payments = replace(settings.wallet.payments, url=sandbox.here, key=_KEY)
    host, _, port = sandbox.here.removeprefix("http://").partition(":")
    return replace(
        settings,
        wallet=replace(settings.wallet, payments=payments),
        outbound=replace(settings.outbound, allow=settings.outbound.allow | {(host, int(port))}),
    )


def a_desk(sandbox: Sandbox, settings: Settings, database: Database) -> PaymentDesk:
    """Return a desk that asks a sandbox."""
    pointed = pointed_at(sandbox, settings)
    provider = Mollie(OutboundHttp(pointed.outbound, pointed.mode), pointed.wallet.payments)
    return PaymentDesk(database, provider, pointed.portal_url)


def only_payment(book: Book) -> str:
    """Return the identifier of the one payment that was asked for."""
    (payment,) = book.payments()
    return payment.id
