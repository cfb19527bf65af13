"""`make run` as a user types it: really started, looked at, and stopped again."""

import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from development.addresses import Addresses
from development.ports import LASTING, is_taken
from development.run import BadRequest, parse_addresses, table
from tests.support.databases import DatabaseServer
from tests.support.form_browser import FormBrowser
from tests.support.steps import NOORD, sign_in, start

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def addresses() -> Iterator[Addresses]:
    found = free_addresses()
    yield found
    shutil.rmtree(folder_of(found), ignore_errors=True)


def free_addresses(*, tls: bool = False) -> Addresses:
    rows = (Addresses(port, tls=tls) for port in random.sample(LASTING[::10], 100))
    return next(row for row in rows if not any(is_taken(port) for port in row.ports()))


def folder_of(addresses: Addresses) -> Path:
    return ROOT / "var" / addresses.folder_name


@contextmanager
def running(addresses: Addresses, **more: str) -> Iterator[str]:
    """Run the product until the block ends; yields what it printed until it was ready."""
    process = begin(addresses, **more)
    assert process.stdout is not None
    try:
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops everything" in line:
                break
        yield "".join(lines)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert (process.returncode, rest.strip()) == (0, "Stopping ..."), "".join(lines) + rest
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def begin(addresses: Addresses, **more: str) -> "subprocess.Popen[str]":
    given = {name: value for name, value in os.environ.items() if not name.startswith("IMMO_")}
    return subprocess.Popen(
        [sys.executable, "-m", "development.run"],
        cwd=ROOT,
        env={**given, "BASE_PORT": str(addresses.base_port), **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def get(url: str, trusted: ssl.SSLContext | None = None) -> bytes:
    with urllib.request.urlopen(url, timeout=10, context=trusted) as response:
        body: bytes = response.read()
        return body


def kids(addresses: Addresses) -> set[str]:
    metadata = json.loads(get(f"{addresses.issuer}/.well-known/openid-configuration"))
    assert metadata["issuer"] == addresses.issuer
    return {key["kid"] for key in json.loads(get(metadata["jwks_uri"]))["keys"]}


def begin_payment(addresses: Addresses) -> None:
    """Ask the payment sandbox for a payment that nobody ends."""
    order = {"amount": {"currency": "EUR", "value": "50.00"}, "description": "Recharge"}
    order |= {"redirectUrl": addresses.portal, "webhookUrl": addresses.portal}
    headers = {"Authorization": "Bearer test_key"}
    asked = urllib.request.Request(f"{addresses.payments}/v2/payments", json.dumps(order).encode(), headers)
    with urllib.request.urlopen(asked, timeout=10) as response:
        assert response.status == 201


@pytest.mark.only_on("sqlite")
def test_a_second_start_keeps_everything_and_a_fresh_one_nothing(addresses: Addresses) -> None:
    with running(addresses) as printed:
        first = kids(addresses)
        for url in (
            *(addresses.portal, addresses.cadastrefinder, addresses.myrent, addresses.payments),
            f"{addresses.mailbox}/messages.json",
        ):
            assert url.removesuffix("/messages.json") in printed
            assert get(url)
        assert get(addresses.card_agent) == b"immo-card\n"
        begin_payment(addresses)
    with running(addresses):
        second, kept = kids(addresses), json.loads(get(f"{addresses.payments}/payments.json"))
    with running(addresses, FRESH="1"):
        fresh, emptied = kids(addresses), json.loads(get(f"{addresses.payments}/payments.json"))

    assert second == first
    assert ([one["description"] for one in kept], emptied) == (["Recharge"], [])
    assert fresh.isdisjoint(first)
    assert not any(is_taken(port) for port in addresses.ports())


@pytest.mark.only_on("postgres")
def test_the_demo_runs_on_postgresql_and_redis(
    addresses: Addresses, database_server: DatabaseServer, redis_url: str
) -> None:
    servers = {"IMMO_DATABASE_URL": database_server.create(None), "IMMO_REDIS_URL": redis_url}

    with running(addresses, **servers):
        first = kids(addresses)
    with running(addresses, **servers):
        second = kids(addresses)

    assert second == first
    assert not (folder_of(addresses) / "immo-connect.sqlite3").exists()


@pytest.mark.only_on("sqlite")
def test_with_tls_provider_and_portal_are_served_over_https_and_people_sign_in() -> None:
    """Also where requests are pushed and proven: addresses are the public ones, whatever stands behind."""
    addresses = free_addresses(tls=True)

    with running(addresses, TLS="1") as printed:
        trusted = ssl.create_default_context(cafile=str(folder_of(addresses) / "tls" / "authority.pem"))
        metadata = json.loads(get(f"{addresses.issuer}/.well-known/openid-configuration", trusted))
        portal = get(addresses.portal, trusted)
        browser = FormBrowser(verify=str(folder_of(addresses) / "tls" / "authority.pem"))
        browser.open(f"{addresses.portal}/sign-in")
        at_portal = sign_in(browser, "demo.manager")
        browser.open(f"{addresses.myrent}/sign-in")
        at_myrent = start(browser, NOORD, "estate-agent")
    shutil.rmtree(folder_of(addresses))

    assert f"https://localhost:{addresses.base_port}" in printed
    assert metadata["issuer"] == f"https://localhost:{addresses.base_port}"
    assert portal
    assert (at_portal.url, at_portal.has("#sign-out")) == (f"{addresses.portal}/", True)
    assert (at_myrent.url, at_myrent.has("#greeting")) == (f"{addresses.myrent}/", True)


def test_a_taken_port_is_named_before_anything_is_done(addresses: Addresses) -> None:
    with socket.create_server(("127.0.0.1", addresses.base_port + 2)):
        process = begin(addresses)
        printed, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert f"Port {addresses.base_port + 2} is taken." in printed
    assert f"make run BASE_PORT={addresses.base_port + 1000}" in printed
    assert not folder_of(addresses).exists()


def test_a_setting_that_is_refused_ends_the_start_with_its_name(addresses: Addresses) -> None:
    process = begin(addresses, IMMO_SUPPORT_ADDRESS="nowhere")
    printed, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "IMMO_SUPPORT_ADDRESS" in printed


def test_starting_over_leaves_a_database_of_somebody_else_alone(addresses: Addresses) -> None:
    process = begin(addresses, FRESH="1", IMMO_DATABASE_URL="postgresql://localhost:9/theirs")
    printed, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "empty the database of IMMO_DATABASE_URL yourself" in printed


@pytest.mark.parametrize("text", ["80", "70000", "eighty", "-1", "65530", "²"])
def test_a_base_port_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=f"BASE_PORT={text}"):
        parse_addresses({"BASE_PORT": text})


@pytest.mark.parametrize(
    ("environment", "port"), [({}, 8080), ({"BASE_PORT": ""}, 8080), ({"BASE_PORT": "9000"}, 9000)]
)
def test_the_first_port_is_8080_or_what_was_asked(environment: dict[str, str], port: int) -> None:
    assert parse_addresses(environment).base_port == port


def test_the_table_shows_only_what_runs() -> None:
    shown = table(Addresses(8080), Path("var/run/log"))

    assert [port for port in range(8080, 8088) if f":{port}" in shown] == [8080, 8081, 8082, 8083, 8084, 8085, 8086]
    assert "demo.manager" in shown
    assert "demo-Immo-2026" in shown
