"""A person's picture: kept as we encoded it, one at a time, under an address that nobody can guess."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.infra.ids import new_secret
from core.people.identifiers import PersonId
from core.people.tables import PictureRow


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A picture that `picture_encoding` made, and nothing of what it was made from."""

    content: bytes
    media_type: str


def find_picture(session: Session, picture_id: str) -> EncodedPicture | None:
    """Return a picture; None where there is none, or no longer."""
    row = session.get(PictureRow, picture_id) if picture_id.isprintable() else None
    return None if row is None else EncodedPicture(row.content, row.media_type)


def replace_picture(session: Session, person_id: PersonId, picture: EncodedPicture, *, now: datetime) -> str:
    """Let a person have this picture instead of any other, and return its identifier."""
    remove_picture(session, person_id)
    picture_id = new_secret()
    session.add(
        PictureRow(
            id=picture_id,
            person_id=person_id,
            content=picture.content,
            media_type=picture.media_type,
            created_at=now,
        )
    )
    return picture_id


def remove_picture(session: Session, person_id: PersonId) -> None:
    """Delete a person's picture, if there is one."""
    session.execute(delete(PictureRow).where(PictureRow.person_id == person_id))
