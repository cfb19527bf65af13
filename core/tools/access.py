"""Which contexts a person is offered at a tool: loads the facts, asks `rules.evaluate`.

One statement for all contexts of a person at a tool, and one for a single context, which is on
the path of every silent sign-in. Where a token is made the same statement brings the person along.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement

from core.accreditations.rules import is_in_force
from core.infra.kept_query import KeptQuery, Row
from core.infra.localised import Localised
from core.infra.statements import Queryable
from core.people import fact_rows
from core.people.assurance import Acr
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.tools import situations
from core.tools.context import (
    AccreditationFacts,
    MembershipFacts,
    OfferedContext,
    OrganisationFacts,
)
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.rules import Decision, evaluate
from core.tools.situation import Situation

_Rows = Sequence[Row]
# The columns of each fact in its order: taken out of a row at once.
_organisation = itemgetter(
    *("organisation_id", "name", "company_number", "country", "kind"),
    *("organisation_status", "verified_source", "verified_at"),
)
_membership = itemgetter(
    *("membership_id", "membership_status", "is_manager", "type", "function", "since", "email", "phone_number"),
    *("may_charge_wallet", "may_read_wallet"),
)
_SHOWN = ("id", "kind", "number", "list", "column", "status", "valid_until", "checked_at")
_own = itemgetter(*(f"own_{name}" for name in _SHOWN))
_lent = itemgetter(*(f"lent_{name}" for name in _SHOWN))


def offered_contexts(
    session: Queryable, *, person_id: PersonId, tool_id: ToolId, reachable: Acr, now: datetime
) -> tuple[OfferedContext, ...]:
    """Return the contexts of a person at a tool, usable and closed, by organisation and usage.

    Each registration of each organisation to which the person belongs, or asked to belong, is
    one; `reachable` is the highest level of sign-in that this person can be stepped up to.
    """
    parameters = {"person_id": person_id, "tool_id": tool_id, "now": now}
    rows = situations.ALL_OF_A_TOOL.rows(session, parameters)
    groups = [tuple(group) for _, group in groupby(rows, key=lambda row: str(row["registration_id"]))]
    # Sorted here and not by the databases, which disagree about the order of names.
    groups.sort(key=lambda group: _order(group[0]))
    return tuple(_offer(group, reachable, now) for group in groups)


def offered_context(
    session: Queryable,
    *,
    person_id: PersonId,
    registration_id: RegistrationId,
    reachable: Acr,
    now: datetime,
) -> OfferedContext | None:
    """Return one context as it is now, usable or closed; None if the person has no part in it."""
    parameters = {"person_id": person_id, "registration_id": registration_id, "now": now}
    rows = situations.ONE_REGISTRATION.rows(session, parameters)
    return _offer(rows, reachable, now) if rows else None


class NamedContext:
    """One context of a person whose registration another table names.

    `query` takes `person_id`, `now` and what the naming expression asks for; it is for those who
    ask for more at once (`rows_of`) and have its rows read here.
    """

    def __init__(self, registration: ColumnElement[Any]) -> None:
        self.query = situations.registration_named_by(registration)

    def offered(self, rows: _Rows, *, reachable: Acr, now: datetime) -> OfferedContext | None:
        """Return the context as `offered_context` does, from the rows of `query`."""
        return _offer(rows, reachable, now) if rows else None


def person_in_context(
    session: Queryable,
    *,
    person_id: PersonId,
    registration_id: RegistrationId,
    reachable: Acr,
    now: datetime,
) -> tuple[PersonFacts, OfferedContext] | None:
    """Return a person and one context as `offered_context` does, both in one statement.

    None if the person has no part in it, or is not there any more.
    """
    parameters = {"person_id": person_id, "registration_id": registration_id, "now": now}
    rows = situations.PERSON_AND_REGISTRATION.rows(session, parameters)
    return read_person_in_context(rows, reachable=reachable, now=now)


def named_person_in_context(person: ColumnElement[Any], registration: ColumnElement[Any]) -> KeptQuery:
    """Return the query for a person and one context, both named by another table; it takes `now` besides."""
    return situations.person_and_registration_named_by(person, registration)


def read_person_in_context(
    rows: Sequence[Row], *, reachable: Acr, now: datetime
) -> tuple[PersonFacts, OfferedContext] | None:
    """Return what the rows of that query say, as `person_in_context` does."""
    return (fact_rows.read(rows[0]), _offer(rows, reachable, now)) if rows else None


def _offer(rows: _Rows, reachable: Acr, now: datetime) -> OfferedContext:
    row = rows[0]
    situation = situations.read(rows)
    decision = evaluate(situation, reachable=reachable, now=now)
    role = row["role"]
    return OfferedContext(
        tool_id=ToolId(row["tool_id"]),
        tool_code=row["tool_code"],
        registration_id=RegistrationId(row["registration_id"]),
        usage=row["usage"],
        usage_name=Localised(row["usage_nl"], row["usage_fr"], row["usage_en"]),
        role=role,
        role_name=None if role is None else Localised(row["role_nl"], row["role_fr"], row["role_en"]),
        entitlements=tuple(row["entitlements"] or ()),
        organisation=OrganisationFacts(*_organisation(row)),
        membership=MembershipFacts(*_membership(row)),
        accreditations=tuple(_shown(rows, situation, decision, now)) if decision.reason is None else (),
        wallet_id=row["wallet_id"],
        expires_at=decision.expires_at,
        reason=decision.reason,
        terms_version=situation.requirement.terms,
        needed_acr=situation.requirement.min_acr(role),
    )


def _order(row: Row) -> tuple[str, str, int]:
    return (row["name"].casefold(), row["organisation_id"], row["position"])


def _shown(rows: _Rows, situation: Situation, decision: Decision, now: datetime) -> Iterator[AccreditationFacts]:
    """Yield what a token may show: kinds the tool declared, in force, own or lent if needed."""
    row = rows[0]
    declared = row["accreditation_kinds"]
    # One row for each accreditation of their own; a person without any has one row, and nothing to pair it with.
    for found, held in zip(rows, situation.own, strict=False):
        if held.kind in declared and is_in_force(held, now):
            yield AccreditationFacts(*_own(found))
    mandate = decision.basis.mandate
    if mandate is not None and mandate.accreditation.kind in declared:
        names = (row["holder_given_name"], row["holder_family_name"])
        holder = " ".join(name for name in names if name) or None
        yield AccreditationFacts._make((*_lent(row), mandate.mandate_id, holder))
