"""What Authlib calls the user: a person, the context they act in, and how they signed in.

Never a database row: codes and refresh families carry it as JSON, and it is loaded again and
judged again each time a token is made of it.
"""

from dataclasses import dataclass

from core.people.assurance import Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext


@dataclass(frozen=True, slots=True)
class Subject:
    """Person, authentication, session and context: all that a token states."""

    person_id: PersonId
    authentication: Authentication
    sid: str
    context: ChosenContext | None

    def get_user_id(self) -> str:
        """Return the person's identifier: Authlib asks for it by this name."""
        return self.person_id
