"""`make run`: the whole product with its demo world, until Ctrl-C.

BASE_PORT moves all its ports, FRESH=1 throws away what earlier runs have written, TLS=1 serves the
provider and the portal over https.
"""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from development.addresses import DEFAULT_BASE_PORT, Addresses
from development.ports import is_taken
from development.product import ROOT, SetUpFailed, environment, programs, set_up
from development.supervisor import ProgramFailed, Supervisor

_PASSWORD = "demo-Immo-2026"  # noqa: S105 - the demo world's, known to everybody
_PEOPLE = (
    ("demo.manager", "manager of Immo Demo Noord, employee of Immo Demo Zuid"),
    ("demo.employee", "employee of Immo Demo Noord, uses CadastreFinder"),
    ("demo.lapsed", "manager of Immo Demo Zuid, accreditation lapsed"),
    ("demo.newcomer", "no organisation yet"),
    ("demo.pending", "asked to work for an office, waits for its manager"),
    ("demo.helpdesk", "works at the helpdesk; demo.helpdesk2 agrees as second person"),
    ("demo.operator", "operates the product; demo.operator2 agrees as second person"),
    ("demo.developer", "builds a tool: the developers' desk"),
)


class BadRequest(ValueError):
    """What was asked on the command line cannot be done; the message says what to type instead."""


def main() -> int:
    """Set up, start, tell where everything is, wait for Ctrl-C, stop; return the exit status."""
    try:
        addresses = parse_addresses(os.environ)
        folder = ROOT / "var" / addresses.folder_name
        _require_free_ports(addresses)
        found = environment(addresses, folder, os.environ)
        if _is_on(os.environ, "FRESH"):
            _start_over(folder, found)
        folder.mkdir(parents=True, exist_ok=True)
        set_up(found, _say)
        _run(addresses, found, folder)
    except (BadRequest, SetUpFailed, ProgramFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def parse_addresses(environment: Mapping[str, str]) -> Addresses:
    """Return where the product is to stand; raise `BadRequest` for a port that cannot be."""
    text = environment.get("BASE_PORT") or str(DEFAULT_BASE_PORT)
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65528:
        raise BadRequest(f"BASE_PORT={text} is not a port from 1024 to 65528.")
    return Addresses(int(text), tls=_is_on(environment, "TLS"))


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "") not in {"", "0"}


def _require_free_ports(addresses: Addresses) -> None:
    taken = [str(port) for port in addresses.ports() if is_taken(port)]
    if taken:
        other = addresses.base_port + 1000
        words = f"Port {taken[0]} is" if len(taken) == 1 else f"Ports {', '.join(taken)} are"
        raise BadRequest(f"{words} taken. Stop what runs there, or choose others: make run BASE_PORT={other}")


def _start_over(folder: Path, environment: Mapping[str, str]) -> None:
    if not environment["IMMO_DATABASE_URL"].startswith("sqlite:///"):
        raise BadRequest("FRESH=1 removes files only; empty the database of IMMO_DATABASE_URL yourself.")
    _say("Starting over")
    shutil.rmtree(folder, ignore_errors=True)
    # Keys of our own making only: those of an installation are not ours to throw away.
    if "IMMO_KEYS_DIRECTORY" not in os.environ:
        for key in Path(environment["IMMO_KEYS_DIRECTORY"]).glob("*.pem"):
            key.unlink()


def _run(addresses: Addresses, environment: Mapping[str, str], folder: Path) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    supervisor = Supervisor(tuple(programs(addresses, environment, folder)), folder=ROOT, logs=folder / "log")
    _say("Programs")
    try:
        supervisor.start()
        print(table(addresses, folder / "log"), flush=True)
        supervisor.watch(stop, _say)
        print("\nStopping ...", flush=True)
    finally:
        supervisor.stop()


def table(addresses: Addresses, logs: Path) -> str:
    """Return what the user reads once everything runs: addresses and demo logins."""
    rows = [
        ("CadastreFinder", addresses.cadastrefinder, "a tool: start here"),
        ("MyRent Pro", addresses.myrent, "another tool"),
        ("Portal", addresses.portal, "my organisations"),
        ("Identity provider", addresses.issuer, "the issuer"),
        ("Mailbox", addresses.mailbox, "every mail that was sent"),
        ("Payment sandbox", addresses.payments, "online payments: choose what happens to them"),
        ("Card agent", addresses.card_agent, "three test identity cards; no reader needed"),
    ]
    lines = ["", "Immo-Connect runs.", ""]
    lines += [f"  {name:<18} {url:<24} {words}" for name, url, words in rows]
    if addresses.tls:
        lines += ["", f"  The certificate's authority: {logs.parent / 'tls' / 'authority.pem'}"]
    lines += ["", f"  Demo logins, password {_PASSWORD}"]
    lines += [f"  {name:<18} {words}" for name, words in _PEOPLE]
    lines += ["", f"Logs are in {logs}. Ctrl-C stops everything."]
    return "\n".join(lines)


def _say(words: str) -> None:
    print(f"{words} ...", flush=True)


if __name__ == "__main__":
    sys.exit(main())
