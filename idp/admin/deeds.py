"""What carries out the dangerous acts that lie with the provider, once a second person approved them."""

from collections.abc import Mapping
from functools import partial

from core.closing import staff_deeds
from core.closing.person import ErasureCause
from core.infra.db import Session
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.approvals import Approved, CarryOut
from core.staff.states import StaffRole
from idp.account import erasure
from idp.admin import clients, keys, people, staff
from idp.admin.operation import Call
from idp.oidc import registration
from idp.oidc.clients import announce_change
from idp.signing import rotation


def deeds(call: Call) -> Mapping[str, CarryOut]:
    """Return every act that can be approved here; those of core are among them."""

    def anonymise(session: Session, approved: Approved) -> None:
        roles.require_none(session, PersonId(approved.text("person_id")))
        erasure.erase_in(
            session,
            call.services.store,
            PersonId(approved.text("person_id")),
            by=approved.asked_by,
            cause=ErasureCause(approved.text("cause")),
            reference=approved.why.reference,
            may_leave_ownerless=approved.parameters.get("leave_ownerless") is True,
            now=approved.now,
        )

    def disable_client(session: Session, approved: Approved) -> None:
        found = call.services
        registration.set_enabled(session, found.store, approved.text("client_id"), enabled=False, now=approved.now)
        call.after.append(lambda: announce_change(found.database, found.store))

    def destroy_key(session: Session, approved: Approved) -> None:
        private_keys = call.services.keyring.private_keys
        rotation.destroy(session, private_keys, kid=approved.text("kid"), now=approved.now)

    return {
        **staff_deeds.DEEDS,
        people.ANONYMISE.name: anonymise,
        clients.DISABLE.name: disable_client,
        keys.RETIRE.name: _retire_key,
        keys.DESTROY.name: destroy_key,
        staff.GIVE_OPERATOR.name: partial(_give, StaffRole.OPERATOR),
        staff.GIVE_HELPDESK.name: partial(_give, StaffRole.HELPDESK),
        staff.TAKE_OPERATOR.name: _take_operator,
    }


def _retire_key(session: Session, approved: Approved) -> None:
    at_once = approved.parameters.get("at_once") is True
    rotation.retire(session, kid=approved.text("kid"), now=approved.now, at_once=at_once)


def _give(role: StaffRole, session: Session, approved: Approved) -> None:
    person_id = PersonId(approved.text("person_id"))
    roles.give(session, person_id, role, by=approved.asked_by, why=approved.why, now=approved.now)


def _take_operator(session: Session, approved: Approved) -> None:
    person_id = PersonId(approved.text("person_id"))
    roles.take_away(session, person_id, StaffRole.OPERATOR, by=approved.asked_by, why=approved.why, now=approved.now)
