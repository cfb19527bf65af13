"""What an organisation shows of itself beside its contact data, and what waits to be told its managers."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, ScalarSelect, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, one_of
from core.organisations.states import PictureKind
from core.organisations.tables import OrganisationRow


class OrganisationSocialProfileRow(Base):
    """Where an organisation is found on a social network; one address for each network."""

    __tablename__ = "organisation_social_profile"

    organisation_id: Mapped[str] = mapped_column(
        Identifier, ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    network: Mapped[str] = mapped_column(String(20), primary_key=True)
    url: Mapped[str] = mapped_column(Text)


class OrganisationPictureRow(Base):
    """An organisation's logo or cover photo as we encoded it; `id` is what its address shows, and cannot be guessed."""

    __tablename__ = "organisation_picture"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("kind", PictureKind),
        Index("uq_organisation_picture", "organisation_id", "kind", unique=True),
    )


class WaitingNoticeRow(Base):
    """A line that waits for a manager's daily mail: which letter it would have been, and its values (O14).

    `language` is that in which the values are.
    """

    __tablename__ = "waiting_notice"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    values: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_waiting_notice_person_id", "person_id"),
        Index("ix_waiting_notice_created_at", "created_at"),
    )


def picture_id(kind: PictureKind) -> ScalarSelect[str | None]:
    """Return the column of a picture's identifier in a statement about organisations; null where there is none."""
    theirs = (OrganisationPictureRow.organisation_id == OrganisationRow.id) & (
        OrganisationPictureRow.kind == kind.value
    )
    return select(OrganisationPictureRow.id).where(theirs).correlate(OrganisationRow).scalar_subquery()
