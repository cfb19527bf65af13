"""The whole product as processes, with the demo world, on a database and a store of its own.

The same programs and set-up as `make run`, on a row of free ports. Started once for a test run:
journeys change only what their own browser does.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.infra.clock import SystemClock
from core.infra.db import Database
from development.addresses import Addresses
from development.ports import LASTING, is_taken
from development.product import ROOT, environment, programs, set_up
from development.supervisor import Supervisor
from tests.support.companies import ACompany, AnExtract, read_extract
from tests.support.databases import IS_POSTGRES, DatabaseServer
from tests.support.form_browser import FormBrowser
from tests.support.offices import a_company

PASSWORD = "demo-Immo-2026"
_CROWD = 50
# Of `a_company`: nobody has added these.
COMPANIES = range(5_000, 5_200)


@dataclass(frozen=True)
class RunningProduct:
    """Where the programs are and keep their data, and the supervisor that can kill and start them.

    In `environment` the command lines of the product work on the same data.
    """

    addresses: Addresses
    supervisor: Supervisor
    logs: Path
    database_url: str
    environment: Mapping[str, str]
    _unused: Iterator[int]

    def crash(self, *names: str) -> None:
        """Kill programs as a crash would, and start them again."""
        for name in names:
            self.supervisor.kill(name)
        for name in names:
            self.supervisor.start_one(name)
        for name in names:
            self.supervisor.wait_until_ready(name)

    def browser(self, *, language: str = "en", stays_out_of: tuple[str, ...] = ()) -> FormBrowser:
        """Return a browser that was never anywhere."""
        return FormBrowser(language=language, stays_out_of=stays_out_of)

    def somebody_new(self) -> str:
        """Return the username of a person who used no tool yet and has one context at CadastreFinder."""
        return f"load.{next(self._unused)}"


# Of the row of ports that is looked for, counted from the first: none of the product's.
OTHERS_PORT = 8


@pytest.fixture(scope="session")
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database_server: DatabaseServer
) -> Iterator[RunningProduct]:
    """Yield the running product; on PostgreSQL and Redis where the run tests these."""
    folder: Path = tmp_path_factory.mktemp("product")
    given = {name: value for name, value in os.environ.items() if not name.startswith("IMMO_")}
    if IS_POSTGRES:
        given["IMMO_DATABASE_URL"] = database_server.create(None)
        given["IMMO_REDIS_URL"] = request.getfixturevalue("redis_server")
    addresses = _free_addresses()
    # Where a test answers in the place of an authority, or of a tool; the product's own programs stand before it.
    port = addresses.base_port + OTHERS_PORT
    given["IMMO_OUTBOUND_ALLOW"] = f"127.0.0.1:{port},localhost:{port}"
    surroundings = environment(addresses, folder, given)
    set_up(surroundings, lambda _words: None)
    crowd = [sys.executable, "-m", "idp", "demo", "load", "--people", str(_CROWD), "--organisations", "1"]
    subprocess.run(crowd, env=surroundings, cwd=ROOT, check=True, capture_output=True)
    _name_companies(surroundings["IMMO_DATABASE_URL"], folder)
    logs = folder / "log"
    supervisor = Supervisor(tuple(programs(addresses, surroundings, folder)), folder=ROOT, logs=logs)
    try:
        supervisor.start()
        # The first of them holds what the office rests on: who links a card may lose that to the registers.
        unused = iter(range(2, _CROWD + 1))
        yield RunningProduct(addresses, supervisor, logs, surroundings["IMMO_DATABASE_URL"], surroundings, unused)
    finally:
        supervisor.stop()


def _name_companies(database_url: str, folder: Path) -> None:
    """Let the company register of the demo world name the companies that journeys add."""
    companies = [ACompany(a_company(number).company_number) for number in COMPANIES]
    with closing(Database(database_url)) as database:
        read_extract(database, AnExtract(3, "update", companies=companies), folder, SystemClock().now())


def _free_addresses() -> Addresses:
    for base_port in random.sample(LASTING[::10], 50):
        if not any(is_taken(port) for port in range(base_port, base_port + 10)):
            return Addresses(base_port)
    raise AssertionError("no free row of ports")
