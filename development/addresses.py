"""The addresses of `make run`: one row of ports on the loopback address, counted from the first."""

from dataclasses import dataclass

from development.ports import LOOPBACK

DEFAULT_BASE_PORT = 8080


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each program of one running product is found."""

    base_port: int = DEFAULT_BASE_PORT
    # With TLS the provider and the portal are served over https, the tools are not.
    tls: bool = False

    @property
    def issuer(self) -> str:
        """The provider's public address."""
        return self._url(0, tls=self.tls)

    @property
    def portal(self) -> str:
        """The portal's public address."""
        return self._url(1, tls=self.tls)

    @property
    def cadastrefinder(self) -> str:
        """The first example's address."""
        return self._url(2)

    @property
    def myrent(self) -> str:
        """The second example's address."""
        return self._url(3)

    @property
    def payments(self) -> str:
        """Where the payment provider's API is spoken, and payers choose what happens."""
        return self._url(4)

    @property
    def mailbox(self) -> str:
        """Where the mails that were sent can be read."""
        return self._url(5)

    @property
    def card_agent(self) -> str:
        """Where the card agent listens."""
        return f"http://{LOOPBACK}:{self.base_port + 6}"

    @property
    def smtp_port(self) -> int:
        """Where mails are handed over."""
        return self.base_port + 7

    @property
    def folder_name(self) -> str:
        """The name of the folder with what is written at run time.

        One for each set of addresses, because addresses are written into the demo world.
        """
        parts = ["run", "tls" if self.tls else "", "" if self.is_default else str(self.base_port)]
        return "-".join(filter(None, parts))

    @property
    def is_default(self) -> bool:
        """Tell whether the first port is the one that every document names."""
        return self.base_port == DEFAULT_BASE_PORT

    def ports(self) -> tuple[int, ...]:
        """Return every port that has to be free."""
        return tuple(self.base_port + offset for offset in range(8))

    def _url(self, offset: int, *, tls: bool = False) -> str:
        return f"{'https' if tls else 'http'}://localhost:{self.base_port + offset}"
