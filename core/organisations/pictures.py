"""An organisation's logo and cover photo: kept as we encoded them, under addresses that nobody can guess (O5)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from core.infra.ids import new_secret
from core.organisations.company_editing import locked_for_manager, tell_of_change
from core.organisations.identifiers import OrganisationId
from core.organisations.presentation_tables import OrganisationPictureRow
from core.organisations.states import PictureKind
from core.people.identifiers import PersonId
from core.people.pictures import EncodedPicture


def find_picture(session: Session | Connection, picture_id: str) -> EncodedPicture | None:
    """Return a picture; None where there is none, or no longer."""
    if not picture_id.isprintable():
        return None
    row = session.execute(
        select(OrganisationPictureRow.content, OrganisationPictureRow.media_type).where(
            OrganisationPictureRow.id == picture_id
        )
    ).one_or_none()
    return None if row is None else EncodedPicture(row.content, row.media_type)


def picture_ids(
    session: Session | Connection, organisation_ids: Collection[OrganisationId]
) -> Mapping[tuple[OrganisationId, PictureKind], str]:
    """Return which pictures these organisations have, by what their addresses show; one statement."""
    if not organisation_ids:
        return {}
    rows = session.execute(
        select(OrganisationPictureRow.organisation_id, OrganisationPictureRow.kind, OrganisationPictureRow.id).where(
            OrganisationPictureRow.organisation_id.in_(sorted(organisation_ids))
        )
    )
    return {(OrganisationId(row.organisation_id), PictureKind(row.kind)): row.id for row in rows}


def replace_picture(
    session: Session,
    organisation_id: OrganisationId,
    kind: PictureKind,
    picture: EncodedPicture,
    *,
    by: PersonId,
    now: datetime,
) -> None:
    """Let an organisation have this picture instead of any other of its kind; raises `NotFound`, `NotManager`."""
    locked_for_manager(session, organisation_id, by=by)
    _remove(session, organisation_id, kind)
    session.add(
        OrganisationPictureRow(
            id=new_secret(),
            organisation_id=organisation_id,
            kind=kind.value,
            content=picture.content,
            media_type=picture.media_type,
            created_at=now,
        )
    )
    tell_of_change(session, organisation_id, (kind.value,), by=by, now=now)


def remove_picture(
    session: Session, organisation_id: OrganisationId, kind: PictureKind, *, by: PersonId, now: datetime
) -> None:
    """Delete a picture, if there is one; raises `NotFound`, `NotManager`."""
    locked_for_manager(session, organisation_id, by=by)
    if _remove(session, organisation_id, kind):
        tell_of_change(session, organisation_id, (kind.value,), by=by, now=now)


def _remove(session: Session, organisation_id: OrganisationId, kind: PictureKind) -> bool:
    theirs = (OrganisationPictureRow.organisation_id == organisation_id) & (OrganisationPictureRow.kind == kind.value)
    removed = session.execute(delete(OrganisationPictureRow).where(theirs).returning(OrganisationPictureRow.id))
    return removed.first() is not None
