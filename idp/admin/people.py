"""Accounts: how one stands, without anything that proves its person, and what the helpdesk does with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.closing import person
from core.closing.person import ErasureCause
from core.infra import rate_limit
from core.infra.errors import NotFound
from core.people import eid_standing
from core.people import leaving as core_leaving
from core.people.eid import UnlinkReason
from core.people.email_addresses import activated_at, proposal_of
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.profiles import chosen_language, person_facts
from core.staff import roles
from core.staff.approvals import Act
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp import session as sso
from idp.account import leaving, unlinking
from idp.admin.operation import Call, Json, Operation
from idp.credentials import factors, sign_ins
from idp.credentials.activation import Activation
from idp.credentials.recovery import Recovery
from idp.credentials.second_factor import PER_PERSON
from idp.oidc import ending

ANONYMISE = Act("anonymise-person", StaffRole.HELPDESK)
_HELPDESK = (StaffRole.HELPDESK,)
_CAUSES = tuple(
    cause.value
    for cause in ErasureCause
    if cause not in {ErasureCause.REQUEST, ErasureCause.NEVER_ACTIVATED, ErasureCause.MERGED}
)
_ENDED = Member("sign_ins_ended", Kind.INTEGER, "How many browsers were signed out.")


def account(call: Call) -> Json:
    """Tell how an account stands."""
    facts = _facts(call)
    session, now = call.session, call.now
    held, card = factors.summary(session, facts.id), eid_standing.standing(session, facts.id)
    going = core_leaving.standing(session, facts.id)
    activated = activated_at(session, facts.id)
    return {
        "person_id": facts.id,
        "activated_at": _moment(activated),
        "waits_for_activation": activated is None and proposal_of(session, facts.id) is not None,
        "eid_linked_at": None if card is None else _moment(card.linked_at),
        "has_password": held.has_password,
        "has_authenticator": held.has_authenticator,
        "passkeys": held.passkeys,
        "recovery_codes_left": held.recovery_codes_left,
        "sessions": _sessions(call, facts.id),
        "second_factor_locked_seconds": _locked_seconds(call, facts.id),
        "erasure_due_at": None if going is None else _moment(going.due_at),
        "erasure": _consequences(call, facts.id),
        "at": _moment(now),
    }


def unlink_eid(call: Call) -> Json:
    """Take the identity card from an account and end the sign-ins that were made with it."""
    ended = unlinking.unlink_in(
        call.session,
        call.services.store,
        _facts(call).id,
        by=call.by,
        reason=UnlinkReason(call.body.text("cause")),
        reference=call.reason.reference,
        now=call.now,
    )
    call.after.append(lambda: ending.settle(call.services, ended, now=call.now))
    return {"sign_ins_ended": len(ended.cookie_digests)}


def resend_activation(call: Call) -> Json:
    """Mail another code to the address that waits for one."""
    services, facts = call.services, _facts(call)
    activation = Activation(services.database, services.store, services.settings.secret)
    language = chosen_language(call.session, facts.id) or ""
    activation.send_again_in(call.session, facts.id, language=language, now=call.now)
    return {}


def send_recovery(call: Call) -> Json:
    """Mail the person a code with which they choose a new password; nobody of the staff learns it."""
    found = call.services
    recovery = Recovery(found.database, found.store, found.settings.secret, found.settings.mode)
    recovery.ask_for(call.session, _facts(call).id, now=call.now)
    return {}


def sign_out_everywhere(call: Call) -> Json:
    """End every sign-in of a person; tools hear of it."""
    ended = ending.end_all(call.session, call.services.store, person_id=_facts(call).id, now=call.now)
    call.after.append(lambda: ending.settle(call.services, ended, now=call.now))
    return {"sign_ins_ended": len(ended.cookie_digests)}


def request_erasure(call: Call) -> Json:
    """Note for the person that their account is to go in fourteen days; they can undo it themselves."""
    facts = _facts(call)
    roles.require_none(call.session, facts.id)
    return {"changed": leaving.request_in(call.session, facts, by=call.by, place=None, now=call.now)}


def undo_erasure(call: Call) -> Json:
    """Let an account stay that was to go."""
    return {"changed": leaving.undo_in(call.session, _facts(call), by=call.by, place=None, now=call.now)}


def anonymise(call: Call) -> Json:
    """Make sure that there is an account to erase at once; a second person decides."""
    roles.require_none(call.session, _facts(call).id)
    return {}


def _facts(call: Call) -> PersonFacts:
    found = person_facts(call.session, PersonId(call.names["person_id"]))
    if found is None:
        raise NotFound(person=call.names["person_id"])
    return found


def _sessions(call: Call, person_id: PersonId) -> int:
    digests = [found.cookie_digest for found in sign_ins.list_for(call.session, person_id)]
    return len(sso.present(call.services.store, digests, call.now))


def _locked_seconds(call: Call, person_id: PersonId) -> int:
    store = call.services.store
    reached = [limit for limit in PER_PERSON if rate_limit.is_exceeded(store, limit, person_id)]
    return max((rate_limit.seconds_left(store, limit, person_id) for limit in reached), default=0)


def _consequences(call: Call, person_id: PersonId) -> Mapping[str, Any]:
    planned = person.consequences(call.session, person_id)
    return {
        "fate": planned.fate.value,
        "organisations_without_manager": [found.organisation_id for found in planned.hindrances],
        "accreditations_lent": len(planned.lent),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


_CHANGED = (Member("changed", Kind.FLAG, "False where it was so already."),)
_ACCOUNT = (
    Member("person_id"),
    Member("activated_at", is_nullable=True, meaning="When the current address was proven."),
    Member("waits_for_activation", Kind.FLAG),
    Member("eid_linked_at", is_nullable=True),
    Member("has_password", Kind.FLAG),
    Member("has_authenticator", Kind.FLAG),
    Member("passkeys", Kind.INTEGER),
    Member("recovery_codes_left", Kind.INTEGER),
    Member("sessions", Kind.INTEGER, "In how many browsers the person is signed in."),
    Member("second_factor_locked_seconds", Kind.INTEGER, "For how long no second factor is taken; 0: it is."),
    Member("erasure_due_at", is_nullable=True, meaning="When the account goes, where that was asked for."),
    Member(
        "erasure",
        Kind.OBJECT,
        "What would become of the account if it went now.",
        members=(
            Member("fate", choices=("deleted", "anonymised")),
            Member("organisations_without_manager", Kind.TEXTS),
            Member("accreditations_lent", Kind.INTEGER),
        ),
    ),
    Member("at", meaning="When this was so."),
)
_PATH = "/people/{person_id}"

OPERATIONS = (
    Operation("readAccount", "GET", _PATH, _HELPDESK, "How an account stands", account, gives=_ACCOUNT),
    Operation(
        *("unlinkEid", "POST", f"{_PATH}/unlink-eid", _HELPDESK, "Take the identity card from an account", unlink_eid),
        takes=(Member("cause", choices=tuple(UnlinkReason)),),
        gives=(_ENDED,),
        is_fresh=True,
    ),
    Operation(
        *("resendActivation", "POST", f"{_PATH}/resend-activation", _HELPDESK),
        *("Mail the activation code again", resend_activation),
    ),
    Operation(
        *("sendRecovery", "POST", f"{_PATH}/send-recovery", _HELPDESK),
        *("Mail the person a code to choose a new password", send_recovery),
    ),
    Operation(
        *("signOutEverywhere", "POST", f"{_PATH}/sign-out-everywhere", _HELPDESK),
        *("Sign a person out of every browser", sign_out_everywhere),
        gives=(_ENDED,),
    ),
    Operation(
        *("requestErasure", "POST", f"{_PATH}/request-erasure", _HELPDESK),
        *("Let an account go in fourteen days", request_erasure),
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("undoErasure", "POST", f"{_PATH}/undo-erasure", _HELPDESK),
        *("Let an account stay that was to go", undo_erasure),
        gives=_CHANGED,
    ),
    Operation(
        *("anonymise", "POST", f"{_PATH}/anonymise", _HELPDESK, "Erase an account at once", anonymise),
        takes=(
            Member("cause", choices=_CAUSES),
            Member(
                "leave_ownerless", Kind.FLAG, "Also where an organisation loses its last manager.", is_required=False
            ),
        ),
        is_fresh=True,
        second_person=ANONYMISE,
    ),
)
