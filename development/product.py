"""The programs of the product: what is set up before they start, and how each is started."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from development.addresses import Addresses
from development.certificates import CertificateFiles, ensure_certificate
from development.ports import LOOPBACK, free_port
from development.supervisor import Program

ROOT = Path(__file__).parent.parent
_THREADS_PER_WORKER = 8


class SetUpFailed(RuntimeError):
    """A step of the set-up did not succeed; the message says which and what it wrote."""


def environment(addresses: Addresses, folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every program: what was given, completed for the demo world.

    `folder` holds everything that is written at run time and has no address of its own.
    """
    keys = ROOT / "keys" / "development" if folder.name == Addresses().folder_name else folder / "keys"
    defaults = {
        "IMMO_MODE": "demo",
        "IMMO_DATABASE_URL": f"sqlite:///{folder / 'immo-connect.sqlite3'}",
        "IMMO_STORE_PATH": str(folder / "store.sqlite3"),
        "IMMO_KEYS_DIRECTORY": str(keys),
        "IMMO_SMTP_HOST": LOOPBACK,
        "IMMO_SMTP_PORT": str(addresses.smtp_port),
        "IMMO_EID_TEST_ROOTS": str(keys / "eid"),
        "IMMO_EID_INTERMEDIATES": str(folder / "eid-intermediates"),
        "IMMO_EID_AGENT_URL": addresses.card_agent,
        "IMMO_PAYMENT_URL": addresses.payments,
    }
    places = {
        "IMMO_ISSUER": addresses.issuer,
        "IMMO_PORTAL_URL": addresses.portal,
        "CADASTREFINDER_URL": addresses.cadastrefinder,
        "CADASTREFINDER_SESSIONS": str(folder / "cadastrefinder.sqlite3"),
        "MYRENT_URL": addresses.myrent,
        "MYRENT_SESSIONS": str(folder / "myrent-pro.sqlite3"),
        "MYRENT_KEYS": str(folder / "myrent-pro-keys"),
        "PYTHONUNBUFFERED": "1",
    }
    if addresses.tls:
        # Read by the HTTP library of the portal and the tools, which fetch from the provider.
        places["REQUESTS_CA_BUNDLE"] = str(ensure_certificate(folder / "tls").authority)
    return {**defaults, **given, **places}


def set_up(environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Bring everything that must exist before the first start; each step is safe to repeat.

    `say` receives one line before each step. Raises `SetUpFailed`.
    """
    for words, command in _STEPS:
        say(words)
        _run(command, environment)


_STEPS = (
    ("Database", ("idp", "database", "upgrade")),
    ("Signing keys", ("idp", "keys", "ensure")),
    ("Demo world", ("idp", "demo", "load")),
)


def programs(addresses: Addresses, environment: Mapping[str, str], folder: Path) -> Iterator[Program]:
    """Yield the programs in the order in which they start."""
    here = addresses.base_port
    mailbox = [sys.executable, "-m", "development.mailbox", "--port", str(here + 5)]
    mailbox += ["--smtp-port", str(addresses.smtp_port)]
    yield Program("mailbox", mailbox, environment, f"{addresses.mailbox}/messages.json")
    payments = [sys.executable, "-m", "development.payments", "--port", str(here + 4)]
    payments += ["--book", str(folder / "payments.json")]
    yield Program("payments", payments, environment, f"{addresses.payments}/payments.json")
    yield _card_agent(addresses, environment)
    # With TLS in front the applications themselves stand on ports that nobody needs to know.
    provider, portal = (free_port(), free_port()) if addresses.tls else (here, here + 1)
    if addresses.tls:
        yield _tls(ensure_certificate(folder / "tls"), ((here, provider), (here + 1, portal)), environment)
    yield _web("provider", "idp.wsgi:app", provider, environment, "/health/ready")
    yield _web("portal", "portal.wsgi:app", portal, environment, "/health/ready")
    yield _web("cadastrefinder", "examples.cadastrefinder.app:app", here + 2, environment, "/")
    yield _web("myrent-pro", "examples.myrent.app:app", here + 3, environment, "/")
    yield Program("worker", [sys.executable, "-m", "idp", "worker"], environment, None)


def _card_agent(addresses: Addresses, environment: Mapping[str, str]) -> Program:
    """Return the agent with test cards; in real life it runs on the machine of whoever holds a card."""
    command = [sys.executable, "-m", "idp.eid.card", "--origin", addresses.issuer]
    command += ["--port", str(addresses.base_port + 6), "--software-cards", environment["IMMO_EID_TEST_ROOTS"]]
    return Program("card-agent", command, environment, f"{addresses.card_agent}/")


def _tls(files: CertificateFiles, pairs: Iterable[tuple[int, int]], environment: Mapping[str, str]) -> Program:
    command = [sys.executable, "-m", "development.tls"]
    for certificate, key in files.pairs:
        command += ["--pair", str(certificate), str(key)]
    for public, behind in pairs:
        command += ["--serve", f"{public}:{behind}"]
    return Program("tls", command, environment, None)


def _web(name: str, target: str, port: int, environment: Mapping[str, str], health: str) -> Program:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(_THREADS_PER_WORKER), "--no-ws", "--http", "1"]
    command += ["--log-level", "warning", target]
    return Program(name, command, environment, f"http://{LOOPBACK}:{port}{health}")


def _run(command: tuple[str, ...], environment: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-m", *command],
        env=dict(environment),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SetUpFailed(f"{' '.join(command)} failed:\n{(done.stderr or done.stdout).strip()}")
