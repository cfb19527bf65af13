"""A person's facts as columns: for the statement that asks for them alone, and for larger ones.

Whoever joins the person, the current address and the eID may add `COLUMNS` to what it asks, and
reads them with `read`. Their names begin with `person_`, so that they clash with no others.
"""

from operator import itemgetter

from core.infra.kept_query import Row
from core.people.facts import Address, EidEvidence, PersonFacts
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow

# Facts that are columns of the person, by the same names; and facts that are in columns of a row at all.
_PLAIN = tuple(name for name in PersonFacts._fields if name not in {"email", "email_verified", "address", "eid"})
_SAID = tuple(name for name in PersonFacts._fields if name not in {"address", "eid"})
_ADDRESS = ("street_address", "locality", "postal_code", "country")
_said = itemgetter(*(f"person_{name}" for name in _SAID))
_address_said = itemgetter(*(f"person_{name}" for name in _ADDRESS))

COLUMNS = (
    *(PersonRow.__table__.c[name].label(f"person_{name}") for name in (*_PLAIN, *_ADDRESS)),
    EmailAddressRow.__table__.c.address.label("person_email"),
    EmailAddressRow.__table__.c.verified_at.is_not(None).label("person_email_verified"),
    EidLinkRow.__table__.c.linked_at.label("person_eid_linked_at"),
    EidLinkRow.__table__.c.document_valid_until.label("person_document_valid_until"),
    EidLinkRow.__table__.c.verified_at.label("person_eid_verified_at"),
    EidLinkRow.__table__.c.document_type.label("person_document_type"),
    EidLinkRow.__table__.c.proven.label("person_eid_proven"),
    *(PersonRow.__table__.c[name].label(f"person_{name}") for name in ("place_of_birth", "nationality")),
)


def read(row: Row) -> PersonFacts:
    """Return the facts that a row with `COLUMNS` in it holds."""
    return PersonFacts._make((*_said(row), _address(row), _eid(row)))


def _address(row: Row) -> Address | None:
    values = _address_said(row)
    return Address(*values) if any(values) else None


def _eid(row: Row) -> EidEvidence | None:
    linked_at = row["person_eid_linked_at"]
    if linked_at is None:
        return None
    return EidEvidence(
        linked_at=linked_at,
        document_valid_until=row["person_document_valid_until"],
        verified_at=row["person_eid_verified_at"],
        document_type=row["person_document_type"],
        proven=tuple(row["person_eid_proven"]),
        place_of_birth=row["person_place_of_birth"],
        nationality=row["person_nationality"],
    )
