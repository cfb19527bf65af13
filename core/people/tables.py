"""What is kept about a person: the account, its e-mail addresses, and that an eID is linked.

Secrets (passwords, codes) are not here: they belong to `idp.credentials`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.people.folding import search_text
from core.people.rules import AddressState, EidAlreadyLinked, EmailTaken, PersonStatus, UsernameTaken

# Letters may become two when they are reduced; what is longer is cut.
_SEARCHED = 420


def _first_search_name(context: Any) -> str:
    given = context.get_current_parameters()
    return search_text(given.get("family_name"), given.get("given_name"))[:_SEARCHED]


class PersonRow(Base):
    """An account and the data of the standard claims (OpenID Connect Core section 5.1)."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    # As the person wrote it; `username_key` is what is compared and unique.
    username: Mapped[str] = mapped_column(String(100))
    username_key: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(16), default=PersonStatus.ACTIVE)
    language: Mapped[str] = mapped_column(String(2))
    given_name: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(200))
    # Family name first, reduced by `search_text`: what lists are sorted and searched by. It follows the
    # names by itself, below, because they are written in many places.
    search_name: Mapped[str | None] = mapped_column(String(_SEARCHED), default=_first_search_name)
    middle_name: Mapped[str | None] = mapped_column(String(200))
    nickname: Mapped[str | None] = mapped_column(String(200))
    profile_url: Mapped[str | None] = mapped_column(Text)
    picture_url: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    gender: Mapped[str | None] = mapped_column(String(20))
    birthdate: Mapped[date | None] = mapped_column(Date)
    place_of_birth: Mapped[str | None] = mapped_column(String(200))
    nationality: Mapped[str | None] = mapped_column(String(100))
    zoneinfo: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(16))
    phone_number: Mapped[str | None] = mapped_column(String(40))
    phone_number_verified: Mapped[bool] = mapped_column(default=False)
    street_address: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    locality: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(2))
    # The terms of use of the product itself (A4), not those of a tool.
    terms_version: Mapped[str | None] = mapped_column(String(40))
    terms_accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    # The person asked for the account to go (A15); until it is due they can undo that.
    erasure_requested_at: Mapped[datetime | None] = mapped_column(Moment)
    erasure_due_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", PersonStatus),
        Index("uq_person_username_key", "username_key", unique=True),
        # A prefix is looked for by comparison, which every collation orders alike for these letters.
        Index("ix_person_search_name", "search_name", "id"),
    )


@event.listens_for(PersonRow, "before_update")
def _keep_search_name(_mapper: object, _connection: object, row: PersonRow) -> None:
    row.search_name = search_text(row.family_name, row.given_name)[:_SEARCHED]


class EmailAddressRow(Base):
    """An address of an account: the current one, one that waits for its code, or a former one.

    Only an address whose code was entered is `current`, and so unique: several accounts may wait
    for a code at one address, and the first to enter it has it.
    """

    __tablename__ = "email_address"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(16))
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    added_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("state", AddressState),
        Index(
            "uq_email_address_current_key",
            "address_key",
            unique=True,
            postgresql_where=text("state = 'current'"),
            sqlite_where=text("state = 'current'"),
        ),
        Index(
            "uq_email_address_current_person",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'current'"),
            sqlite_where=text("state = 'current'"),
        ),
        # In whatever state: the helpdesk looks for former and pending addresses too.
        Index("ix_email_address_address_key", "address_key"),
        Index("ix_email_address_person_id", "person_id"),
    )


class EidLinkRow(Base):
    """The identity card of a person: what finds it again, what it proved, and on what evidence.

    `number_digest` finds the person by the national number of any card of theirs, also a renewed
    one (E6). `proven` names the fields of the profile that came from the card and are locked;
    `evidence` says what was checked: issuer, root, revocation, who signed the identity file.
    `document_digest` and `certificate_digest` are of the last use, so that a change is noticed.
    """

    __tablename__ = "eid_link"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    number_key: Mapped[str] = mapped_column(String(40))
    number_sealed: Mapped[str] = mapped_column(Text)
    number_digest: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime] = mapped_column(Moment)
    verified_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime] = mapped_column(Moment)
    proven: Mapped[list[str]] = mapped_column(JSON)
    evidence: Mapped[dict[str, object]] = mapped_column(JSON)
    document_type: Mapped[int | None] = mapped_column(Integer)
    document_digest: Mapped[str | None] = mapped_column(String(64))
    document_valid_until: Mapped[date | None] = mapped_column(Date)
    certificate_digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("uq_eid_link_number_digest", "number_digest", unique=True),)


class FurtherAddressRow(Base):
    """A postal address beside the main one, under a name that its person gave it."""

    __tablename__ = "further_address"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(60))
    street_address: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    locality: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(2))

    __table_args__ = (Index("ix_further_address_person_id", "person_id"),)


class SocialProfileRow(Base):
    """Where a person is found on a social network; one address for each network."""

    __tablename__ = "social_profile"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(String(20), primary_key=True)
    url: Mapped[str] = mapped_column(Text)


class PictureRow(Base):
    """A person's picture as we encoded it; `id` is what its address shows and cannot be guessed."""

    __tablename__ = "picture"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("uq_picture_person_id", "person_id", unique=True),)


class ImportedAccountRow(Base):
    """That an account of an older tool became this one of ours (A9); importing it again changes nothing."""

    __tablename__ = "imported_account"

    tool_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    imported_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_imported_account_person_id", "person_id"),)


explain("uq_person_username_key", UsernameTaken)
explain("person.username_key", UsernameTaken)
explain("uq_eid_link_number_digest", EidAlreadyLinked)
explain("eid_link.number_digest", EidAlreadyLinked)
explain("uq_email_address_current_key", EmailTaken)
explain("email_address.address_key", EmailTaken)
