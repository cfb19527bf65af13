"""What proves that somebody is a person of ours; read and written by this package alone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, one_of


class PasswordRow(Base):
    """A person's password as an argon2id hash with its own salt and parameters."""

    __tablename__ = "password"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class CodePurpose(StrEnum):
    """What entering a mailed code does."""

    ACTIVATION = "activation"
    EMAIL_CHANGE = "email-change"
    RECOVERY = "recovery"


class MailedCodeRow(Base):
    """A code of six characters that was mailed and is good once, for a while, for a few tries.

    Its `id` may stand in an address: by itself it opens nothing. Without a person it is one that
    nobody can enter, for an address that nobody has.
    """

    __tablename__ = "mailed_code"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(254))
    # Keyed: six characters alone would be found by trying them all.
    mac: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    spent_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (one_of("purpose", CodePurpose), Index("ix_mailed_code_person_id", "person_id"))


class PasskeyRow(Base):
    """A public key credential of a person (Web Authentication Level 3, section 4)."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    transports: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(60))
    is_backed_up: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("uq_passkey_credential_id", "credential_id", unique=True),
        Index("ix_passkey_person_id", "person_id"),
    )


class AuthenticatorRow(Base):
    """The secret that a person's authenticator app shares with us (RFC 6238), sealed.

    It counts from `confirmed_at` on; `last_step` is the time step whose code was used last.
    """

    __tablename__ = "authenticator"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int | None]


class RecoveryCodeRow(Base):
    """One of the codes that stand in for a lost second factor, each once."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    mac: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_recovery_code_person_id", "person_id"),)


class SignInRow(Base):
    """A browser in which a person signed in (A17): what they recognise it by, and what ends it.

    The session itself lies in the store, under `cookie_digest`.
    """

    __tablename__ = "sign_in"

    sid: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    cookie_digest: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(60))
    system: Mapped[str] = mapped_column(String(60))
    network: Mapped[str] = mapped_column(String(64))
    means: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_sign_in_person_id", "person_id"),)
