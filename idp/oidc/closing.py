"""Ends what rests on contexts that are no longer usable (T6)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.closing.letters import tell_of_closed_access
from core.infra import outbox
from core.infra.store.interface import EphemeralStore
from core.infra.topics import LogoutNotice
from core.people.identifiers import PersonId
from core.tools.access import offered_context
from core.tools.context import ChosenContext
from idp.oidc import participants
from idp.oidc.discovery import REACHABLE_ACR
from idp.oidc.tokens import refresh_token


def close_unusable(
    session: Session,
    store: EphemeralStore,
    *,
    person_id: PersonId,
    now: datetime,
    told_of: str | None = None,
) -> frozenset[ChosenContext]:
    """End the tokens and participations of a person whose context is gone, and return these.

    Every context is judged as it is now, so it does not matter what changed, or how often this is
    called: what is usable stays. Their tools are told by back-channel logout, the person by mail, unless
    whoever caused it has told them already: of the registration `told_of`.
    """
    held = participants.contexts_of(session, person_id) | refresh_token.contexts_of(session, person_id, now)
    closed = frozenset(context for context in held if not _is_usable(session, person_id, context, now))
    for context in closed:
        refresh_token.revoke_context(session, store, person_id, context.registration_id, now)
        left = participants.leave_context(session, person_id=person_id, registration_id=context.registration_id)
        for gone in left:
            outbox.enqueue(session, LogoutNotice(gone.client_id, gone.person_id, gone.sid), now=now)
        if context.registration_id != told_of:
            tell_of_closed_access(session, person_id=person_id, registration_id=context.registration_id, now=now)
    return closed


def _is_usable(session: Session, person_id: PersonId, chosen: ChosenContext, now: datetime) -> bool:
    offered = offered_context(
        session,
        person_id=person_id,
        registration_id=chosen.registration_id,
        reachable=REACHABLE_ACR[-1],
        now=now,
    )
    return offered is not None and offered.is_usable and offered.chosen() == chosen
