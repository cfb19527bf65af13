"""A smart-card service and a virtual reader of this test run's own, with no hardware and out of everybody's way."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from smartcard import scard

from development.programs import PCSCD, VIRTUAL_READER, require
from tests.support.virtual_card.chip import Chip
from tests.support.virtual_card.insertion import Insertion

ROOT = Path(__file__).parent.parent.parent
_NOTICE_SECONDS = 10
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
    def inserted(self, chip: Chip, *, before: Callable[[Insertion, bytes], None] | None = None) -> Iterator[Insertion]:
        """Keep a card in the reader until the block ends; programs see it from the first line on, and not afterwards.

        The service looks a few times each second: nobody changes a card faster than that.
        """
        insertion = self.insert(chip, before=before)
        try:
            self._wait_until(present=True)
            yield insertion
        finally:
            insertion.remove()
            self._wait_until(present=False)

    def _wait_until(self, *, present: bool) -> None:
        end = time.monotonic() + _NOTICE_SECONDS
        while self._has_card() is not present:
            assert time.monotonic() < end, f"the service does not notice that a card is there: {present}"
            time.sleep(0.05)

    def _has_card(self) -> bool:
        assert os.environ[_SOCKET_VARIABLE] == str(self.socket), "this process knows another service"
        code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        assert code == scard.SCARD_S_SUCCESS
        try:
            _, readers = scard.SCardListReaders(context, [])
            _, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in readers])
        finally:
            scard.SCardReleaseContext(context)
        return any(state & scard.SCARD_STATE_PRESENT for _, state, _ in states)


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
