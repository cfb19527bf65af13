"""One's own profile: read to be shown and edited, and written in one go (A10, A11)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.infra import audit
from core.people.addresses import further_addresses, replace_further_addresses
from core.people.detail_errors import FieldLocked, ProfileChanged
from core.people.details import apply_details, details_of, living
from core.people.identifiers import PersonId
from core.people.own_profile import Profile, differing, locked_fields
from core.people.pictures import EncodedPicture, remove_picture, replace_picture
from core.people.social import replace_social_profiles, social_profiles
from core.people.tables import EidLinkRow


class PictureChange(StrEnum):
    """What becomes of the picture where no new one is given."""

    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A profile with what its owner cannot change: the user name, what the card says, what is proven."""

    profile: Profile
    username: str
    locked: frozenset[str]
    eid_linked_at: datetime | None
    phone_number_verified: bool


def own_profile(session: Session, person_id: PersonId, *, locked: bool = False) -> OwnProfile:
    """Return a person's profile, locked against other writers where it is about to be changed.

    Raises `NotFound` for a person that is unknown or anonymised.
    """
    row = living(session, person_id, locked=locked)
    link = session.get(EidLinkRow, person_id)
    profile = Profile(
        details=details_of(row),
        language=row.language,
        social=social_profiles(session, person_id),
        further_addresses=further_addresses(session, person_id),
    )
    return OwnProfile(
        profile=profile,
        username=row.username,
        locked=locked_fields(() if link is None else link.proven),
        eid_linked_at=None if link is None else link.linked_at,
        phone_number_verified=row.phone_number_verified,
    )


def save(
    session: Session,
    person_id: PersonId,
    wanted: Profile,
    *,
    seen: Mapping[str, str],
    pictures_url: str,
    picture: EncodedPicture | PictureChange = PictureChange.KEEP,
    now: datetime,
) -> None:
    """Write a profile that was judged; `seen` are the fingerprints of the one it was made from.

    The address of a new picture begins with `pictures_url`. A save that changes nothing leaves no
    trace. Raises `NotFound`, `ProfileChanged` where somebody (the owner, in another window) was
    faster, `FieldLocked` where what comes from the card would change, `TooManyAddresses`.
    """
    own = own_profile(session, person_id, locked=True)
    present = own.profile
    if changed := present.changed_since(seen):
        raise ProfileChanged(changed)
    if forged := differing(present, wanted, sorted(own.locked)):
        raise FieldLocked(forged)
    url = _keep_picture(session, person_id, picture, present, pictures_url, now)
    wanted = replace(wanted, details=replace(wanted.details, picture_url=url))
    changed = differing(present, wanted)
    if not changed:
        return
    row = living(session, person_id)
    apply_details(row, wanted.details)
    row.language, row.updated_at = wanted.language, now
    replace_social_profiles(session, person_id, wanted.social)
    replace_further_addresses(session, person_id, wanted.further_addresses)
    # The names of the fields only: an audit row must not keep what a person may have erased.
    details = {"fields": " ".join(changed)}
    audit.record(session, action="profile-changed", actor_id=person_id, subject_id=person_id, details=details, now=now)


def _keep_picture(
    session: Session,
    person_id: PersonId,
    picture: EncodedPicture | PictureChange,
    present: Profile,
    pictures_url: str,
    now: datetime,
) -> str | None:
    match picture:
        case PictureChange.KEEP:
            return present.details.picture_url
        case PictureChange.REMOVE:
            remove_picture(session, person_id)
            return None
        case EncodedPicture():
            return f"{pictures_url}{replace_picture(session, person_id, picture, now=now)}"
