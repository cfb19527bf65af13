"""The provider with a second host name for the card, its test authority known, and Anna's card linked."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.infra.eid_settings import MutualTls
from core.infra.secret import Secret
from core.infra.settings import Settings
from core.people import eid
from core.people.national_number import NationalNumber
from idp.wiring import Services
from tests.support.cards import a_proven_card
from tests.support.tools import Office

CARD_HOST = "card.immo.test"
PROXY_SECRET = "between the proxy and the provider alone"
# Of the holder of the tests' cards (`eid_pki.Shape`).
NUMBER = NationalNumber("85061512390")


@dataclass(frozen=True, slots=True)
class Way:
    """What the proxy of the second host name adds to a request."""

    certificate: x509.Certificate | None
    secret: str = PROXY_SECRET

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers, as nginx writes them."""
        pem = "" if self.certificate is None else quote(self.certificate.public_bytes(Encoding.PEM).decode())
        return {"Immo-Client-Certificate": pem, "Immo-Proxy-Secret": self.secret}


def with_card_host(settings: Settings) -> Settings:
    """Return the settings of an installation that has the second host name."""
    return replace(
        settings, eid=replace(settings.eid, mutual_tls=MutualTls(f"https://{CARD_HOST}", Secret(PROXY_SECRET)))
    )


def link_annas_card(services: Services, office: Office, *, now: datetime) -> None:
    """Link the card of the tests' holder to Anna's account."""
    with services.database.transaction() as session:
        eid.link(session, office.anna, a_proven_card(NUMBER, keys=services.number_keys), now=now)
