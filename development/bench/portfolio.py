"""Somebody who works for many organisations: what the context page has to show them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from core.organisations.enrolment import add_member
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in
from core.tools.access import offered_contexts
from core.tools.assignments import assign_role
from core.tools.identifiers import ToolId


def give(session: Session, person: str, *, tool_id: ToolId, managers: Iterable[str], now: datetime) -> None:
    """Let a person join the offices of these managers, with a role in the tool."""
    person_id = _person(session, person)
    for manager in (_person(session, name) for name in managers):
        contexts = offered_contexts(session, person_id=manager, tool_id=tool_id, reachable=Acr.PASSWORD, now=now)
        context = contexts[0]
        member = add_member(session, context.organisation.id, person_id, by=manager, details=MemberDetails(), now=now)
        assign_role(session, context.registration_id, member.id, "user", by=manager, now=now)


def _person(session: Session, name: str) -> PersonId:
    found = find_for_sign_in(session, name)
    assert found is not None
    return found.person_id
