"""An organisation's own data: read to be shown and edited, and written in one go by a manager (O5)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.catalogues import translations
from core.infra.errors import NotFound
from core.organisations import letters
from core.organisations.company_data import FIELD_NAMES, CompanyData, differing
from core.organisations.errors import ChangedMeanwhile, NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.presentation_tables import OrganisationSocialProfileRow
from core.organisations.states import MembershipStatus, OrganisationKind, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.people.web_addresses import Network

_COLUMNS = (
    *("name", "kind", "email", "phone_number", "website", "street_address", "postal_code", "locality"),
    *("post_street_address", "post_postal_code", "post_locality"),
)


@dataclass(frozen=True, slots=True)
class DescribedOrganisation:
    """An organisation's data with what its managers cannot change, and the version that an edit begins with."""

    id: OrganisationId
    company_number: str
    version: int
    evidence_level: int
    verified_source: str | None
    verified_at: date | None
    ownerless_since: datetime | None
    company: CompanyData


def described(session: Session | Connection, organisation_id: OrganisationId) -> DescribedOrganisation:
    """Return an organisation's data; raises `NotFound`."""
    columns = OrganisationRow.__table__.columns
    row = session.execute(
        select(*columns).where(columns.id == organisation_id, columns.status != OrganisationStatus.CLOSED.value)
    ).one_or_none()
    if row is None:
        raise NotFound(organisation=organisation_id)
    networks = session.execute(
        select(OrganisationSocialProfileRow.network, OrganisationSocialProfileRow.url).where(
            OrganisationSocialProfileRow.organisation_id == organisation_id
        )
    ).all()
    found = {one.network: one.url for one in networks}
    own = {name: getattr(row, name) for name in _COLUMNS if name != "kind"}
    return DescribedOrganisation(
        id=organisation_id,
        company_number=row.company_number,
        version=row.version,
        evidence_level=row.evidence_level,
        verified_source=row.verified_source,
        verified_at=row.verified_at,
        ownerless_since=row.ownerless_since,
        company=CompanyData(
            **own,
            kind=OrganisationKind(row.kind),
            social={network: found[network] for network in Network if network in found},
        ),
    )


def save(
    session: Session,
    organisation_id: OrganisationId,
    wanted: CompanyData,
    *,
    version: int,
    by: PersonId,
    now: datetime,
) -> tuple[str, ...]:
    """Write an organisation's data and return the names of the fields that changed.

    The other managers are told. A save that changes nothing leaves no trace. Raises `NotFound`,
    `NotManager`, and `ChangedMeanwhile` where `version` is no longer the one that is stored.
    """
    row = locked_for_manager(session, organisation_id, by=by)
    present = described(session, organisation_id)
    if present.version != version:
        raise ChangedMeanwhile(organisation=organisation_id)
    changed = differing(present.company, wanted)
    if not changed:
        return ()
    for name in _COLUMNS:
        setattr(row, name, getattr(wanted, name))
    row.version, row.updated_at = row.version + 1, now
    _write_networks(session, organisation_id, wanted)
    tell_of_change(session, organisation_id, changed, by=by, now=now)
    return changed


def locked_for_manager(session: Session, organisation_id: OrganisationId, *, by: PersonId) -> OrganisationRow:
    """Lock an organisation for a change by one of its managers; raises `NotFound`, `NotManager`.

    First the membership, then the organisation, as everywhere.
    """
    manages = session.scalars(
        select(MembershipRow)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.person_id == by,
            MembershipRow.is_manager,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
        .with_for_update(read=True)
    ).one_or_none()
    row = session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.id == organisation_id, OrganisationRow.status != OrganisationStatus.CLOSED.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(organisation=organisation_id)
    if manages is None:
        raise NotManager(organisation=organisation_id)
    return row


def tell_of_change(
    session: Session, organisation_id: OrganisationId, changed: tuple[str, ...], *, by: PersonId, now: datetime
) -> None:
    """Record which fields changed, by name and never by value, and write to the other managers."""
    session.flush()
    audit.record(
        session,
        action="organisation-changed",
        actor_id=by,
        subject_id=organisation_id,
        organisation_id=organisation_id,
        details={"fields": " ".join(changed)},
        now=now,
    )
    person = name_of(session, by)
    letters.tell_managers(
        session,
        organisation_id,
        "organisation-changed",
        lambda language: {"person": person, "fields": _in_words(changed, language)},
        but=by,
        now=now,
    )


def _in_words(changed: tuple[str, ...], language: str) -> str:
    say = translations(language).ugettext
    return ", ".join(say(FIELD_NAMES[name]) for name in changed)


def _write_networks(session: Session, organisation_id: OrganisationId, wanted: CompanyData) -> None:
    session.execute(
        delete(OrganisationSocialProfileRow).where(OrganisationSocialProfileRow.organisation_id == organisation_id)
    )
    session.add_all(
        OrganisationSocialProfileRow(organisation_id=organisation_id, network=network.value, url=url)
        for network, url in wanted.social.items()
    )
