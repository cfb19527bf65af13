"""Everything that `core` keeps about a person, and nothing of others (GDPR articles 15 and 20).

Left out are what only compares (`…_key`) and what names others: who decided about a membership is
"a manager" in the history. What proves who somebody is lies in `idp.credentials`.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.accreditations.tables import AccreditationRow, RegisterInquiryRow
from core.infra.db import Base
from core.infra.outbox import OutboxRow
from core.infra.personal_record import Part, Record, part
from core.infra.sent_mails import SentMailRow
from core.infra.topics import MailRequested
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.tables import (
    EidLinkRow,
    EmailAddressRow,
    FurtherAddressRow,
    ImportedAccountRow,
    PersonRow,
    PictureRow,
    SocialProfileRow,
)
from core.staff.tables import StaffRoleRow
from core.tools.tables import AccessRequestRow, AccessRow, MandateRow, RegistrationRow, ToolRow
from core.wallet import personal as wallets

_PERSON_FIELDS = tuple(column for column in PersonRow.__table__.columns if column.key != "username_key")
_ORGANISATION = (OrganisationRow.name.label("organisation"), OrganisationRow.company_number)
_MEMBER_FIELDS = (
    *(MembershipRow.status, MembershipRow.is_manager, MembershipRow.type, MembershipRow.function),
    *(MembershipRow.email, MembershipRow.phone_number, MembershipRow.since),
    *(MembershipRow.created_at, MembershipRow.changed_at, MembershipRow.reminded_at),
    *(MembershipRow.sees_wallet, MembershipRow.recharges_wallet, MembershipRow.pays_from_wallet),
)
# Not what the other side brought forward.
_DISPUTE_FIELDS = (
    *(DisputeRow.state, DisputeRow.claimant_source, DisputeRow.claimant_reference),
    *(DisputeRow.opened_at, DisputeRow.ended_at),
)
_MANDATE_FIELDS = (
    *(MandateRow.proposed_at, MandateRow.accepted_at, MandateRow.accepted_acr, MandateRow.text_version),
    *(MandateRow.valid_from, MandateRow.valid_until, MandateRow.ended_at, MandateRow.end_reason),
)


# Digests, what the number is encrypted with, and how the card was checked.
_OF_THE_CARD = (
    *("number_key", "number_sealed", "number_digest", "document_digest", "certificate_digest"),
    *("proven", "evidence"),
)


def personal_data(session: Session, person_id: PersonId) -> tuple[Part, ...]:
    """Return what is kept about a person, part by part, in the order of the account's pages."""
    statements = {
        "account": select(*_PERSON_FIELDS).where(PersonRow.id == person_id),
        "email_addresses": _own(EmailAddressRow, person_id, "id", "address_key"),
        "identity_card": _own(EidLinkRow, person_id, *_OF_THE_CARD),
        "further_addresses": _own(FurtherAddressRow, person_id, "id"),
        "social_profiles": _own(SocialProfileRow, person_id),
        "picture": _own(PictureRow, person_id, "id"),
        "imported_accounts": _own(ImportedAccountRow, person_id),
        "accreditations": _own(AccreditationRow, person_id, "id"),
        "register_inquiries": _own(RegisterInquiryRow, person_id),
        "staff_roles": _own(StaffRoleRow, person_id),
        "mails_sent": _own(SentMailRow, person_id, "id"),
        **_in_organisations(person_id),
        "wallet_payments": wallets.payments_of(person_id),
        "wallet_limits": wallets.limits_of(person_id),
    }
    return (*(part(session, *named) for named in statements.items()), _mails(session, person_id))


def _in_organisations(person_id: PersonId) -> dict[str, Select[*tuple[Any, ...]]]:
    is_theirs = MembershipRow.person_id == person_id
    mandated = or_(AccreditationRow.person_id == person_id, MandateRow.granted_by == person_id)
    return {
        "memberships": select(*_ORGANISATION, *_MEMBER_FIELDS)
        .join(MembershipRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(is_theirs)
        .order_by(MembershipRow.id),
        "disputes": select(*_ORGANISATION, *_DISPUTE_FIELDS)
        .join(DisputeRow, DisputeRow.organisation_id == OrganisationRow.id)
        .where(DisputeRow.claimant_id == person_id)
        .order_by(DisputeRow.id),
        "tool_roles": _of_tool(AccessRow, AccessRow.status, AccessRow.role, AccessRow.changed_at)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .where(is_theirs),
        "access_requests": _of_tool(AccessRequestRow, AccessRequestRow.asked_at, AccessRequestRow.reminded_at)
        .join(MembershipRow, MembershipRow.id == AccessRequestRow.membership_id)
        .where(is_theirs),
        "tools_registered": _of_tool(
            *(RegistrationRow, RegistrationRow.usage, RegistrationRow.status),
            *(RegistrationRow.terms_version, RegistrationRow.registered_at),
        ).where(RegistrationRow.registered_by == person_id),
        "mandates": _of_tool(MandateRow, *_MANDATE_FIELDS)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .where(mandated),
    }


def _own(table: type[Base], person_id: PersonId, *left_out: str) -> Select[*tuple[Any, ...]]:
    """Select the rows of a table that belong to the person, without what only joins or compares."""
    columns = table.__table__.columns
    wanted = [column for column in columns if column.key not in {"person_id", *left_out}]
    return select(*wanted).where(columns["person_id"] == person_id).order_by(*table.__table__.primary_key)


def _of_tool(
    table: type[AccessRow] | type[AccessRequestRow] | type[RegistrationRow] | type[MandateRow],
    *columns: InstrumentedAttribute[Any] | ColumnElement[Any],
) -> Select[*tuple[Any, ...]]:
    return (
        select(ToolRow.name_en.label("tool"), *_ORGANISATION, *columns)
        .select_from(table)
        .join(ToolRow, ToolRow.id == table.tool_id)
        .join(OrganisationRow, OrganisationRow.id == table.organisation_id)
        .order_by(OrganisationRow.name, ToolRow.name_en)
    )


def _mails(session: Session, person_id: PersonId) -> Part:
    """Return the mails to the person that are not delivered yet; what is in them they then read."""
    waiting = select(OutboxRow.body, OutboxRow.created_at).where(OutboxRow.topic == MailRequested.topic)
    found: Iterator[Record] = (
        {"template": str(body.get("template")), "address": str(body.get("address")), "created_at": created_at}
        for body, created_at in session.execute(waiting.order_by(OutboxRow.id))
        if body.get("recipient_person_id") == person_id
    )
    lines = session.scalars(
        select(WaitingNoticeRow).where(WaitingNoticeRow.person_id == person_id).order_by(WaitingNoticeRow.id)
    )
    daily: Iterator[Record] = ({"template": line.template, "created_at": line.created_at} for line in lines)
    return Part("messages_on_their_way", (*found, *daily))
