"""Gathers the facts a token is made of: the only I/O of this package.

The person and the context are judged anew each time: what was chosen minutes or weeks ago may be
gone, and then there is no token.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from core.infra.errors import ImmoError
from core.infra.kept_query import Row
from core.infra.statements import Queryable
from core.people.assurance import Acr, Authentication
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.tools.access import person_in_context, read_person_in_context
from core.tools.context import ChosenContext, OfferedContext
from core.wallet.control import limits
from core.wallet.identifiers import WalletId
from idp.claims.context import ClaimsContext

# A token counts in whole seconds: one that would end within the second is not worth making.
_SHORTEST_LIFE = timedelta(seconds=1)
# Limits are asked for only where something is said about them: most tokens have nothing to do with money.
_WALLET = "wallet"


class PersonGone(ImmoError):
    """The person was deleted or anonymised: nothing may be said about them any more."""

    code = "person-gone"


class ContextUnusable(ImmoError):
    """The chosen context is closed or is no longer what was chosen."""

    code = "context-unusable"


def load_claims(
    session: Queryable,
    *,
    person_id: PersonId,
    authentication: Authentication,
    sid: str,
    context: ChosenContext | None,
    subject_identifier: str,
    reachable: Acr,
    scope: Collection[str],
    now: datetime,
    at_hand: Sequence[Row] = (),
) -> ClaimsContext:
    """Return everything that a token of this scope could say about a person in a context, as it is now.

    `reachable` is the level that the person's sign-in reaches or can be stepped up to; `at_hand` are the
    rows of `named_person_in_context` for the same two, where they were asked for a moment ago. Raises
    `PersonGone` or `ContextUnusable`.
    """
    if context is None:
        person, offered = person_facts(session, person_id), None
        if person is None:
            raise PersonGone(person_id=person_id)
    else:
        person, offered = _in_context(session, person_id, context, at_hand, reachable=reachable, now=now)
    limit = None if offered is None or _WALLET not in scope else _max_charge_cents(session, person_id, offered)
    return ClaimsContext(person, subject_identifier, authentication, sid, offered, limit)


def _in_context(
    session: Queryable,
    person_id: PersonId,
    chosen: ChosenContext,
    at_hand: Sequence[Row],
    *,
    reachable: Acr,
    now: datetime,
) -> tuple[PersonFacts, OfferedContext]:
    found = read_person_in_context(at_hand, reachable=reachable, now=now)
    if found is None or found[0].id != person_id:
        found = person_in_context(
            session,
            person_id=person_id,
            registration_id=chosen.registration_id,
            reachable=reachable,
            now=now,
        )
    if found is None:
        if person_facts(session, person_id) is None:
            raise PersonGone(person_id=person_id)
        raise ContextUnusable(registration_id=chosen.registration_id, reason="gone")
    _require_usable(found[1], chosen, now)
    return found


def _max_charge_cents(session: Queryable, person_id: PersonId, offered: OfferedContext) -> int | None:
    if offered.wallet_id is None:
        return None
    return limits.max_charge(session, WalletId(offered.wallet_id), person_id, offered.tool_code)


def _require_usable(offered: OfferedContext, chosen: ChosenContext, now: datetime) -> None:
    if offered.reason is not None:
        raise ContextUnusable(registration_id=chosen.registration_id, reason=offered.reason.code.value)
    # Exactly what the person chose, the role included: a manager who gives another role closes
    # this context and opens a new one, which its person picks knowingly.
    if offered.chosen() != chosen:
        raise ContextUnusable(registration_id=chosen.registration_id, reason="another context")
    if offered.expires_at is not None and offered.expires_at <= now + _SHORTEST_LIFE:
        raise ContextUnusable(registration_id=chosen.registration_id, reason="expired")
