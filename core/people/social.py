"""Where a person is found on social networks."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from core.people.tables import SocialProfileRow
from core.people.web_addresses import Network


def social_profiles(session: Session, person_id: PersonId) -> dict[Network, str]:
    """Return a person's addresses by network, in the order of the networks."""
    rows = session.scalars(select(SocialProfileRow).where(SocialProfileRow.person_id == person_id))
    found = {row.network: row.url for row in rows}
    return {network: found[network] for network in Network if network in found}


def replace_social_profiles(session: Session, person_id: PersonId, profiles: Mapping[Network, str]) -> None:
    """Let a person be found at these addresses and at no others."""
    session.execute(delete(SocialProfileRow).where(SocialProfileRow.person_id == person_id))
    session.add_all(
        SocialProfileRow(person_id=person_id, network=network.value, url=url) for network, url in profiles.items()
    )
