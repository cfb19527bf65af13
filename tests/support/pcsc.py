"""A smart-card service and a virtual reader of this test run's own, with no hardware and out of everybody's way."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from development.programs import PCSCD, VIRTUAL_READER, require
from tests.support.virtual_card.chip import Chip
from tests.support.virtual_card.insertion import Insertion

ROOT = Path(__file__).parent.parent.parent
_SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


class NoNamespaces(RuntimeError):
    """This system refuses what keeps the virtual reader apart; the message says what."""


class SmartCardService:
    """A pcscd with a virtual reader; `readers=0` gives one to which nothing is connected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None

    @property
    def socket(self) -> Path:
        """Where programs find the service; PCSCLITE_CSOCK_NAME tells them."""
        return self.folder / "pcscd" / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """Return what a program needs in its environment to find this service and no other."""
        return {_SOCKET_VARIABLE: str(self.socket)}

    def start(self, *, readers: int = 1) -> None:
        """Start the service and return when programs can use it; raises `NoNamespaces` where the system forbids it."""
        for left in (self.folder / "card", self.folder / "readers"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        command = ["unshare", *_as_root(), "--net", "--mount", sys.executable, "-m", "tests.support.pcsc_namespace"]
        command += [str(self.folder), require(PCSCD), require(VIRTUAL_READER), str(readers)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        if self._process.stdout.readline().strip() != "ready":
            words = self._process.stderr.read()
            self.stop()
            raise NoNamespaces(f"pcscd needs a network and a mount namespace (unshare): {words}")

    def stop(self) -> None:
        """Stop the service, as when a system stops it."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.communicate(timeout=10)

    def insert(self, chip: Chip, *, before: Callable[[Insertion, bytes], None] | None = None) -> Insertion:
        """Put a card into the reader."""
        return Insertion(self.folder / "card", chip, before=before)

    @contextmanager
    def inserted(self, chip: Chip) -> Iterator[Insertion]:
        """Keep a card in the reader, found by the service, until the block ends."""
        insertion = self.insert(chip)
        try:
            insertion.wait_until_noticed()
            yield insertion
        finally:
            insertion.remove()


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["--map-root-user"]


@pytest.fixture(scope="session")
def _smart_card_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmartCardService]:
    # One for each process of tests: libpcsclite looks once where its service is.
    service = SmartCardService(tmp_path_factory.mktemp("pcsc"))
    assert len(str(service.socket)) < 108, "the name of a Unix socket has its limits"
    patch = pytest.MonkeyPatch()
    for name, value in service.environment.items():
        patch.setenv(name, value)
    service.start()
    yield service
    service.stop()
    patch.undo()


@pytest.fixture
def smart_card_service(_smart_card_service: SmartCardService) -> SmartCardService:
    """Return a running smart-card service with one reader, which is empty."""
    return _smart_card_service
