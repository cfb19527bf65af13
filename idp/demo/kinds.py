"""The kinds of accreditation that Belgian real estate knows."""

from sqlalchemy.orm import Session

from core.accreditations.holders import Kind, define_kind
from core.infra.localised import Localised

BIV = "be.biv"
SURVEYOR = "be.surveyor"
NOTARY = "be.notary"

_SIX_DIGITS = r"[0-9]{6}"

_KINDS = (
    Kind(
        BIV,
        Localised(
            "BIV-erkenning als vastgoedmakelaar",
            "Reconnaissance IPI d'agent immobilier",
            "BIV/IPI accreditation as an estate agent",
        ),
        issuer="Beroepsinstituut van Vastgoedmakelaars / Institut professionnel des agents immobiliers",
        number_pattern=_SIX_DIGITS,
    ),
    # The sources also write IPAV, for which no register was found: another word for the same kind.
    Kind(
        "be.ipav",
        Localised("IPAV-erkenning", "Reconnaissance IPAV", "IPAV accreditation"),
        issuer="Beroepsinstituut van Vastgoedmakelaars / Institut professionnel des agents immobiliers",
        number_pattern=_SIX_DIGITS,
        alias_of=BIV,
    ),
    Kind(
        SURVEYOR,
        Localised("Landmeter-expert", "Géomètre-expert", "Chartered surveyor"),
        issuer="Federale Raad van landmeters-experten / Conseil fédéral des géomètres-experts",
        number_pattern=r"LAN[0-9]{6}",
    ),
    Kind(
        NOTARY,
        Localised("Notaris", "Notaire", "Notary"),
        issuer="Nationale Kamer van notarissen / Chambre nationale des notaires",
        number_pattern=_SIX_DIGITS,
    ),
)


def load(session: Session) -> None:
    """Define the kinds as they are here; other kinds stay as they are."""
    for kind in _KINDS:
        define_kind(session, kind)
